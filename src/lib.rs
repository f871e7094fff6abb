//! ransomtrail follows known ransom addresses through public block explorers, records every inflow and onward movement in
//! SQLite, and turns them into figures and charts that can be traced to a transaction, a price, a source and a method.
//!
//! The rooms, from the ground floor up; a room uses only rooms on lower floors:
//!
//! 1. [`domain`] (plain types), [`http`] (the one place that sends a request) and [`files`] (the one place that writes files)
//! 2. [`config`], [`catalog`] (families, labels), [`store`] (SQLite), [`explorer`] (dialects), [`price`] (history, live sources),
//!    [`proof`] (what the chain proves by itself)
//! 3. [`figures`]: every published number; [`trace`]: where coins went
//! 4. [`events`]: what of it is news; [`claims`]: what was said, held against the figures; [`sync`]: a round over the watch list, newest prices
//! 5. [`casebook`]: a family's case, opened once, from which all of that is asked
//! 6. [`document`]: the answers as typed data, with a JSON schema
//! 7. [`chart`] (the pictures), [`export`] (rows for other programs)
//! 8. [`report`] (a page about a family), [`notify`] (tells people what is news)
//! 9. [`evidence`]: everything that figures were computed from, in one file that anybody can check
//!    [`work`]: what the program does by itself: rounds, following, prices of the day, telling, the loop of all of it
//! 10. [`cli`]: commands, clock, environment, output

pub mod domain;
pub mod files;
pub mod http;

pub mod catalog;
pub mod config;
pub mod explorer;
pub mod price;
pub mod proof;
pub mod store;

pub mod figures;
pub mod trace;

pub mod claims;
pub mod events;
pub mod sync;

pub mod casebook;

pub mod document;

pub mod chart;
pub mod export;

pub mod notify;
pub mod report;

pub mod evidence;
pub mod work;

pub mod cli;
