//! What the program does by itself once it was told to: a round with the coins that are followed in it, the loop of rounds, the
//! prices of the day, telling who wants to be told.
//!
//! No clock, no environment and no output are here: the time is [`Context::clock`], whoever wants the loop to end completes its `stop`,
//! and what happens is told to a callback or to the log. So a command, a server and a test make the same rounds.

mod carried;
mod context;
mod explorers;
mod families;
mod lock;
mod log;
mod plan;
mod prices;
mod round;
mod tell;
mod usage;
mod watch;

pub use carried::carried;
pub use context::Context;
pub use explorers::{asking, must_ask, open_explorers};
pub use families::{askable, chosen};
pub use lock::{WatchLock, is_watched};
pub use plan::{Plan, check_names};
pub use prices::{feeds, mirror, update_prices};
pub use round::{Made, options, round, unfinished};
pub use tell::{begin, tell};
pub use usage::Usage;
pub use watch::{Phase, Watch};
