use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Event, Frame, Step, Timestamp};
use crate::casebook;
use crate::domain::{Period, TimeBasis};
use crate::figures::{self, Change, Flows, Reach};

/// An ISO week over all families.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Week {
    /// Counts up with every change that a reader of the files must know of.
    pub format: u32,
    /// Who made it, with the version.
    pub program: &'static str,
    /// 2017-W20.
    pub week: String,
    /// Its Monday.
    #[schemars(with = "String")]
    pub from: NaiveDate,
    /// Its Sunday.
    #[schemars(with = "String")]
    pub to: NaiveDate,
    /// Zone used.
    pub time_zone: &'static str,
    /// Clock used.
    #[schemars(with = "String")]
    pub time_basis: TimeBasis,
    /// Currency of every value (ISO 4217).
    pub currency: &'static str,
    /// Where the prices come from.
    pub price_source: String,
    /// How many families are recorded.
    pub recorded: WeekReach,
    /// Sums of what is known; null where nothing is known of any family.
    pub totals: Option<Flows>,
    /// What is different from the week before, over the families that are wholly recorded in both.
    pub change: Option<Change>,
    /// How many families that are.
    pub compared: usize,
    /// Cash-out events; null where nothing is known of any family.
    pub events: Option<usize>,
    /// The families of which something is recorded.
    pub families: Vec<FamilyWeek>,
    /// Those of whose week nothing is.
    pub not_recorded: Vec<String>,
    /// The page that was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The index of weeks that was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
}

/// Of how many families a week is recorded.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WeekReach {
    /// To its end.
    pub whole: usize,
    /// In part.
    pub part: usize,
    /// Not at all.
    pub nothing: usize,
}

/// A family's week.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FamilyWeek {
    /// Short name.
    pub family: String,
    /// Name in print.
    pub title: String,
    /// How much of the week is recorded: whole, part or nothing.
    pub reach: Reach,
    /// It is recorded, if only in part.
    pub recorded: bool,
    /// It is recorded to its end.
    pub complete: bool,
    /// The moment to which the ledger is complete.
    pub recorded_to: Option<Timestamp>,
    /// The week as a step of the series; null where nothing is recorded of it.
    pub week: Option<Step>,
    /// What came in and what moved; null where nothing is recorded.
    pub flows: Option<Flows>,
    /// The week before.
    pub before: WeekBefore,
    /// What is different; null where one of the two weeks is not wholly recorded.
    pub change: Option<Change>,
    /// Its cash-out events, the newest first.
    pub events: Vec<Event>,
    /// The charts that were drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<ChartFile>>,
}

/// The week before.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WeekBefore {
    /// 2017-W19.
    pub week: String,
    /// How much of it is recorded.
    pub reach: Reach,
    /// What came in and what moved; null where nothing is recorded.
    pub flows: Option<Flows>,
}

/// A file of a chart that was drawn.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChartFile {
    /// Name of the chart.
    pub chart: &'static str,
    /// The file.
    pub file: String,
    /// What the chart says.
    pub headline: String,
}

impl Week {
    /// The format of the document.
    pub const FORMAT: u32 = 1;

    /// The document of a week.
    pub fn of(week: &casebook::Week<'_>) -> Self {
        let total = &week.total;
        let nothing = week.families.iter().filter(|one| one.reach() == Reach::Nothing).map(|one| one.family);
        Self {
            format: Self::FORMAT,
            program: concat!("ransomtrail ", env!("CARGO_PKG_VERSION")),
            week: week.span.label(Period::Week),
            from: week.span.from,
            to: week.span.to,
            time_zone: week.question.zone.name(),
            time_basis: week.question.basis,
            currency: week.prices.currency().code(),
            price_source: week.prices.source().to_owned(),
            recorded: WeekReach { whole: total.whole, part: total.part, nothing: total.nothing },
            totals: total.flows.clone(),
            change: total.change.clone(),
            compared: total.compared,
            events: total.flows.is_some().then_some(week.events),
            families: week.families.iter().map(FamilyWeek::of).collect(),
            not_recorded: nothing.chain(week.unrecorded.iter().copied()).map(|family| family.name.clone()).collect(),
            page: None,
            index: None,
        }
    }
}

impl FamilyWeek {
    fn of(one: &casebook::FamilyWeek<'_>) -> Self {
        let (frame, reach) = (Frame::of(one.account), one.reach());
        let figures::Compared { week, before, change } = &one.weeks;
        Self {
            family: one.family.name.clone(),
            title: one.family.title.clone(),
            reach,
            recorded: reach != Reach::Nothing,
            complete: reach == Reach::Whole,
            recorded_to: one.account.summary.recorded_to.map(Timestamp),
            week: (reach != Reach::Nothing).then(|| Step::of(week, frame)),
            flows: week.known().cloned(),
            before: WeekBefore { week: before.label.clone(), reach: before.reach, flows: before.known().cloned() },
            change: change.clone(),
            events: one.events.iter().map(|event| Event::of(event, frame)).collect(),
            files: None,
        }
    }
}
