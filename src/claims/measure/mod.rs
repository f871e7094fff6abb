//! What can be claimed of a family's take: one measure a file and a line here. Each is answered by figures or the trail.

mod addresses;
mod arrived;
mod average_payment;
mod largest_payment;
mod left;
mod median_payment;
mod paying_days;
mod payment;
mod payments;
mod received;
mod seized;
mod smallest_payment;
mod transactions;
mod transfer;
mod withdrawal;
mod withdrawals;
mod withdrawn;

/// Something that a sentence can say a number of.
pub struct Measure {
    /// Its name as data: `largest-payment`.
    pub name: &'static str,
    /// What it is, to go into a sentence.
    pub about: &'static str,
    /// Words of its own, beside those of the language files: a language, and nouns in it that name the measure.
    pub phrases: &'static [(&'static str, &'static str)],
}

/// A measure is its name.
impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Measure {}

impl std::fmt::Debug for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All of them.
pub static MEASURES: &[&Measure] = &[
    &received::MEASURE,
    &withdrawn::MEASURE,
    &left::MEASURE,
    &payments::MEASURE,
    &transactions::MEASURE,
    &withdrawals::MEASURE,
    &addresses::MEASURE,
    &paying_days::MEASURE,
    &largest_payment::MEASURE,
    &smallest_payment::MEASURE,
    &average_payment::MEASURE,
    &median_payment::MEASURE,
    &payment::MEASURE,
    &withdrawal::MEASURE,
    &transfer::MEASURE,
    &arrived::MEASURE,
    &seized::MEASURE,
];

/// The measure of that name.
pub fn find(name: &str) -> Option<&'static Measure> {
    MEASURES.iter().copied().find(|measure| measure.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_measure() {
        for measure in MEASURES {
            assert_eq!(find(measure.name), Some(*measure));
            assert_eq!(MEASURES.iter().filter(|other| **other == *measure).count(), 1, "{measure:?}");
        }
        assert_eq!(find("loot"), None);
    }
}
