//! Every reader of the dialect, each with the input as its conversation.

#![no_main]

mod common;

use ransomtrail::explorer::BUILT_IN;

libfuzzer_sys::fuzz_target!(|input: &[u8]| common::every_reader(&BUILT_IN, input));
