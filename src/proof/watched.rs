use std::hash::BuildHasher;

use bitcoin::{OutPoint, Script};
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

/// What a scan looks for: output scripts and outpoints, each with a number of the caller's (of an address, say).
///
/// A million scripts take some 70 MB: their bytes lie end to end in one buffer, and the table holds positions only, so
/// that a script that is not watched, as nearly all are, costs one hash and one look into a few MB. The hash is fast
/// and not made against somebody who mines colliding scripts; that would cost him more than us.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    hasher: DefaultHashBuilder,
    /// All scripts, end to end.
    bytes: Vec<u8>,
    /// Where each script ends in `bytes`, and its number.
    scripts: Vec<(usize, u32)>,
    /// A bit for each hash that is in the table: most of what a block pays is turned away here, in memory that stays in the cache.
    doors: Vec<u64>,
    /// Places in `scripts`, by the hash of the script.
    table: HashTable<usize>,
    outpoints: HashMap<OutPoint, u32>,
}

impl Watched {
    /// Nothing yet, with room for `scripts` scripts.
    pub fn with_capacity(scripts: usize) -> Self {
        let mut new = Self::default();
        // Most scripts have 22 to 34 bytes.
        new.bytes.reserve(scripts.saturating_mul(26));
        new.scripts.reserve(scripts);
        new.table.reserve(scripts, |_| 0);
        new
    }

    /// Watches outputs with this script. A script that is watched already keeps its number, and the answer is `false`.
    pub fn insert_script(&mut self, script: &Script, id: u32) -> bool {
        if self.script(script).is_some() {
            return false;
        }
        let place = self.scripts.len();
        self.bytes.extend_from_slice(script.as_bytes());
        self.scripts.push((self.bytes.len(), id));
        let Self { hasher, bytes, scripts, doors, table, .. } = self;
        let hash = hasher.hash_one(script.as_bytes());
        if doors.is_empty() {
            doors.resize(DOORS / 64, 0);
        }
        let (word, bit) = door(hash);
        if let Some(word) = doors.get_mut(word) {
            *word |= bit;
        }
        table.insert_unique(hash, place, |&other| hasher.hash_one(script_at(bytes, scripts, other)));
        true
    }

    /// Watches the spending of this output. One that is watched already keeps its number, and the answer is `false`.
    ///
    /// Outpoints stay when they were spent: after a reorganisation another transaction may spend them.
    pub fn insert_outpoint(&mut self, outpoint: OutPoint, id: u32) -> bool {
        let before = self.outpoints.len();
        self.outpoints.entry(outpoint).or_insert(id);
        self.outpoints.len() > before
    }

    /// The number of a watched script.
    pub fn script(&self, script: &Script) -> Option<u32> {
        let script = script.as_bytes();
        let hash = self.hasher.hash_one(script);
        let (word, bit) = door(hash);
        if self.doors.get(word).is_none_or(|doors| doors & bit == 0) {
            return None;
        }
        let place = self.table.find(hash, |&place| script_at(&self.bytes, &self.scripts, place) == script)?;
        self.scripts.get(*place).map(|(_, id)| *id)
    }

    /// The number of a watched outpoint.
    pub fn outpoint(&self, outpoint: &OutPoint) -> Option<u32> {
        self.outpoints.get(outpoint).copied()
    }

    /// How many scripts are watched.
    pub fn scripts(&self) -> usize {
        self.scripts.len()
    }

    /// How many outpoints are watched.
    pub fn outpoints(&self) -> usize {
        self.outpoints.len()
    }
}

/// Bits that say whether anybody may be behind a hash: 2 MB. With a million scripts 6 % of them are set.
const DOORS: usize = 1 << 24;

/// The word and the bit of a hash; the table takes the other end of it.
fn door(hash: u64) -> (usize, u64) {
    let at = (hash >> 20) as usize % DOORS;
    (at / 64, 1 << (at % 64))
}

/// The bytes of one script in the common buffer.
fn script_at<'a>(bytes: &'a [u8], scripts: &[(usize, u32)], place: usize) -> &'a [u8] {
    let end = |place: usize| scripts.get(place).map_or(0, |(end, _)| *end);
    let start = place.checked_sub(1).map_or(0, end);
    bytes.get(start..end(place)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use bitcoin::hashes::Hash;
    use bitcoin::{ScriptBuf, Txid};

    use super::*;

    fn script(n: u32) -> ScriptBuf {
        let mut bytes = n.to_le_bytes().to_vec();
        bytes.truncate(n as usize % 5);
        bytes.extend(n.to_le_bytes());
        ScriptBuf::from_bytes(bytes)
    }

    #[test]
    fn every_script_is_found_by_its_number_and_no_other() {
        for mut watched in [Watched::default(), Watched::with_capacity(1000)] {
            assert!((0..5000).all(|n| watched.insert_script(&script(n), n + 7)));
            assert!((0..5000).all(|n| watched.script(&script(n)) == Some(n + 7)));
            assert!((5000..9000).all(|n| watched.script(&script(n)).is_none()));
            assert_eq!((watched.scripts(), watched.outpoints()), (5000, 0));
            assert_eq!(watched.script(Script::new()), None);
            assert!(watched.insert_script(Script::new(), 3));
            assert_eq!(watched.script(Script::new()), Some(3));
            assert_eq!(watched.script(&script(0)), Some(7));
        }
    }

    #[test]
    fn what_is_watched_keeps_its_number() {
        let mut watched = Watched::default();
        assert!(watched.insert_script(&script(1), 1));
        assert!(!watched.insert_script(&script(1), 2));
        assert_eq!(watched.script(&script(1)), Some(1));
        let outpoint = |vout| OutPoint::new(Txid::all_zeros(), vout);
        assert!(watched.insert_outpoint(outpoint(0), 1));
        assert!(!watched.insert_outpoint(outpoint(0), 2));
        assert_eq!((watched.outpoint(&outpoint(0)), watched.outpoint(&outpoint(1))), (Some(1), None));
        assert_eq!((watched.scripts(), watched.outpoints()), (1, 1));
    }
}
