use anyhow::Result;
use chrono::NaiveDate;

use super::{Chart, Input, Look};
use crate::casebook::Case;
use crate::domain::Span;
use crate::figures::{self, Account, Step, Worth};
use crate::trace::{PeelChain, Trail};

/// What the charts of a case draw: taken from it once, for all of them in every look.
#[derive(Debug)]
pub struct Series<'a> {
    case: &'a Case<'a>,
    account: &'a Account,
    worth: Vec<Worth>,
    worth_source: String,
    weeks: Vec<Step>,
    week: Option<Span>,
    trail: Option<(&'a Trail, &'a [PeelChain])>,
}

impl<'a> Series<'a> {
    /// The series that these charts need; worth is drawn to the last day that has a price, and no further than `until`.
    pub fn of(case: &'a Case<'a>, charts: &[&Chart], until: Option<NaiveDate>) -> Result<Self> {
        let (account, prices) = (case.account()?, case.prices());
        let until = until.unwrap_or_else(|| account.last_day(prices));
        let worth = account.worth(prices, prices.last_day().map_or(until, |last| until.min(last)));
        let days = worth.first().zip(worth.last());
        let worth_source = days.map(|(first, last)| prices.source_between(first.day, last.day)).unwrap_or_default();
        let weeks = figures::weeks(account);
        let follows = charts.iter().any(|chart| chart.shows_the_trail);
        let trail = if follows { Some((case.trail()?, case.chains()?)) } else { None };
        Ok(Self { case, account, worth, worth_source, weeks, week: None, trail })
    }

    /// The same with this week marked.
    pub fn about(self, week: Span) -> Self {
        Self { week: Some(week), ..self }
    }

    /// What a chart is drawn from in this look.
    pub fn input(&self, look: Look) -> Input<'_> {
        Input {
            family: self.case.family(),
            account: self.account,
            worth: &self.worth,
            worth_source: &self.worth_source,
            weeks: &self.weeks,
            week: self.week,
            trail: self.trail.map(|(trail, _)| trail),
            chains: self.trail.map_or(&[], |(_, chains)| chains),
            look,
        }
    }
}
