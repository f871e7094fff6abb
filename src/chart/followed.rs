//! What the pictures of a trail say in words: the assumption, what it rests on, and why there is none.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::Input;
use super::{text, words};
use crate::domain::{Amount, format};
use crate::figures;
use crate::trace::{EndKind, Ends, Policy, Reason, Trail};

/// The trail, or a headline and a sentence that say why it cannot be drawn.
pub(super) fn trail<'a>(input: &Input<'a>) -> Result<&'a Trail, (String, String)> {
    let title = words::title(input);
    let Some(trail) = input.trail else {
        let headline = format!("What was withdrawn from {title} has not been followed");
        return Err((headline, "There is no trail to draw.".to_owned()));
    };
    if trail.backwards || !trail.policy.conserves() {
        let headline = format!("This trail of {title}’s coins cannot be drawn");
        let why = if trail.backwards {
            "It leads to where the coins came from; the picture shows where they went."
        } else {
            "Under poison the same coin counts many times, and nothing adds up. It can be drawn under FIFO or haircut."
        };
        return Err((headline, why.to_owned()));
    }
    if trail.source == Amount::ZERO {
        let (to, addresses) = (words::counted_to(input.account), words::addresses(input.account));
        let headline = format!("No withdrawal from {title} is recorded up to {to}");
        return Err((headline, format!("No transaction that spends from its {addresses} is recorded up to {to}.")));
    }
    Ok(trail)
}

/// The assumption, in words that stand in a sentence.
pub(super) fn assumption(trail: &Trail) -> &'static str {
    match trail.policy {
        Policy::Fifo => "first in, first out (FIFO)",
        Policy::Haircut => "in proportion to value (haircut)",
        Policy::Poison => "whatever a coin touches (poison)",
    }
}

/// A way in which a good part of the coins ended.
struct Way {
    amount: Amount,
    /// Nobody knows what became of them.
    open: bool,
    /// Verb of one bitcoin, and of all of them as one thing.
    one: String,
    /// Verb of several.
    many: String,
}

/// The ways, the largest first; what is less than a twentieth deserves no place in a headline.
fn ways(trail: &Trail, ends: &Ends) -> Vec<Way> {
    let named: Vec<&str> =
        ends.list.iter().filter(|end| end.kind == EndKind::Service).map(|e| e.name.as_str()).collect();
    let services = match named.as_slice() {
        [one] => format!("reached {}", text::clip(one, 10.0, false, 160.0)),
        _ => "reached named services".to_owned(),
    };
    let verbs: [(&[EndKind], &str, &str); 7] = [
        (&[EndKind::Service], &services, &services),
        (&[EndKind::Mixer, EndKind::CoinJoin], "went into mixers or CoinJoins", "went into mixers or CoinJoins"),
        (&[EndKind::FanOut], "went into fan-out transactions", "went into fan-out transactions"),
        (&[EndKind::Unspent], "was unspent", "were unspent"),
        (&[EndKind::Returned], "came back", "came back"),
        (&[EndKind::Budget], "is not followed further", "are not followed further"),
        (&[EndKind::Unrecorded], "is not recorded further", "are not recorded further"),
    ];
    let mut ways: Vec<Way> = verbs
        .into_iter()
        .map(|(kinds, one, many)| Way {
            amount: ends.sum(kinds),
            open: kinds.iter().any(|kind| kind.is_open()),
            one: one.to_owned(),
            many: many.to_owned(),
        })
        .filter(|way| way.amount > Amount::ZERO && way.amount.to_sat() >= trail.source.to_sat() / 20)
        .collect();
    ways.sort_by_key(|way| std::cmp::Reverse(way.amount));
    ways
}

/// `Of 52 bitcoin withdrawn from WannaCry, 11 reached named services; 41 are not recorded further`: the three largest ways,
/// what is not known last.
pub(super) fn finding(input: &Input<'_>, trail: &Trail, ends: &Ends) -> String {
    let mut ways = ways(trail, ends);
    ways.truncate(3);
    ways.sort_by_key(|way| way.open);
    let said = |way: &Way| match format::btc_round(way.amount) {
        one if one == "1" => format!("1 {}", way.one),
        many => format!("{many} {}", way.many),
    };
    let parts: Vec<String> = ways.iter().map(said).collect();
    let all = format::btc_round(trail.source);
    let title = words::title(input);
    match parts.as_slice() {
        [] => format!("What became of {all} bitcoin withdrawn from {title}"),
        [last] => format!("Of {all} bitcoin withdrawn from {title}, {last}"),
        [first @ .., last] => format!("Of {all} bitcoin withdrawn from {title}, {}; {last}", first.join(", ")),
    }
}

/// `More than three quarters of what was withdrawn from WannaCry is not recorded further`: the largest way.
pub(super) fn largest(input: &Input<'_>, trail: &Trail, ends: &Ends) -> String {
    let title = words::title(input);
    let ways = ways(trail, ends);
    let Some(way) = ways.first() else { return finding(input, trail, ends) };
    match words::share(figures::part(way.amount, trail.source)) {
        Some(share) => {
            let mut share = share.to_owned();
            share[..1].make_ascii_uppercase();
            format!("{share} of what was withdrawn from {title} {}", way.one)
        }
        None => {
            let (amount, all) = (format::btc_round(way.amount), format::btc_round(trail.source));
            format!("{amount} of {all} bitcoin withdrawn from {title} {}: the largest part", way.many)
        }
    }
}

/// The lines at the foot: source and coverage of the wallets; what the trail rests on.
pub(super) fn foot(input: &Input<'_>, trail: Option<&Trail>, ends: Option<&Ends>) -> Vec<String> {
    let mut lines = words::foot(input, false);
    let (Some(trail), Some(ends)) = (trail, ends) else { return lines };
    let transactions = format::count(trail.hops.len(), "transaction", "transactions");
    let mut line = format!("Assumption: {}. {transactions} followed, by block time", assumption(trail));
    if let Some(last) = trail.last_time() {
        line.push_str(&format!(", the last of {}", format::day(words::day_of(input.account, last))));
    }
    line.push('.');
    if ends.list.iter().any(|end| matches!(end.kind, EndKind::Service | EndKind::Mixer)) {
        line.push_str(" Whose an address is: labels from public sources.");
    }
    lines.insert(1, line);
    let mut notes: Vec<String> = Vec::new();
    if ends.sum(&[EndKind::Unrecorded]) > Amount::ZERO {
        notes.push("Not recorded further: the record ends there, and the coins may be spent or not.".to_owned());
    }
    if ends.sum(&[EndKind::Budget]) > Amount::ZERO {
        notes.push("Not followed further: beyond the hops, or below the amount, that was asked for.".to_owned());
    }
    if ends.sum(&[EndKind::FanOut]) > Amount::ZERO {
        notes.push("Fan-out: into a transaction with more outputs than are followed.".to_owned());
    }
    if ends.sum(&[EndKind::CoinJoin]) > Amount::ZERO {
        notes.push("CoinJoins: known by their shape.".to_owned());
    }
    let said = trail.destinations.iter().filter_map(|end| match &end.reason {
        Some(Reason::SaidUnspent(_, at)) => Some(words::day_of(input.account, *at)),
        _ => None,
    });
    let said: BTreeSet<NaiveDate> = said.collect();
    if let (Some(first), Some(last)) = (said.first(), said.last()) {
        notes.push(format!("Unspent: as explorers said, {}.", format::days(*first, *last)));
    }
    if trail.destinations.iter().any(|end| matches!(end.reason, Some(Reason::SpentLater(_)))) {
        notes.push("Unspent then: the record shows coins that were spent later.".to_owned());
    }
    if !notes.is_empty() {
        lines.insert(2, notes.join(" "));
    }
    lines
}

/// The ends in one sentence each, for a reader who cannot see the picture.
pub(super) fn alt(trail: &Trail, ends: &Ends) -> String {
    let all = format::btc(trail.source, 8);
    let mut text = format!("{all} BTC were withdrawn; followed {}, they ended so: ", assumption(trail));
    let shown = 12;
    let rows: Vec<String> = ends
        .list
        .iter()
        .take(shown)
        .map(|end| match end.note() {
            "" => format!("{} {} BTC", end.name, format::btc(end.amount, 8)),
            note => format!("{} ({note}) {} BTC", end.name, format::btc(end.amount, 8)),
        })
        .collect();
    text.push_str(&rows.join(", "));
    if ends.list.len() > shown {
        text.push_str(&format!(" and {} more", ends.list.len() - shown));
    }
    text.push('.');
    text
}
