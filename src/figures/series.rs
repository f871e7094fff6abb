use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::account::Account;
use super::flows::{Change, Flows};
use super::payment::{Payment, Withdrawal};
use crate::domain::{Moment, Period, Span};

/// How much of a step the ledger tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// All of it: what is not in the ledger did not happen.
    Whole,
    /// A part of it, or single rows: what happened is at least this.
    Part,
    /// Nothing: what happened is unknown.
    Nothing,
}

/// One step of a series: what came in and what left in a day, an ISO week or a month of the chosen zone.
#[derive(Clone, Debug)]
pub struct Step {
    /// How the step is called: `2017-05-12`, `2017-W19`, `2017-05`.
    pub label: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// How much of it the ledger and the question reach.
    pub reach: Reach,
    /// What came in and what left, as far as it reaches.
    pub flows: Flows,
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

    let mut out = Vec::new();
    let mut span = Span::around(first.day(zone), period);
    let mut payments = account.payments.iter().peekable();
    let mut withdrawals = account.withdrawals.iter().peekable();
    while span.from <= last_day {
        let rows = std::iter::from_fn(|| payments.next_if(|p| p.day(zone) <= span.to)).collect();
        let left = std::iter::from_fn(|| withdrawals.next_if(|w| w.day(zone) <= span.to)).collect();
        out.push(step(account, span, period, rows, left));
        span = span.next(period);
    }
    out
}

/// The account by ISO weeks, without a last one that is only begun and empty so far: it would look like an empty week.
pub fn weeks(account: &Account) -> Vec<Step> {
    let mut weeks = steps(account, Period::Week);
    weeks.pop_if(|week| !week.is_complete() && week.flows.is_empty());
    weeks
}

/// The step that brought most, of equals the first; `None` where none brought anything.
pub fn busiest(steps: &[Step]) -> Option<&Step> {
    let brought = steps.iter().filter(|step| step.flows.sats > 0);
    brought.reduce(|best, step| if step.flows.sats > best.flows.sats { step } else { best })
}

/// The ISO week `span`, also where the ledger does not reach it.
pub fn week(account: &Account, span: Span) -> Step {
    let zone = account.question.zone;
    let within = |day: NaiveDate| span.from <= day && day <= span.to;
    let rows = account.payments.iter().filter(|payment| within(payment.day(zone))).collect();
    let left = account.withdrawals.iter().filter(|one| within(one.day(zone))).collect();
    step(account, span, Period::Week, rows, left)
}

fn step(account: &Account, span: Span, period: Period, rows: Vec<&Payment>, left: Vec<&Withdrawal>) -> Step {
    let zone = account.question.zone;
    let flows = Flows::of(&rows, &left);
    // A row of one address says nothing of the others.
    let recorded = account.summary.recorded_to.map(|to| to.min(account.summary.as_of));
    let reach = if recorded.is_some_and(|to| to >= Moment::Day(span.to).last_second(zone)) {
        Reach::Whole
    } else if recorded.is_some_and(|to| to.with_timezone(&zone).date_naive() >= span.from) || !flows.is_empty() {
        Reach::Part
    } else {
        Reach::Nothing
    };
    Step { label: span.label(period), from: span.from, to: span.to, reach, flows }
}

impl Step {
    /// Whether the ledger and the question reach to its end; else its figures are those of a part of it.
    pub fn is_complete(&self) -> bool {
        self.reach == Reach::Whole
    }

    /// What came in and what left; `None` where nothing is known.
    pub fn known(&self) -> Option<&Flows> {
        (self.reach != Reach::Nothing).then_some(&self.flows)
    }

    /// What is different from the step `before`; `None` where one of the two is not wholly known.
    pub fn change_from(&self, before: &Self) -> Option<Change> {
        (self.is_complete() && before.is_complete()).then(|| self.flows.change_from(&before.flows))
    }
}
