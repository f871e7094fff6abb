use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use anyhow::Result;

use crate::catalog::Labels;
use crate::claims::{self, Published};
use crate::domain::{Address, Currency, Decimal, Family, Network, QuoteRecord};
use crate::price::{Live, LiveSource, Prices, Tables};
use crate::store::{Reading, Store, TrailStart};
use crate::trace::{Graph, GraphBuilder, LabelInfo};

/// What lies beside the ledger.
pub struct Shelf<'a> {
    /// The network that all of it is of.
    pub network: Network,
    /// What the database is called where nothing is recorded in it.
    pub place: String,
    /// Loads the labels, which not every question needs.
    pub labels: Box<dyn Fn() -> Result<Labels> + 'a>,
    /// The live sources of prices, the preferred first.
    pub price_sources: Vec<&'static LiveSource>,
    /// By how much of a close two sources may differ.
    pub price_band: Decimal,
    /// What live sources told; `None` for what this database holds of it.
    pub quotes: Option<Vec<QuoteRecord>>,
    /// The tables of prices; `None` for those that the program carries.
    pub tables: Option<Tables>,
    /// What was published about the family; `None` for what the program carries of its own families.
    pub published: Option<Vec<Published>>,
}

impl Shelf<'_> {
    /// What the program carries, of mainnet: its labels, prices and published claims, and nothing of anybody's own.
    pub fn carried() -> Self {
        Self {
            network: Network::Bitcoin,
            place: "the database".to_owned(),
            labels: Box::new(|| Labels::load(Network::Bitcoin, None)),
            price_sources: Vec::new(),
            price_band: Decimal::ZERO,
            quotes: None,
            tables: None,
            published: None,
        }
    }
}

/// One moment of the database, with what lies beside it.
pub struct Casebook<'a> {
    store: &'a Store,
    _moment: Reading<'a>,
    shelf: Shelf<'a>,
    labels: OnceCell<Labels>,
    prices: RefCell<Vec<Rc<Prices>>>,
}

impl<'a> Casebook<'a> {
    /// Opens the book: from the first question on, everything is as it was at that moment.
    pub fn open(store: &'a Store, shelf: Shelf<'a>) -> Result<Self> {
        let _moment = store.reading()?;
        Ok(Self { store, _moment, shelf, labels: OnceCell::new(), prices: RefCell::default() })
    }

    /// The network of all of it.
    pub fn network(&self) -> Network {
        self.shelf.network
    }

    /// What the database is called.
    pub fn place(&self) -> &str {
        &self.shelf.place
    }

    /// The database that it reads.
    pub fn store(&self) -> &'a Store {
        self.store
    }

    /// Who addresses belong to.
    pub fn labels(&self) -> Result<&Labels> {
        if self.labels.get().is_none() {
            let _ = self.labels.set((self.shelf.labels)()?);
        }
        Ok(self.labels.get_or_init(Labels::default))
    }

    /// Whose an address is, for those who follow coins.
    pub fn owners(&self) -> Result<impl Fn(&Address) -> Option<LabelInfo>> {
        let labels = self.labels()?;
        Ok(|address: &Address| owner(labels, address))
    }

    /// The prices in a currency. Test networks have none: their coins are worth nothing.
    pub fn prices(&self, currency: Currency) -> Result<Rc<Prices>> {
        if let Some(known) = self.prices.borrow().iter().find(|known| known.currency() == currency) {
            return Ok(Rc::clone(known));
        }
        let loaded = if self.network() == Network::Bitcoin {
            let Shelf { price_sources: sources, price_band: band, tables, quotes, .. } = &self.shelf;
            let quotes = quotes.clone().map_or_else(|| self.store.prices(), Ok)?;
            let live = Live { quotes, sources: sources.clone(), band: *band };
            match tables {
                Some(tables) => Prices::of_tables(currency, tables, &live)?,
                None => Prices::load(currency, &live)?,
            }
        } else {
            Prices::none(currency)
        };
        let loaded = Rc::new(loaded);
        self.prices.borrow_mut().push(Rc::clone(&loaded));
        Ok(loaded)
    }

    /// The same where the coins of a family are followed: what its file says of an address stands first.
    pub fn owners_about<'b>(&'b self, family: &'b Family) -> Result<impl Fn(&Address) -> Option<LabelInfo> + 'b> {
        let owners = self.owners()?;
        Ok(move |address: &Address| station(family, address).or_else(|| owners(address)))
    }

    /// What was published about a family: nothing where it is the user's own.
    pub fn published(&self, family: &Family) -> Result<Vec<Published>> {
        match &self.shelf.published {
            Some(given) => Ok(given.clone()),
            None if family.built_in => claims::published(Some(family)),
            None => Ok(Vec::new()),
        }
    }

    /// Every transaction of the ledger that can be reached from there, and what was said of their outputs.
    pub fn graph(&self, start: &TrailStart, backwards: bool) -> Result<Graph> {
        let mut builder = GraphBuilder::new();
        let told = self.store.trail(start, backwards, self.network(), |tx| builder.add(&tx))?;
        told.into_iter().for_each(|(output, status)| builder.say(output, status));
        Ok(builder.finish())
    }
}

/// The part that an address plays in a family, for those who follow coins.
pub fn station(family: &Family, address: &Address) -> Option<LabelInfo> {
    let role = family.station(address)?.role;
    let name = format!("{}, {}", family.title, role.name());
    Some(LabelInfo { name, category: role.name().to_owned(), service: role.ends_a_trail() })
}

/// Whose an address is by these labels, for those who follow coins: where several are known, one that names a service.
pub fn owner(labels: &Labels, address: &Address) -> Option<LabelInfo> {
    let label = labels.to_follow(address)?;
    let category = label.category.name().to_owned();
    Some(LabelInfo { name: label.name.clone(), category, service: label.category.is_service() })
}

impl fmt::Debug for Casebook<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Casebook").field("store", &self.store).finish_non_exhaustive()
    }
}
