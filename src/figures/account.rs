use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::classes::{self, Class};
use super::estimates;
use super::summary::{Summary, Unconfirmed};
use super::totals::{addresses, received, set_apart, trust, unconfirmed, withdrawn};
use super::worth::{self, Worth};
use crate::domain::{
    Address, AddressRecord, Amount, Currency, Family, Ledger, Moment, Time, TimeBasis, Trust, Txid, Value,
};
use crate::price::Prices;

/// What is asked of a ledger.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Up to when; `None` is the ledger's last observation.
    pub as_of: Option<Moment>,
    /// Which clock places a payment.
    pub basis: TimeBasis,
    /// The zone that days, weeks and months are those of. The price day is always the UTC day.
    pub zone: Tz,
}

impl Default for Question {
    fn default() -> Self {
        Self { as_of: None, basis: TimeBasis::Block, zone: Tz::UTC }
    }
}

/// Everything that is known of a family's money under one [`Question`]: the rows and what they add up to.
#[derive(Clone, Debug)]
pub struct Account {
    /// What was asked.
    pub question: Question,
    /// The currency of every value.
    pub currency: Currency,
    /// The totals.
    pub summary: Summary,
    /// Those of the summary's caveats that are about prices, and say nothing of the coins.
    pub price_caveats: Vec<String>,
    /// Confirmed inflows up to `as_of`, in order of time, internal transfers among them.
    pub payments: Vec<Payment>,
    /// Confirmed withdrawals up to `as_of`, in order of time.
    pub withdrawals: Vec<Withdrawal>,
}

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
}

/// A transaction that spends outputs of the family.
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
    /// What leaves: spent minus what returns to the family. The miner's fee is part of it.
    pub amount: Amount,
    /// False where more returns than the ledger knows to be spent: then spends are missing from it, and `amount` with them.
    pub is_whole: bool,
    /// Value of `amount` on the UTC day it left.
    pub value: Option<Value>,
}

impl Withdrawal {
    /// The day in `zone` that groups it.
    pub fn day(&self, zone: Tz) -> NaiveDate {
        self.time.with_timezone(&zone).date_naive()
    }
}

/// Computes every figure of `family` from its ledger. `None` where no explorer was ever asked about any address: then
/// there is nothing to say, not even 0.
pub fn open(family: &Family, ledger: &Ledger, prices: &Prices, question: Question) -> Option<Account> {
    let looked = |a: &AddressRecord| a.check.as_ref().map(|c| a.followed_to.map_or(c.as_of, |to| to.max(c.as_of)));
    let last_check = ledger.addresses.iter().filter_map(looked).max()?;
    // A block's time may lie ahead of our clock: what is recorded counts as observed.
    let last_row = ledger.inflows.iter().map(|i| i.block).chain(ledger.spends.iter().map(|s| s.block)).flatten();
    let last_observation = last_row.map(|block| block.time).fold(last_check, Time::max);
    let recorded_to = recorded_to(ledger);
    let as_of = question.as_of.map_or(last_observation, |m| m.last_second(question.zone));
    let day = question.as_of.map_or(as_of.date_naive(), Moment::price_day);

    let spenders: BTreeSet<Txid> = ledger.spends.iter().map(|s| s.txid).collect();
    let mut payments = payments(family, ledger, prices, question, as_of, &spenders);
    let withdrawals = withdrawals(ledger, prices, question, as_of);
    mark_after_withdrawal(&mut payments, &withdrawals);

    let received = received(&payments, prices, day);
    let withdrawn = withdrawn(&withdrawals);
    let income = received.amount;
    // More spent than received: payments are missing from the ledger, and what is left is unknown.
    let balance = if withdrawals.iter().any(|w| !w.is_whole) { None } else { income.checked_sub(withdrawn.amount) };
    let mut explorers: Vec<String> = payments.iter().map(|p| p.explorer.clone()).collect();
    explorers.extend(ledger.addresses.iter().filter_map(|a| Some(a.check.as_ref()?.explorer.clone())));
    explorers.sort();
    explorers.dedup();

    let mut summary = Summary {
        family: family.name.clone(),
        title: family.title.clone(),
        as_of,
        recorded_to,
        time_basis: question.basis,
        time_zone: question.zone.name().to_owned(),
        currency: prices.currency().code().to_owned(),
        received,
        withdrawn,
        balance,
        unconfirmed: if as_of >= last_check { unconfirmed(ledger, &spenders) } else { Unconfirmed::default() },
        classes: classes::tally(&payments),
        class_tolerance: classes::tolerance(family),
        internal: set_apart(&payments, |p| p.internal),
        estimates: estimates::own(&payments, ledger.addresses.len()),
        after_withdrawal: set_apart(&payments, |p| p.after_withdrawal && !p.internal),
        addresses: addresses(ledger, &payments, question, as_of),
        explorers,
        trust: trust(&payments),
        price_source: prices.source().to_owned(),
        caveats: Vec::new(),
    };
    summary.caveats = super::caveats::of(family, &summary, &payments, &withdrawals, prices, question);
    let price_caveats = super::caveats::of_prices(&summary, &payments, &withdrawals, prices, question);
    Some(Account { question, currency: prices.currency(), summary, price_caveats, payments, withdrawals })
}

impl Account {
    /// The coins received and what they were worth on each UTC day from the first payment to `until`.
    pub fn worth(&self, prices: &Prices, until: NaiveDate) -> Vec<Worth> {
        worth::worth_by_day(&self.payments, prices, until)
    }

    /// The UTC day whose price the account is taken at.
    pub fn price_day(&self) -> NaiveDate {
        self.question.as_of.map_or(self.summary.as_of.date_naive(), Moment::price_day)
    }

    /// The last day for which it is worth asking what the coins were worth: the one asked about, else the last that has a price.
    pub fn last_day(&self, prices: &Prices) -> NaiveDate {
        let as_of = self.price_day();
        match self.question.as_of {
            Some(_) => as_of,
            None => prices.last_day().map_or(as_of, |last| last.max(as_of)),
        }
    }

    /// The payments that count as income.
    pub fn income(&self) -> impl Iterator<Item = &Payment> {
        self.payments.iter().filter(|p| !p.internal)
    }
}

/// The moment to which every address of the ledger is complete: asked about, and equal to the explorer's totals.
fn recorded_to(ledger: &Ledger) -> Option<Time> {
    ledger.addresses.iter().map(AddressRecord::complete_to).min().flatten()
}

/// The moment that places a row; a row that nobody saw first is placed by its block, and a caveat counts such rows.
pub(super) fn on_basis(basis: TimeBasis, block_time: Time, first_seen: Option<Time>) -> Time {
    match basis {
        TimeBasis::Block => block_time,
        TimeBasis::FirstSeen => first_seen.unwrap_or(block_time),
    }
}

pub(super) fn payments(
    family: &Family,
    ledger: &Ledger,
    prices: &Prices,
    question: Question,
    as_of: Time,
    spenders: &BTreeSet<Txid>,
) -> Vec<Payment> {
    let mut rows: Vec<Payment> = ledger
        .inflows
        .iter()
        .filter_map(|inflow| {
            let block = inflow.block?;
            let time = on_basis(question.basis, block.time, inflow.first_seen);
            if time > as_of {
                return None;
            }
            let value = prices.at(time.date_naive()).map(|price| Value::of(inflow.value, &price));
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
                internal: spenders.contains(&inflow.txid),
                explorer: inflow.explorer.clone(),
                trust: inflow.trust,
            })
        })
        .collect();
    rows.sort_by_key(|p| (p.time, p.block_height, p.txid, p.vout));
    rows
}

fn withdrawals(ledger: &Ledger, prices: &Prices, question: Question, as_of: Time) -> Vec<Withdrawal> {
    let mut returned: HashMap<Txid, Amount> = HashMap::new();
    for inflow in &ledger.inflows {
        *returned.entry(inflow.txid).or_default() += inflow.value;
    }
    let mut by_tx: BTreeMap<Txid, (Withdrawal, Amount)> = BTreeMap::new();
    for spend in &ledger.spends {
        let Some(block) = spend.block else { continue };
        let time = on_basis(question.basis, block.time, spend.first_seen);
        if time > as_of {
            continue;
        }
        let (row, spent) = by_tx.entry(spend.txid).or_insert_with(|| {
            let row = Withdrawal {
                time,
                block_time: block.time,
                block_height: block.height,
                first_seen: spend.first_seen,
                txid: spend.txid,
                addresses: Vec::new(),
                amount: Amount::ZERO,
                is_whole: true,
                value: None,
            };
            (row, Amount::ZERO)
        });
        *spent += spend.value;
        if !row.addresses.contains(&spend.address) {
            row.addresses.push(spend.address.clone());
        }
    }
    let finished = by_tx.into_values().map(|(mut row, spent)| {
        let left = spent.checked_sub(returned.get(&row.txid).copied().unwrap_or_default());
        row.is_whole = left.is_some();
        row.amount = left.unwrap_or_default();
        let price = prices.at(row.time.date_naive());
        row.value = left.zip(price).map(|(amount, price)| Value::of(amount, &price));
        row.addresses.sort();
        row
    });
    let mut rows: Vec<Withdrawal> = finished.collect();
    rows.sort_by_key(|w| (w.time, w.block_height, w.txid));
    rows
}

/// Marks the payments that came after the last withdrawal, where that left nothing in any wallet.
fn mark_after_withdrawal(payments: &mut [Payment], withdrawals: &[Withdrawal]) {
    let Some(last) = withdrawals.last().map(|w| w.time) else { return };
    let before: Amount = payments.iter().filter(|p| !p.internal && p.time <= last).map(|p| p.amount).sum();
    let left: Amount = withdrawals.iter().map(|w| w.amount).sum();
    if left == before {
        for payment in payments {
            payment.after_withdrawal = payment.time > last;
        }
    }
}
