//! Follows coins over recorded transactions: which satoshi went where, under a named assumption, and where each path ends.
//!
//! Pure rules over a [`Graph`]; nothing is asked here. [`follow`] begins at what left an address, or at single outputs, takes
//! a [`Policy`], and ends every path in a named [`Stop`]. Under FIFO and haircut what went in equals what arrived plus fees,
//! to the satoshi. Guesses about ownership ([`clusters`], [`peel_chains`]) are views of their own and no part of the sums.

mod cluster;
mod coinjoin;
mod ends;
mod flow;
mod followed;
mod graph;
mod label;
mod landing;
mod peel;
mod policy;
mod source;
mod stop;
mod trail;
mod wake;
mod way;

pub use crate::domain::Stop;
pub use cluster::{ChangeLink, Clusters, change_links, clusters};
pub use coinjoin::{CoinJoin, coinjoin};
pub use ends::{End, EndKind, Ends};
pub use flow::follow;
pub use followed::Followed;
pub use graph::{Graph, GraphBuilder};
pub use label::{LabelInfo, Labels};
pub use landing::{Landing, landings};
pub use peel::{PeelChain, peel_chains};
pub use policy::Policy;
pub use source::{Rules, Source};
pub use stop::Reason;
pub use trail::{Arrival, Destination, Hop, Trail, Ways};
pub use wake::{Move, moves};
