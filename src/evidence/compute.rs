//! What a pack's contents say: the same function computes it for those who pack and for those who check.

use anyhow::{Context, Result, ensure};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::archive::Entry;
use super::contents::{Contents, ORIGINS};
use super::files::pretty;
use crate::catalog::{self, Labels};
use crate::domain::{Address, Currency, Decimal, EventKind, Family, Ledger, Network, Period, TimeBasis};
use crate::events::{self, Watched};
use crate::figures::{self, Account, Question};
use crate::price::{Live, Prices, live_source, needs_rates};
use crate::report::{Asked, FORMATS, Material};
use crate::store::{Store, TrailStart};
use crate::trace::{self, Document, Graph, GraphBuilder, LabelInfo, Policy, Rules, Source, Trail};

/// Files of the report are below it.
pub(super) const REPORT: &str = "report/";

/// Everything that follows from a pack's contents.
pub(super) struct Computed<'a> {
    contents: &'a Contents,
    pub family: Family,
    pub ledger: Ledger,
    pub account: Account,
    live: Live,
    prices: Prices,
    graph: Graph,
    labels: Labels,
}

impl<'a> Computed<'a> {
    pub fn of(contents: &'a Contents) -> Result<Self> {
        let options = &contents.options;
        let (network, currency, question) = (options.network()?, options.currency()?, options.question()?);
        let (family, own_network) = catalog::read(&contents.family).context("the family's file")?;
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
        let sources = options.price_sources.iter().filter_map(|name| live_source(name)).collect();
        let band: Decimal = options.price_band.parse().context("options.json: price_band")?;
        let live = Live { quotes: store.prices()?, sources, band };
        if let Some(tables) = &contents.prices {
            let needed = needs_rates(&contents.currencies()?);
            ensure!(
                tables.rates.is_some() == needed,
                "exchange rates are in a pack where they are needed, and only there"
            );
        }
        let prices = prices(contents, currency, &live)?;
        let ledger = store.ledger(family.addresses.iter().map(|a| &a.address))?;
        let account =
            figures::open(&family, &ledger, &prices, question).context("nothing is recorded of the family")?;
        let graph = graph(&store, family.addresses.iter().map(|a| a.address.clone()).collect(), network)?;
        Ok(Self { contents, family, ledger, account, live, prices, graph, labels })
    }

    /// The figures as JSON: what the commands of these names print.
    pub fn figures(&self) -> Result<Vec<Entry>> {
        let account = &self.account;
        let payments: Vec<Value> = account.payments.iter().map(figures::Payment::as_json).collect();
        let withdrawals: Vec<Value> = account.withdrawals.iter().map(figures::Withdrawal::as_json).collect();
        let mut out = vec![
            Entry::new("figures/summary.json", pretty(&account.summary)?),
            Entry::new("figures/payments.json", pretty(&payments)?),
            Entry::new("figures/withdrawals.json", pretty(&withdrawals)?),
            Entry::new("figures/days.json", pretty(&figures::steps(account, Period::Day))?),
        ];
        let source = Source::Addresses(self.family.addresses.iter().map(|a| a.address.clone()).collect());
        let subject = json!({ "family": self.family.name, "address": null, "txid": null, "vout": null });
        let labels = |address: &Address| named(&self.labels, address);
        for policy in Policy::ALL {
            let rules = Rules { policy, ..self.contents.options.rules()? };
            let trail = trace::follow(&self.graph, &source, rules, &labels);
            if policy == Policy::default() {
                out.push(Entry::new("figures/events.json", pretty(&self.events(&trail)?)?));
            }
            let document = Document::of(&self.graph, &source, rules, trail, self.ledger.complete_to());
            out.push(Entry::new(format!("figures/trace-{policy}.json"), pretty(&document.as_json(&subject))?));
        }
        Ok(out)
    }

    /// Events, by block time as everywhere.
    fn events(&self, trail: &Trail) -> Result<Vec<Value>> {
        let options = &self.contents.options;
        let question = Question { basis: TimeBasis::Block, ..options.question()? };
        let account =
            figures::open(&self.family, &self.ledger, &self.prices, question).context("nothing is recorded")?;
        let (graph, prices, sleep, until) = (&self.graph, &self.prices, options.sleep(), options.rules()?.until);
        let watched = Watched { account: &account, graph, trail, prices, sleep, until };
        let found = events::events(watched, &EventKind::CASH_OUT);
        Ok(found.iter().map(|event| event.as_json(&self.family.name, account.currency)).collect())
    }

    /// The report in every form.
    pub fn report(&self) -> Result<Vec<Entry>> {
        let options = &self.contents.options;
        let (question, currency) = (options.question()?, options.currency()?);
        let (claim, published) = (options.own_claim()?, self.contents.published()?);
        let asked = Asked {
            as_of: question.as_of,
            time: Some(question.basis).filter(|basis| *basis != TimeBasis::default()),
            zone: Some(question.zone).filter(|zone| *zone != Tz::UTC),
            currency: Some(currency).filter(|currency| *currency != Currency::Usd),
            policy: None,
            claim: options.claim.as_deref(),
            on: claim.as_ref().and_then(|claim| claim.on),
        };
        let labels = |address: &Address| named(&self.labels, address);
        let material = Material {
            family: &self.family,
            ledger: &self.ledger,
            graph: &self.graph,
            prices: &self.prices,
            prices_in: &|currency| prices(self.contents, currency, &self.live),
            question,
            rules: options.rules()?,
            sleep: options.sleep(),
            labels: &labels,
            label_source: &|address| Some(self.labels.to_follow(address)?.source.clone()),
            published: &published,
            claim: claim.as_ref(),
            command: &asked.command(&self.family.name),
        };
        let made = material.make()?.context("nothing is recorded of the family")?;
        let mut out = Vec::new();
        for format in FORMATS {
            let files = made.files(format)?.into_iter();
            out.extend(files.map(|(name, text)| Entry::new(format!("{REPORT}{name}"), text)));
        }
        Ok(out)
    }
}

/// Prices from the tables in the pack; none on a test network.
fn prices(contents: &Contents, currency: Currency, live: &Live) -> Result<Prices> {
    match &contents.prices {
        Some(tables) => Prices::of_tables(currency, tables, live).context("the prices"),
        None => Ok(Prices::none(currency)),
    }
}

fn graph(store: &Store, addresses: Vec<Address>, network: Network) -> Result<Graph> {
    let mut builder = GraphBuilder::new();
    let fates = store.trail(&TrailStart::Addresses(addresses), false, network, |tx| builder.add(&tx))?;
    fates.into_iter().for_each(|(output, fate)| builder.say(output, fate));
    Ok(builder.finish())
}

/// Whose an address is, for those who follow coins.
fn named(labels: &Labels, address: &Address) -> Option<LabelInfo> {
    let label = labels.to_follow(address)?;
    Some(LabelInfo {
        name: label.name.clone(),
        category: label.category.name().to_owned(),
        service: label.category.is_service(),
    })
}
