use chrono::NaiveDate;

use super::account::Account;
use super::classes::{self, Class};
use super::spending;
use crate::domain::{Address, Amount, Family, Ledger, Time, Txid, Value};
use crate::price::Prices;

/// A payment as it comes in.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The transaction.
    pub txid: Txid,
    /// Index of the output.
    pub vout: u32,
    /// The address paid.
    pub address: Address,
    /// Value in bitcoin.
    pub amount: Amount,
    /// Time in its block's header; while it waits, when it was first seen.
    pub time: Time,
    /// Height of its block; `None` while it waits.
    pub height: Option<u32>,
    /// What kind of payment it looks like.
    pub class: Class,
    /// Value on the UTC day of `time`; `None` where that day has no price.
    pub value: Option<Value>,
    /// Where it has none: the value at the last price before, and the day of that.
    pub last_known: Option<(NaiveDate, Value)>,
    /// All that came in up to then, in blocks, this included where it is in one.
    pub received: Amount,
}

/// The payments that are income, in order of time, and then those that wait for a block. The account goes by block time.
pub fn incoming(account: &Account, family: &Family, ledger: &Ledger, prices: &Prices) -> Vec<Incoming> {
    let mut received = Amount::ZERO;
    let last_known = |amount: Amount, time: Time| {
        let price = prices.last_before(time.date_naive())?;
        Some((price.day, Value::of(amount, &price)))
    };
    let mut out: Vec<Incoming> = account
        .income()
        .map(|one| {
            received += one.amount;
            Incoming {
                txid: one.txid,
                vout: one.vout,
                address: one.address.clone(),
                amount: one.amount,
                time: one.block_time,
                height: Some(one.block_height),
                class: one.class,
                value: one.value,
                last_known: if one.value.is_none() { last_known(one.amount, one.block_time) } else { None },
                received,
            }
        })
        .collect();
    // Of an earlier moment nobody knows any more what waited then.
    if account.question.as_of.is_some() {
        return out;
    }
    let splits = spending::splits(&ledger.inflows, &ledger.spends);
    let waiting = ledger.inflows.iter().filter(|one| one.block.is_none() && !splits.contains_key(&one.txid));
    let mut waiting: Vec<Incoming> = waiting
        .map(|one| {
            let (amount, time) = (one.value, one.first_seen.unwrap_or(account.summary.as_of));
            let day = time.date_naive();
            let value = prices.at(day).map(|price| Value::of(amount, &price));
            let usd = prices.usd_at(day).map(|price| Value::of(amount, &price));
            Incoming {
                txid: one.txid,
                vout: one.vout,
                address: one.address.clone(),
                amount,
                time,
                height: None,
                class: classes::class_of(family, day, amount, usd.as_ref()),
                value,
                last_known: if value.is_none() { last_known(amount, time) } else { None },
                received,
            }
        })
        .collect();
    waiting.sort_by_key(|one| (one.time, one.txid, one.vout));
    out.append(&mut waiting);
    out
}
