//! What the chain proves by itself, whoever hands it over: headers carry work, branches tie a transaction to a header,
//! and a whole block shows everything that it pays and spends.
//!
//! Nothing here believes an explorer, and nothing does IO: bytes go in, and what holds comes out. What stays with the
//! caller is whether a header lies on the best chain; the work in it says what a forgery would have cost.

mod header;
mod merkle;
mod periods;
mod scan;
mod watched;

pub use header::{BadHeader, ProvenHeader};
pub use merkle::{BadProof, MerkleBranch, MerkleTree};
pub use periods::{Period, periods, targets_known_to};
pub use scan::{BadBlock, Hit, Scanned, WatchedTransaction, scan_block};
pub use watched::Watched;
