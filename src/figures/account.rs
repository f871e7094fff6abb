use chrono::NaiveDate;

use super::estimates;
use super::payment::{self, Payment, Withdrawal};
use super::question::Question;
use super::spending::{self, Spending};
use super::summary::{Summary, Unconfirmed, Waiting};
use super::totals;
use super::worth::{self, Worth};
use super::{caveats, classes};
use crate::domain::{AddressRecord, Amount, Currency, Family, Ledger, Moment, Time};
use crate::price::Prices;

/// Everything that is known of a family's money under one [`Question`]: the rows and what they add up to.
#[derive(Clone, Debug)]
pub struct Account {
    /// What was asked.
    pub question: Question,
    /// The currency of every value.
    pub currency: Currency,
    /// The totals.
    pub summary: Summary,
    /// Confirmed inflows up to `as_of`, in order of time, internal transfers among them.
    pub payments: Vec<Payment>,
    /// Confirmed withdrawals up to `as_of`, in order of time.
    pub withdrawals: Vec<Withdrawal>,
    /// All confirmed transactions up to `as_of` that spend from the family, in order of time.
    pub spendings: Vec<Spending>,
}

/// Computes every figure of `family` from its ledger. `None` where nobody was ever asked about any address and none was looked for in blocks: then
/// there is nothing to say, not even 0.
pub fn open(family: &Family, ledger: &Ledger, prices: &Prices, question: Question) -> Option<Account> {
    let looked = |a: &AddressRecord| a.check.as_ref().map(|c| c.as_of).max(a.followed_to);
    let last_check = ledger.addresses.iter().filter_map(looked).max()?;
    // A block's time may lie ahead of our clock: what is recorded counts as observed.
    let last_row = ledger.inflows.iter().map(|i| i.block).chain(ledger.spends.iter().map(|s| s.block)).flatten();
    let last_observation = last_row.map(|block| block.time).fold(last_check, Time::max);
    let recorded_to = recorded_to(ledger);
    let as_of = question.as_of.map_or(last_observation, |m| m.last_second(question.zone));
    let day = question.as_of.map_or(as_of.date_naive(), Moment::price_day);

    let splits = spending::splits(&ledger.inflows, &ledger.spends);
    let spendings = spending::spendings(ledger, &splits, question, as_of);
    let mut payments = payment::payments(family, ledger, prices, question, as_of, &splits);
    let withdrawals: Vec<Withdrawal> = spendings.iter().filter_map(|one| Withdrawal::of(one, prices)).collect();
    mark_after_withdrawal(&mut payments, &spendings, recorded_to);

    let mut explorers: Vec<String> = payments.iter().map(|p| p.explorer.clone()).collect();
    explorers.extend(ledger.addresses.iter().filter_map(|a| Some(a.check.as_ref()?.explorer.clone())));
    explorers.sort();
    explorers.dedup();

    // Of an earlier moment nobody knows any more what waited then.
    let waiting = match as_of >= last_check {
        true => Waiting { money: totals::unconfirmed(ledger, &splits), whole: totals::waiting_whole(ledger) },
        false => Waiting { money: Unconfirmed::default(), whole: None },
    };
    let mut summary = Summary {
        family: family.name.clone(),
        title: family.title.clone(),
        as_of,
        recorded_to,
        time_basis: question.basis,
        time_zone: question.zone.name().to_owned(),
        currency: prices.currency().code().to_owned(),
        received: totals::received(&payments, prices, day),
        joined: totals::joined(&payments),
        withdrawn: totals::withdrawn(&withdrawals),
        balance: totals::left(&payments, &spendings),
        unconfirmed: waiting.money,
        waiting,
        classes: totals::tally(&payments),
        class_tolerance: classes::tolerance(family),
        internal: totals::internal(&payments, &spendings),
        estimates: estimates::own(&payments, ledger.addresses.len()),
        after_withdrawal: totals::set_apart(&payments, |p| p.after_withdrawal && !p.internal),
        addresses: totals::addresses(ledger, &payments, question, as_of),
        explorers,
        trust: totals::trust(&payments),
        price_source: source(prices, &payments, &withdrawals, day),
        caveats: Vec::new(),
    };
    let unvalued = spendings.iter().map(|one| one.split.unvalued()).sum();
    summary.caveats = caveats::of(family, &summary, &payments, &withdrawals, prices, question, unvalued);
    Some(Account { question, currency: prices.currency(), summary, payments, withdrawals, spendings })
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

    /// The smallest and the largest payment, of equals the first; `None` where there is none.
    pub fn sizes(&self) -> Option<[&Payment; 2]> {
        let smallest = self.income().min_by_key(|payment| payment.amount)?;
        let largest = self.income().reduce(|most, next| if next.amount > most.amount { next } else { most })?;
        Some([smallest, largest])
    }

    /// The payments that count as income.
    pub fn income(&self) -> impl Iterator<Item = &Payment> {
        self.payments.iter().filter(|p| !p.internal)
    }
}

/// Who gives the days from the first of a payment, a withdrawal or the one asked about to the last of them its price.
fn source(prices: &Prices, payments: &[Payment], withdrawals: &[Withdrawal], day: NaiveDate) -> String {
    let days = payments.iter().map(Payment::price_day).chain(withdrawals.iter().map(|w| w.time.date_naive()));
    let (from, to) = days.fold((day, day), |(from, to), day| (from.min(day), to.max(day)));
    prices.source_between(from, to)
}

/// The moment to which every address of the ledger is complete: asked about, and equal to the explorer's totals.
fn recorded_to(ledger: &Ledger) -> Option<Time> {
    ledger.addresses.iter().map(AddressRecord::complete_to).min().flatten()
}

/// Marks the payments that came after the last withdrawal, where that is known to have left nothing in any wallet.
fn mark_after_withdrawal(payments: &mut [Payment], spendings: &[Spending], recorded_to: Option<Time>) {
    let withdrawals = spendings.iter().filter(|one| one.split.is_withdrawal());
    let Some(last) = withdrawals.map(|one| one.time).max().filter(|last| recorded_to >= Some(*last)) else { return };
    let before: Vec<Payment> = payments.iter().filter(|p| p.time <= last).cloned().collect();
    let spent = spendings.partition_point(|one| one.time <= last);
    if totals::left(&before, &spendings[..spent]) == Some(Amount::ZERO) {
        for payment in payments {
            payment.after_withdrawal = payment.time > last;
        }
    }
}
