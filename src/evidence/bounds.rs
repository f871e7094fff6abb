//! What no chain and no market can hold, refused before anything is added up: a pack may come from anybody.

use anyhow::{Result, ensure};

use super::contents::Contents;
use crate::domain::{Moment, Time};
use crate::store::Slice;

/// All the bitcoin that can exist, in satoshis, moved a thousand times: no ledger of some addresses holds so much.
const MOST_SATS: u128 = 2_100_000_000_000_000 * 1_000;
/// The last second that a block header can tell, in 2106.
const LAST_SECOND: i64 = u32::MAX as i64;

/// Amounts that can be added up, and times of the block chain's.
pub(super) fn plausible(contents: &Contents) -> Result<()> {
    let (slice, options) = (&contents.slice, &contents.options);
    let outputs = slice.transactions.iter().flat_map(|tx| tx.outputs.iter().map(|output| output.sats));
    let inputs = slice.transactions.iter().flat_map(|tx| tx.inputs.iter().filter_map(|input| input.sats));
    let sats: u128 = outputs.chain(inputs).map(u128::from).sum();
    ensure!(sats < MOST_SATS, "the amounts are larger than all bitcoin moved a thousand times");
    let published = contents.published()?;
    let claimed = published.iter().flat_map(|claim| [Some(claim.when), claim.about]).flatten();
    let own = options.own_claim()?.and_then(|claim| claim.on);
    let asked = options.question()?.as_of.into_iter().chain(own).chain(claimed).map(|moment| match moment {
        Moment::Instant(time) => time,
        Moment::Day(day) => day.and_time(chrono::NaiveTime::MIN).and_utc(),
    });
    for time in asked.chain(times(slice)) {
        ensure!((0..=LAST_SECOND).contains(&time.timestamp()), "{time} is no time of the block chain's");
    }
    Ok(())
}

fn times(slice: &Slice) -> impl Iterator<Item = Time> {
    let requests = slice.requests.iter().map(|row| row.asked_at);
    let seen = slice.transactions.iter().filter_map(|row| row.first_seen);
    let blocks = slice.observations.iter().filter_map(|row| row.block_time);
    let headers = slice.headers.iter().map(|row| row.time);
    let totals = slice.totals.iter().flat_map(|row| [row.said_from, row.said_to]);
    let outspends = slice.outspends.iter().flat_map(|row| [row.said_from, row.said_to]);
    let followed = slice.followed.iter().map(|row| row.complete_to);
    requests.chain(seen).chain(blocks).chain(headers).chain(totals).chain(outspends).chain(followed)
}
