use bitcoin::{Amount, Txid};

use super::{Address, BlockRef, Time, Trust};

/// An output to a watched address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inflow {
    /// Transaction.
    pub txid: Txid,
    /// Output index.
    pub vout: u32,
    /// Address paid.
    pub address: Address,
    /// Value.
    pub value: Amount,
    /// The block it is in; `None` while it waits.
    pub block: Option<BlockRef>,
    /// When an explorer or we first saw the transaction.
    pub first_seen: Option<Time>,
    /// Who told us of it first.
    pub explorer: String,
    /// How far it can be trusted.
    pub trust: Trust,
}

/// An output of a watched address, spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spend {
    /// The spending transaction.
    pub txid: Txid,
    /// Position among its inputs.
    pub vin: u32,
    /// Address whose coins leave.
    pub address: Address,
    /// Value of the spent coin; `None` where nobody told it.
    pub value: Option<Amount>,
    /// What all outputs of the spending transaction add up to.
    pub paid: Amount,
    /// The block the spending transaction is in; `None` while it waits.
    pub block: Option<BlockRef>,
    /// When an explorer or we first saw the spending transaction.
    pub first_seen: Option<Time>,
    /// Who told us of it first.
    pub explorer: String,
    /// How far the spending transaction can be trusted.
    pub trust: Trust,
}
