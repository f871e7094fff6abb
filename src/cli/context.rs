//! What the commands share: configuration, paths, catalogue, database, explorers, clock.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use chrono::{TimeDelta, Utc};
use etcetera::BaseStrategy;

use super::{Global, config_file, prices};
use crate::casebook::{Casebook, Inquiry, Shelf, owner};
use crate::catalog::{self, Catalog, Labels, labels};
use crate::config::{Config, OnwardLimits};
use crate::domain::{Address, Family, Network, Time};
use crate::figures::Question;
use crate::files;
use crate::store::{Store, StoreError};
use crate::trace::{LabelInfo, Rules};

/// Flags, environment and configuration, put together.
#[derive(Clone, Debug)]
pub struct Context {
    /// The configuration, with flags and environment applied.
    pub config: Config,
    /// The folder of the user's configuration; family files are below it.
    pub config_folder: PathBuf,
    /// The configuration file, whether or not there is one.
    pub config_file: PathBuf,
    db: Option<PathBuf>,
}

impl Context {
    /// Reads the configuration file and applies flags and environment over it.
    pub fn new(global: Global) -> Result<Self> {
        let own_folder = || -> Result<PathBuf> { Ok(base()?.config_dir().join("ransomtrail")) };
        let (config_folder, text, place) = match &global.config {
            Some(file) => {
                let missing = || anyhow!("{}: No such file or directory", file.display());
                let text = config_file::read(file)?.ok_or_else(missing)?;
                let folder = file.parent().unwrap_or(Path::new("")).to_owned();
                (folder, Some(text), file.clone())
            }
            None => {
                let folder = own_folder()?;
                let file = folder.join("ransomtrail.toml");
                let text = config_file::read(&file)?;
                (folder, text, file)
            }
        };
        let mut config = match text {
            Some(text) => Config::parse(&text, &place.display().to_string())?,
            None => Config::default(),
        };
        if let Some(network) = global.network {
            config.network = network;
        }
        let db = global.db.or_else(|| config.database.clone());
        Ok(Self { config, config_folder, config_file: place, db })
    }

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
        Casebook::open(store, self.shelf()?)
    }

    /// The configured labels and prices.
    pub fn shelf(&self) -> Result<Shelf<'_>> {
        Ok(Shelf {
            network: self.network(),
            place: self.db_path().map(|path| path.display().to_string()).unwrap_or_default(),
            labels: Box::new(|| self.labels()),
            price_sources: prices::sources(self)?,
            price_band: self.config.prices.band,
            quotes: None,
            tables: None,
            published: None,
        })
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
        if let Some(path) = &self.db {
            return Ok(path.clone());
        }
        let file = match self.network() {
            Network::Bitcoin => "ransomtrail.db".to_owned(),
            other => format!("ransomtrail-{other}.db"),
        };
        Ok(base()?.data_dir().join("ransomtrail").join(file))
    }

    /// Opens the database for reading figures; where there is none yet, nothing is recorded.
    pub fn ledger_store(&self) -> Result<Store> {
        Ok(match self.existing_store()? {
            Some(store) => store,
            None => Store::in_memory()?,
        })
    }

    /// What to say where others can read what the program keeps: the database, families, labels and the folders they lie in.
    pub fn open_to_others(&self) -> Option<String> {
        let mut kept = vec![self.families_folder(), self.labels_folder()];
        for folder in kept.clone() {
            let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
            kept.extend(files.map(|file| file.path()));
        }
        if let Ok(db) = self.db_path() {
            // Of other folders it is not known that they are the program's own.
            let own = db.parent().filter(|folder| folder.ends_with("ransomtrail"));
            kept.extend(own.map(Path::to_owned));
            kept.push(db);
        }
        kept.sort();
        files::warning(&kept)
    }

    /// Opens the database for reading; `None` where there is none yet.
    pub fn existing_store(&self) -> Result<Option<Store>> {
        match Store::open_existing(&self.db_path()?) {
            Ok(store) => Ok(Some(store)),
            Err(StoreError::Missing(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens the database for writing where there is one.
    pub fn existing_store_to_write(&self, keep: KeepArgs) -> Result<Option<Store>> {
        if self.db_path()?.exists() { self.store(keep).map(Some) } else { Ok(None) }
    }

    /// Opens the database for writing, made where there is none; what explorers answer is kept in it unless the flag or the
    /// configuration says otherwise.
    pub fn store(&self, keep: KeepArgs) -> Result<Store> {
        let mut store = Store::open(&self.db_path()?)?;
        store.keep_answers(self.keeps_answers(keep));
        if self.network() == Network::Bitcoin {
            prices::mirror(&mut store, &prices::sources(self)?)?;
        }
        Ok(store)
    }

    /// So many pages of an address's history are asked for in a round.
    pub fn max_pages(&self) -> usize {
        self.config.max_pages.get() as usize
    }

    /// Whether what explorers answer is kept.
    pub fn keeps_answers(&self, keep: KeepArgs) -> bool {
        self.config.keep_answers && !keep.no_keep_answers
    }
}

/// Whether answers are kept.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct KeepArgs {
    /// Do not keep the answers as they came: the database stays smaller, and evidence packs lack them
    #[arg(long)]
    pub no_keep_answers: bool,
}

/// XDG's folders; on Windows those of the user's own profile.
fn base() -> Result<impl BaseStrategy> {
    etcetera::choose_base_strategy().context("the home folder is not known; set HOME, or name --db and --config")
}

/// The clock of the program: read here and nowhere else.
pub(super) fn now() -> Time {
    Utc::now()
}
