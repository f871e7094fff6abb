use crate::domain::{Amount, Currency, format};
use crate::figures::Account;

/// What all rows of an answer share.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Name of the family.
    pub family: &'a str,
    /// Currency of the values.
    pub currency: Currency,
}

impl<'a> Frame<'a> {
    /// The frame of a family's figures.
    pub fn of(account: &'a Account) -> Self {
        Self { family: &account.summary.family, currency: account.currency }
    }
}

/// An amount in bitcoin, always with eight places.
pub(super) fn btc(amount: Amount) -> String {
    format::in_btc(amount).to_string()
}
