//! What a reader must know before printing a verdict, for this very claim.

use super::quantity::{Part, Unit};
use super::verdict::{Verdict, Verified};
use super::{Basis, Claim, Evidence};
use crate::domain::Caveat;
use crate::domain::caveat::{About, Code};
use crate::figures::{Account, COUNTINGS, USUAL};

pub(super) fn of(
    claim: &Claim,
    evidence: &Evidence<'_>,
    then: &Account,
    time_decides: bool,
    verified: &Verified,
) -> Vec<Caveat> {
    let summary = &then.summary;
    let unit = claim.quantity.unit;
    let is_money = matches!(unit, Unit::Money(_));
    let mut out = Vec::new();
    if claim.on.is_none() {
        out.push(Code::NoDay.alone());
    }
    out.push(Code::LowerBound.with([("addresses", summary.addresses.len().into())]));
    out.extend(summary.caveats.iter().filter(|caveat| is_money || caveat.about != About::Prices).cloned());
    if time_decides {
        out.push(Code::ClockDecides.alone());
    }
    if is_money && summary.withdrawn.transactions > 0 {
        out.push(Code::WithdrawnByThen.alone());
    }
    let late = &summary.after_withdrawal;
    if late.outputs > 0
        && unit != Unit::Withdrawals
        && !claim.quantity.named.iter().any(|b| matches!(b, Basis::CoinsWithdrawn | Basis::CoinsLeft))
    {
        out.push(Code::AfterEmptied.with([("outputs", late.outputs.into()), ("sats", late.amount.to_sat().into())]));
    }
    if claim.quantity.victims {
        out.push(Code::NoVictims.alone());
    }
    let part = match claim.quantity.part {
        Some(Part::Time) if claim.scope.from.is_some() => None,
        Some(Part::Time) => Some(Code::OneTime),
        Some(Part::Payer) => Some(Code::OnePayer),
        Some(Part::Transfer) => Some(Code::OneTransfer),
        None => None,
    };
    out.extend(part.map(Code::alone));
    let only_most = claim.quantity.interval.min.is_none_or(|min| min.at.is_zero());
    if only_most && matches!(verified.verdict, Verdict::Supported | Verdict::SupportedOnlyAt) {
        out.push(Code::AtMost.alone());
    }
    if evidence.counting != USUAL
        && let Some(counting) = COUNTINGS.iter().find(|counting| counting.name == evidence.counting)
    {
        out.push(Code::CountedAs.with([("counting", counting.name.into()), ("meaning", counting.meaning.into())]));
    }
    out
}
