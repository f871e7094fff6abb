use schemars::JsonSchema;
use serde::Serialize;

use super::{Frame, Money};
use crate::figures;

/// A day, week or month of a series.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Step {
    /// Name of the family.
    pub family: String,
    /// 2017-05-12, 2017-W19 or 2017-05.
    pub step: String,
    /// First day, in the chosen zone.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Whether the ledger reaches to the end of the step.
    pub complete: bool,
    /// Outputs received.
    pub outputs: usize,
    /// Transactions that hold them.
    pub transactions: usize,
    /// Satoshis received.
    pub sats: u64,
    /// Of the values.
    pub currency: &'static str,
    /// Value at receipt.
    #[serde(flatten)]
    pub money: Money,
    /// Outputs without a price, which the values lack.
    pub without_price: usize,
    /// Transactions that spend from the family and pay others.
    pub withdrawals: usize,
    /// Satoshis that left; unknown where the value of a spent coin is.
    pub withdrawn_sats: Option<u64>,
    /// Satoshis of others that came in together with coins of the family; unknown where the value of a spent coin is.
    pub joined_sats: Option<u64>,
    /// The same as `step`.
    pub label: String,
}

impl Step {
    /// The step as it is told everywhere.
    pub fn of(step: &figures::Step, frame: Frame<'_>) -> Self {
        let flows = &step.flows;
        Self {
            family: frame.family.to_owned(),
            step: step.label.clone(),
            from: step.from.to_string(),
            to: step.to.to_string(),
            complete: step.is_complete(),
            outputs: flows.outputs,
            transactions: flows.transactions,
            sats: flows.sats,
            currency: frame.currency.code(),
            money: Money::of(flows.value),
            without_price: flows.without_price,
            withdrawals: flows.withdrawals,
            withdrawn_sats: flows.withdrawn_sats,
            joined_sats: flows.joined_sats,
            label: step.label.clone(),
        }
    }
}
