//! Every reader of every dialect, each with the input as its conversation. `FUZZ_DIALECT=NAME` keeps to one.

#![no_main]

mod common;

use std::sync::LazyLock;

use ransomtrail::explorer::{DIALECTS, Dialect};

static CHOSEN: LazyLock<Vec<&'static dyn Dialect>> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_DIALECT").ok();
    let chosen: Vec<_> =
        DIALECTS.iter().copied().filter(|dialect| name.as_deref().is_none_or(|name| dialect.name() == name)).collect();
    assert!(!chosen.is_empty(), "no dialect {name:?}");
    chosen
});

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    for dialect in CHOSEN.iter() {
        common::every_reader(*dialect, input);
    }
});
