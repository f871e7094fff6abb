use bitcoin::Amount;

use super::{Sums, Totals};

/// What an explorer said of an address, as far as it tells. Services differ: some tell confirmed and waiting apart, some only
/// both together, and of what waits perhaps no more than a count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Transactions in blocks.
    pub confirmed: Sums,
    /// Transactions that wait.
    pub waiting: Sums,
    /// Both together.
    pub together: Sums,
}

impl Said {
    /// Whether a ledger holds just that, to the satoshi, as far as the explorer tells. What tells nothing agrees with nothing.
    pub fn agrees(&self, ledger: &Totals) -> bool {
        let both = ledger.together();
        *self != Self::default()
            && self.confirmed.agrees(ledger.tx_count, ledger.received, ledger.spent)
            && self.waiting.agrees(ledger.mempool_tx_count, ledger.mempool_received, ledger.mempool_spent)
            && self.together.agrees(both.tx_count.unwrap_or_default(), both.received(), both.spent())
    }

    /// Whether a ledger's confirmed figures are just those, to the satoshi. What waits is judged apart, by [`Said::is_whole`]; what
    /// the explorer tells of both together only, both together decide. What tells nothing is not reconciled.
    pub fn reconciles(&self, ledger: &Totals) -> bool {
        let (told, both) = (self.confirmed, ledger.together());
        let only_together = Sums {
            tx_count: self.together.tx_count.filter(|_| told.tx_count.is_none()),
            received: self.together.received.filter(|_| told.received.is_none()),
            spent: self.together.spent.filter(|_| told.spent.is_none()),
        };
        let told_anything = told != Sums::default() || only_together != Sums::default();
        told_anything
            && told.agrees(ledger.tx_count, ledger.received, ledger.spent)
            && only_together.agrees(both.tx_count.unwrap_or_default(), both.received(), both.spent())
    }

    /// Whether a ledger holds all that waits, as far as the explorer counts it; else what it holds of that is "at least".
    pub fn is_whole(&self, ledger: &Totals) -> bool {
        let both = ledger.together();
        self.waiting.agrees(ledger.mempool_tx_count, ledger.mempool_received, ledger.mempool_spent)
            && self.together.agrees(both.tx_count.unwrap_or_default(), both.received(), both.spent())
    }

    /// Count and sums of everything, confirmed and waiting, as far as that was told.
    pub fn everything(&self) -> Sums {
        let plus = |a: Option<Amount>, b: Option<Amount>| a?.checked_add(b?);
        let (confirmed, waiting, told) = (self.confirmed, self.waiting, self.together);
        Sums {
            tx_count: told.tx_count.or_else(|| confirmed.tx_count?.checked_add(waiting.tx_count?)),
            received: told.received.or_else(|| plus(confirmed.received, waiting.received)),
            spent: told.spent.or_else(|| plus(confirmed.spent, waiting.spent)),
        }
    }
}

impl From<Totals> for Said {
    /// What an explorer says that tells everything.
    fn from(totals: Totals) -> Self {
        Self {
            confirmed: Sums::all(totals.tx_count, totals.received, totals.spent),
            waiting: Sums::all(totals.mempool_tx_count, totals.mempool_received, totals.mempool_spent),
            together: Sums::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(tx_count: u64, received: u64, spent: u64, waiting: u64) -> Totals {
        Totals {
            tx_count,
            received: Amount::from_sat(received),
            spent: Amount::from_sat(spent),
            mempool_tx_count: u64::from(waiting > 0),
            mempool_received: Amount::from_sat(waiting),
            mempool_spent: Amount::ZERO,
        }
    }

    #[test]
    fn what_is_told_must_agree() {
        let ledger = totals(3, 500, 200, 40);
        assert!(Said::from(ledger).agrees(&ledger));
        assert!(!Said::from(totals(3, 501, 200, 40)).agrees(&ledger));
        assert!(!Said::from(totals(3, 500, 200, 41)).agrees(&ledger));
        let sat = |n| Some(Amount::from_sat(n));
        let together =
            |received| Said { together: Sums { tx_count: Some(4), received, spent: sat(200) }, ..Said::default() };
        assert!(together(sat(540)).agrees(&ledger));
        assert!(!together(sat(500)).agrees(&ledger));
        assert!(together(None).agrees(&ledger));
        // What waits is judged apart; where only both together are told, they decide.
        let more_waits = Said::from(totals(3, 500, 200, 41));
        assert!(more_waits.reconciles(&ledger) && !more_waits.is_whole(&ledger));
        assert!(!Said::from(totals(3, 501, 200, 40)).reconciles(&ledger));
        assert!(Said::from(ledger).reconciles(&ledger) && Said::from(ledger).is_whole(&ledger));
        assert!(together(sat(540)).reconciles(&ledger) && together(sat(540)).is_whole(&ledger));
        assert!(!together(sat(541)).reconciles(&ledger) && !together(sat(541)).is_whole(&ledger));
        let in_part = Said { confirmed: Sums { tx_count: Some(3), ..Sums::default() }, ..together(sat(541)) };
        assert!(!in_part.reconciles(&ledger), "the sums are told together only");
        assert!(!Said::default().reconciles(&ledger));
        assert!(!Said::default().agrees(&ledger) && !Said::default().agrees(&Totals::default()));
        assert_eq!(together(sat(540)).everything().tx_count, Some(4));
        assert_eq!(Said::from(ledger).everything().received, sat(540));
    }
}
