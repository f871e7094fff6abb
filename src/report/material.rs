use anyhow::Result;
use chrono::{NaiveDate, TimeDelta};

use super::{Chart, ClaimRow, FactRow, Page, SourceRow, Subject};
use crate::chart::{self, CHARTS, Input, Look, Picture, Size, Theme};
use crate::claims::{self, Claim, Evidence, Published, Scope, Unit, Verified};
use crate::domain::{Address, Currency, EventKind, Fact, FactKind, Family, Ledger, Moment, Period, TimeBasis, format};
use crate::events::{self, Event, Watched};
use crate::figures::{self, Account, Question, USUAL};
use crate::price::Prices;
use crate::trace::{self, Graph, Labels, Rules, Source, Trail};

/// What a page is made from: the ledger, what can be reached from it, and what its figures need. Nothing else decides what it says.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    /// The family.
    pub family: &'a Family,
    /// Its ledger.
    pub ledger: &'a Ledger,
    /// Every transaction that can be reached from what was withdrawn.
    pub graph: &'a Graph,
    /// The prices of all values but those of claims in another currency.
    pub prices: &'a Prices,
    /// Prices in another currency, for claims.
    pub prices_in: &'a dyn Fn(Currency) -> Result<Prices>,
    /// As of when, by which clock, in which zone.
    pub question: Question,
    /// How coins are followed; the moment up to which is the question's.
    pub rules: Rules,
    /// A coin that has not moved for so long sleeps.
    pub sleep: TimeDelta,
    /// Whose an address is.
    pub labels: Labels<'a>,
    /// Where a label of an address is from.
    pub label_source: &'a dyn Fn(&Address) -> Option<String>,
    /// What was published about the family, to be held against the chain.
    pub published: &'a [Published],
    /// A claim of the reader's own, besides the published ones.
    pub claim: Option<&'a Claim>,
    /// The words after the program's name that make this page again.
    pub command: &'a str,
}

/// A page, ready to be laid out.
#[derive(Debug)]
pub struct Made {
    /// What it says.
    pub page: Page,
    /// The charts on it.
    pub charts: Vec<Chart>,
    /// The figures behind it.
    pub account: Account,
    /// Its events.
    pub events: Vec<Event>,
}

impl Material<'_> {
    /// Makes the page; `None` where nothing is recorded of the family.
    pub fn make(&self) -> Result<Option<Made>> {
        let Some(account) = figures::open(self.family, self.ledger, self.prices, self.question) else {
            return Ok(None);
        };
        let until = self.question.as_of.map(|moment| moment.last_second(self.question.zone));
        let rules = Rules { until, backwards: false, ..self.rules };
        let own = self.family.addresses.iter().map(|one| one.address.clone()).collect();
        let trail = trace::follow(self.graph, &Source::Addresses(own), rules, self.labels);
        let events = self.events(&trail);
        let charts = self.charts(&account, &trail)?;
        let own_claim = self.claim.map(|claim| self.verify(claim)).transpose()?;
        let (claims, labels) = (self.claims(own_claim.as_ref())?, self.label_sources(&trail));
        let facts: Vec<FactRow> = self.family.facts.iter().map(|fact| self.fact(fact)).collect();
        let share = self.share(&account);
        let mut page = Page::of(&Subject {
            family: self.family,
            account: &account,
            trail: Some(&trail),
            events: &events,
            claims: &claims,
            facts: &facts,
            share: share.as_deref(),
            charts: &charts,
            labels: &labels,
            command: self.command,
        });
        // Who asks about a claim wants to read first what comes of it.
        if let Some(verified) = own_claim {
            let said = format!("“{}”: {}. {}", verified.claim, verified.verdict.words(), verified.finding);
            page.finding.insert(0, said);
            let new: Vec<String> =
                verified.caveats.into_iter().filter(|caveat| !page.caveats.contains(caveat)).collect();
            page.caveats.splice(0..0, new);
        }
        Ok(Some(Made { page, charts, account, events }))
    }

    /// By block time, whatever clock the page goes by.
    fn events(&self, trail: &Trail) -> Vec<Event> {
        let question = Question { basis: TimeBasis::Block, ..self.question };
        let Some(account) = figures::open(self.family, self.ledger, self.prices, question) else { return Vec::new() };
        let until = question.as_of.map(|moment| moment.last_second(question.zone));
        let (graph, prices, sleep) = (self.graph, self.prices, self.sleep);
        events::events(Watched { account: &account, graph, trail, prices, sleep, until }, &EventKind::CASH_OUT)
    }

    fn charts(&self, account: &Account, trail: &Trail) -> Result<Vec<Chart>> {
        let last = account.last_day(self.prices);
        let worth = account.worth(self.prices, self.prices.last_day().map_or(last, |day: NaiveDate| last.min(day)));
        let mut weeks = figures::steps(account, Period::Week);
        weeks.pop_if(|week| !week.complete && week.outputs + week.withdrawals == 0);
        let on_the_way = trail.transactions();
        let chains = trace::peel_chains(self.graph, &|txid| on_the_way.contains(txid));
        let input = Input {
            family: self.family,
            account,
            worth: &worth,
            weeks: &weeks,
            week: None,
            trail: Some(trail),
            chains: &chains,
            look: Look::default(),
        };
        let all: Vec<&'static chart::Chart> = CHARTS.iter().collect();
        let drawn = |theme, size| -> Result<Vec<Picture>> {
            chart::pictures(&Input { look: Look { theme, size }, ..input }, &all, false)
        };
        let wide = drawn(Theme::Print, Size::Wide)?;
        let (dark, tall) = (drawn(Theme::Dark, Size::Wide)?, drawn(Theme::Print, Size::Tall)?);
        let together = wide.into_iter().zip(dark).zip(tall);
        Ok(together
            .map(|((wide, dark), tall)| Chart {
                name: wide.name,
                wide: wide.drawing,
                dark: dark.drawing,
                tall: tall.drawing,
            })
            .collect())
    }

    /// The reader's own claim first, then the published ones in order of time.
    fn claims(&self, own: Option<&Verified>) -> Result<Vec<ClaimRow>> {
        let mut out = Vec::new();
        if let Some(verified) = own {
            let when = verified.on_text().map_or(String::new(), |on| format!("as of {on}"));
            out.push(row(&verified.claim, "asked here", when, None, verified));
        }
        let mut published: Vec<&Published> = self.published.iter().collect();
        published.sort_by_key(|one| one.when.last_second(self.question.zone));
        for one in published {
            let verified = self.verify(&one.claim()?)?;
            let when = match one.when {
                Moment::Day(day) => format::day(day),
                Moment::Instant(time) => format::day(time.date_naive()),
            };
            out.push(row(&one.text, &one.who, when, Some(one.link.clone()), &verified));
        }
        Ok(out)
    }

    fn verify(&self, claim: &Claim) -> Result<Verified> {
        let other = match claim.quantity.unit {
            Unit::Money(currency) if currency != self.prices.currency() => Some((self.prices_in)(currency)?),
            _ => None,
        };
        let prices = other.as_ref().unwrap_or(self.prices);
        let open = |question, scope: &Scope| {
            figures::open(&scope.family(self.family), &scope.ledger(self.ledger, question), prices, question)
        };
        let zone = self.question.zone;
        Ok(claims::verify(claim, &Evidence { family: self.family, prices, zone, counting: USUAL, open: &open }))
    }

    fn fact(&self, fact: &Fact) -> FactRow {
        let what = match &fact.what {
            FactKind::Machines(count) => format!("{} machines infected", format::grouped(*count)),
            FactKind::Countries(count) => format!("{} countries", format::grouped(*count)),
            FactKind::FirstDay(day) => format!("first day {}", format::day(*day)),
            FactKind::AttributedTo(whom) => format!("attributed to {whom}"),
        };
        let on = fact.on.map_or(String::new(), |day| format!(", {}", format::day(day)));
        let note = fact.note.as_ref().map_or(String::new(), |note| format!("; {note}"));
        let source = self.family.sources.iter().find(|source| source.key == fact.source);
        let source = SourceRow {
            title: source.map_or(fact.source.clone(), |source| source.title.clone()),
            url: source.and_then(|source| source.url.clone()),
            licence: None,
        };
        FactRow { what, who: format!("{}{on}{note}", fact.by), source }
    }

    fn share(&self, account: &Account) -> Option<String> {
        let share = figures::paying_share(account, self.family.machines()?)?;
        Some(format!(
            "{} with {} to the tracked addresses paid before the wallets were emptied: at most {} in a thousand of {} machines.",
            format::count(share.transactions, "transaction", "transactions"),
            format::count(share.outputs, "output", "outputs"),
            share.at_most_in_a_thousand,
            format::grouped(share.machines),
        ))
    }

    fn label_sources(&self, trail: &Trail) -> Vec<SourceRow> {
        let mut out: Vec<SourceRow> = Vec::new();
        for end in &trail.destinations {
            let (Some(label), Some(address)) = (&end.label, &end.address) else { continue };
            let source = (self.label_source)(address).unwrap_or_else(|| "source unknown".to_owned());
            let url = source.contains("://").then(|| source.clone());
            let title = match &url {
                Some(_) => format!("Label {}", label.name),
                None => format!("Label {}: {source}", label.name),
            };
            let row = SourceRow { title, url, licence: None };
            if !out.contains(&row) {
                out.push(row);
            }
        }
        out.sort_by(|a, b| a.title.cmp(&b.title));
        out
    }
}

impl Made {
    /// The files that a page in this form is made of: the page, and beside Markdown its charts; each with its name.
    pub fn files(&self, format: &super::Format) -> Result<Vec<(String, String)>> {
        let mut out = vec![(format!("index.{}", format.name), self.write(format)?)];
        if format.name == "md" {
            for chart in &self.charts {
                out.push((format!("{}.svg", chart.name), chart.wide.svg.clone()));
                out.push((format!("{}.csv", chart.name), chart.wide.csv.clone()));
            }
        }
        Ok(out)
    }

    /// Lays the page out.
    pub fn write(&self, format: &super::Format) -> Result<String> {
        (format.write)(self)
    }
}

fn row(text: &str, who: &str, when: String, link: Option<String>, verified: &Verified) -> ClaimRow {
    ClaimRow {
        text: text.to_owned(),
        who: who.to_owned(),
        when,
        link,
        verdict: verified.verdict.words().to_owned(),
        finding: verified.finding.clone(),
    }
}
