//! What the page of a week says, in words.

use serde::Serialize;

use super::rows::{self, CompareRow, FamilyRow};
use super::words;
use crate::casebook::{FamilyWeek, Week};
use crate::domain::{Currency, Period, TimeBasis, format};
use crate::figures::{Reach, Total};
use crate::report::EventRow;

/// Everything that the page of a week says.
#[derive(Clone, Debug, Serialize)]
pub struct WeekPage {
    /// How the week is called: `2017-W20`.
    pub label: String,
    /// Its days: `15–21 May 2017`.
    pub days: String,
    /// The finding, a sentence or a few.
    pub finding: Vec<String>,
    /// How far the record goes.
    pub coverage: String,
    /// Code of the currency of all values.
    pub currency: &'static str,
    /// The families of which there is something to say, where they are more than one.
    pub table: Vec<FamilyRow>,
    /// The sums of what is known; `None` where nothing is, or only of one family.
    pub total: Option<FamilyRow>,
    /// Over how many families the sums' change goes, where that is not all of them.
    pub compared: Option<String>,
    /// A part for each of them.
    pub families: Vec<FamilyPage>,
    /// Families in whose week nothing happened.
    pub quiet: Vec<String>,
    /// Families that are recorded in part, with how far.
    pub part: Vec<String>,
    /// Families of which nothing is recorded in the week.
    pub unrecorded: Vec<String>,
    /// Time basis and zone.
    pub times: String,
    /// Zone of the events, which always go by block time.
    pub zone: &'static str,
    /// Where the prices are from; empty where there are none.
    pub prices: String,
    /// What a reader must know before printing a number.
    pub caveats: Vec<String>,
    /// Commands that make the page and its numbers again.
    pub commands: Vec<[String; 2]>,
    /// The program and its version.
    pub program: &'static str,
}

/// A family's part.
#[derive(Clone, Debug, Serialize)]
pub struct FamilyPage {
    /// Short name.
    pub name: String,
    /// Name in print.
    pub title: String,
    /// The finding; empty where it is that of the page.
    pub finding: Vec<String>,
    /// The week, the week before, the difference.
    pub rows: Vec<CompareRow>,
    /// Cash-out events of the week, the newest first.
    pub events: Vec<EventRow>,
    /// What else must be known of it.
    pub notes: Vec<String>,
}

impl WeekPage {
    pub(super) fn of(week: &Week<'_>, command: &str) -> Self {
        let (families, total, zone) = (&week.families, &week.total, week.question.zone.name());
        let currency = week.prices.currency();
        let news: Vec<&FamilyWeek<'_>> = families.iter().filter(|family| family.has_news()).collect();
        let title = |family: &FamilyWeek<'_>| family.family.title.clone();
        let of_reach = |reach: Reach| families.iter().filter(move |family| family.reach() == reach);
        let unrecorded = of_reach(Reach::Nothing).map(title);
        let sums = total.flows.as_ref().filter(|_| news.len() > 1).map(|flows| {
            FamilyRow::with((String::new(), "together".to_owned()), Some(flows), total.change.as_ref(), week.events)
        });
        let known = total.whole + total.part;
        Self {
            label: week.span.label(Period::Week),
            days: format::days(week.span.from, week.span.to),
            finding: finding(week, &news),
            coverage: coverage(total),
            currency: currency.code(),
            table: news.iter().filter(|_| news.len() > 1).map(|family| FamilyRow::of(family)).collect(),
            total: sums,
            compared: (total.compared < known && total.compared > 0).then(|| {
                let families = format::count(total.compared, "family", "families");
                format!("Their change is that of the {families} recorded to the end of both weeks.")
            }),
            families: news.iter().map(|family| FamilyPage::of(family, currency, news.len() == 1)).collect(),
            quiet: of_reach(Reach::Whole).filter(|family| !family.has_news()).map(title).collect(),
            part: of_reach(Reach::Part).map(|family| format!("{} ({})", title(family), reach(family))).collect(),
            unrecorded: unrecorded.chain(week.unrecorded.iter().map(|family| family.title.clone())).collect(),
            times: match week.question.basis {
                TimeBasis::Block => format!("block time, {zone}"),
                TimeBasis::FirstSeen => format!("time first seen, {zone}"),
            },
            zone,
            prices: week.prices.source().to_owned(),
            caveats: caveats(&news),
            commands: commands(week, command, &news),
            program: concat!("ransomtrail ", env!("CARGO_PKG_VERSION")),
        }
    }
}

impl FamilyPage {
    fn of(family: &FamilyWeek<'_>, currency: Currency, alone: bool) -> Self {
        let whole = family.reach() == Reach::Whole;
        let mut finding: Vec<String> = match family.weeks.week.known() {
            Some(flows) => words::sentences(flows, "its tracked addresses", whole, currency).into(),
            None => Vec::new(),
        };
        finding.push(match &family.weeks.change {
            Some(change) => words::change(change),
            None => {
                let which = if whole { "the week before" } else { "the week" };
                format!("How that stands to the week before is unknown: {which} is not recorded to its end.")
            }
        });
        if alone && family.weeks.change.is_some() {
            finding.clear();
        }
        let mut notes = Vec::new();
        if !whole {
            notes.push(format!("The week is not recorded to its end: {}.", reach(family)));
        }
        if let Some(flows) = family.weeks.week.known() {
            let count = |count, what: &str, many: &str| format::count(count, what, many);
            if flows.without_price > 0 {
                let outputs = count(flows.without_price, "payment output has", "payment outputs have");
                notes.push(format!("{outputs} no price for the day and no part in the values."));
            }
            if flows.withdrawn_without_price > 0 {
                let left = count(flows.withdrawn_without_price, "withdrawal has", "withdrawals have");
                notes.push(format!("{left} no price for the day and no part in the values."));
            }
            if flows.withdrawn_unknown > 0 {
                let left = count(flows.withdrawn_unknown, "withdrawal", "withdrawals");
                notes.push(format!("The amount of {left} is unknown: spends are missing from the ledger."));
            }
        }
        if let Some(sample) = &family.family.sample {
            notes.push(format!("The addresses are a sample: {}.", sample.trim().trim_end_matches('.')));
        }
        if let Some(breaks_off) = &family.breaks_off {
            notes.push(format!("Events may be missing: {breaks_off}."));
        }
        Self {
            name: family.family.name.clone(),
            title: family.family.title.clone(),
            finding,
            rows: rows::compare(family),
            events: family.events.iter().map(|event| EventRow::of(event, family.account)).collect(),
            notes,
        }
    }
}

/// How far a family is recorded.
fn reach(family: &FamilyWeek<'_>) -> String {
    let account = family.account;
    match account.summary.recorded_to {
        Some(to) => {
            let to = to.with_timezone(&account.question.zone);
            format!("recorded to {}, {}", format::day(to.date_naive()), to.format("%H:%M"))
        }
        None => "recorded in part".to_owned(),
    }
}

fn finding(week: &Week<'_>, news: &[&FamilyWeek<'_>]) -> Vec<String> {
    let total = &week.total;
    let Some(flows) = &total.flows else {
        let what = "Nothing is recorded of any family in this week: what came in and what moved is unknown.";
        return vec![what.to_owned()];
    };
    let known = total.whole + total.part;
    let whose = match news {
        [one] => format!("the tracked addresses of {}", one.family.title),
        _ => format!("the tracked addresses of {}", format::count_in_words(known, "family", "families")),
    };
    if flows.is_empty() && week.events == 0 {
        let so_far = if total.part == 0 { "" } else { ", as far as recorded" };
        return vec![format!("Nothing came to {whose}, and nothing moved{so_far}.")];
    }
    let mut out: Vec<String> = words::sentences(flows, &whose, total.part == 0, week.prices.currency()).into();
    out.push(match &total.change {
        Some(change) => words::change(change),
        None => {
            "How that stands to the week before is unknown: one of the two weeks is not recorded to its end.".to_owned()
        }
    });
    let arrivals: Vec<&str> = news
        .iter()
        .flat_map(|family| &family.events)
        .filter_map(|event| event.label.as_ref().map(|label| label.name.as_str()))
        .collect();
    let mut services: Vec<&str> = arrivals.clone();
    services.sort_unstable();
    services.dedup();
    if !services.is_empty() {
        let count = format::count(arrivals.len(), "arrival", "arrivals");
        out.push(format!("Followed coins reached services: {} ({count}).", services.join(", ")));
    }
    out
}

fn coverage(total: &Total) -> String {
    let all = total.whole + total.part + total.nothing;
    let mut text =
        format!("{} of {} recorded to the end of the week", total.whole, format::count(all, "family", "families"));
    if total.part > 0 {
        text.push_str(&format!(", {} in part", total.part));
    }
    if total.nothing > 0 {
        text.push_str(&format!(", {} not at all", total.nothing));
    }
    text
}

/// Of the families that the page speaks of.
fn caveats(news: &[&FamilyWeek<'_>]) -> Vec<String> {
    let of = |family: &FamilyWeek<'_>| {
        let title = family.family.title.clone();
        family.account.summary.caveats.iter().map(move |caveat| format!("{title}: {caveat}")).collect::<Vec<_>>()
    };
    news.iter().flat_map(|family| of(family)).collect()
}

fn commands(week: &Week<'_>, command: &str, news: &[&FamilyWeek<'_>]) -> Vec<[String; 2]> {
    let mut out = vec![[format!("ransomtrail {command}"), "this page and the index of weeks".to_owned()]];
    if let Some(family) = news.first() {
        let (name, to) = (&family.family.name, week.span.to);
        out.push([
            format!("ransomtrail payments {name} --as-of {to}"),
            "every payment, with transaction and price".to_owned(),
        ]);
        out.push([format!("ransomtrail events {name} --as-of {to}"), "every cash-out event, with its way".to_owned()]);
    } else {
        out.push(["ransomtrail sync".to_owned(), "asks public explorers for what happened".to_owned()]);
    }
    out
}
