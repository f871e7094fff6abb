use serde::Serialize;

use crate::document::{Destination, Destinations, Share};
use crate::domain::{Amount, Stop, format};

/// More ends are counted, not listed.
const LISTED: usize = 40;

/// Where what was withdrawn went.
#[derive(Clone, Debug, Serialize)]
pub struct Money {
    /// The assumption by which mixed coins were told apart, in words.
    pub policy: String,
    /// What was withdrawn, in bitcoin.
    pub source: String,
    /// Each category with bitcoin and its share, the largest first, fees last; together exactly what was withdrawn.
    pub categories: Vec<Part>,
    /// The ends of the trail, the largest first.
    pub ends: Vec<End>,
    /// Ends that are not listed.
    pub more: usize,
    /// Bitcoin at ends where the record breaks off, if there are any.
    pub unrecorded: Option<String>,
}

/// A part of what was withdrawn.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// What it is.
    pub name: String,
    /// Bitcoin.
    pub btc: String,
    /// Per cent of what was withdrawn.
    pub percent: String,
}

/// The end of a path.
#[derive(Clone, Debug, Serialize)]
pub struct End {
    /// How it ends, or at whom.
    pub what: String,
    /// The address, where there is one.
    pub address: String,
    /// The transaction output.
    pub coin: String,
    /// Bitcoin that came from the family.
    pub btc: String,
    /// Why exactly.
    pub why: String,
}

impl Money {
    /// `None` where nothing was withdrawn.
    pub(super) fn of(found: &Destinations) -> Option<Self> {
        let btc = |sats: u64| format::btc(Amount::from_sat(sats), 8);
        let mut ends: Vec<&Destination> = found.destinations.iter().collect();
        ends.sort_by_key(|end| (std::cmp::Reverse(end.sats), &end.txid, end.vout));
        (found.source_sats > 0).then(|| Self {
            policy: format!("{}, {}", found.policy, meaning(found.policy)),
            source: btc(found.source_sats),
            categories: found.shares.iter().map(Part::of).collect(),
            more: ends.len().saturating_sub(LISTED),
            ends: ends.into_iter().take(LISTED).map(End::of).collect(),
            unrecorded: (found.unrecorded_sats > 0).then(|| btc(found.unrecorded_sats)),
        })
    }
}

impl Part {
    fn of(share: &Share) -> Self {
        let Share { category, btc, share, .. } = share;
        Self { name: words(category).to_owned(), btc: btc.clone(), percent: share.clone().unwrap_or_default() }
    }
}

impl End {
    fn of(end: &Destination) -> Self {
        let label = end.label.as_ref().zip(end.label_category.as_ref());
        let label = label.map(|(name, category)| format!("{name} ({category})"));
        let what = match label {
            Some(label) if end.stop == Stop::Service.name() => label,
            Some(label) => format!("{}; {label}", words(end.stop)),
            None => words(end.stop).to_owned(),
        };
        Self {
            what,
            address: end.address.as_ref().map_or(String::new(), ToString::to_string),
            coin: end.coin().unwrap_or_default(),
            btc: format::btc(Amount::from_sat(end.sats), 8),
            why: end.reason.clone().unwrap_or_default(),
        }
    }
}

/// A stop or category as a reader of a newspaper understands it.
fn words(name: &str) -> &str {
    match name {
        "unrecorded" => "not recorded further: spent or not, the record does not tell",
        "unspent" => "not spent, when last asked",
        "coinjoin" => "into a CoinJoin",
        "fan-out" => "into a transaction with very many outputs",
        "budget" => "not followed further: beyond the limits set",
        "returned" => "back to the family",
        "fees" => "miners' fees",
        other => other,
    }
}

fn meaning(policy: &str) -> &'static str {
    match policy {
        "fifo" => "satoshis in the order of inputs flow to satoshis in the order of outputs",
        "haircut" => "in proportion to value",
        _ => "whatever a followed coin touches counts in full",
    }
}
