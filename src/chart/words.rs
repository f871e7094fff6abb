use chrono::NaiveDate;

use super::Input;
use super::scale::float;
use crate::domain::{Amount, Decimal, Moment, Time, format};
use crate::figures::Account;

/// The family's name, short enough for a headline.
pub(super) fn title(input: &Input<'_>) -> String {
    let title = input.family.title.trim();
    let Some((cut, _)) = title.char_indices().nth(56) else { return title.to_owned() };
    // Between words, where there are words.
    let kept = title[..cut].rsplit_once(char::is_whitespace).map_or(&title[..cut], |(words, _)| words);
    format!("{}…", kept.trim_end())
}

/// The last moment that is both asked for and recorded.
pub(super) fn known_to(account: &Account) -> Time {
    let summary = &account.summary;
    summary.recorded_to.map_or(summary.as_of, |to| to.min(summary.as_of))
}

/// To when the account counts, in words: the day, with the time where an instant within it was asked for.
pub(super) fn counted_to(account: &Account) -> String {
    let moment = known_to(account);
    let day = format::day(day_of(account, moment));
    match account.question.as_of {
        Some(Moment::Instant(asked)) if asked == moment => {
            format!("{day}, {}", asked.with_timezone(&account.question.zone).format("%H:%M"))
        }
        _ => day,
    }
}

/// A moment's day in the zone of the question.
pub(super) fn day_of(account: &Account, time: Time) -> NaiveDate {
    time.with_timezone(&account.question.zone).date_naive()
}

/// `3 addresses`.
pub(super) fn addresses(account: &Account) -> String {
    format::count_in_words(account.summary.addresses.len(), "address", "addresses")
}

/// The value at receipt in print, if it is known.
pub(super) fn at_receipt(account: &Account) -> Option<String> {
    if account.summary.received.outputs == 0 {
        return None;
    }
    let value = account.summary.received.at_receipt?;
    Some(format::money(account.currency, value.close))
}

/// An amount with its unit, or that it is unknown.
pub(super) fn short(amount: Option<Amount>) -> String {
    amount.map_or("unknown".to_owned(), |amount| format!("{} BTC", format::btc_short(amount)))
}

/// The lines at the foot: source and coverage; prices, where the chart uses them; what else must be known.
pub(super) fn foot(input: &Input<'_>, with_prices: bool) -> Vec<String> {
    foot_with(input, if with_prices { &input.account.summary.price_source } else { "" })
}

/// The same where the prices that the chart uses come from there.
pub(super) fn foot_with(input: &Input<'_>, price_source: &str) -> Vec<String> {
    let account = input.account;
    let summary = &account.summary;
    let mut lines = vec![source(account)];
    if !price_source.is_empty() {
        let mut line = format!("Prices: {price_source}.");
        let without = summary.received.without_price;
        if without > 0 {
            let payments = format::count(without, "payment has", "payments have");
            line.push_str(&format!(" {payments} no price for the day and no part in the values."));
        }
        lines.push(line);
    }
    let mut notes: Vec<String> = Vec::new();
    if let Some(sample) = &input.family.sample {
        notes.push(format!("The addresses are a sample: {}.", sample.trim().trim_end_matches('.')));
    }
    if summary.internal.outputs > 0 {
        let transfers = format::count(summary.internal.outputs, "internal transfer", "internal transfers");
        notes.push(format!("Left out: {transfers} ({}).", short(summary.internal.amount)));
    }
    if summary.joined.transactions > 0 {
        let transactions = format::count(summary.joined.transactions, "transaction", "transactions");
        notes
            .push(format!("Joined by coins of others, no income: {} in {transactions}.", short(summary.joined.amount)));
    }
    if summary.withdrawn.unknown > 0 {
        let withdrawals = format::count(summary.withdrawn.unknown, "withdrawal", "withdrawals");
        notes.push(format!("Of unknown amount: {withdrawals}; what was held after that is not known."));
    } else if summary.balance.is_none() {
        notes.push("More is spent than the ledger holds payments: what is left is not known.".to_owned());
    }
    if summary.unconfirmed.outputs > 0 {
        let waiting = format::count(summary.unconfirmed.outputs, "unconfirmed payment", "unconfirmed payments");
        let at_least = if summary.waiting.whole == Some(false) { "at least " } else { "" };
        notes.push(format!("Not counted: {at_least}{waiting}."));
    }
    if !notes.is_empty() {
        lines.push(notes.join(" "));
    }
    lines
}

fn source(account: &Account) -> String {
    let summary = &account.summary;
    let addresses = format::count(summary.addresses.len(), "address", "addresses");
    let outputs = format::count(summary.received.outputs, "output", "outputs");
    let day = |time: Time| format::day(day_of(account, time));
    let reach = match summary.recorded_to {
        Some(to) if summary.as_of < to && counted_to(account) != day(to) => {
            format!("counted to {}, recorded to {}", counted_to(account), day(to))
        }
        Some(to) => format!("recorded to {}", day(to)),
        None => "recorded in part".to_owned(),
    };
    let explorers = match summary.explorers.as_slice() {
        [] => String::new(),
        some => format!(" ({})", some.join(", ")),
    };
    let unchecked = summary.addresses.iter().filter(|a| a.reconciled.is_none()).count();
    let trust = if summary.reconciled() {
        "reconciled to the satoshi".to_owned()
    } else if unchecked > 0 {
        format!("NOT reconciled: {} never asked about", format::count(unchecked, "address", "addresses"))
    } else {
        "NOT reconciled with the explorer’s totals".to_owned()
    };
    let mut basis = summary.time_basis.name().to_owned();
    if let Some(first) = basis.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!(
        "Source: Bitcoin block chain, {addresses}, {outputs} {reach}{explorers}, {trust}. {basis}, {}.",
        summary.time_zone
    )
}

/// A share in words: `nine tenths`, `more than half`; `None` below a half.
pub(super) fn share(part: Decimal) -> Option<&'static str> {
    Some(match float(part) {
        x if x >= 0.9995 => "all",
        x if x >= 0.965 => "nearly all",
        x if x >= 0.92 => "more than nine tenths",
        x if x >= 0.885 => "nine tenths",
        x if x >= 0.82 => "more than four fifths",
        x if x >= 0.785 => "four fifths",
        x if x >= 0.765 => "more than three quarters",
        x if x >= 0.735 => "three quarters",
        x if x >= 0.685 => "more than two thirds",
        x if x >= 0.65 => "two thirds",
        x if x > 0.51 => "more than half",
        x if x >= 0.49 => "half",
        _ => return None,
    })
}

/// The time in which most of the money came, in words: `first week`.
pub(super) fn beginning(days: u64) -> &'static str {
    match days {
        1 => "first day",
        7 => "first week",
        30 => "first 30 days",
        _ => "first year",
    }
}

/// What is said where nothing was received: a headline and a sentence.
pub(super) fn nothing(input: &Input<'_>) -> (String, String) {
    let (account, title) = (input.account, title(input));
    let addresses = addresses(account);
    let to = counted_to(account);
    let internal = &account.summary.internal;
    let sentence = match internal.outputs {
        0 => format!("No payment to its {addresses} is recorded up to {to}."),
        n => {
            let transfers = format::count_in_words(n, "transfer", "transfers");
            let sum = short(internal.amount);
            format!(
                "Up to {to} only {transfers} within its {addresses} are recorded, {sum} in all: that is not income."
            )
        }
    };
    (format!("No payment to {title} is recorded up to {to}"), sentence)
}
