//! What a reader must know before printing the figures, found from the figures themselves.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::payment::{Payment, Withdrawal};
use super::question::Question;
use super::second_series;
use super::summary::{AddressFigures, Summary};
use crate::domain::caveat::Code;
use crate::domain::{Caveat, Family, Moment, TimeBasis, Trust};
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
) -> Vec<Caveat> {
    let mut out = Vec::new();
    if let Some(sample) = &family.sample {
        out.push(Code::Sample.with([("of", sample.trim_end_matches('.').into())]));
    }
    out.extend(completeness(summary, question));
    out.extend(without_price(summary, payments, withdrawals, prices, question));
    let days = days_used(summary, payments, withdrawals, question);
    out.extend(second_series::caveats(summary, payments, withdrawals, prices, &days, asked(summary, question)));
    out.extend(disputed(&days, prices));
    out.extend(unknown_coins(summary, unvalued));
    if summary.joined.transactions > 0 {
        out.push(Code::Joined.with([("transactions", summary.joined.transactions.into())]));
    }
    let unseen = payments.iter().filter(|p| p.first_seen.is_none()).count();
    let unseen_out = withdrawals.iter().filter(|w| w.first_seen.is_none()).count();
    if question.basis == TimeBasis::FirstSeen && unseen + unseen_out > 0 {
        out.push(Code::NotFirstSeen.with([("payments", unseen.into()), ("withdrawals", unseen_out.into())]));
    }
    let in_part = summary.addresses.iter().filter(|a| a.waiting_whole == Some(false)).count();
    if summary.waiting.whole == Some(false) && in_part > 0 {
        out.push(Code::WaitingInPart.with([("addresses", in_part.into())]));
    }
    out.extend(by_floor(payments));
    let waiting = &summary.unconfirmed;
    if waiting.outputs > 0 {
        out.push(Code::Unconfirmed.with([("outputs", waiting.outputs.into())]));
    }
    if waiting.spent_outputs > 0 {
        out.push(Code::BeingSpent.with([("outputs", waiting.spent_outputs.into())]));
    }
    out
}

/// What cannot be told of the coins that were spent; of `unvalued` the value is not known.
fn unknown_coins(summary: &Summary, unvalued: usize) -> Option<Caveat> {
    if unvalued > 0 {
        let code = if summary.withdrawn.amount.is_none() { Code::WithdrawnUnknown } else { Code::LeftUnknown };
        return Some(code.with([("coins", unvalued.into())]));
    }
    summary.balance.is_none().then(|| Code::PaymentsMissing.alone())
}

/// Proofs whose work could not be held against the target of its period, since that is not known to the program.
fn by_floor(payments: &[Payment]) -> Option<Caveat> {
    let known_to = targets_known_to();
    let later = payments.iter().filter(|p| p.trust == Trust::Proven && p.block_height > known_to).count();
    (later > 0).then(|| Code::WorkByFloor.with([("payments", later.into()), ("height", known_to.into())]))
}

/// Whether the ledger can answer the question at all.
fn completeness(summary: &Summary, question: Question) -> Vec<Caveat> {
    let mut out = Vec::new();
    let addresses = &summary.addresses;
    let unasked = |a: &&AddressFigures| a.reconciled.is_none();
    let in_blocks = addresses.iter().filter(unasked).filter(|a| a.in_blocks_to.is_some()).count();
    let never = addresses.iter().filter(unasked).count() - in_blocks;
    if in_blocks > 0 {
        out.push(Code::FromBlocks.with([("addresses", in_blocks.into())]));
    }
    if never > 0 {
        out.push(Code::NeverAsked.with([("never", never.into()), ("addresses", addresses.len().into())]));
    }
    let differing: Vec<&str> =
        addresses.iter().filter(|a| a.reconciled == Some(false)).map(|a| a.address.as_str()).collect();
    if !differing.is_empty() {
        out.push(Code::NotReconciled.with([("addresses", differing.into())]));
    }
    if let Some(to) = summary.recorded_to.filter(|to| summary.as_of > *to) {
        // Addresses asked minutes apart in one round are one observation.
        let gap = (summary.as_of - to).num_days();
        if question.as_of.is_some() || gap > 0 {
            let to = to.with_timezone(&question.zone).date_naive();
            out.push(Code::RecordedTo.with([("to", to.to_string().into())]));
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
) -> Vec<Caveat> {
    let mut out = Vec::new();
    let code = prices.currency().code();
    let unvalued = payments.iter().filter(|p| !p.internal && p.value.is_none());
    let unvalued: Vec<Lacking> = unvalued.filter_map(|p| prices.lacks(p.price_day())).collect();
    let unvalued_out = withdrawals.iter().filter(|w| w.amount.is_some() && w.value.is_none());
    let unvalued_out: Vec<Lacking> = unvalued_out.filter_map(|w| prices.lacks(w.time.date_naive())).collect();
    let counts =
        |rate: bool| [&unvalued, &unvalued_out].map(|all| all.iter().filter(|one| one.is_rate() == rate).count());
    let [of_payments, of_withdrawals] = counts(false);
    if of_payments + of_withdrawals > 0 {
        out.push(Code::NoPrice.with([("payments", of_payments.into()), ("withdrawals", of_withdrawals.into())]));
    }
    let [of_payments, of_withdrawals] = counts(true);
    if of_payments + of_withdrawals > 0 {
        out.push(Code::NoRate.with([
            ("payments", of_payments.into()),
            ("withdrawals", of_withdrawals.into()),
            ("currency", code.into()),
        ]));
    }
    let day = asked(summary, question);
    let lacking = prices.lacks(day).filter(|_| summary.received.as_of_value.is_none());
    match lacking {
        Some(Lacking::Rate(_)) => {
            out.push(Code::NoRateAsOf.with([("day", day.to_string().into()), ("currency", code.into())]));
        }
        Some(_) => out.push(Code::NoPriceAsOf.with([("day", day.to_string().into())])),
        None => {}
    }
    if unvalued.into_iter().chain(unvalued_out).chain(lacking).any(Lacking::can_be_asked) {
        out.push(Code::AskPrices.alone());
    }
    let days = summary.received.peak.as_ref().map_or(0, |p| p.days_without_price);
    if days > 0 {
        out.push(Code::PeakInPart.with([("days", days.into())]));
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
fn disputed(days: &BTreeSet<NaiveDate>, prices: &Prices) -> Vec<Caveat> {
    let concerned: Vec<_> = prices.disagreements().iter().filter(|d| days.contains(&d.day)).collect();
    let mut out: Vec<Caveat> = concerned.iter().take(TOLD).map(|one| one.caveat()).collect();
    if concerned.len() > TOLD {
        out.push(Code::MorePricesDisagree.with([("prices", (concerned.len() - TOLD).into())]));
    }
    out
}
