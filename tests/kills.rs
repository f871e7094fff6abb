//! Kills of the running program, hundreds of them: a group of its own (`cargo test --test kills`), which the other tests need not wait for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "what the groups share is used in part by each")]

mod kill;
mod story;
mod support;
mod trial;
