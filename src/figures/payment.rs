use std::collections::HashMap;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::classes::{self, Class};
use super::question::Question;
use super::spending::{Spending, Split};
use crate::domain::{Address, Amount, Family, Ledger, Time, Trust, Txid, Value};
use crate::price::Prices;

/// An inflow with what can be said of it.
#[derive(Clone, Debug)]
pub struct Payment {
    /// Time on the chosen basis.
    pub time: Time,
    /// Time in the block's header.
    pub block_time: Time,
    /// Height of its block.
    pub block_height: u32,
    /// When it was first seen, if anybody told.
    pub first_seen: Option<Time>,
    /// Transaction.
    pub txid: Txid,
    /// Output index.
    pub vout: u32,
    /// Address paid.
    pub address: Address,
    /// Value in bitcoin.
    pub amount: Amount,
    /// Value in money on the UTC day of `time`; `None` where there is no price.
    pub value: Option<Value>,
    /// What kind of payment it looks like.
    pub class: Class,
    /// It came when all the family's wallets had been emptied before.
    pub after_withdrawal: bool,
    /// Its transaction also spends from the family: not income.
    pub internal: bool,
    /// What of it came from others, together with coins of the family; `None` where that is unknown.
    pub joined: Option<Amount>,
    /// Who told us of it first.
    pub explorer: String,
    /// How far its transaction can be trusted.
    pub trust: Trust,
}

impl Payment {
    /// The UTC day that gives the price.
    pub fn price_day(&self) -> NaiveDate {
        self.time.date_naive()
    }

    /// The day in `zone` that groups it.
    pub fn day(&self, zone: Tz) -> NaiveDate {
        self.time.with_timezone(&zone).date_naive()
    }

    /// What kind of payment it looks like; what is no income is none.
    pub fn class(&self) -> Option<Class> {
        (!self.internal).then_some(self.class)
    }

    /// What of it only moves within the family; `None` where that is unknown.
    pub fn within(&self) -> Option<Amount> {
        if self.internal { self.amount.checked_sub(self.joined?) } else { Some(Amount::ZERO) }
    }
}

/// A transaction that spends outputs of the family and pays others.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    /// Time on the chosen basis.
    pub time: Time,
    /// Time in the block's header.
    pub block_time: Time,
    /// Height of its block.
    pub block_height: u32,
    /// When it was first seen, if anybody told.
    pub first_seen: Option<Time>,
    /// The transaction.
    pub txid: Txid,
    /// The addresses whose coins leave.
    pub addresses: Vec<Address>,
    /// What leaves: spent minus what returns to the family, the miner's fee included; `None` where the value of a spent coin
    /// is unknown.
    pub amount: Option<Amount>,
    /// Value of `amount` on the UTC day it left.
    pub value: Option<Value>,
}

impl Withdrawal {
    /// The withdrawal of a transaction that spends from the family, if value leaves to others.
    pub(super) fn of(spending: &Spending, prices: &Prices) -> Option<Self> {
        let split = Some(spending.split).filter(Split::is_withdrawal)?;
        let amount = split.withdrawn();
        Some(Self {
            time: spending.time,
            block_time: spending.block_time,
            block_height: spending.block_height,
            first_seen: spending.first_seen,
            txid: spending.txid,
            addresses: spending.addresses.clone(),
            amount,
            value: amount.and_then(|amount| prices.worth(amount, spending.time.date_naive())),
        })
    }

    /// The day in `zone` that groups it.
    pub fn day(&self, zone: Tz) -> NaiveDate {
        self.time.with_timezone(&zone).date_naive()
    }
}

/// The confirmed inflows up to `as_of`, in order of time. What a transaction that spends from the family pays to it is
/// internal; what it moves within the family fills its outputs in their order, and the rest is joined.
pub(super) fn payments(
    family: &Family,
    ledger: &Ledger,
    prices: &Prices,
    question: Question,
    as_of: Time,
    splits: &HashMap<Txid, Split>,
) -> Vec<Payment> {
    let mut rows: Vec<Payment> = ledger
        .inflows
        .iter()
        .filter_map(|inflow| {
            let block = inflow.block?;
            let time = question.place(block.time, inflow.first_seen);
            if time > as_of {
                return None;
            }
            let value = prices.worth(inflow.value, time.date_naive());
            // Demands are judged in US dollars, whatever the currency of the answer.
            let usd = prices.usd_at(time.date_naive()).map(|price| Value::of(inflow.value, &price));
            Some(Payment {
                time,
                block_time: block.time,
                block_height: block.height,
                first_seen: inflow.first_seen,
                txid: inflow.txid,
                vout: inflow.vout,
                address: inflow.address.clone(),
                amount: inflow.value,
                value,
                class: classes::class_of(family, time.date_naive(), inflow.value, usd.as_ref()),
                after_withdrawal: false,
                internal: false,
                joined: Some(Amount::ZERO),
                explorer: inflow.explorer.clone(),
                trust: inflow.trust,
            })
        })
        .collect();
    rows.sort_by_key(|p| (p.time, p.block_height, p.txid, p.vout));
    share_out(&mut rows, splits);
    rows
}

/// Says of each row, in order of transactions and outputs, what of it is internal and what joined.
pub(super) fn share_out(rows: &mut [Payment], splits: &HashMap<Txid, Split>) {
    let mut rest: HashMap<Txid, Option<Amount>> = HashMap::new();
    for row in rows {
        let Some(split) = splits.get(&row.txid) else {
            (row.internal, row.joined) = (false, Some(Amount::ZERO));
            continue;
        };
        let rest = rest.entry(row.txid).or_insert_with(|| split.internal());
        let within = rest.map(|rest| rest.min(row.amount));
        *rest = rest.zip(within).and_then(|(rest, within)| rest.checked_sub(within));
        (row.internal, row.joined) = (true, within.and_then(|within| row.amount.checked_sub(within)));
    }
}
