//! Rounds on an interval, until somebody stops it.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use anyhow::Result;
use tracing::{error, info};

use super::prices::DailyPrices;
use super::{Context, Plan, WatchLock, chosen, log, options, round, tell};
use crate::domain::{Family, Follow};
use crate::explorer::Explorer;
use crate::notify::Desk;
use crate::store::{SharedStore, StoreError};
use crate::sync::Round;

/// How long a notice that is being sent may keep the loop from ending.
const GRACE: Duration = Duration::from_secs(10);

/// What the loop is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// A round is being made.
    Round,
    /// The next round is waited for.
    Waiting,
}

/// What is watched, who is asked and who is told.
pub struct Watch<'a> {
    /// The configuration, and where things lie.
    pub context: &'a Context,
    /// Names of families; none for the whole watch list.
    pub families: &'a [String],
    /// Who is asked.
    pub explorers: &'a [Explorer],
    /// Who is told; `None` where nobody is.
    pub desk: Option<&'a Desk>,
    /// How the chain is followed.
    pub follow: Follow,
    /// Whether withdrawals are followed.
    pub onward: bool,
    /// Time between two rounds.
    pub every: Duration,
    /// So many rounds and no more.
    pub most: Option<u64>,
    /// Is told what the loop is at.
    pub phase: &'a dyn Fn(Phase),
}

impl Watch<'_> {
    /// Makes rounds until `stop` is there, which says by what, or as many as were asked for. Returns how many were made. What was in
    /// hand at the end is stored whole, or not at all, once the runtime is gone: only then may the lock be dropped.
    pub async fn run(
        &self,
        _lock: &WatchLock,
        store: &SharedStore,
        stop: impl Future<Output = &'static str>,
    ) -> Result<u64> {
        let mut stop = pin!(stop);
        info!(
            every = format!("{:?}", self.every),
            explorers = self.explorers.len(),
            database = self.context.db_path()?.display().to_string(),
            "watching"
        );
        let mut made = 0;
        let mut prices = DailyPrices::new(self.context)?;
        let mut before = self.begin_receivers(store).await?;
        let stopping = Cell::new(false);
        let go_on = || !stopping.get();
        let ended = loop {
            let one = tokio::select! {
                one = self.round(store) => one,
                by = &mut stop => break by,
            };
            made += 1;
            match one {
                Ok(round) => log::round(&round),
                // What another program or a full disk does today may be over tomorrow.
                Err(failed) if is_passing(&failed) => error!("{failed:#}"),
                Err(failed) => return Err(failed),
            }
            tokio::select! {
                () = prices.update(self.context, self.explorers, store) => {}
                by = &mut stop => break by,
            }
            let mut telling = pin!(self.tell(store, &mut before, &go_on));
            tokio::select! {
                () = &mut telling => {}
                by = &mut stop => {
                    // Let the notice in hand be written down as sent, so that it does not come twice; no other is begun.
                    stopping.set(true);
                    let _ = tokio::time::timeout(GRACE, telling).await;
                    break by;
                }
            }
            if self.most.is_some_and(|most| made >= most) {
                break "the last round";
            }
            tokio::select! {
                () = tokio::time::sleep(jittered(self.every)) => {}
                by = &mut stop => break by,
            }
        };
        info!(rounds = made, by = ended, "stopped");
        Ok(made)
    }

    /// The newest block that is known before anything is asked: who is new is told of what comes after it.
    async fn begin_receivers(&self, store: &SharedStore) -> Result<Option<u32>> {
        let before = store.run(|store| store.newest_height()).await?;
        if let (Some(newest), Some(desk)) = (before, self.desk) {
            // Written down before anything is asked, so that a program that is killed tells of it the next time.
            if let Err(failed) = super::begin(store, &desk.receivers, &self.chosen()?, newest).await {
                error!("notices: {failed}");
            }
        }
        Ok(before)
    }

    fn chosen(&self) -> Result<Vec<Family>> {
        Ok(chosen(&self.context.catalog()?, self.families)?.into_iter().cloned().collect())
    }

    /// The watch list is read anew for each round, so that a family that is added is watched from then on.
    async fn round(&self, store: &SharedStore) -> Result<Round> {
        let context = self.context;
        let catalog = context.catalog()?;
        let families = chosen(&catalog, self.families)?;
        let watched: Vec<String> = catalog.families().map(|f| f.name.clone()).collect();
        store.run(move |store| store.keep_watching(&watched.iter().map(String::as_str).collect::<Vec<_>>())).await?;
        let options = options(context, self.follow);
        let plan = Plan::of_watch(context, &catalog, &families, self.onward, self.explorers)?;
        (self.phase)(Phase::Round);
        let made = round(store, self.explorers, &families, options, Some(&plan), &|_| (), context.clock).await?;
        log::onward(&made.onward);
        (self.phase)(Phase::Waiting);
        Ok(made.round)
    }

    /// Looks for news and sends what waits. Whatever goes wrong with it, the rounds go on.
    async fn tell(&self, store: &SharedStore, before: &mut Option<u32>, go_on: &dyn Fn() -> bool) {
        let Some(desk) = self.desk else { return };
        let news = async {
            let told = tell(self.context, store, desk, &self.chosen()?, *before, go_on).await?;
            *before = store.run(|store| store.newest_height()).await?;
            Ok::<_, anyhow::Error>(told)
        };
        match news.await {
            Ok(told) => log::told(told),
            Err(failed) => error!("notices: {failed:#}"),
        }
    }
}

impl fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("families", &self.families).field("every", &self.every).finish_non_exhaustive()
    }
}

/// Whether a further round may go well.
fn is_passing(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<StoreError>() {
        Some(StoreError::Busy(_) | StoreError::Full(_)) => true,
        Some(_) => false,
        // A family file that is being written.
        None => true,
    }
}

/// A tenth more or less, so that not all watchers of the world ask at the full hour.
fn jittered(every: Duration) -> Duration {
    every.mul_f64(0.9 + 0.2 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::{pending, ready};

    use super::*;
    use crate::config::Config;
    use crate::domain::Time;
    use crate::store::Store;

    fn clock() -> Time {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    /// Rounds over the built-in record with this end in sight: how many were made, what the loop was at, and when the last one ended.
    async fn watched(most: Option<u64>, stop: impl Future<Output = &'static str>) -> (u64, Vec<Phase>, Option<Time>) {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("x.db");
        let context = Context {
            config: Config::default(),
            receivers: Vec::new(),
            config_folder: folder.path().to_owned(),
            config_file: folder.path().join("x.toml"),
            database: Some(database.clone()),
            clock,
        };
        let store = SharedStore::new(Store::open(&database).unwrap());
        let lock = WatchLock::take(&database).unwrap();
        assert!(super::super::is_watched(&database) && WatchLock::take(&database).is_err());
        let phases = RefCell::new(Vec::new());
        let watch = Watch {
            context: &context,
            families: &["wannacry".to_owned()],
            explorers: &[Explorer::built_in(clock)],
            desk: None,
            follow: Follow::Addresses,
            onward: false,
            every: Duration::ZERO,
            most,
            phase: &|phase| phases.borrow_mut().push(phase),
        };
        let made = watch.run(&lock, &store, stop).await.unwrap();
        let last = store.run(|store| store.last_round()).await.unwrap();
        (made, phases.into_inner(), last.map(|round| round.ended_at))
    }

    #[tokio::test]
    async fn the_loop_ends_when_it_is_told_to_and_has_no_clock_of_its_own() {
        let round = [Phase::Round, Phase::Waiting];
        assert_eq!(watched(Some(2), pending()).await, (2, [round, round].concat(), Some(clock())));
        let (made, phases, _) = watched(None, async {
            tokio::task::yield_now().await;
            "a test"
        })
        .await;
        assert!(made == 0 && phases.len() <= 1, "{made} {phases:?}");
        let (made, _, _) = watched(None, ready("a test")).await;
        assert!(made <= 1, "{made}");
    }
}
