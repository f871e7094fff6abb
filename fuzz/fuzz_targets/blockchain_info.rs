//! Every reader of the dialect, each with the input as its conversation.

#![no_main]

mod common;

use ransomtrail::explorer::BLOCKCHAIN_INFO;

libfuzzer_sys::fuzz_target!(|input: &[u8]| common::every_reader(&BLOCKCHAIN_INFO, input));
