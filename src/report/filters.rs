//! What templates make of data: the last step before print, and the only one that rounds for the eye.

use askama::{Result, Values, filter_fn};
use chrono_tz::Tz;

use crate::document::{Event, Money, ReportClaim};
use crate::domain::{Amount, Decimal, Moment, format, parse_instant};
use crate::figures::AddressFigures;

/// An amount that may be unknown.
pub(super) trait Coins {
    /// The amount, if it is known.
    fn known(&self) -> Option<Amount>;
}

impl Coins for u64 {
    fn known(&self) -> Option<Amount> {
        Some(Amount::from_sat(*self))
    }
}

impl Coins for Option<u64> {
    fn known(&self) -> Option<Amount> {
        self.map(Amount::from_sat)
    }
}

impl Coins for Amount {
    fn known(&self) -> Option<Amount> {
        Some(*self)
    }
}

impl Coins for Option<Amount> {
    fn known(&self) -> Option<Amount> {
        *self
    }
}

/// An amount in bitcoin with all eight places; "unknown" where it is.
#[filter_fn]
pub(super) fn btc(amount: &impl Coins, _: &dyn Values) -> Result<String> {
    Ok(format::btc_if_known(amount.known()))
}

/// A moment in a zone, to the second.
#[filter_fn]
pub(super) fn moment(time: &str, _: &dyn Values, zone: Tz) -> Result<String> {
    let local = |time: crate::domain::Time| time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string();
    Ok(parse_instant(time).map_or_else(|_| time.to_owned(), local))
}

/// Low to high, and the close.
#[filter_fn]
pub(super) fn interval(money: &Money, _: &dyn Values) -> Result<String> {
    let cents = |text: &Option<String>| text.as_ref()?.parse::<Decimal>().ok().map(format::cents);
    let all = cents(&money.low).zip(cents(&money.high)).zip(cents(&money.close));
    Ok(all.map_or_else(|| "unknown".to_owned(), |((low, high), close)| format!("{low} – {high} ({close})")))
}

/// Whether the ledger of an address equals the explorer's totals.
#[filter_fn]
pub(super) fn check(row: &AddressFigures, _: &dyn Values) -> Result<String> {
    let by = row.checked_with.as_deref().unwrap_or("nobody");
    Ok(match row.reconciled {
        Some(true) => format!("equals the totals of {by}"),
        Some(false) => format!("does not equal the totals of {by}"),
        None => "never asked about".to_owned(),
    })
}

/// Who claimed something.
#[filter_fn]
pub(super) fn who(claim: &ReportClaim, _: &dyn Values) -> Result<String> {
    Ok(claim.who.clone().unwrap_or_else(|| "asked here".to_owned()))
}

/// The day on which something was claimed, or the moment that the reader asks about.
#[filter_fn]
pub(super) fn when(claim: &ReportClaim, _: &dyn Values) -> Result<String> {
    let Some(when) = &claim.when else { return Ok(String::new()) };
    let day = when.parse::<Moment>().map(|moment| format::day(moment.price_day()));
    Ok(if claim.who.is_none() { format!("as of {when}") } else { day.unwrap_or_else(|_| when.clone()) })
}

/// The service at which something arrived, with what it is.
#[filter_fn]
pub(super) fn service(event: &Event, _: &dyn Values) -> Result<String> {
    let label = event.label.as_ref().zip(event.category.as_ref());
    Ok(label.map_or(String::new(), |(name, category)| format!("{name} ({category})")))
}
