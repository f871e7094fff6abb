//! What all commands begin with: flags, environment and configuration put together, and the clock.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use chrono::Utc;
use etcetera::BaseStrategy;

use super::{Global, config_file, output};
use crate::config::Config;
use crate::domain::{Family, Network, Time};
use crate::explorer::is_recorded;
use crate::files;
use crate::notify;
use crate::store::Store;
use crate::work;
pub use crate::work::Context;

impl Context {
    /// Reads the configuration file and applies flags and environment over it.
    pub fn new(mut global: Global) -> Result<Self> {
        // An empty variable of the environment is none.
        for name in [&mut global.db, &mut global.config] {
            *name = name.take().filter(|path| !path.as_os_str().is_empty());
        }
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
        let (text, named) = (text.unwrap_or_default(), place.display().to_string());
        let (mut config, receivers) =
            (Config::parse(&text, &named)?, Config::parse_receivers(&text, &named, notify::read)?);
        if let Some(network) = global.network {
            config.network = network;
        }
        config.http.pace_of_all = global.pace;
        let own = || Some(base().ok()?.data_dir().join("ransomtrail").join(file_name(config.network)));
        let database = global.db.or_else(|| config.database.clone()).or_else(own);
        Ok(Self { config, receivers, config_folder, config_file: place, database, clock: now })
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

    /// Opens the database for reading figures of a family. Where nothing is recorded of it there, and the program carries its record, that
    /// is read into memory and said: a command about such a family just works, and nothing is written.
    pub fn ledger_store_of(&self, family: &Family) -> Result<Store> {
        let store = self.ledger_store()?;
        if self.network() != Network::Bitcoin || !family.built_in || !is_recorded(&family.name) {
            return Ok(store);
        }
        let known = store.ledger(family.watched().map(|watched| &watched.address))?;
        if known.addresses.iter().any(|one| one.check.is_some() || one.followed_to.is_some()) {
            return Ok(store);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let memory = runtime.block_on(work::carried(self, family))?;
        let place = self.db_path().map(|path| path.display().to_string()).unwrap_or_default();
        output::say(&format!(
            "note: nothing is recorded of {} in {place}: this is the record that the program carries; ransomtrail sync {} asks explorers",
            family.title, family.name
        ));
        Ok(memory)
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
            work::mirror(&mut store, &self.price_sources()?)?;
        }
        Ok(store)
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

/// Each network has a database of its own.
fn file_name(network: Network) -> String {
    match network {
        Network::Bitcoin => "ransomtrail.db".to_owned(),
        other => format!("ransomtrail-{other}.db"),
    }
}

/// XDG's folders; on Windows those of the user's own profile.
fn base() -> Result<impl BaseStrategy> {
    etcetera::choose_base_strategy().context("the home folder is not known; set HOME, or name --db and --config")
}

/// The clock of the program: read here and nowhere else.
pub(super) fn now() -> Time {
    Utc::now()
}
