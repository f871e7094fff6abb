//! The histories that the program carries: tables of days, each from one source.

use super::PriceSource;

pub(super) const MT_GOX: PriceSource = PriceSource {
    name: "mt-gox",
    title: "BTC/USD daily low, close and high of Mt. Gox, kept by CryptoCompare and brk (built-in)",
    short: "Mt. Gox",
    table: include_str!("../../data/prices/mt-gox.csv"),
};

pub(super) const RANSOMWHERE: PriceSource = PriceSource {
    name: "ransomwhere",
    title: "BTC/USD daily low, close and high in Yahoo Finance's layout, from Ransomwhere (built-in)",
    short: "Ransomwhere's series",
    table: include_str!("../../data/prices/ransomwhere.csv"),
};

pub(super) const YAHOO: PriceSource = PriceSource {
    name: "yahoo",
    title: "BTC/USD daily low, close and high of Yahoo Finance, in public copies (built-in)",
    short: "Yahoo Finance",
    table: include_str!("../../data/prices/yahoo.csv"),
};
