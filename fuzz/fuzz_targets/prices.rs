//! The answer to a request for prices, as every live source would read it.

#![no_main]

#[allow(dead_code, reason = "the dialects use the rest")]
mod common;

use common::complaint_is_sound;
use ransomtrail::domain::{Amount, Quote, Value};
use ransomtrail::price::LIVE_SOURCES;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    for source in LIVE_SOURCES {
        match (source.read)(input) {
            Ok(reading) => {
                assert!(reading.quotes.windows(2).all(|pair| pair[0].day() < pair[1].day()), "days out of order");
                reading.quotes.iter().for_each(|quote| quote_is_sound(quote, source.whole));
                reading.refused.iter().for_each(|bad| complaint_is_sound(&bad.to_string()));
            }
            Err(garbled) => complaint_is_sound(&garbled.to_string()),
        }
    }
});

fn quote_is_sound(quote: &Quote, whole: bool) {
    assert_eq!(quote.price().is_some(), whole, "a price of its own: {quote:?}");
    assert!(quote.day().to_string().len() == 10 && !quote.close().is_sign_negative(), "{quote:?}");
    if let Some(price) = quote.price() {
        assert!(price.low <= price.close && price.close <= price.high, "{price:?}");
        // All the coins there can be.
        let [low, close, high] = Value::of(Amount::MAX_MONEY, &price).rounded();
        assert!(low <= close && close <= high, "{price:?}");
    }
}
