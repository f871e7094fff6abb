//! Whether blocks were replaced under the pages: asked once for several addresses, after the last of them was read.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::domain::{Address, BlockHash, Time};

/// So many pages, or so long after the first of them, and it is asked.
const PAGES: usize = 32;
const LONG: TimeDelta = TimeDelta::minutes(5);

/// The addresses that were read since the newest block was asked for last.
#[derive(Debug, Default)]
pub(super) struct Guard {
    pub addresses: Vec<Address>,
    /// The blocks that their transactions stand in.
    pub met: BTreeSet<(u32, BlockHash)>,
    pages: usize,
    /// When the first of them was asked about, and the last.
    span: Option<(Time, Time)>,
    /// The newest block was another one meanwhile.
    pub moved: bool,
}

impl Guard {
    pub fn add(&mut self, address: &Address, met: BTreeSet<(u32, BlockHash)>, pages: usize, at: Time) {
        self.addresses.push(address.clone());
        self.met.extend(met);
        self.pages += pages;
        self.span = Some((self.span.map_or(at, |(first, _)| first), at));
    }

    pub fn holds(&self, address: &Address) -> bool {
        self.addresses.contains(address)
    }

    /// Whether it is time to ask.
    pub fn is_due(&self) -> bool {
        self.pages >= PAGES || self.span.is_some_and(|(first, last)| last - first >= LONG)
    }

    pub fn take(&mut self) -> Vec<Address> {
        std::mem::take(self).addresses
    }
}
