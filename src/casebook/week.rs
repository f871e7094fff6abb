//! An ISO week over all families.

use std::rc::Rc;

use anyhow::Result;
use chrono::NaiveDate;

use super::Case;
use crate::domain::{Caveat, Family, Span};
use crate::events::Event;
use crate::figures::{Account, Compared, Question, Reach, Total};
use crate::price::Prices;

/// A week over all families.
#[derive(Clone, Debug)]
pub struct Week<'a> {
    /// Monday to Sunday.
    pub span: Span,
    /// By which clock, in which zone; counted to the end of the week.
    pub question: Question,
    /// The prices of all values.
    pub prices: Rc<Prices>,
    /// The families of which something is recorded, in the order of the catalogue.
    pub families: Vec<FamilyWeek<'a>>,
    /// Those of which nothing is.
    pub unrecorded: Vec<&'a Family>,
    /// All families together.
    pub total: Total,
    /// Cash-out events of all of them.
    pub events: usize,
}

/// A family's week.
#[derive(Clone, Debug)]
pub struct FamilyWeek<'a> {
    /// The case, counted to the end of the week.
    pub case: &'a Case<'a>,
    /// Whose.
    pub family: &'a Family,
    /// Its figures.
    pub account: &'a Account,
    /// The week beside the one before.
    pub weeks: Compared,
    /// Its cash-out events of the week, the newest first.
    pub events: Vec<&'a Event>,
    /// Says where the record of the trail ends without telling what became of the coins, if it does.
    pub breaks_off: Option<Caveat>,
}

impl<'a> Week<'a> {
    /// The week of these cases, each counted to its end; cases of which nothing is recorded have no figures.
    pub fn of(span: Span, question: Question, prices: Rc<Prices>, cases: &'a [Case<'a>]) -> Result<Self> {
        let (recorded, others): (Vec<_>, Vec<_>) = cases.iter().partition(|case| case.is_recorded());
        let families = recorded.into_iter().map(|case| FamilyWeek::of(case, span, question));
        let families = families.collect::<Result<Vec<_>>>()?;
        let total = Total::of(&families.iter().map(|one| &one.weeks).collect::<Vec<_>>(), others.len());
        let events = families.iter().map(|one| one.events.len()).sum();
        let unrecorded = others.into_iter().map(Case::family).collect();
        Ok(Self { span, question, prices, families, unrecorded, total, events })
    }
}

impl<'a> FamilyWeek<'a> {
    fn of(case: &'a Case<'a>, span: Span, question: Question) -> Result<Self> {
        let account = case.account()?;
        let day = |event: &Event| -> NaiveDate { event.time.with_timezone(&question.zone).date_naive() };
        let events = case.events()?.iter().filter(|event| (span.from..=span.to).contains(&day(event))).collect();
        let (weeks, breaks_off) = (Compared::of(account, span), case.trail()?.breaks_off());
        Ok(Self { case, family: case.family(), account, weeks, events, breaks_off })
    }

    /// How much of the week is recorded.
    pub fn reach(&self) -> Reach {
        self.weeks.week.reach
    }

    /// Whether there is more to say of it than that nothing happened.
    pub fn has_news(&self) -> bool {
        self.reach() != Reach::Nothing && (self.weeks.has_news() || !self.events.is_empty())
    }
}
