//! What a reader must know before printing a verdict, for this very claim.

use super::measure::Reads;
use super::{Checked, Claim, Evidence, Unit, Verdict};
use crate::domain::Caveat;
use crate::domain::caveat::{About, Code};
use crate::figures::{Account, COUNTINGS, USUAL};

pub(super) fn of(
    claim: &Claim,
    evidence: &dyn Evidence,
    then: &Account,
    time_decides: bool,
    checked: &Checked,
) -> Vec<Caveat> {
    let (summary, clause) = (&then.summary, &checked.clause);
    let (is_money, measure) = (matches!(clause.unit, Unit::Money(_)), clause.measure);
    let mut out = Vec::new();
    if claim.on.is_none() {
        out.push(Code::NoDay.alone());
    }
    out.push(Code::LowerBound.with([("addresses", summary.addresses.len().into())]));
    out.extend(summary.caveats.iter().filter(|caveat| is_money || caveat.about != About::Prices).cloned());
    if time_decides {
        out.push(Code::ClockDecides.alone());
    }
    if is_money && measure.name == "received" && summary.withdrawn.transactions > 0 {
        out.push(Code::WithdrawnByThen.alone());
    }
    let late = &summary.after_withdrawal;
    if late.outputs > 0 && matches!(measure.name, "received" | "payments" | "transactions") {
        out.push(Code::AfterEmptied.with([("outputs", late.outputs.into()), ("sats", late.amount.to_sat().into())]));
    }
    if clause.victims {
        out.push(Code::NoVictims.alone());
    }
    if measure.reads == Reads::Trail {
        out.push(Code::ByPolicy.alone());
    }
    let only_most = clause.interval.min.is_none_or(|min| min.at.is_zero());
    if only_most && matches!(checked.verdict, Verdict::Supported | Verdict::SupportedOnlyAt) {
        out.push(Code::AtMost.alone());
    }
    if evidence.counting() != USUAL
        && let Some(counting) = COUNTINGS.iter().find(|counting| counting.name == evidence.counting())
    {
        out.push(Code::CountedAs.with([("counting", counting.name.into()), ("meaning", counting.meaning.into())]));
    }
    out
}
