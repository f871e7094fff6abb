//! What a bitcoin costs: who is asked, and the newest days of it.

use anyhow::Result;
use chrono::{NaiveDate, TimeDelta};
use tracing::{error, info, warn};

use super::Context;
use crate::domain::{Network, Time};
use crate::explorer::Explorer;
use crate::http::Http;
use crate::price::{self, LiveSource};
use crate::store::{SharedStore, Store};
use crate::sync::{self, PriceFeed, PriceRound};

/// Writes the built-in prices and the order of sources into the database, so that it can be read without the program.
pub fn mirror(store: &mut Store, sources: &[&LiveSource]) -> Result<()> {
    let names: Vec<&str> = [price::IMPORTED].into_iter().chain(sources.iter().map(|source| source.name)).collect();
    Ok(store.mirror_prices(price::history()?, &names)?)
}

/// The configured sources and where each is asked.
pub fn feeds(context: &Context) -> Result<Vec<PriceFeed>> {
    let urls = &context.config.prices.urls;
    context.price_sources()?.into_iter().map(|source| PriceFeed::new(source, urls.get(source.name).cloned())).collect()
}

/// Asks these sources for what is missing.
pub async fn update_prices(
    context: &Context,
    store: &SharedStore,
    http: &Http,
    feeds: &[PriceFeed],
) -> Result<PriceRound> {
    sync::prices(store, http, feeds, context.config.prices.band, context.clock).await
}

/// The newest prices, asked for once a day, and every hour while a day is missing.
pub(super) struct DailyPrices {
    feeds: Vec<PriceFeed>,
    complete_to: Option<NaiveDate>,
    not_before: Option<Time>,
}

impl DailyPrices {
    /// Coins of test networks have no price, and nobody is asked for one.
    pub fn new(context: &Context) -> Result<Self> {
        let feeds = if context.network() == Network::Bitcoin { feeds(context)? } else { Vec::new() };
        Ok(Self { feeds, complete_to: None, not_before: None })
    }

    pub async fn update(&mut self, context: &Context, explorers: &[Explorer], store: &SharedStore) {
        let now = (context.clock)();
        let last = sync::last_finished_day(now);
        let due = self.complete_to.is_none_or(|day| day < last) && self.not_before.is_none_or(|time| time <= now);
        let Some(http) = explorers.iter().find_map(Explorer::http).filter(|_| due && !self.feeds.is_empty()) else {
            return;
        };
        self.not_before = Some(now + TimeDelta::hours(1));
        match update_prices(context, store, http, &self.feeds).await {
            Ok(round) => {
                for failure in round.feeds.iter().filter_map(|feed| feed.failure.as_ref()) {
                    warn!("{failure}");
                }
                if round.missing.is_empty() {
                    self.complete_to = Some(last);
                }
                info!(
                    filled = round.filled.len(),
                    missing = round.missing.len(),
                    disagreements = round.disagreements.len(),
                    "prices"
                );
            }
            Err(failed) => error!("{failed:#}"),
        }
    }
}
