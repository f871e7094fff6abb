//! What the tests stand on: a small chain in memory, and an explorer on loopback that shows it and can be told to
//! misbehave.
#![allow(dead_code, reason = "each behaviour uses its part")]

pub mod blockchain_info;
pub mod blockcypher;
pub mod blocks;
pub mod chain;
pub mod esplora;
pub mod explorer;
pub mod market;
pub mod proxy;
pub mod receiver;
pub mod services;
pub mod tamper;

pub use chain::{FakeChain, Kind};
pub use esplora::Style;
pub use explorer::{Answer, FakeExplorer, Trouble};
pub use market::FakeMarket;
pub use proxy::FakeProxy;
pub use receiver::{FakeMailServer, FakeReceiver, Told};
