//! What a reader must know before printing a verdict, for this very claim.

use super::measure::Reads;
use super::{Checked, Claim, Evidence, Unit, Verdict};
use crate::domain::format;
use crate::figures::{Account, COUNTINGS, USUAL};

pub(super) fn of(
    claim: &Claim,
    evidence: &dyn Evidence,
    then: &Account,
    time_decides: bool,
    checked: &Checked,
) -> Vec<String> {
    let (summary, clause) = (&then.summary, &checked.clause);
    let (unit, measure) = (clause.unit, clause.measure);
    let mut out = Vec::new();
    if claim.on.is_none() {
        out.push("no day was given for the claim; it is held against all that is recorded".to_owned());
    }
    let addresses = format::count(summary.addresses.len(), "tracked address", "tracked addresses");
    out.push(format!(
        "what the {addresses} show is a lower bound: others that nobody tracks may have been used as well"
    ));
    out.extend(
        summary
            .caveats
            .iter()
            .filter(|caveat| matches!(unit, Unit::Money(_)) || !then.price_caveats.contains(caveat))
            .cloned(),
    );
    if time_decides {
        out.push("the time basis decides: by block time and by first-seen time the verdict differs".to_owned());
    }
    if matches!(unit, Unit::Money(_)) && measure.name == "received" && summary.withdrawn.transactions > 0 {
        out.push(
            "coins had been withdrawn by then; at prices of later days they are counted as if they had been kept"
                .to_owned(),
        );
    }
    let late = &summary.after_withdrawal;
    if late.outputs > 0 && matches!(measure.name, "received" | "payments" | "transactions") {
        let outputs = format::count(late.outputs, "payment", "payments");
        let (btc, count) = (format::btc(late.amount, 8), if late.outputs == 1 { "counts" } else { "count" });
        out.push(format!("{outputs} ({btc} BTC) came after the wallets had been emptied, and {count} as received"));
    }
    if clause.victims {
        out.push("a payment is not a victim: one may pay several times, or pay for several".to_owned());
    }
    if measure.reads == Reads::Trail {
        out.push(
            "coins that mixed with others are told apart by an assumption, and labels name only what somebody published".to_owned(),
        );
    }
    let only_most = clause.interval.min.is_none_or(|min| min.at.is_zero());
    if only_most && matches!(checked.verdict, Verdict::Supported | Verdict::SupportedOnlyAt) {
        out.push("the claim names a most, and a lower bound can break it but never prove it".to_owned());
    }
    if evidence.counting() != USUAL
        && let Some(counting) = COUNTINGS.iter().find(|counting| counting.name == evidence.counting())
    {
        out.push(format!("counted as {}: {}", counting.name, counting.meaning));
    }
    out
}
