use serde::Serialize;

use crate::domain::{Amount, format};
use crate::figures;
use crate::trace::{Destination, Stop, Trail};

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
    pub categories: Vec<Share>,
    /// The ends of the trail, the largest first.
    pub ends: Vec<End>,
    /// Ends that are not listed.
    pub more: usize,
    /// Bitcoin at ends where the record breaks off, if there are any.
    pub unrecorded: Option<String>,
}

/// A part of what was withdrawn.
#[derive(Clone, Debug, Serialize)]
pub struct Share {
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
    pub(super) fn of(trail: &Trail) -> Option<Self> {
        if trail.source == Amount::ZERO {
            return None;
        }
        let mut parts: Vec<(&str, Amount)> =
            trail.by_category().into_iter().filter(|(name, _)| *name != "fees").collect();
        parts.sort_by_key(|(name, amount)| (std::cmp::Reverse(*amount), *name));
        parts.push(("fees", trail.fees));
        let share = |(name, amount): (&str, Amount)| Share {
            name: words(name).to_owned(),
            btc: format::btc(amount, 8),
            percent: figures::percent(amount, trail.source),
        };
        let mut ends: Vec<&Destination> = trail.destinations.iter().collect();
        ends.sort_by_key(|end| (std::cmp::Reverse(end.amount), end.coin));
        let unrecorded =
            trail.destinations.iter().filter(|end| end.stop == Stop::Unrecorded).map(|end| end.amount).sum();
        Some(Self {
            policy: format!("{}, {}", trail.policy, meaning(trail.policy.name())),
            source: format::btc(trail.source, 8),
            categories: parts.into_iter().map(share).collect(),
            more: ends.len().saturating_sub(LISTED),
            ends: ends.into_iter().take(LISTED).map(End::of).collect(),
            unrecorded: (unrecorded > Amount::ZERO).then(|| format::btc(unrecorded, 8)),
        })
    }
}

impl End {
    fn of(end: &Destination) -> Self {
        let what = match (&end.label, end.stop) {
            (Some(label), Stop::Service) => format!("{} ({})", label.name, label.category),
            (Some(label), stop) => format!("{}; {} ({})", words(stop.name()), label.name, label.category),
            (None, stop) => words(stop.name()).to_owned(),
        };
        Self {
            what,
            address: end.address.as_ref().map_or(String::new(), ToString::to_string),
            coin: end.coin.as_ref().map_or(String::new(), ToString::to_string),
            btc: format::btc(end.amount, 8),
            why: end.reason.as_ref().map_or(String::new(), ToString::to_string),
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
