//! What live sources told of a day's price: only ever added to; the newest of a source counts.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use rust_decimal::RoundingStrategy;
use rust_decimal::prelude::ToPrimitive;

use super::request::insert_request;
use super::{Store, StoreError, kept, schema};
use crate::domain::{DayPrice, Decimal, Quote, QuoteRecord, RawAnswer};

/// What storing an answer did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedPrices {
    /// Days of which the source had told nothing before.
    pub new: Vec<Quote>,
    /// Days of which it told something else before; what it tells now counts.
    pub corrected: Vec<QuoteRecord>,
}

impl Store {
    /// Stores what a source told, with the request that brought it, in one SQLite transaction. What it told just so before
    /// is not stored again.
    pub fn record_prices(&mut self, quotes: &[Quote], answer: &RawAnswer) -> Result<RecordedPrices, StoreError> {
        let path = self.path.clone();
        self.append_prices(quotes, answer).map_err(|error| super::explain(&path, error))
    }

    /// Mirrors the built-in history of prices and the order of live sources into the database, so that its views can value
    /// payments without the program. Where the file holds the same already, nothing is written.
    pub fn mirror_prices(&mut self, history: &[DayPrice], sources: &[&str]) -> Result<(), StoreError> {
        let day = |p: &DayPrice| format!("{} {} {} {}\n", p.day, p.low, p.close, p.high);
        let content: String = history.iter().map(day).chain([sources.join(" ")]).collect();
        let write = |work: &Connection| -> rusqlite::Result<()> {
            work.execute_batch("DELETE FROM built_in_price; DELETE FROM price_source;")?;
            for price in history {
                let [low, close, high] = [price.low, price.close, price.high].map(ten_thousandths);
                work.prepare_cached("INSERT INTO built_in_price (day, low, close, high) VALUES (?1, ?2, ?3, ?4)")?
                    .execute(params![price.day.to_string(), low, close, high])?;
            }
            for (position, source) in sources.iter().enumerate() {
                work.execute("INSERT INTO price_source (name, position) VALUES (?1, ?2)", params![source, position])?;
            }
            Ok(())
        };
        schema::renew(&mut self.db, "prices", &content, write).map_err(|error| super::explain(&self.path, error))
    }

    fn append_prices(&mut self, quotes: &[Quote], answer: &RawAnswer) -> rusqlite::Result<RecordedPrices> {
        let (provenance, keeps) = (&answer.provenance, self.keeps_answers);
        let work = self.db.transaction()?;
        let source = &provenance.explorer;
        let mut recorded = RecordedPrices::default();
        let mut request = None;
        for quote in quotes {
            let before = newest(&work, quote, source)?;
            if before == Some(*quote) {
                continue;
            }
            let request = match request {
                Some(request) => request,
                None => *request.insert(insert_request(&work, provenance)?),
            };
            work.prepare_cached(
                "INSERT INTO price (day, source, low, close, high, asked_at, request_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                quote.day().to_string(),
                source,
                quote.range().map(|(low, _)| low.to_string()),
                quote.close().to_string(),
                quote.range().map(|(_, high)| high.to_string()),
                provenance.asked_at.timestamp(),
                request,
            ])?;
            match before {
                None => recorded.new.push(*quote),
                Some(_) => recorded.corrected.push(QuoteRecord {
                    quote: *quote,
                    source: source.clone(),
                    asked_at: provenance.asked_at,
                    before,
                }),
            }
        }
        if let Some(request) = request.filter(|_| keeps) {
            kept::keep(&work, request, std::slice::from_ref(answer))?;
        }
        work.commit()?;
        Ok(recorded)
    }

    /// What each source told last of each day, in order of days.
    pub fn prices(&self) -> Result<Vec<QuoteRecord>, StoreError> {
        let read = || {
            let mut query = self.db.prepare_cached(
                "SELECT day, low, close, high, source, asked_at FROM price ORDER BY day, source, price_id",
            )?;
            let mut rows = query.query([])?;
            let mut out: Vec<QuoteRecord> = Vec::new();
            while let Some(row) = rows.next()? {
                let (quote, source, asked_at) = (quote(row)?, row.get::<_, String>(4)?, row.get(5)?);
                let asked_at = super::ledger::time(asked_at);
                let same = |o: &QuoteRecord| o.quote.day() == quote.day() && o.source == source;
                let before = out.pop_if(|last| same(last)).map(|o| o.quote);
                out.push(QuoteRecord { quote, source, asked_at, before });
            }
            Ok(out)
        };
        read().map_err(|error| self.explain(error))
    }
}

/// In 1/10,000 of a dollar; `None`, which the table refuses, beyond any price of a bitcoin.
fn ten_thousandths(price: Decimal) -> Option<i64> {
    let scaled = price.checked_mul(Decimal::from(10_000))?;
    scaled.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()
}

fn newest(db: &Connection, quote: &Quote, source: &str) -> rusqlite::Result<Option<Quote>> {
    db.prepare_cached(
        "SELECT day, low, close, high FROM price WHERE day = ?1 AND source = ?2 ORDER BY price_id DESC LIMIT 1",
    )?
    .query_row(params![quote.day().to_string(), source], self::quote)
    .optional()
}

/// Reads day, low, close and high; what is no price of a bitcoin was written by somebody else.
fn quote(row: &Row<'_>) -> rusqlite::Result<Quote> {
    fn wrong(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    }
    let number = |column: usize, text: String| text.parse::<Decimal>().map_err(|error| wrong(column, error));
    let maybe = |column: usize| row.get::<_, Option<String>>(column)?.map(|text| number(column, text)).transpose();
    let day = row.get::<_, String>(0)?.parse().map_err(|error| wrong(0, error))?;
    Quote::new(day, maybe(1)?.zip(maybe(3)?), number(2, row.get(2)?)?).map_err(|error| wrong(2, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Provenance, Time};

    fn told(source: &str, asked_at: i64) -> RawAnswer {
        let asked_at = Time::from_timestamp(asked_at, 0).unwrap();
        let url = format!("https://{source}.example/");
        let provenance = Provenance { explorer: source.to_owned(), url, asked_at, sha256: "00".repeat(32), bytes: 1 };
        RawAnswer { provenance, body: Vec::new(), asked: None, secret: false }
    }

    fn day(day: &str, close: &str) -> Quote {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        Quote::new(day.parse().unwrap(), Some((number("1.5"), number("99.50"))), number(close)).unwrap()
    }

    fn count(store: &Store, table: &str) -> usize {
        store.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn what_is_told_again_is_not_stored_again_and_what_differs_is_added() {
        let mut store = Store::in_memory().unwrap();
        let (first, second) = (day("2024-11-05", "70.10"), day("2024-11-06", "71"));
        let recorded = store.record_prices(&[first, second], &told("kraken", 1_000)).unwrap();
        assert_eq!((recorded.new, recorded.corrected.len()), (vec![first, second], 0));
        assert_eq!(store.record_prices(&[first, second], &told("kraken", 2_000)).unwrap(), RecordedPrices::default());
        assert_eq!((count(&store, "price"), count(&store, "request")), (2, 1));

        let corrected = day("2024-11-05", "70.2");
        let recorded = store.record_prices(&[corrected, second], &told("kraken", 3_000)).unwrap();
        assert_eq!(recorded.corrected[0].before, Some(first));
        store.record_prices(&[Quote::new(first.day(), None, first.close()).unwrap()], &told("mempool", 4_000)).unwrap();
        let said: Vec<_> = store.prices().unwrap();
        let row = |n: usize| (said[n].source.as_str(), said[n].quote.close().to_string(), said[n].asked_at.timestamp());
        assert_eq!(said.len(), 3);
        assert_eq!(row(0), ("kraken", "70.2".to_owned(), 3_000));
        assert_eq!((said[0].before, said[1].before), (Some(first), None));
        assert_eq!(row(1), ("mempool", "70.10".to_owned(), 4_000));
        assert_eq!(said[1].quote.price(), None);
        assert_eq!(row(2), ("kraken", "71".to_owned(), 1_000));
        assert_eq!((count(&store, "price"), count(&store, "prices"), count(&store, "request")), (4, 3, 3));
    }

    #[test]
    fn a_price_that_somebody_else_wrote_is_refused() {
        let mut store = Store::in_memory().unwrap();
        store.record_prices(&[day("2024-11-05", "70")], &told("kraken", 1_000)).unwrap();
        for wrong in ["-70", "much", "1e9"] {
            store.db.execute("UPDATE price SET close = ?1", [wrong]).unwrap();
            assert!(store.prices().is_err(), "{wrong}");
        }
    }
}
