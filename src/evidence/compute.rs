//! What a pack's contents say: the same function computes it for those who pack and for those who check.

use std::rc::Rc;

use anyhow::{Context, Result, ensure};
use chrono_tz::Tz;

use super::archive::Entry;
use super::contents::{Contents, ORIGINS};
use super::files::pretty;
use crate::casebook::{Case, Casebook, Shelf};
use crate::catalog::{self, Labels};
use crate::document::{Event, Frame, Payment, Step, Summary, Trail, TrailSubject, Withdrawal};
use crate::domain::{Currency, Family, Ledger, Period, TimeBasis};
use crate::figures::Account;
use crate::price::{Prices, live_source, needs_rates};
use crate::report::{Asked, FORMATS, Material};
use crate::store::Store;
use crate::trace::Policy;

/// Files of the report are below it.
pub(super) const REPORT: &str = "report/";

/// Everything that follows from a pack's contents.
pub(super) struct Computed<'a> {
    contents: &'a Contents,
    pub family: Family,
    pub ledger: Ledger,
    pub account: Account,
    store: Store,
    labels: Labels,
}

impl<'a> Computed<'a> {
    pub fn of(contents: &'a Contents) -> Result<Self> {
        let options = &contents.options;
        let network = options.network()?;
        let (mut family, own_network) = catalog::read(&contents.family).context("the family's file")?;
        family.built_in = catalog::built_in_text(&family.name).is_some_and(|text| text == contents.family);
        ensure!(
            family.name == options.family,
            "the family's file is that of {}, not of {}",
            family.name,
            options.family
        );
        ensure!(own_network == network, "the family's file is of another network than the question");
        let tables: Vec<_> = ORIGINS
            .iter()
            .zip(&contents.labels)
            .filter(|(_, text)| !text.is_empty())
            .map(|(o, t)| (o.name(), *o, t.as_str()))
            .collect();
        let labels = Labels::of_texts(network, &tables).context("the labels")?;
        let store = Store::holding(&contents.slice).context("the rows of the ledger do not fit together")?;
        if let Some(tables) = &contents.prices {
            let needed = needs_rates(&contents.currencies()?);
            ensure!(
                tables.rates.is_some() == needed,
                "exchange rates are in a pack where they are needed, and only there"
            );
        }
        let (ledger, account) = {
            let book = book(contents, &store, &labels)?;
            let case = book.case(&family, options.inquiry()?)?;
            (case.ledger().clone(), case.account().context("nothing is recorded of the family")?.clone())
        };
        Ok(Self { contents, family, ledger, account, store, labels })
    }

    fn with<T>(&self, ask: impl FnOnce(&Case<'_>) -> Result<T>) -> Result<T> {
        let book = book(self.contents, &self.store, &self.labels)?;
        ask(&book.case(&self.family, self.contents.options.inquiry()?)?)
    }

    /// The prices of a bitcoin that figures in this currency are computed with.
    pub fn prices(&self, currency: Currency) -> Result<Rc<Prices>> {
        book(self.contents, &self.store, &self.labels)?.prices(currency)
    }

    /// The figures as JSON: what the commands of these names print.
    pub fn figures(&self) -> Result<Vec<Entry>> {
        self.with(|case| {
            let account = case.account()?;
            let frame = Frame::of(account);
            let payments: Vec<_> = account.payments.iter().map(|one| Payment::of(one, frame)).collect();
            let withdrawals: Vec<_> = account.withdrawals.iter().map(|one| Withdrawal::of(one, frame)).collect();
            let days: Vec<_> = case.steps(Period::Day)?.iter().map(|one| Step::of(one, frame)).collect();
            let events: Vec<_> = case.events()?.iter().map(|one| Event::of(one, frame)).collect();
            let mut out = vec![
                Entry::new("figures/summary.json", pretty(&Summary::of(account))?),
                Entry::new("figures/payments.json", pretty(&payments)?),
                Entry::new("figures/withdrawals.json", pretty(&withdrawals)?),
                Entry::new("figures/days.json", pretty(&days)?),
                Entry::new("figures/events.json", pretty(&events)?),
            ];
            for policy in Policy::ALL {
                let document = Trail::of(&case.trace(policy)?, TrailSubject::family(&self.family.name));
                out.push(Entry::new(format!("figures/trace-{policy}.json"), pretty(&document)?));
            }
            Ok(out)
        })
    }

    /// The report in every form.
    pub fn report(&self) -> Result<Vec<Entry>> {
        let options = &self.contents.options;
        let (question, currency, claim) = (options.question()?, options.currency()?, options.own_claim()?);
        let asked = Asked {
            as_of: question.as_of,
            time: Some(question.basis).filter(|basis| *basis != TimeBasis::default()),
            zone: Some(question.zone).filter(|zone| *zone != Tz::UTC),
            currency: Some(currency).filter(|currency| *currency != Currency::Usd),
            policy: None,
            claim: options.claim.as_deref(),
            on: claim.as_ref().and_then(|claim| claim.on),
        };
        let command = asked.command(&format!("report {}", self.family.name));
        self.with(|case| {
            let page = Material { case, claim: claim.as_ref(), command: &command }.make()?;
            let mut out = Vec::new();
            for format in FORMATS {
                let files = page.files(format)?.into_iter();
                out.extend(files.map(|(name, text)| Entry::new(format!("{REPORT}{name}"), text)));
            }
            Ok(out)
        })
    }
}

/// The book of a pack: nothing but what is in it.
fn book<'a>(contents: &Contents, store: &'a Store, labels: &'a Labels) -> Result<Casebook<'a>> {
    let options = &contents.options;
    let shelf = Shelf {
        network: options.network()?,
        place: "the pack".to_owned(),
        labels: Box::new(|| Ok(labels.clone())),
        price_sources: options.price_sources.iter().filter_map(|name| live_source(name)).collect(),
        price_band: options.price_band.parse().context("options.json: price_band")?,
        quotes: None,
        tables: contents.prices.clone(),
        published: Some(contents.published()?),
    };
    Casebook::open(store, shelf)
}
