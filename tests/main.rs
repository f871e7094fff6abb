//! One integration binary: each further one would link all the dependencies again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod audit;
mod breaker;
mod claims;
mod damage;
mod data;
mod dialects;
mod dialects_sync;
mod docs;
mod estimates;
mod events;
mod evidence;
mod explorers;
mod export;
mod families;
mod figures;
mod follow;
mod frontier;
mod gallery;
mod http;
mod interleave;
mod kill;
mod labels;
mod layers;
mod ledger;
mod live;
mod lookup;
mod notify;
mod onward;
mod outbox;
mod prices;
mod proof;
mod quiet;
mod recorded;
mod report;
mod secrets;
mod support;
mod tampered;
mod trace;
mod trial;
mod troubles;
mod wannacry;
mod watch;
mod world;
mod wrong_input;
