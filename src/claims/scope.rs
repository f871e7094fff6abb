use std::borrow::Cow;

use chrono::NaiveDate;

use crate::domain::{Address, BlockRef, Family, Ledger, Moment, Time, TimeBasis, format, rfc3339};
use crate::figures::Question;

/// The part of a family's take that a claim speaks of; by default all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Nothing before this day counts, in the zone and by the clock of the question.
    pub from: Option<NaiveDate>,
    /// Only these addresses of the family count; empty for all.
    pub addresses: Vec<Address>,
}

impl Scope {
    /// Whether it is all of the take.
    pub fn is_whole(&self) -> bool {
        self.from.is_none() && self.addresses.is_empty()
    }

    /// The family as far as the claim speaks of it.
    pub fn family<'a>(&self, family: &'a Family) -> Cow<'a, Family> {
        if self.addresses.is_empty() {
            return Cow::Borrowed(family);
        }
        let mut part = family.clone();
        part.addresses.retain(|one| self.addresses.contains(&one.address));
        Cow::Owned(part)
    }

    /// The ledger as far as the claim speaks of it.
    pub fn ledger<'a>(&self, ledger: &'a Ledger, question: Question) -> Cow<'a, Ledger> {
        if self.is_whole() {
            return Cow::Borrowed(ledger);
        }
        let is_meant = |address: &Address| self.addresses.is_empty() || self.addresses.contains(address);
        let counts = |block: Option<BlockRef>, first_seen: Option<Time>| {
            let Some((block, from)) = block.zip(self.from) else { return true };
            let time = match question.basis {
                TimeBasis::Block => block.time,
                TimeBasis::FirstSeen => first_seen.unwrap_or(block.time),
            };
            time.with_timezone(&question.zone).date_naive() >= from
        };
        let mut part = ledger.clone();
        part.addresses.retain(|one| is_meant(&one.address));
        part.inflows.retain(|row| is_meant(&row.address) && counts(row.block, row.first_seen));
        part.spends.retain(|row| is_meant(&row.address) && counts(row.block, row.first_seen));
        Cow::Owned(part)
    }

    /// The scope in words, to stand in brackets; `None` where it is all of the take.
    pub fn words(&self) -> Option<String> {
        self.words_until(None)
    }

    /// The same, with the end of its days where they are over.
    pub fn words_until(&self, until: Option<Moment>) -> Option<String> {
        let end = until.map(|moment| match moment {
            Moment::Day(day) => format::day(day),
            Moment::Instant(time) => rfc3339(time),
        });
        let days = match (self.from.map(format::day), end) {
            (None, None) => None,
            (Some(from), None) => Some(format!("counted from {from}")),
            (Some(from), Some(end)) if from == end => Some(format!("counted on {from}")),
            (Some(from), Some(end)) => Some(format!("counted from {from} to {end}")),
            (None, Some(end)) => Some(format!("counted to {end}")),
        };
        let addresses: Vec<&str> = self.addresses.iter().map(Address::as_str).collect();
        let at = (!addresses.is_empty()).then(|| addresses.join(", "));
        let words: Vec<String> = days.into_iter().chain(at).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }
}
