//! What a reader must know before printing the figures, in plain sentences, found from the figures themselves.

use super::{Payment, Question, Summary};
use crate::domain::{Family, Time, TimeBasis};

pub(super) fn of(family: &Family, summary: &Summary, payments: &[Payment], question: Question) -> Vec<String> {
    let mut out = Vec::new();
    let mut say = |condition: bool, text: &dyn Fn() -> String| {
        if condition {
            out.push(text());
        }
    };

    say(family.sample.is_some(), &|| {
        format!("the addresses are a sample: {}", family.sample.as_deref().unwrap_or_default())
    });
    let never = summary.addresses.iter().filter(|a| a.reconciled.is_none()).count();
    say(never > 0, &|| {
        format!("{never} of {} addresses were never asked about; their money is unknown", summary.addresses.len())
    });
    let unreconciled = summary.addresses.iter().filter(|a| a.reconciled == Some(false)).count();
    say(unreconciled > 0, &|| {
        let which: Vec<_> = summary.addresses.iter().filter(|a| a.reconciled == Some(false)).collect();
        let named: Vec<_> = which.iter().take(3).map(|a| a.address.as_str()).collect();
        format!("the ledger differs from the explorer's totals for {unreconciled} addresses ({})", named.join(", "))
    });
    if let Some(to) = summary.recorded_to {
        say(summary.as_of > to, &|| {
            format!("the ledger is recorded to {} only; payments and withdrawals after that are unknown", day(to))
        });
    }
    let without_price = summary.received.without_price + summary.withdrawn.without_price;
    say(without_price > 0, &|| {
        format!(
            "{} payments and {} withdrawals have no price for their day and are not in the values",
            summary.received.without_price, summary.withdrawn.without_price
        )
    });
    say(summary.received.as_of_value.is_none(), &|| {
        format!("no price is known for {}; the value of the coins on that day is unknown", summary.as_of.date_naive())
    });
    let unpriced_days = summary.received.peak.as_ref().map_or(0, |p| p.days_without_price);
    say(unpriced_days > 0, &|| {
        format!("{unpriced_days} days have no price; the highest day is that of the days that have one")
    });
    let unseen = payments.iter().filter(|p| p.first_seen.is_none()).count();
    say(question.basis == TimeBasis::FirstSeen && unseen > 0, &|| {
        format!("{unseen} payments have no first-seen time and are placed by block time")
    });
    let waiting = summary.unconfirmed.outputs;
    say(waiting > 0, &|| format!("{waiting} unconfirmed payments are not counted"));
    out
}

fn day(time: Time) -> String {
    time.format("%-d %b %Y").to_string()
}
