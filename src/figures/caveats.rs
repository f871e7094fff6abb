//! What a reader must know before printing the figures, in plain sentences, found from the figures themselves.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::payment::{Payment, Withdrawal};
use super::question::Question;
use super::second_series;
use super::summary::{AddressFigures, Summary};
use crate::domain::format::{count, day, grouped};
use crate::domain::{Family, Moment, Time, TimeBasis, Trust};
use crate::price::{Lacking, Prices};
use crate::proof::targets_known_to;

pub(super) fn of(
    family: &Family,
    summary: &Summary,
    payments: &[Payment],
    withdrawals: &[Withdrawal],
    prices: &Prices,
    question: Question,
    unvalued: usize,
) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(sample) = &family.sample {
        out.push(format!("the addresses are a sample: {}", sample.trim_end_matches('.')));
    }
    out.extend(completeness(summary, question));
    out.extend(of_prices(summary, payments, withdrawals, prices, question));
    out.extend(unknown_coins(summary, unvalued));
    if summary.joined.transactions > 0 {
        let transactions = count(summary.joined.transactions, "transaction", "transactions");
        out.push(format!(
            "coins of other addresses joined the family's in {transactions}: they are no income, and withdrawn may exceed \
             received where they leave"
        ));
    }
    let unseen = payments.iter().filter(|p| p.first_seen.is_none()).count();
    let unseen_out = withdrawals.iter().filter(|w| w.first_seen.is_none()).count();
    if question.basis == TimeBasis::FirstSeen && unseen + unseen_out > 0 {
        let rows =
            format!("{} and {}", count(unseen, "payment", "payments"), count(unseen_out, "withdrawal", "withdrawals"));
        out.push(format!("{rows} without a first-seen time are placed by block time"));
    }
    let in_part = summary.addresses.iter().filter(|a| a.waiting_whole == Some(false)).count();
    if summary.waiting.whole == Some(false) && in_part > 0 {
        let addresses = count(in_part, "address", "addresses");
        out.push(format!("more waits for {addresses} than was read: what waits is at least what is shown"));
    }
    out.extend(by_floor(payments));
    let waiting = &summary.unconfirmed;
    if waiting.outputs > 0 {
        let payments = count(waiting.outputs, "unconfirmed payment", "unconfirmed payments");
        out.push(format!("{payments}, not counted"));
    }
    if waiting.spent_outputs > 0 {
        let outputs = count(waiting.spent_outputs, "output is", "outputs are");
        out.push(format!("{outputs} being spent by unconfirmed transactions, and counted as still there"));
    }
    out
}

/// What cannot be told of the coins that were spent; of `unvalued` the value is not known.
fn unknown_coins(summary: &Summary, unvalued: usize) -> Option<String> {
    if unvalued > 0 {
        let coins = count(unvalued, "spent coin", "spent coins");
        let withdrawn = if summary.withdrawn.amount.is_none() { "what was withdrawn and " } else { "" };
        let verb = if withdrawn.is_empty() { "is" } else { "are" };
        return Some(format!("nobody told the value of {coins}; {withdrawn}what is left {verb} unknown"));
    }
    let lacking = "the ledger holds more spends than payments; what is left is unknown";
    summary.balance.is_none().then(|| lacking.to_owned())
}

/// Proofs whose work could not be held against the target of its period, since that is not known to the program.
fn by_floor(payments: &[Payment]) -> Option<String> {
    let known_to = targets_known_to();
    let later = payments.iter().filter(|p| p.trust == Trust::Proven && p.block_height > known_to).count();
    (later > 0).then(|| {
        let proofs = count(later, "payment is", "payments are");
        let known_to = grouped(u64::from(known_to));
        format!("{proofs} proven by blocks above {known_to}, whose work was checked against a floor only")
    })
}

/// Those that are about prices, and say nothing of the coins.
pub(super) fn of_prices(
    summary: &Summary,
    payments: &[Payment],
    withdrawals: &[Withdrawal],
    prices: &Prices,
    question: Question,
) -> Vec<String> {
    let mut out = without_price(summary, payments, withdrawals, prices, question);
    let days = days_used(summary, payments, withdrawals, question);
    out.extend(second_series::caveats(summary, payments, withdrawals, prices, &days, asked(summary, question)));
    out.extend(disputed(&days, prices));
    out
}

/// Whether the ledger can answer the question at all.
fn completeness(summary: &Summary, question: Question) -> Vec<String> {
    let mut out = Vec::new();
    let zone = question.zone;
    let addresses = &summary.addresses;
    let unasked = |a: &&AddressFigures| a.reconciled.is_none();
    let in_blocks = addresses.iter().filter(unasked).filter(|a| a.in_blocks_to.is_some()).count();
    let never = addresses.iter().filter(unasked).count() - in_blocks;
    if in_blocks > 0 {
        let known = count(in_blocks, "address is", "addresses are");
        out.push(format!(
            "{known} known from blocks alone, since following began; what came before is unknown, and no totals were compared"
        ));
    }
    if never > 0 {
        let all = count(addresses.len(), "address", "addresses");
        out.push(format!("{never} of {all} never asked about; their money is unknown"));
    }
    let differing: Vec<&str> =
        addresses.iter().filter(|a| a.reconciled == Some(false)).map(|a| a.address.as_str()).collect();
    if !differing.is_empty() {
        let more = if differing.len() > 3 { ", …" } else { "" };
        let named = differing.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        let how_many = count(differing.len(), "address", "addresses");
        out.push(format!("the ledger differs from the explorer's totals for {how_many} ({named}{more})"));
    }
    if let Some(to) = summary.recorded_to.filter(|to| summary.as_of > *to) {
        // Addresses asked minutes apart in one round are one observation.
        let gap = (summary.as_of - to).num_days();
        if question.as_of.is_some() || gap > 0 {
            let to = day(in_zone(to, zone));
            out.push(format!("the ledger is complete to {to} only; payments and withdrawals after that are unknown"));
        }
    }
    out
}

fn without_price(
    summary: &Summary,
    payments: &[Payment],
    withdrawals: &[Withdrawal],
    prices: &Prices,
    question: Question,
) -> Vec<String> {
    let mut out = Vec::new();
    let (unvalued, unvalued_out) = (summary.received.without_price, summary.withdrawn.without_price);
    if unvalued + unvalued_out > 0 {
        let days = payments.iter().filter(|p| !p.internal).map(Payment::price_day);
        let days = days.chain(withdrawals.iter().filter(|w| w.amount.is_some()).map(|w| w.time.date_naive()));
        let lacking: BTreeSet<Lacking> = days.filter_map(|day| prices.lacks(day)).collect();
        let what: BTreeSet<String> = lacking.iter().map(|one| one.what()).collect();
        let what: Vec<String> = what.into_iter().collect();
        let payments = count(unvalued, "payment", "payments");
        let withdrawals = count(unvalued_out, "withdrawal", "withdrawals");
        out.push(format!(
            "{payments} and {withdrawals} have no {} for their day and are not in the values{}",
            what.join(" or "),
            Lacking::remedies(lacking)
        ));
    }
    let asked = asked(summary, question);
    if let Some(lacking) = prices.lacks(asked).filter(|_| summary.received.as_of_value.is_none()) {
        let said = lacking.sentence(&asked.to_string());
        let remedy = Lacking::remedies([lacking]);
        out.push(format!("{said}; the value of the coins on that day is unknown{remedy}"));
    }
    let days = summary.received.peak.as_ref().map_or(0, |p| p.days_without_price);
    if days > 0 {
        let days = count(days, "day has", "days have");
        out.push(format!("{days} no price; the highest day is that of the days that have one"));
    }
    out
}

/// Most disagreements about prices that are told one by one.
const TOLD: usize = 3;

/// The day that the account is taken at.
fn asked(summary: &Summary, question: Question) -> NaiveDate {
    question.as_of.map_or(summary.as_of.date_naive(), Moment::price_day)
}

/// The days whose price a figure takes: of a payment, a withdrawal, the day asked about, the highest.
fn days_used(
    summary: &Summary,
    payments: &[Payment],
    withdrawals: &[Withdrawal],
    question: Question,
) -> BTreeSet<NaiveDate> {
    let mut days: BTreeSet<NaiveDate> = payments.iter().map(Payment::price_day).collect();
    days.extend(withdrawals.iter().map(|w| w.time.date_naive()));
    days.insert(asked(summary, question));
    days.extend(summary.received.peak.as_ref().map(|p| p.date));
    days
}

/// Sources that disagree about the price of such a day.
fn disputed(days: &BTreeSet<NaiveDate>, prices: &Prices) -> Vec<String> {
    let concerned: Vec<_> = prices.disagreements().iter().filter(|d| days.contains(&d.day)).collect();
    let mut out: Vec<String> =
        concerned.iter().take(TOLD).map(|d| format!("price sources disagree on {d}; the first is used")).collect();
    if concerned.len() > TOLD {
        let more = count(concerned.len() - TOLD, "further price", "further prices");
        out.push(format!("sources disagree on {more} of the days used; run: ransomtrail prices"));
    }
    out
}

fn in_zone(time: Time, zone: Tz) -> chrono::NaiveDate {
    time.with_timezone(&zone).date_naive()
}
