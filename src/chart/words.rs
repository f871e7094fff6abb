use chrono::NaiveDate;

use super::Input;
use crate::domain::{Amount, Moment, Time, format};
use crate::figures::{Account, Payment};

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

/// The lines at the foot: source and coverage; prices, where the chart uses them; what else must be known.
pub(super) fn foot(input: &Input<'_>, with_prices: bool) -> Vec<String> {
    let account = input.account;
    let summary = &account.summary;
    let mut lines = vec![source(account)];
    if with_prices && !summary.price_source.is_empty() {
        let mut line = format!("Prices: {}.", summary.price_source);
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
        notes.push(format!("Left out: {transfers} ({} BTC).", format::btc_short(summary.internal.amount)));
    }
    if summary.unconfirmed.outputs > 0 {
        let waiting = format::count(summary.unconfirmed.outputs, "unconfirmed payment", "unconfirmed payments");
        notes.push(format!("Not counted: {waiting}."));
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
pub(super) fn share(part: f64) -> Option<&'static str> {
    Some(match part {
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

/// The time in which most of the money came: how long, to the end of which day, and how much by then.
#[derive(Clone, Debug)]
pub(super) struct Rush {
    /// `first week`.
    pub name: &'static str,
    /// Its last day.
    pub to: NaiveDate,
    /// The last payment in it.
    pub last: Time,
    /// Received by its end.
    pub amount: Amount,
    /// `nine tenths`.
    pub share: &'static str,
}

/// The shortest beginning that brought most of the money, where it is short against the whole.
pub(super) fn rush(account: &Account) -> Option<Rush> {
    let received = &account.summary.received;
    // Of a handful of payments the shares say nothing.
    if received.outputs < 10 {
        return None;
    }
    let first = day_of(account, received.first?);
    let whole = (day_of(account, received.last?) - first).num_days() + 1;
    let spans = [("first day", 1, 3), ("first week", 7, 21), ("first 30 days", 30, 90), ("first year", 365, 900)];
    spans.into_iter().filter(|(_, _, at_least)| whole >= *at_least).find_map(|(name, days, _)| {
        let to = first + chrono::Days::new(days - 1);
        let within: Vec<&Payment> = account.income().take_while(|p| p.day(account.question.zone) <= to).collect();
        let amount: Amount = within.iter().map(|p| p.amount).sum();
        let part = amount.to_sat() as f64 / received.amount.to_sat().max(1) as f64;
        if !(0.64..0.9995).contains(&part) {
            return None;
        }
        Some(Rush { name, to, last: within.last()?.time, amount, share: share(part)? })
    })
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
            let sum = format::btc_short(internal.amount);
            format!(
                "Up to {to} only {transfers} within its {addresses} are recorded, {sum} BTC in all: that is not income."
            )
        }
    };
    (format!("No payment to {title} is recorded up to {to}"), sentence)
}
