//! The fake servers that speak dialects, and what tests have to know of each to make it lie.

use super::explorer::Answer;
use super::{FakeChain, Style, blockchain_info, blockcypher, esplora};

/// Answers a path below the base URL.
pub type Speaker = fn(&FakeChain, &str) -> Answer;

/// A fake server of a dialect.
#[derive(Debug)]
pub struct Service {
    /// Name of the dialect.
    pub dialect: &'static str,
    /// What it answers.
    pub answer: Speaker,
    /// Whether it gives whole blocks, and proofs; and whether its transactions prove themselves.
    pub gives: [bool; 3],
    /// It shows what pays a bare public key under the address of its hash.
    pub counts_bare_keys: bool,
    /// Parts of the paths at which it tells of transactions, for a page.
    pub tells: &'static [&'static str],
    /// A part of the paths at which it gives whole blocks.
    pub block: Option<&'static str>,
    /// Whether a path asks for a page of an address.
    pub is_page: fn(&str) -> bool,
}

/// Every dialect that a fake server speaks.
pub static SERVICES: &[Service] = &[
    Service {
        dialect: "esplora",
        answer: |chain, path| esplora::answer(chain, path, Style::Blockstream),
        gives: [true, true, true],
        counts_bare_keys: false,
        tells: &["/txs"],
        block: Some("/raw"),
        is_page: |path| path.contains("/txs"),
    },
    Service {
        dialect: "blockchain.info",
        answer: blockchain_info::answer,
        gives: [true, false, true],
        counts_bare_keys: true,
        tells: &["limit=10", "rawtx/"],
        block: Some("format=hex"),
        is_page: |path| path.starts_with("rawaddr/") && !path.contains("limit=0"),
    },
    Service {
        dialect: "blockcypher",
        answer: blockcypher::answer,
        gives: [false, false, true],
        counts_bare_keys: true,
        tells: &["/full"],
        block: None,
        is_page: |path| path.contains("/full"),
    },
];

/// The fake server of a dialect.
pub fn service(dialect: &str) -> &'static Service {
    SERVICES.iter().find(|service| service.dialect == dialect).unwrap()
}
