//! The ends of a trail, grouped and named: by service, or by how paths end.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::trail::{Destination, Trail, sum};
use crate::domain::{Amount, Stop, format};

/// What became of coins, as far as it is told apart; in the order of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndKind {
    /// To a service.
    Service,
    /// To a mixer.
    Mixer,
    /// Into a CoinJoin.
    CoinJoin,
    /// Into a transaction with many outputs.
    FanOut,
    /// Back to the family.
    Returned,
    /// Not spent.
    Unspent,
    /// Beyond the limits.
    Budget,
    /// The record breaks off.
    Unrecorded,
    /// To miners.
    Fees,
}

impl EndKind {
    fn of(end: &Destination) -> Self {
        match end.stop {
            Stop::Service if end.label.as_ref().is_some_and(|label| label.category == "mixer") => Self::Mixer,
            Stop::Service => Self::Service,
            Stop::CoinJoin => Self::CoinJoin,
            Stop::FanOut => Self::FanOut,
            Stop::Returned => Self::Returned,
            Stop::Unspent => Self::Unspent,
            Stop::Budget => Self::Budget,
            // Newly mined coins are met backwards only, where nothing is drawn.
            Stop::Unrecorded | Stop::Mined => Self::Unrecorded,
        }
    }

    /// Its name: that of the stop.
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => Stop::Service.name(),
            Self::Mixer => "mixer",
            Self::CoinJoin => Stop::CoinJoin.name(),
            Self::FanOut => Stop::FanOut.name(),
            Self::Returned => Stop::Returned.name(),
            Self::Unspent => Stop::Unspent.name(),
            Self::Budget => Stop::Budget.name(),
            Self::Unrecorded => Stop::Unrecorded.name(),
            Self::Fees => "fees",
        }
    }

    /// Its name in print.
    pub fn title(self) -> &'static str {
        match self {
            Self::Service => "services",
            Self::Mixer => "mixers",
            Self::CoinJoin => "CoinJoins",
            Self::FanOut => "fan-out",
            Self::Returned => "returned",
            Self::Unspent => "unspent",
            Self::Budget => "not followed further",
            Self::Unrecorded => "not recorded further",
            Self::Fees => "fees",
        }
    }
}

/// Coins that ended in the same way at the same place.
#[derive(Clone, Debug)]
pub struct End {
    /// What became of them.
    pub kind: EndKind,
    /// In print: `HitBTC`, `12 other services`, `unspent`.
    pub name: String,
    /// What kind of business it is; `None` where that is no service's name.
    pub category: Option<String>,
    /// Satoshis that came from there.
    pub amount: Amount,
    /// How many coins of the trail's; of fees there are none.
    pub coins: usize,
}

/// All ends of a trail, and which of them each destination belongs to.
#[derive(Clone, Debug)]
pub struct Ends {
    /// By kind, then the largest first; fees last.
    pub list: Vec<End>,
    /// By destination.
    of: Vec<usize>,
    /// The place of the fees in the list, where there are any.
    pub fees: Option<usize>,
}

impl Ends {
    /// Groups destinations: at most `named` services and as many mixers keep their names, and the rest are counted.
    pub fn of(trail: &Trail, named: usize) -> Self {
        let mut groups: BTreeMap<(EndKind, String, String), Vec<usize>> = BTreeMap::new();
        for (at, end) in trail.destinations.iter().enumerate() {
            let kind = EndKind::of(end);
            let label = end.label.as_ref().filter(|_| end.stop == Stop::Service);
            let (name, category) = label.map_or_else(Default::default, |l| (l.name.clone(), l.category.clone()));
            groups.entry((kind, name, category)).or_default().push(at);
        }
        let amount = |rows: &[usize]| sum(rows.iter().map(|at| trail.destinations[*at].amount));
        let mut groups: Vec<_> = groups.into_iter().map(|(key, rows)| (amount(&rows), key, rows)).collect();
        groups.sort_by_key(|(amount, (kind, name, category), _)| {
            (*kind, Reverse(*amount), name.clone(), category.clone())
        });

        let mut out = Self { list: Vec::new(), of: vec![0; trail.destinations.len()], fees: None };
        for part in groups.chunk_by(|a, b| a.1.0 == b.1.0) {
            // One that stands for a single other would say less than its name. Where not all have room, a hundredth earns it.
            let large = part.iter().take_while(|(amount, ..)| amount.to_sat() >= trail.source.to_sat() / 100).count();
            let kept = if part.len() <= named + 1 { part.len() } else { named.min(large) };
            for (amount, (kind, name, category), rows) in &part[..kept] {
                let name = if name.is_empty() { kind.title().to_owned() } else { name.clone() };
                let category = Some(category.clone()).filter(|category| !category.is_empty());
                out.push(End { kind: *kind, name, category, amount: *amount, coins: rows.len() }, rows);
            }
            let rest = &part[kept..];
            if let Some((_, (kind, ..), _)) = rest.first() {
                let other = if kept > 0 { "other " } else { "" };
                let name = format!("{} {other}{}", format::grouped(rest.len() as u64), kind.title());
                let rows: Vec<usize> = rest.iter().flat_map(|(_, _, rows)| rows.iter().copied()).collect();
                let amount = sum(rest.iter().map(|(amount, ..)| *amount));
                out.push(End { kind: *kind, name, category: None, amount, coins: rows.len() }, &rows);
            }
        }
        if trail.fees > Amount::ZERO {
            out.fees = Some(out.list.len());
            let name = EndKind::Fees.title().to_owned();
            out.list.push(End { kind: EndKind::Fees, name, category: None, amount: trail.fees, coins: 0 });
        }
        out
    }

    /// The same in so many groups at most, as far as fewer names bring it there.
    pub fn at_most(trail: &Trail, most: usize) -> Self {
        let fits = |named: &usize| Self::of(trail, *named).list.len() <= most;
        Self::of(trail, (1..=most).rev().find(fits).unwrap_or(0))
    }

    /// Groups destinations, and leaves no name out.
    pub fn all(trail: &Trail) -> Self {
        Self::of(trail, usize::MAX - 1)
    }

    /// Where nothing is followed.
    pub fn none() -> Self {
        Self { list: Vec::new(), of: Vec::new(), fees: None }
    }

    fn push(&mut self, end: End, rows: &[usize]) {
        for row in rows {
            self.of[*row] = self.list.len();
        }
        self.list.push(end);
    }

    /// The end that a destination belongs to.
    pub fn end_of(&self, destination: usize) -> usize {
        self.of[destination]
    }

    /// What ended in one of these ways.
    pub fn sum(&self, kinds: &[EndKind]) -> Amount {
        sum(self.list.iter().filter(|end| kinds.contains(&end.kind)).map(|end| end.amount))
    }
}
