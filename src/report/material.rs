use anyhow::Result;

use super::{Chart, ClaimRow, FactRow, Page, SourceRow, Subject};
use crate::casebook::Case;
use crate::chart::{self, CHARTS, Look, Picture, Series, Size, Theme};
use crate::claims::{Claim, Verified};
use crate::domain::{Fact, FactKind, Moment, format, link};
use crate::figures::{self, Account, Summary};
use crate::trace::Trail;

/// What a page is made from. Nothing else decides what it says.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The case.
    pub case: &'a Case<'a>,
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
    /// The totals behind it.
    pub summary: Summary,
}

impl Material<'_> {
    /// Makes the page; fails where nothing is recorded of the family.
    pub fn make(&self) -> Result<Made> {
        let case = self.case;
        let (account, trail, charts) = (case.account()?, case.trail()?, self.charts()?);
        let own_claim = self.claim.map(|claim| case.verify(claim)).transpose()?;
        let (claims, labels) = (self.claims(own_claim.as_ref())?, self.label_sources(trail)?);
        let facts: Vec<FactRow> = case.family().facts.iter().map(|fact| self.fact(fact)).collect();
        let share = self.share(account);
        let mut page = Page::of(&Subject {
            family: case.family(),
            account,
            trail: Some(trail),
            events: case.events()?,
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
            let new: Vec<_> = verified.caveats.into_iter().filter(|caveat| !page.caveats.contains(caveat)).collect();
            page.caveats.splice(0..0, new);
        }
        Ok(Made { page, charts, summary: account.summary.clone() })
    }

    fn charts(&self) -> Result<Vec<Chart>> {
        let all: Vec<&'static chart::Chart> = CHARTS.iter().collect();
        let series = Series::of(self.case, &all, None)?;
        let drawn = |theme, size| chart::pictures(&series.input(Look { theme, size }), &all, false);
        let wide = drawn(Theme::Print, Size::Wide)?;
        let (dark, tall) = (drawn(Theme::Dark, Size::Wide)?, drawn(Theme::Print, Size::Tall)?);
        let together = wide.into_iter().zip(dark).zip(tall);
        let chart = |((wide, dark), tall): ((Picture, Picture), Picture)| Chart {
            name: wide.name,
            wide: wide.drawing,
            dark: dark.drawing,
            tall: tall.drawing,
        };
        Ok(together.map(chart).collect())
    }

    /// The reader's own claim first, then the published ones in order of time.
    fn claims(&self, own: Option<&Verified>) -> Result<Vec<ClaimRow>> {
        let mut out = Vec::new();
        if let Some(verified) = own {
            let when = verified.on_text().map_or(String::new(), |on| format!("as of {on}"));
            out.push(row(&verified.claim, "asked here", when, None, verified));
        }
        for (one, verified) in self.case.published()? {
            let when = match one.when {
                Moment::Day(day) => format::day(day),
                Moment::Instant(time) => format::day(time.date_naive()),
            };
            out.push(row(&one.text, &one.who, when, Some(one.link.clone()), &verified));
        }
        Ok(out)
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
        let source = self.case.family().sources.iter().find(|source| source.key == fact.source);
        let source = SourceRow {
            title: source.map_or(fact.source.clone(), |source| source.title.clone()),
            url: source.and_then(|source| source.url.clone()),
            licence: None,
        };
        FactRow { what, who: format!("{}{on}{note}", fact.by), source }
    }

    fn share(&self, account: &Account) -> Option<String> {
        let share = figures::paying_share(account, self.case.family().machines()?)?;
        Some(format!(
            "{} with {} to the tracked addresses paid before the wallets were emptied: at most {} in a thousand of {} machines.",
            format::count(share.transactions, "transaction", "transactions"),
            format::count(share.outputs, "output", "outputs"),
            share.at_most_in_a_thousand,
            format::grouped(share.machines),
        ))
    }

    fn label_sources(&self, trail: &Trail) -> Result<Vec<SourceRow>> {
        let mut out: Vec<SourceRow> = Vec::new();
        for end in &trail.destinations {
            let (Some(label), Some(address)) = (&end.label, &end.address) else { continue };
            let source = self.case.label_source(address)?.unwrap_or_else(|| "source unknown".to_owned());
            let url = link::followed(&source).map(str::to_owned);
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
        Ok(out)
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
