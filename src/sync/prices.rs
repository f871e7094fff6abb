//! Asking live sources for the days that the price history lacks. Callable once a day: what is known is not asked again.

use std::collections::BTreeSet;
use std::fmt;

use bitcoin::hashes::{Hash, sha256};
use chrono::{NaiveDate, TimeDelta};
use reqwest::Url;

use crate::domain::{Asked, BadQuote, Currency, Decimal, Provenance, QuoteRecord, RawAnswer, Time};
use crate::http::Http;
use crate::price::{Disagreement, Live, LiveSource, Prices, Reading};
use crate::store::SharedStore;

/// A day counts as over this long after its end: neither our clock nor a source's books have to be right to the second.
const SETTLING: TimeDelta = TimeDelta::minutes(10);

/// A live source and where it is asked.
#[derive(Clone, Debug)]
pub struct PriceFeed {
    /// What is asked.
    pub source: &'static LiveSource,
    base: Url,
}

/// What asking for prices brought.
#[derive(Clone, Debug, Default)]
pub struct PriceRound {
    /// Source by source, in the order asked.
    pub feeds: Vec<FeedRound>,
    /// Days that have a price now and had none before.
    pub filled: Vec<NaiveDate>,
    /// Days up to yesterday that still have none.
    pub missing: Vec<NaiveDate>,
    /// Where sources disagree by more than the band, on all days that are known.
    pub disagreements: Vec<Disagreement>,
}

/// What one source told.
#[derive(Clone, Debug)]
pub struct FeedRound {
    /// Its name.
    pub source: &'static str,
    /// Days that it had not told before, up to yesterday.
    pub wanted: usize,
    /// Requests sent.
    pub requests: usize,
    /// Days that it told now and had not before.
    pub new: usize,
    /// Days of which it told something else before.
    pub corrected: Vec<QuoteRecord>,
    /// Days whose numbers cannot be a price: not stored.
    pub refused: Vec<BadQuote>,
    /// Why it was not asked any further; what it told before stays.
    pub failure: Option<PriceFailure>,
}

/// A source that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceFailure {
    /// Its name.
    pub source: &'static str,
    /// What happened.
    pub reason: String,
}

impl fmt::Display for PriceFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.reason)
    }
}

impl PriceFeed {
    /// A source at `base` (with or without a trailing slash), or at its public address.
    pub fn new(source: &'static LiveSource, base: Option<Url>) -> anyhow::Result<Self> {
        let mut base = base.map_or_else(|| Url::parse(source.url), Ok)?;
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Self { source, base })
    }

    async fn ask(&self, http: &Http, path: &str, asked_at: Time) -> Result<(Reading, RawAnswer), PriceFailure> {
        let failed = |reason: String| PriceFailure { source: self.source.name, reason };
        let url = self.base.join(path).map_err(|error| failed(format!("{path}: {error}")))?;
        let body = http.get(&url).await.map_err(|error| failed(error.to_string()))?;
        let reading = (self.source.read)(&body)
            .map_err(|error| failed(format!("the answer to {url} cannot be read: {error}")))?;
        let sha256 = sha256::Hash::hash(&body).to_string();
        let explorer = self.source.name.to_owned();
        let asked = Some(Asked { dialect: explorer.clone(), path: path.to_owned() });
        let provenance = Provenance { explorer, url: url.to_string(), asked_at, sha256, bytes: body.len() };
        Ok((reading, RawAnswer { provenance, body, asked, secret: false }))
    }
}

/// The last UTC day that is over.
pub fn last_finished_day(now: Time) -> NaiveDate {
    (now - SETTLING - TimeDelta::days(1)).date_naive()
}

/// Asks each source for the days after the built-in history that it has not told yet, up to yesterday, and stores what it
/// tells with the request. A source that fails is not asked any further, and the others are. The order of `feeds` is that in
/// which figures prefer them; `band` is the part of a close by which sources may differ. Fails where the database does.
pub async fn prices(
    store: &SharedStore,
    http: &Http,
    feeds: &[PriceFeed],
    band: Decimal,
    clock: fn() -> Time,
) -> anyhow::Result<PriceRound> {
    let sources: Vec<&'static LiveSource> = feeds.iter().map(|feed| feed.source).collect();
    let last = last_finished_day(clock());
    let before = load(store, &sources, band).await?;
    let mut round = PriceRound::default();
    for feed in feeds {
        round.feeds.push(read(store, http, feed, &before, last, clock).await?);
    }
    let after = load(store, &sources, band).await?;
    round.missing = after.prices.gaps(last);
    round.filled = before.prices.gaps(last);
    round.filled.retain(|day| !round.missing.contains(day));
    round.disagreements = after.prices.disagreements().to_vec();
    Ok(round)
}

/// What the database holds, and what follows from it.
struct Known {
    quotes: Vec<QuoteRecord>,
    prices: Prices,
}

async fn load(store: &SharedStore, sources: &[&'static LiveSource], band: Decimal) -> anyhow::Result<Known> {
    let quotes = store.run(|store| store.prices()).await?;
    let live = Live { quotes, sources: sources.to_vec(), band };
    let prices = Prices::load(Currency::Usd, &live)?;
    Ok(Known { quotes: live.quotes, prices })
}

/// Asks one source for what it has not told yet.
async fn read(
    store: &SharedStore,
    http: &Http,
    feed: &PriceFeed,
    known: &Known,
    last: NaiveDate,
    clock: fn() -> Time,
) -> anyhow::Result<FeedRound> {
    let name = feed.source.name;
    let told: BTreeSet<NaiveDate> = known.quotes.iter().filter(|q| q.source == name).map(|q| q.quote.day()).collect();
    let first = known.prices.history_end().and_then(|day| day.succ_opt()).unwrap_or(last);
    let wanted: Vec<NaiveDate> =
        first.iter_days().take_while(|day| *day <= last).filter(|day| !told.contains(day)).collect();
    let mut done = FeedRound {
        source: name,
        wanted: wanted.len(),
        requests: 0,
        new: 0,
        corrected: Vec::new(),
        refused: Vec::new(),
        failure: None,
    };
    let Some(today) = last.succ_opt() else { return Ok(done) };
    for path in (feed.source.requests)(&wanted, today) {
        done.requests += 1;
        match feed.ask(http, &path, clock()).await {
            Ok((Reading { mut quotes, refused }, answer)) => {
                // The running day is not over, and what is built in is not asked for.
                quotes.retain(|quote| quote.day() >= first && quote.day() <= last);
                done.refused.extend(refused.into_iter().filter(|bad| bad.day() >= first && bad.day() <= last));
                let recorded = store.run(move |store| store.record_prices(&quotes, &answer)).await?;
                done.new += recorded.new.len();
                done.corrected.extend(recorded.corrected);
            }
            Err(failure) => {
                done.failure = Some(failure);
                break;
            }
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_over_when_it_has_settled() {
        let check = |now: &str, expect: &str| {
            assert_eq!(last_finished_day(now.parse().unwrap()).to_string(), expect, "{now}");
        };
        check("2026-11-22T00:09:59Z", "2026-11-20");
        check("2026-11-22T00:10:00Z", "2026-11-21");
        check("2026-11-22T23:59:59Z", "2026-11-21");
    }
}
