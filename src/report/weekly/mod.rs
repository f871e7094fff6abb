//! The page of an ISO week over all families, and the index of all weeks that were made.
//!
//! Like the page of a family: [`Material::make`] asks the other rooms and puts their answers into words, once. The index knows nothing but what
//! lies beside it: the document of each week, read again.

mod document;
mod html;
mod index;
mod page;
mod rows;
mod words;

use anyhow::Result;
use chrono::NaiveDate;
use serde_json::Value;

use super::Chart;
use crate::casebook::Case;
use crate::chart::{self, Look, Series, Size, Theme};
use crate::domain::{Caveat, Currency, Family, Period, Span, json};
use crate::events::Event;
use crate::figures::{self, Account, Change, Flows, Question, Reach, Step};

pub use index::{Figures, Found, Index, Line, Told};
pub use page::{FamilyPage, Page};
pub use rows::{CompareRow, FamilyRow};
pub use words::signed_btc;

/// What the page of a week is made from.
#[derive(Clone, Debug)]
pub struct Material<'a> {
    /// The week, Monday to Sunday.
    pub week: Span,
    /// By which clock, in which zone; counted to the end of the week.
    pub question: Question,
    /// Currency of all values.
    pub currency: Currency,
    /// Where the prices come from.
    pub prices: &'a str,
    /// The families of which something is recorded, each counted to the end of the week.
    pub cases: &'a [Case<'a>],
    /// Those of which nothing is.
    pub unrecorded: &'a [&'a Family],
    /// The words after the program's name that make this page again.
    pub command: &'a str,
}

/// A family's week.
#[derive(Clone, Debug)]
pub struct FamilyWeek<'a> {
    /// Whose.
    pub family: &'a Family,
    /// Its figures, counted to the end of the week.
    pub account: &'a Account,
    /// Says where the record of the trail ends without telling what became of the coins, if it does.
    pub breaks_off: Option<Caveat>,
    case: &'a Case<'a>,
    /// The week.
    pub week: Step,
    /// The week before.
    pub before: Step,
    /// What is different; `None` where one of the two is not wholly recorded.
    pub change: Option<Change>,
    /// Its cash-out events of the week, the newest first.
    pub events: Vec<&'a Event>,
}

/// All families' week: sums of what is known.
#[derive(Clone, Debug)]
pub struct Total {
    /// What came in and what moved; `None` where nothing is known of any family.
    pub flows: Option<Flows>,
    /// What is different from the week before, over the families that are wholly recorded in both; `None` where there are none.
    pub change: Option<Change>,
    /// How many families that are.
    pub compared: usize,
    /// Families recorded to the end of the week.
    pub whole: usize,
    /// Families recorded in part.
    pub part: usize,
    /// Families of which nothing is recorded in the week.
    pub nothing: usize,
    /// Cash-out events of the week.
    pub events: usize,
}

/// A week's page, ready to be laid out.
#[derive(Debug)]
pub struct Made<'a> {
    /// What it says.
    pub page: Page,
    /// The families' weeks, in the order of the catalogue.
    pub families: Vec<FamilyWeek<'a>>,
    /// All families together.
    pub total: Total,
    /// The chart of each family that has one, by its name.
    pub charts: Vec<(String, Chart)>,
    document: Value,
}

impl<'a> Material<'a> {
    /// Makes the page; also of a week of which nothing is recorded.
    pub fn make(&self) -> Result<Made<'a>> {
        let families: Vec<FamilyWeek<'a>> = self.cases.iter().map(|case| self.family(case)).collect::<Result<_>>()?;
        let total = self.total(&families);
        let mut charts = Vec::new();
        for family in families.iter().filter(|family| family.has_news()) {
            charts.push((family.family.name.clone(), self.chart(family)?));
        }
        let page = Page::of(self, &families, &total);
        let document = document::of(self, &families, &total);
        Ok(Made { page, families, total, charts, document })
    }

    fn family(&self, case: &'a Case<'a>) -> Result<FamilyWeek<'a>> {
        let account = case.account()?;
        let before = Span::around(self.week.from.pred_opt().unwrap_or(self.week.from), Period::Week);
        let [week, before] = [self.week, before].map(|span| figures::week(account, span));
        let day = |event: &Event| -> NaiveDate { event.time.with_timezone(&self.question.zone).date_naive() };
        let within = |event: &&Event| (self.week.from..=self.week.to).contains(&day(event));
        let (change, events) = (week.change_from(&before), case.events()?.iter().filter(within).collect());
        let breaks_off = case.trail()?.breaks_off();
        Ok(FamilyWeek { family: case.family(), account, breaks_off, case, week, before, change, events })
    }

    fn total(&self, families: &[FamilyWeek<'_>]) -> Total {
        let count = |reach: Reach| families.iter().filter(|family| family.week.reach == reach).count();
        let known: Vec<&Flows> = families.iter().filter_map(|family| family.week.known()).collect();
        let both = |family: &FamilyWeek<'_>| family.change.is_some();
        let together = |pick: fn(&Step) -> Option<&Flows>, before: bool| {
            let compared = families.iter().filter(|family| both(family));
            Flows::together(compared.filter_map(|one| pick(if before { &one.before } else { &one.week })))
        };
        let compared = families.iter().filter(|family| both(family)).count();
        let flows_of: fn(&Step) -> Option<&Flows> = |week| week.known();
        Total {
            flows: (!known.is_empty()).then(|| Flows::together(known.iter().copied())),
            change: (compared > 0).then(|| together(flows_of, false).change_from(&together(flows_of, true))),
            compared,
            whole: count(Reach::Whole),
            part: count(Reach::Part),
            nothing: count(Reach::Nothing) + self.unrecorded.len(),
            events: families.iter().map(|family| family.events.len()).sum(),
        }
    }

    fn chart(&self, family: &FamilyWeek<'_>) -> Result<Chart> {
        let chart = chart::find("weekly").ok_or_else(|| anyhow::anyhow!("there is no chart of weeks"))?;
        let series = Series::of(family.case, &[chart], None)?.about(self.week);
        let drawn = |theme, size| (chart.draw)(&series.input(Look { theme, size }));
        let (wide, dark) = (drawn(Theme::Print, Size::Wide), drawn(Theme::Dark, Size::Wide));
        Ok(Chart { name: chart.name, wide, dark, tall: drawn(Theme::Print, Size::Tall) })
    }
}

impl FamilyWeek<'_> {
    /// Whether there is more to say of it than that nothing happened.
    pub fn has_news(&self) -> bool {
        let moved = |week: &Step| week.known().is_some_and(|flows| !flows.is_empty());
        self.week.reach != Reach::Nothing && (moved(&self.week) || moved(&self.before) || !self.events.is_empty())
    }
}

impl Made<'_> {
    /// The page as one file that asks nothing of the network.
    pub fn html(&self) -> Result<String> {
        html::week(self)
    }

    /// The page for programs: `index.json`, which the index of weeks is made from.
    pub fn json(&self) -> Result<String> {
        Ok(json::pretty(&self.document)? + "\n")
    }

    /// The same as a value.
    pub fn document(&self) -> &Value {
        &self.document
    }
}
