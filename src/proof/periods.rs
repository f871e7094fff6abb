//! How hard blocks of mainnet were to find: the target of each period of 2,016 blocks, and the hash of its last block.

use std::sync::OnceLock;

use bitcoin::{BlockHash, CompactTarget, Network, Target};

/// Blocks that share one target.
pub(super) const LENGTH: u32 = 2016;
/// Seconds that a period is to take: the next target is this one times how long it really took, over this.
const TWO_WEEKS: i64 = 14 * 24 * 3600;
/// Between the last block of a period, which its length is measured to, and the first of the next.
const TEN_MINUTES: i64 = 600;
/// Time of block 32,255, the last of mainnet's easiest difficulty (Bitcoin Core, src/test/pow_tests.cpp), and its period.
const LAST_EASIEST: (usize, i64) = (15, 1_262_152_739);
/// Time of the first block.
const GENESIS: i64 = 1_231_006_505;
/// Header times may be hours off, and the computed begin of a period is some hours off, too.
const DAY: i64 = 24 * 3600;
/// The difficulty of a later block is held to be at least the last known one divided by this. It never fell by as much as
/// half from any earlier height to any later one since 2009.
const MARGIN: u128 = 4;

/// A difficulty period of mainnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Height of its first block.
    pub first_height: u32,
    /// The target of its headers, in the form that they carry.
    pub bits: CompactTarget,
    /// When it began and ended (Unix seconds), to some hours. The first ones, which all had the easiest target, are not told
    /// apart; of the last one the end is not known, and taken to be two weeks later.
    pub span: (i64, i64),
    /// Hash of its last block, where that is known.
    pub last_hash: Option<BlockHash>,
}

impl Period {
    /// Whether the time of one of its blocks can be this one.
    pub(super) fn may_hold(&self, time: i64) -> bool {
        self.span.0 - DAY <= time && time <= self.span.1 + DAY
    }

    /// How many times harder than the easiest, rounded down.
    pub fn difficulty(&self) -> u128 {
        Target::from_compact(self.bits).difficulty(Network::Bitcoin)
    }
}

/// All periods whose target is known, the first one first.
pub fn periods() -> &'static [Period] {
    static READ: OnceLock<Vec<Period>> = OnceLock::new();
    // The file is compiled in, and a test reads it: a broken one never leaves the workshop.
    READ.get_or_init(|| dated(include_str!("../../data/checkpoints/mainnet.csv").lines().filter_map(period).collect()))
}

/// The last height of mainnet whose target is known. Above it, work is held against a floor only.
pub fn targets_known_to() -> u32 {
    periods().last().map_or(0, |period| period.first_height + LENGTH - 1)
}

fn period(line: &str) -> Option<Period> {
    let mut cells = line.split(',');
    let first_height = cells.next()?.parse().ok()?;
    let bits = CompactTarget::from_consensus(u32::from_str_radix(cells.next()?, 16).ok()?);
    Some(Period { first_height, bits, span: (0, 0), last_hash: cells.next()?.parse().ok() })
}

/// Targets tell how long each period took, and so when the next one began: within some hours over all the years.
fn dated(mut periods: Vec<Period>) -> Vec<Period> {
    let (easiest, easiest_ended) = LAST_EASIEST;
    let next: Vec<CompactTarget> = periods.iter().skip(1).map(|period| period.bits).collect();
    let mut begins = GENESIS;
    for (at, period) in periods.iter_mut().enumerate() {
        let ended = next.get(at).map_or(TWO_WEEKS, |next| took(period.bits, *next)) + begins;
        period.span = (begins, if at <= easiest { easiest_ended } else { ended });
        begins = if at < easiest { GENESIS } else { period.span.1 + TEN_MINUTES };
    }
    periods
}

/// Seconds from the first block to the last of a period, by its target and the next one.
fn took(target: CompactTarget, next: CompactTarget) -> i64 {
    let parts = |bits: CompactTarget| (bits.to_consensus() >> 24, i64::from(bits.to_consensus() & 0x00ff_ffff));
    let ((size, digits), (next_size, next_digits)) = (parts(target), parts(next));
    // A target is at most four times the one before, or a quarter: the sizes differ by a byte at most.
    let up = |larger: u32, smaller: u32| 8 * larger.saturating_sub(smaller).min(1);
    let share = (TWO_WEEKS * next_digits) << up(next_size, size);
    share / (digits << up(size, next_size)).max(1)
}

/// The least difficulty that a mainnet block of this time (Unix seconds) can have: that of the periods around it. After the
/// last known period it is a part of the last known difficulty.
///
/// The target is the header's own word. Without its predecessors, a header with the easiest target is valid by itself and
/// mined in seconds, and with it any payment could be "proven". This makes that as dear as real mining of the time.
pub(super) fn least_difficulty(time: i64) -> u128 {
    let around = periods().iter().filter(|period| period.may_hold(time)).map(Period::difficulty);
    let later = periods().last().filter(|last| time + DAY > last.span.1).map(|last| last.difficulty() / MARGIN);
    around.chain(later).min().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::*;

    fn at(day: &str) -> i64 {
        day.parse::<NaiveDate>().unwrap().and_hms_opt(12, 0, 0).unwrap().and_utc().timestamp()
    }

    fn period_of(height: u32) -> &'static Period {
        &periods()[(height / LENGTH) as usize]
    }

    #[test]
    fn known_difficulties_are_those_of_their_heights() {
        // Bitcoin Core's tests: the first change, the first fall of more than a bit, one by the full factor of four; two raw blocks.
        for (height, bits) in [
            (32_255, 0x1d00_ffff),
            (32_256, 0x1d00_d86a),
            (68_543, 0x1c05_a3f4),
            (68_544, 0x1c01_68fd),
            (300_025, 0x1900_896c),
            (482_683, 0x1801_3ce9),
        ] {
            assert_eq!(period_of(height).bits.to_consensus(), bits, "{height}");
        }
        assert_eq!(period_of(32_256).difficulty(), 1);
        assert_eq!(period_of(482_683).difficulty(), 888_171_856_257);
        assert_eq!(targets_known_to(), 965_663);
    }

    #[test]
    fn periods_lie_where_their_blocks_are() {
        // Times of real blocks, from the header or as explorers told them.
        for (height, time) in [
            (0, "2009-01-03T18:15:05Z"),
            (30_240, "2009-12-18T09:56:01Z"),
            (32_255, "2009-12-30T05:58:59Z"),
            (164_467, "2012-01-30T01:58:49Z"),
            (300_025, "2014-05-10T09:20:34Z"),
            (308_570, "2014-06-30T05:45:09Z"),
            (399_996, "2016-02-25T16:07:52Z"),
            (482_683, "2017-08-30T19:02:17Z"),
            (545_760, "2018-10-14T20:53:50Z"),
            (682_597, "2021-05-08T16:35:07Z"),
            (785_974, "2023-04-18T14:56:35Z"),
            (878_487, "2025-01-09T14:13:28Z"),
            (938_743, "2026-02-28T17:09:15Z"),
        ] {
            let (period, time) = (period_of(height), DateTime::parse_from_rfc3339(time).unwrap().timestamp());
            assert!(period.may_hold(time), "{height}: {:?}", period.span);
            assert!(least_difficulty(time) <= period.difficulty(), "{height}");
        }
    }

    #[test]
    fn a_floor_is_the_least_that_blocks_of_the_time_had() {
        for (day, least) in [
            ("2009-01-01", 1),
            ("2010-12-31", 14_484),
            ("2013-01-30", 2_968_775),
            ("2013-10-10", 189_281_249),
            ("2017-05-14", 559_970_892_890),
            ("2021-07-25", 13_672_594_272_814),
            ("2026-08-30", 125_807_076_547_197),
            // Past the last known period: a quarter of it.
            ("2026-09-10", 31_451_769_136_799),
            ("2100-01-01", 31_451_769_136_799),
        ] {
            assert_eq!(least_difficulty(at(day)), least, "{day}");
        }
        // Whoever forges a CryptoLocker payment in work of its months needs hours with a machine of 14 TH/s, not minutes.
        for day in ["2013-09-05", "2013-10-01", "2013-11-01", "2013-12-15"] {
            assert!((least_difficulty(at(day)) << 32) / 14_000_000_000_000 > 4 * 3600, "{day}");
        }
    }

    #[test]
    fn difficulty_never_fell_by_half_over_any_time() {
        let mut highest = 0;
        for period in periods() {
            highest = highest.max(period.difficulty());
            assert!(period.difficulty() > highest / 2, "{}", period.first_height);
        }
    }
}
