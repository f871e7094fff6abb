use schemars::JsonSchema;
use serde::Serialize;

use super::{Frame, Money, btc};
use crate::domain::{Amount, rfc3339};
use crate::figures;

/// An output to an address of the family.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Payment {
    /// Name of the family.
    pub family: Option<String>,
    /// The transaction.
    pub txid: String,
    /// Index of the output in it.
    pub vout: u32,
    /// The address paid.
    pub address: String,
    /// The moment that places it, on the chosen time basis.
    pub time: String,
    /// Time in the block's header.
    pub block_time: String,
    /// Height of the block.
    pub block_height: u32,
    /// When it was first seen; unknown where nobody told.
    pub first_seen: Option<String>,
    /// Satoshis.
    pub sats: u64,
    /// The same in bitcoin.
    #[schemars(extend("format" = "decimal"))]
    pub btc: String,
    /// The UTC day whose price gives the values.
    pub price_day: String,
    /// Of the values.
    pub currency: &'static str,
    /// Value on that day.
    #[serde(flatten)]
    pub money: Money,
    /// What kind of payment it looks like: demand, multiple, dust, other, unknown; none where it is no income.
    pub class: Option<&'static str>,
    /// Whether it came after the wallets had been emptied.
    pub after_withdrawal: bool,
    /// Whether its transaction also spends from the family: no income.
    pub internal: bool,
    /// What of it only moves within the family; unknown where the value of a spent coin is.
    pub internal_sats: Option<u64>,
    /// What of it is coins of others that came in together with the family's; unknown where the value of a spent coin is.
    pub joined_sats: Option<u64>,
    /// Who told of it first.
    pub explorer: String,
    /// How far it can be trusted: told, recomputed, agreed or proven.
    pub trust: &'static str,
}

impl Payment {
    /// The payment as it is told everywhere.
    pub fn of(payment: &figures::Payment, frame: Frame<'_>) -> Self {
        Self {
            family: Some(frame.family.to_owned()),
            txid: payment.txid.to_string(),
            vout: payment.vout,
            address: payment.address.to_string(),
            time: rfc3339(payment.time),
            block_time: rfc3339(payment.block_time),
            block_height: payment.block_height,
            first_seen: payment.first_seen.map(rfc3339),
            sats: payment.amount.to_sat(),
            btc: btc(payment.amount),
            price_day: payment.price_day().to_string(),
            currency: frame.currency.code(),
            money: Money::of(payment.value),
            class: payment.class().map(figures::Class::name),
            after_withdrawal: payment.after_withdrawal,
            internal: payment.internal,
            internal_sats: payment.within().map(Amount::to_sat),
            joined_sats: payment.joined.map(Amount::to_sat),
            explorer: payment.explorer.clone(),
            trust: payment.trust.name(),
        }
    }

    /// Its class and what else sets it apart, in words: `demand, after withdrawal`.
    pub fn kind(&self) -> String {
        let late = self.after_withdrawal.then_some("after withdrawal");
        let internal = (self.internal && self.joined_sats != Some(self.sats)).then_some("internal");
        let joined = match self.joined_sats {
            Some(0) => None,
            Some(_) => Some("joined"),
            None => Some("perhaps joined"),
        };
        [self.class, late, internal, joined].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
