use super::{Address, BlockRef, Inflow, Said, Spend, Time, Totals};

/// Everything the ledger holds of a set of addresses, as read from the store in one go. Figures are computed from this
/// alone.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// One record an address, in the order asked.
    pub addresses: Vec<AddressRecord>,
    /// Outputs to those addresses, confirmed and waiting; what is gone is not in it.
    pub inflows: Vec<Inflow>,
    /// Outputs of those addresses that were spent, confirmed and waiting.
    pub spends: Vec<Spend>,
}

impl Ledger {
    /// The moment to which all of its addresses are complete; `None` where one is not.
    pub fn complete_to(&self) -> Option<Time> {
        let moments: Option<Vec<Time>> = self.addresses.iter().map(AddressRecord::complete_to).collect();
        moments?.into_iter().min()
    }
}

/// What is recorded of one address.
#[derive(Clone, Debug)]
pub struct AddressRecord {
    /// The address.
    pub address: Address,
    /// The newest answer of an explorer about its totals; `None` when never asked.
    pub check: Option<Check>,
    /// The totals that the ledger holds.
    pub ledger: Totals,
    /// The totals of what the ledger holds up to the moment of the check.
    pub ledger_at_check: Totals,
    /// The moment to which its history was followed by blocks since the check, if it was.
    pub followed_to: Option<Time>,
}

impl AddressRecord {
    /// The record of an address that these rows are the ledger of.
    pub fn new(address: Address, check: Option<Check>, inflows: &[Inflow], spends: &[Spend]) -> Self {
        let known = |block: &Option<BlockRef>| {
            let (Some(check), Some(block)) = (&check, block) else { return false };
            // The explorer's newest block then parts better than the clock, which block times do not keep to.
            check.tip_height.map_or(block.time <= check.as_of, |tip| block.height <= tip)
        };
        let then_in: Vec<Inflow> = inflows.iter().filter(|i| known(&i.block)).cloned().collect();
        let then_out: Vec<Spend> = spends.iter().filter(|s| known(&s.block)).cloned().collect();
        let ledger_at_check = Totals::of(&then_in, &then_out);
        Self { address, check, ledger: Totals::of(inflows, spends), ledger_at_check, followed_to: None }
    }

    /// Whether the ledger's confirmed figures equal the explorer's to the satoshi, as they are or as they were at the moment that
    /// those describe; `None` when never asked. What waits is judged apart.
    pub fn reconciled(&self) -> Option<bool> {
        let said = self.check.as_ref()?.said;
        // What waited then may be confirmed now: of an earlier moment only what was confirmed can be compared.
        let confirmed = Said { confirmed: said.confirmed, ..Said::default() };
        Some(said.reconciles(&self.ledger) || confirmed.reconciles(&self.ledger_at_check))
    }

    /// Whether everything is recorded that the explorer counted as waiting, also where some of it is confirmed since; `None` when
    /// never asked.
    pub fn is_whole(&self) -> Option<bool> {
        let said = self.check.as_ref()?.said;
        let (counted, held) = (said.everything().tx_count, self.ledger.together().tx_count);
        let moved_on = self.ledger.tx_count > self.ledger_at_check.tx_count && counted <= held;
        Some(said.is_whole(&self.ledger) || moved_on)
    }

    /// The moment to which its ledger is complete: it equals the explorer's totals of that moment, or was followed by blocks
    /// from there on; `None` where it is not.
    pub fn complete_to(&self) -> Option<Time> {
        let check = self.check.as_ref().filter(|_| self.reconciled() == Some(true))?;
        Some(self.followed_to.map_or(check.as_of, |followed| followed.max(check.as_of)))
    }
}

/// An explorer's answer about the totals of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Who said it.
    pub explorer: String,
    /// The moment that the answer describes: when it was asked, or the day of a recorded snapshot.
    pub as_of: Time,
    /// The explorer's newest block at that moment, if it tells.
    pub tip_height: Option<u32>,
    /// What was said.
    pub said: Said,
}
