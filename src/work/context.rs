use std::path::PathBuf;

use anyhow::{Context as _, Result};
use chrono::TimeDelta;

use super::Usage;
use crate::casebook::{Casebook, Inquiry, Shelf, owner};
use crate::catalog::{self, Catalog, Labels, labels};
use crate::config::{Config, OnwardLimits};
use crate::domain::{Address, Family, Network, Time, one_of};
use crate::figures::Question;
use crate::notify::Receiver;
use crate::price::{LIVE_SOURCES, LiveSource};
use crate::store::{Store, StoreError};
use crate::trace::{LabelInfo, Rules};

/// Configuration, folders, database and clock: what all work stands on.
#[derive(Clone, Debug)]
pub struct Context {
    /// The configuration, with flags and environment applied.
    pub config: Config,
    /// Who is told of news: the `[[notify]]` blocks of the configuration.
    pub receivers: Vec<Receiver>,
    /// The folder of the user's configuration; family files are below it.
    pub config_folder: PathBuf,
    /// The configuration file, whether or not there is one.
    pub config_file: PathBuf,
    /// The database; `None` where nobody named one and there is no home to have one in.
    pub database: Option<PathBuf>,
    /// The clock.
    pub clock: fn() -> Time,
}

impl Context {
    /// The network in use.
    pub fn network(&self) -> Network {
        self.config.network
    }

    /// The watch list: built-in families and the user's own.
    pub fn catalog(&self) -> Result<Catalog> {
        Catalog::load(self.network(), Some(&self.families_folder()))
    }

    /// Whose an address is, for those who follow coins: where several labels are known, one that names a service.
    pub fn services(&self) -> Result<impl Fn(&Address) -> Option<LabelInfo> + use<>> {
        let labels = self.labels()?;
        Ok(move |address: &Address| owner(&labels, address))
    }

    /// How far the withdrawals of a family are followed, as configured.
    pub fn rules_of(&self, family: &str) -> Rules {
        let limits = self.config.onward.limits_of(family);
        let OnwardLimits { hops, min_value, fan_out, .. } = limits;
        Rules { hops, min_value, fan_out, ..Rules::default() }
    }

    /// What is asked of a family where nothing else is said: everything up to the last observation, as configured.
    pub fn inquiry(&self, family: &Family) -> Inquiry {
        Inquiry {
            question: Question { zone: self.config.time_zone, ..Question::default() },
            currency: self.config.currency,
            rules: self.rules_of(&family.name),
            // A rest of centuries is none that a chain has seen.
            sleep: TimeDelta::from_std(self.config.events.sleep).unwrap_or(TimeDelta::MAX),
            ..Inquiry::default()
        }
    }

    /// Opens this database at one moment, with the configured labels and prices.
    pub fn casebook<'a>(&'a self, store: &'a Store) -> Result<Casebook<'a>> {
        let mut shelf = self.shelf()?;
        // The built-in record in memory knows no prices but those that the program carries.
        if store.is_in_memory()
            && let Some(own) = self.existing_store()?
        {
            shelf.quotes = Some(own.prices()?);
        }
        Casebook::open(store, shelf)
    }

    /// The configured labels and prices.
    pub fn shelf(&self) -> Result<Shelf<'_>> {
        Ok(Shelf {
            network: self.network(),
            place: self.db_path().map(|path| path.display().to_string()).unwrap_or_default(),
            labels: Box::new(|| self.labels()),
            price_sources: self.price_sources()?,
            price_band: self.config.prices.band,
            quotes: None,
            tables: None,
            published: None,
        })
    }

    /// The configured sources of prices, in their order.
    pub fn price_sources(&self) -> Result<Vec<&'static LiveSource>> {
        let prices = &self.config.prices;
        let known = |name: &String| {
            one_of("price source", name, LIVE_SOURCES, |source| source.name)
                .map_err(|error| Usage(format!("[prices] in the configuration: {error}")))
        };
        for name in prices.urls.keys() {
            known(name)?;
        }
        match &prices.sources {
            Some(names) => Ok(names.iter().map(known).collect::<Result<_, _>>()?),
            None => Ok(LIVE_SOURCES.iter().collect()),
        }
    }

    /// The folder of the user's own families.
    pub fn families_folder(&self) -> PathBuf {
        catalog::own_folder(&self.config_folder)
    }

    /// Who addresses belong to: built-in labels and the user's own.
    pub fn labels(&self) -> Result<Labels> {
        Labels::load(self.network(), Some(&self.labels_folder()))
    }

    /// The folder of the user's label files.
    pub fn labels_folder(&self) -> PathBuf {
        labels::folder(&self.config_folder)
    }

    /// The database's path; each network has its own.
    pub fn db_path(&self) -> Result<PathBuf> {
        self.database.clone().context("the home folder is not known; set HOME, or name --db and --config")
    }

    /// Opens the database for reading figures; where there is none yet, nothing is recorded.
    pub fn ledger_store(&self) -> Result<Store> {
        Ok(match self.existing_store()? {
            Some(store) => store,
            None => Store::in_memory()?,
        })
    }

    /// Opens the database for reading; `None` where there is none yet.
    pub fn existing_store(&self) -> Result<Option<Store>> {
        match Store::open_existing(&self.db_path()?) {
            Ok(store) => Ok(Some(store)),
            Err(StoreError::Missing(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// So many pages of an address's history are asked for in a round.
    pub fn max_pages(&self) -> usize {
        self.config.max_pages.get() as usize
    }
}
