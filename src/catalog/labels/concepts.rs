//! What TagPacks call otherwise: their concepts (the INTERPOL Dark Web and Virtual Assets Taxonomy, and older words) and ours.

use crate::domain::Category;

/// Their word, in lower case with underscores, and our category. `data/README.md` shows the same table.
static CONCEPTS: &[(&str, Category)] = &[
    ("exchange", Category::Exchange),
    ("atm", Category::Exchange),
    ("swap_service", Category::SwapService),
    ("instant_exchange", Category::SwapService),
    ("mixing_service", Category::Mixer),
    ("mixer", Category::Mixer),
    ("tumbler", Category::Mixer),
    ("coinjoin", Category::Mixer),
    ("market", Category::DarknetMarket),
    ("marketplace", Category::DarknetMarket),
    ("darknet_market", Category::DarknetMarket),
    ("gambling", Category::Gambling),
    ("payment_processor", Category::PaymentProcessor),
    ("wallet_service", Category::WalletService),
    ("hosted_wallet", Category::WalletService),
    ("miner", Category::MiningPool),
    ("mining_pool", Category::MiningPool),
    ("service", Category::Service),
    ("ransomware", Category::Ransomware),
    ("sanction", Category::Sanctioned),
    ("sanctions", Category::Sanctioned),
    ("sanctioned", Category::Sanctioned),
    ("seizure", Category::Seizure),
    ("seized", Category::Seizure),
];

/// The category of a tag, by the first of its words that says one. `words` are its category, concepts and abuse, in
/// that order. Words that say none, as `user`, leave "other"; unless the tag is from the list of sanctions, which GraphSense
/// files under `user`.
pub(super) fn category<'a>(words: impl Iterator<Item = &'a str>, name: &str, source: &str) -> Category {
    for word in words {
        let word = word.trim().to_lowercase().replace([' ', '-'], "_");
        if let Some((_, category)) = CONCEPTS.iter().find(|(concept, _)| *concept == word) {
            return *category;
        }
    }
    let says_ofac = name.contains("OFAC") && name.contains("Sanctions");
    let is_ofac = source.contains("treasury.gov/ofac");
    if says_ofac || is_ofac { Category::Sanctioned } else { Category::Other }
}

/// Their word for a category, if it reads back as this one.
pub(super) fn concept(category: Category) -> Option<&'static str> {
    match category {
        // Readers of TagPacks know neither; what they are told is not wrong, and the context tells the rest.
        Category::SwapService => Some("exchange"),
        Category::Sanctioned | Category::Seizure | Category::Other => None,
        _ => CONCEPTS.iter().find(|(_, ours)| *ours == category).map(|(concept, _)| *concept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_categories() {
        let check = |words: &[&str], source: &str, expect: Category| {
            assert_eq!(category(words.iter().copied(), "X", source), expect, "{words:?}");
        };
        check(&["mixing_service"], "", Category::Mixer);
        check(&["Mixing Service"], "", Category::Mixer);
        check(&["user", "exchange"], "", Category::Exchange);
        check(&["exchange", "ransomware"], "", Category::Exchange);
        check(&["user", "ransomware"], "", Category::Ransomware);
        check(&["user"], "https://www.treasury.gov/ofac/downloads/sdnlist.txt", Category::Sanctioned);
        check(&["mixing_service"], "https://ofac.treasury.gov/recent-actions/20231129", Category::Mixer);
        check(&["sextortion"], "https://example.org", Category::Other);
        check(&[], "", Category::Other);
        assert_eq!(category([].into_iter(), "Listed under US Treasury OFAC Sanctions List", ""), Category::Sanctioned);
    }

    #[test]
    fn the_documentation_shows_this_table() {
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/README.md")).unwrap();
        for (concept, category) in CONCEPTS {
            let row = readme.lines().find(|l| l.starts_with(&format!("| {category} |"))).unwrap_or_default();
            assert!(row.contains(&format!("`{concept}`")), "data/README.md: {category} lacks {concept}");
        }
    }
}
