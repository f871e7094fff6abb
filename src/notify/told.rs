use chrono::NaiveDate;
use serde::Deserialize;

use crate::domain::{Amount, Decimal, EventKind, format, parse_instant};

/// What the text needs of an event.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Told {
    pub kind: String,
    pub txid: String,
    pub time: String,
    /// `None` while a payment waits.
    pub block_height: Option<u32>,
    /// `None` where it is unknown how much left.
    pub sats: Option<u64>,
    pub value: Option<Worth>,
    pub currency: String,
    pub label: Option<String>,
    pub category: Option<String>,
    pub hop: u32,
    pub path: Vec<String>,
    pub rule: String,
    /// Of a correction: whether the transaction itself stands.
    pub stands: Option<u8>,
    /// Of a payment that is gone: what took its place.
    pub replaced_by: Option<String>,
    pub payment: Option<Paid>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Paid {
    pub class: String,
    pub received_sats: u64,
    pub last_known: Option<LastKnown>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct LastKnown {
    pub price_day: NaiveDate,
    pub close: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Worth {
    pub low: String,
    pub close: String,
    pub high: String,
}

/// What somebody else named, for a subject line and for XML, neither of which takes every character.
pub(super) fn clean(text: &str) -> String {
    format::on_a_line(text)
}

impl Told {
    pub(super) fn clean(self) -> Self {
        let (label, category) = (self.label.as_deref().map(clean), self.category.as_deref().map(clean));
        Self { label, category, rule: clean(&self.rule), ..self }
    }

    pub(super) fn what(&self) -> String {
        let btc = self.sats.map_or("an unknown amount of".to_owned(), |sats| format::btc(Amount::from_sat(sats), 8));
        match self.kind.parse() {
            Ok(EventKind::Withdrawal) => format!("{btc} BTC withdrawn"),
            Ok(EventKind::Arrival) => {
                let service = self.label.as_deref().unwrap_or("a service");
                let category = self.category.as_ref().map_or(String::new(), |category| format!(" ({category})"));
                format!("{btc} BTC arrived at {service}{category}")
            }
            Ok(EventKind::Awakening) => format!("{btc} BTC moved after a long rest"),
            Ok(EventKind::Payment) => {
                let class = self.payment.as_ref().map(|paid| paid.class.as_str()).filter(|class| *class != "unknown");
                format!("{btc} BTC paid in{}", class.map_or(String::new(), |class| format!(" ({class})")))
            }
            Ok(EventKind::Movement) | Err(_) => format!("{btc} BTC moved on"),
        }
    }

    pub(super) fn worth(&self) -> String {
        let money = |text: &str| text.parse::<Decimal>().map_or_else(|_| text.to_owned(), format::cents);
        let last_known = self.payment.as_ref().and_then(|paid| paid.last_known.as_ref());
        match &self.value {
            Some(Worth { low, close, high }) => {
                let (code, low, close, high) = (&self.currency, money(low), money(close), money(high));
                format!("worth {code} {low} to {high} that day, {close} at its close")
            }
            None => match last_known {
                Some(LastKnown { price_day, close }) => {
                    let (code, close, day) = (&self.currency, money(close), format::day(*price_day));
                    format!("worth {code} {close} at the last known price, of {day}")
                }
                None => "worth unknown: there is no price for that day".to_owned(),
            },
        }
    }

    pub(super) fn when(&self) -> String {
        match parse_instant(&self.time) {
            Ok(time) => format!("{}, {} UTC", format::day(time.date_naive()), time.format("%H:%M")),
            Err(_) => self.time.clone(),
        }
    }
}
