use chrono::NaiveDate;
use serde::Serialize;

use super::{Account, Payment, totals};
use crate::domain::{Amount, Moment, Period, Span, Value};

/// One step of a series: what came in and what left in a day, an ISO week or a month of the chosen zone.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// How the step is called: `2017-05-12`, `2017-W19`, `2017-05`.
    pub label: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Whether the ledger and the question reach to the end of the step; else its figures are those of a part of it.
    pub complete: bool,
    /// Outputs received.
    pub outputs: usize,
    /// Transactions that hold them.
    pub transactions: usize,
    /// Satoshis received.
    pub sats: u64,
    /// Value at receipt, lowest; decimal string, `None` where no price is known.
    pub low: Option<String>,
    /// Value at receipt, at the close.
    pub close: Option<String>,
    /// Value at receipt, highest.
    pub high: Option<String>,
    /// Outputs without a price; they are not in the values.
    pub without_price: usize,
    /// Transactions that spend from the family.
    pub withdrawals: usize,
    /// Satoshis that left.
    pub withdrawn_sats: u64,
    /// The values, exact.
    #[serde(skip)]
    pub value: Option<Value>,
}

/// The account's income and withdrawals by `period`, with no step left out from the first payment to the end of what
/// is both asked and recorded. Later steps are unknown, not empty, and are not in it.
pub fn steps(account: &Account, period: Period) -> Vec<Step> {
    let summary = &account.summary;
    let zone = account.question.zone;
    let Some(first) = account.payments.first() else { return Vec::new() };
    let last_row = account.payments.last().map(|p| p.time).max(account.withdrawals.last().map(|w| w.time));
    let last_known = summary.recorded_to.map(|to| to.min(summary.as_of)).max(last_row).unwrap_or(first.time);
    let last_day = last_known.with_timezone(&zone).date_naive();
    // A row of one address says nothing of the others.
    let complete_to = summary.recorded_to.map(|to| to.min(summary.as_of));

    let mut out = Vec::new();
    let mut span = Span::around(first.day(zone), period);
    let mut payments = account.income().peekable();
    let mut withdrawals = account.withdrawals.iter().peekable();
    while span.from <= last_day {
        let mut rows: Vec<&Payment> = Vec::new();
        while let Some(row) = payments.next_if(|p| p.day(zone) <= span.to) {
            rows.push(row);
        }
        let (mut count, mut left) = (0, Amount::ZERO);
        while let Some(row) = withdrawals.next_if(|w| w.day(zone) <= span.to) {
            count += 1;
            left += row.amount;
        }
        let complete = complete_to.is_some_and(|to| Moment::Day(span.to).last_second(zone) <= to);
        out.push(Step { complete, ..step(span, period, &rows, count, left) });
        span = span.next(period);
    }
    out
}

fn step(span: Span, period: Period, rows: &[&Payment], withdrawals: usize, left: Amount) -> Step {
    let mut txids: Vec<_> = rows.iter().map(|p| p.txid).collect();
    txids.sort_unstable();
    txids.dedup();
    let value = totals::sum(rows.iter().map(|p| p.value));
    let [low, close, high] = match value.map(|v| v.rounded()) {
        Some(values) => values.map(|v| Some(v.to_string())),
        None => [None, None, None],
    };
    Step {
        label: span.label(period),
        from: span.from,
        to: span.to,
        complete: false,
        outputs: rows.len(),
        transactions: txids.len(),
        sats: rows.iter().map(|p| p.amount.to_sat()).sum(),
        low,
        close,
        high,
        without_price: rows.iter().filter(|p| p.value.is_none()).count(),
        withdrawals,
        withdrawn_sats: left.to_sat(),
        value,
    }
}
