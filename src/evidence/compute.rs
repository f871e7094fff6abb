//! What a pack's contents say: the same function computes it for those who pack and for those who check.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::archive::Entry;
use super::bounds;
use super::contents::{Contents, ORIGINS};
use super::files::pretty;
use crate::catalog::{self, Labels};
use crate::domain::{Address, Decimal, Family, Network, Period};
use crate::figures::{self, Account};
use crate::price::{Live, Prices, live_source};
use crate::store::{Store, TrailStart};
use crate::trace::{self, Graph, GraphBuilder, LabelInfo, Policy, Rules, Source, Trail};

/// What further pages of a pack may be made from. Nothing else: whoever checks has no more.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The family.
    pub family: &'a Family,
    /// The network of its addresses.
    pub network: Network,
    /// Its figures under the pack's question.
    pub account: &'a Account,
    /// The prices that they were computed with.
    pub prices: &'a Prices,
    /// Every transaction that can be reached from what was withdrawn, and what was said of their outputs.
    pub graph: &'a Graph,
    /// Where what was withdrawn went, under each policy.
    pub trails: &'a [Trail],
    /// Labels of the addresses in the ledger.
    pub labels: &'a Labels,
}

/// Makes further pages of a pack: names below `report/` and contents. The same material has to give the same bytes.
pub type Pages<'a> = &'a dyn Fn(&Material<'_>) -> Result<Vec<(String, Vec<u8>)>>;

/// No pages besides the figures.
pub fn no_pages(_material: &Material<'_>) -> Result<Vec<(String, Vec<u8>)>> {
    Ok(Vec::new())
}

/// Everything that follows from a pack's contents.
pub(super) struct Computed {
    pub family: Family,
    network: Network,
    pub store: Store,
    pub account: Account,
    prices: Prices,
    graph: Graph,
    trails: Vec<Trail>,
    labels: Labels,
}

impl Computed {
    pub fn of(contents: &Contents) -> Result<Self> {
        let options = &contents.options;
        bounds::plausible(&contents.slice, options)?;
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
        let prices = match &contents.prices {
            Some(tables) => Prices::of_tables(currency, tables, &live).context("the prices")?,
            None => Prices::none(currency),
        };
        let ledger = store.ledger(family.addresses.iter().map(|a| &a.address))?;
        let account =
            figures::open(&family, &ledger, &prices, question).context("nothing is recorded of the family")?;
        let addresses: Vec<Address> = family.addresses.iter().map(|a| a.address.clone()).collect();
        let graph = graph(&store, addresses.clone(), network)?;
        let source = Source::Addresses(addresses.into_iter().collect());
        let until = question.as_of.map(|moment| moment.last_second(question.zone));
        let named = |address: &Address| named(&labels, address);
        let follow = |policy| trace::follow(&graph, &source, Rules { policy, until, ..Rules::default() }, &named);
        let trails = Policy::ALL.into_iter().map(follow).collect();
        Ok(Self { family, network, store, account, prices, graph, trails, labels })
    }

    /// Every page that is computed.
    pub fn pages(&self, pages: Pages<'_>) -> Result<Vec<Entry>> {
        let account = &self.account;
        let payments: Vec<Value> = account.payments.iter().map(figures::Payment::as_json).collect();
        let withdrawals: Vec<Value> = account.withdrawals.iter().map(figures::Withdrawal::as_json).collect();
        let mut out = vec![
            Entry::new("figures/summary.json", pretty(&account.summary)?),
            Entry::new("figures/payments.json", pretty(&payments)?),
            Entry::new("figures/withdrawals.json", pretty(&withdrawals)?),
            Entry::new("figures/days.json", pretty(&figures::steps(account, Period::Day))?),
        ];
        for trail in &self.trails {
            out.push(Entry::new(format!("figures/trace-{}.json", trail.policy), pretty(&trail.as_json())?));
        }
        let material = Material {
            family: &self.family,
            network: self.network,
            account,
            prices: &self.prices,
            graph: &self.graph,
            trails: &self.trails,
            labels: &self.labels,
        };
        let mut seen = BTreeSet::new();
        for (name, bytes) in pages(&material)? {
            ensure!(name.starts_with("report/") && seen.insert(name.clone()), "{name} is no name of a page of its own");
            out.push(Entry::new(name, bytes));
        }
        Ok(out)
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
