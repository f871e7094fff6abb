use std::cmp::Reverse;

use anyhow::Result;
use chrono_tz::Tz;

use super::{Chart, Money, ValueRow};
use crate::casebook::Case;
use crate::document::{Destinations, Payment, Report};
use crate::domain::{Amount, Caveat, Fact, FactKind, Family, Time, TimeBasis, format, link, rfc3339};
use crate::figures::{Account, Class, PayingShare, Summary};
use crate::trace::Trail;

/// Payments that stand in the table of the largest.
const LARGEST: usize = 10;
/// Payments that stand in the ledger of a page; the rest is in `export`.
const LEDGER: usize = 1000;

/// A page, ready to be laid out: what it shows as data, and what it says of that in words.
#[derive(Debug)]
pub struct Page {
    /// What it shows.
    pub data: Report,
    /// The charts.
    pub charts: Vec<Chart>,
    /// The finding, a sentence or two.
    pub finding: Vec<String>,
    /// How far the record goes, and whether it adds up.
    pub record: String,
    /// Received, withdrawn, left: name, bitcoin, what that is made of.
    pub amounts: Vec<[String; 3]>,
    /// What it was worth, basis by basis.
    pub values: Vec<ValueRow>,
    /// What was said that no chain shows.
    pub facts: Vec<FactRow>,
    /// Payments against infected machines.
    pub share: Option<String>,
    /// Where what was withdrawn went.
    pub money: Option<Money>,
    /// Zone of all times.
    pub zone: Tz,
    /// Time basis and zone.
    pub times: String,
    /// The classes of payments, in words.
    pub classes: String,
    /// How far payments can be trusted, in words.
    pub trust: String,
    /// What a reader must know before printing a number.
    pub caveats: Vec<Caveat>,
    /// Where addresses, facts and labels come from.
    pub sources: Vec<SourceRow>,
    /// Commands that make the page and its numbers again.
    pub commands: Vec<[String; 2]>,
    /// The program and its version.
    pub program: &'static str,
}

/// Something that was said that no chain shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactRow {
    /// What was said.
    pub what: String,
    /// Who said it, and when.
    pub who: String,
    /// Where that can be read.
    pub source: SourceRow,
}

/// Where something comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRow {
    /// What it is.
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// Under which terms.
    pub licence: Option<String>,
}

impl Page {
    /// Puts a case into words, beside what it holds. `command` is the words after the program's name that make the page again.
    pub(super) fn of(case: &Case<'_>, data: Report, charts: Vec<Chart>, command: &str) -> Result<Self> {
        let (account, trail) = (case.account()?, case.trail()?);
        let summary = &account.summary;
        Ok(Self {
            charts,
            finding: finding(account),
            record: record(account),
            amounts: amounts(account),
            values: values(account),
            facts: case.family().facts.iter().map(|one| fact(one, case.family())).collect(),
            share: data.share.map(share),
            money: Money::of(&Destinations::of(trail)),
            zone: account.question.zone,
            times: match summary.time_basis {
                TimeBasis::Block => format!("block time, {}", summary.time_zone),
                TimeBasis::FirstSeen => format!("time first seen, {}", summary.time_zone),
            },
            classes: classes(account),
            trust: trust(account),
            caveats: summary.caveats.clone(),
            sources: sources(case, label_sources(case, trail)?, &summary.price_source),
            commands: commands(&case.family().name, command),
            program: concat!("ransomtrail ", env!("CARGO_PKG_VERSION")),
            data,
        })
    }

    /// The totals.
    pub(super) fn totals(&self) -> &Summary {
        &self.data.summary.totals
    }

    /// The largest payments.
    pub(super) fn largest(&self) -> Vec<&Payment> {
        let mut out: Vec<&Payment> = self.data.payments.iter().filter(|payment| !payment.internal).collect();
        out.sort_by_key(|payment| (Reverse(payment.sats), &payment.time, &payment.txid, payment.vout));
        out.truncate(LARGEST);
        out
    }

    /// The payments in order of time, and how many of them there is no room for.
    pub(super) fn ledger(&self) -> (&[Payment], usize) {
        let (shown, left_out) = self.data.payments.split_at(LEDGER.min(self.data.payments.len()));
        (shown, left_out.len())
    }
}

/// What was received and what that was worth, in plain words.
fn finding(account: &Account) -> Vec<String> {
    let (summary, code) = (&account.summary, account.currency);
    let (received, zone) = (&summary.received, account.question.zone);
    if received.outputs == 0 {
        return vec![format!("The tracked addresses of {} received nothing up to then.", summary.title)];
    }
    let about = |amount| format::money(code, amount);
    let mut first = format!(
        "The tracked addresses of {} received {} BTC in {} ({}), {}",
        summary.title,
        format::btc(received.amount, 8),
        format::count(received.outputs, "payment output", "payment outputs"),
        format::count(received.transactions, "transaction", "transactions"),
        span(received.first, received.last, zone),
    );
    match received.at_receipt {
        Some(value) => first.push_str(&format!(": worth about {} when each payment arrived.", about(value.close))),
        None => first.push('.'),
    }
    let mut out = vec![first];
    let withdrawn = &summary.withdrawn;
    if withdrawn.transactions > 0 {
        let worth =
            withdrawn.at_withdrawal.map_or(String::new(), |value| format!(", worth about {} then", about(value.close)));
        let amount = withdrawn.amount.map(|amount| format!("{} BTC were", format::btc(amount, 8)));
        out.push(format!(
            "{} withdrawn in {}, {}{worth}.",
            amount.unwrap_or_else(|| "An unknown amount was".to_owned()),
            format::count(withdrawn.transactions, "transaction", "transactions"),
            span(withdrawn.first, withdrawn.last, zone),
        ));
    }
    if let Some(peak) = &received.peak {
        out.push(format!(
            "Had everything been kept, it would have been worth most on {}: {} at that day's high.",
            format::day(peak.date),
            about(peak.value.high),
        ));
    }
    out.push(
        "These are the addresses that are known; what they took is a lower bound of what the family took.".to_owned(),
    );
    out
}

fn record(account: &Account) -> String {
    let summary = &account.summary;
    let recorded = match summary.recorded_to {
        Some(to) => format!("recorded to {}", rfc3339(to)),
        None => "not recorded to any moment".to_owned(),
    };
    let check = if summary.reconciled() {
        "the ledger equals the explorer's totals to the satoshi"
    } else {
        "the ledger is NOT reconciled with the explorer's totals"
    };
    format!(
        "{}, {recorded} ({}); {check}; counted to {}",
        format::count(summary.addresses.len(), "address", "addresses"),
        summary.explorers.join(", "),
        rfc3339(summary.as_of)
    )
}

fn amounts(account: &Account) -> Vec<[String; 3]> {
    let summary = &account.summary;
    let (received, withdrawn, zone) = (&summary.received, &summary.withdrawn, account.question.zone);
    let outputs = format::count(received.outputs, "output", "outputs");
    let transactions = |count| format::count(count, "transaction", "transactions");
    let btc = |amount: Amount| format::btc(amount, 8);
    let mut out = vec![
        [
            "received".to_owned(),
            btc(received.amount),
            format!(
                "{outputs} in {}, {}",
                transactions(received.transactions),
                span(received.first, received.last, zone)
            ),
        ],
        [
            "withdrawn".to_owned(),
            format::btc_if_known(withdrawn.amount),
            match withdrawn.transactions {
                0 => "nothing".to_owned(),
                count => format!("{}, {}", transactions(count), span(withdrawn.first, withdrawn.last, zone)),
            },
        ],
        ["left".to_owned(), format::btc_if_known(summary.balance), String::new()],
    ];
    if summary.joined.transactions > 0 {
        let what = format!("coins of others, in {}", transactions(summary.joined.transactions));
        out.insert(1, ["joined".to_owned(), format::btc_if_known(summary.joined.amount), what]);
    }
    out
}

fn values(account: &Account) -> Vec<ValueRow> {
    let (summary, zone) = (&account.summary, account.question.zone);
    let kept = "had everything been kept";
    let mut out = vec![ValueRow::new("when each payment arrived".to_owned(), summary.received.at_receipt, "")];
    if summary.withdrawn.transactions > 0 {
        let when = span(summary.withdrawn.first, summary.withdrawn.last, zone);
        out.push(ValueRow::new(format!("when it was withdrawn, {when}"), summary.withdrawn.at_withdrawal, ""));
    }
    let of_day = summary.received.as_of_value.as_ref().map(|value| value.value);
    out.push(ValueRow::new(format!("all that came in, on {}", format::day(account.price_day())), of_day, kept));
    if let Some(peak) = &summary.received.peak {
        let name = format!("the highest day up to then, {}", format::day(peak.date));
        out.push(ValueRow::new(name, Some(peak.value), kept));
    }
    out
}

fn classes(account: &Account) -> String {
    let counted = |class: &Class| Some((*class, account.summary.classes.get(class)?.outputs)).filter(|(_, n)| *n > 0);
    let parts: Vec<String> = Class::ALL
        .iter()
        .filter_map(counted)
        .map(|(class, outputs)| format!("{} {}", format::grouped(outputs as u64), class.name()))
        .collect();
    parts.join(", ")
}

fn trust(account: &Account) -> String {
    let levels = account.summary.trust.iter().rev();
    let parts: Vec<String> =
        levels.map(|(level, n)| format!("{} {}", format::grouped(n.outputs as u64), level.meaning())).collect();
    parts.join(", ")
}

fn fact(fact: &Fact, family: &Family) -> FactRow {
    let what = match &fact.what {
        FactKind::Machines(count) => format!("{} machines infected", format::grouped(*count)),
        FactKind::Countries(count) => format!("{} countries", format::grouped(*count)),
        FactKind::FirstDay(day) => format!("first day {}", format::day(*day)),
        FactKind::AttributedTo(whom) => format!("attributed to {whom}"),
    };
    let on = fact.on.map_or(String::new(), |day| format!(", {}", format::day(day)));
    let note = fact.note.as_ref().map_or(String::new(), |note| format!("; {note}"));
    let source = family.sources.iter().find(|source| source.key == fact.source);
    let title = source.map_or(&fact.source, |source| &source.title).clone();
    let url = source.and_then(|source| source.url.clone());
    FactRow { what, who: format!("{}{on}{note}", fact.by), source: SourceRow { title, url, licence: None } }
}

fn share(share: PayingShare) -> String {
    format!(
        "{} with {} to the tracked addresses paid before the wallets were emptied: at most {} in a thousand of {} machines.",
        format::count(share.transactions, "transaction", "transactions"),
        format::count(share.outputs, "output", "outputs"),
        share.at_most_in_a_thousand,
        format::grouped(share.machines),
    )
}

/// Sources of the labels that the trail names.
fn label_sources(case: &Case<'_>, trail: &Trail) -> Result<Vec<SourceRow>> {
    let mut out = Vec::new();
    for end in &trail.destinations {
        let (Some(label), Some(address)) = (&end.label, &end.address) else { continue };
        let source = case.label_source(address)?.unwrap_or_else(|| "source unknown".to_owned());
        let url = link::followed(&source).map(str::to_owned);
        let title = match &url {
            Some(_) => format!("Label {}", label.name),
            None => format!("Label {}: {source}", label.name),
        };
        out.push(SourceRow { title, url, licence: None });
    }
    out.sort_by(|a, b| a.title.cmp(&b.title));
    Ok(out)
}

fn sources(case: &Case<'_>, labels: Vec<SourceRow>, prices: &str) -> Vec<SourceRow> {
    let family = case.family();
    let row = |title: &str, url: Option<&String>, licence: Option<&String>| SourceRow {
        title: title.to_owned(),
        url: url.cloned(),
        licence: licence.cloned(),
    };
    let of_family = family.sources.iter().map(|one| row(&one.title, one.url.as_ref(), one.licence.as_ref()));
    let links = family.links.iter().map(|link| row(&link.title, Some(&link.url), None));
    let mut out: Vec<SourceRow> = Vec::new();
    for source in of_family.chain([row(prices, None, None)]).chain(labels).chain(links) {
        if !out.contains(&source) {
            out.push(source);
        }
    }
    out
}

fn commands(family: &str, command: &str) -> Vec<[String; 2]> {
    let line = |command: String, about: &str| [command, about.to_owned()];
    vec![
        line(format!("ransomtrail {command}"), "this page"),
        line(format!("ransomtrail payments {family}"), "every payment, with transaction and price"),
        line(format!("ransomtrail trace {family}"), "where what was withdrawn went"),
        line(format!("ransomtrail audit {family}"), "a second explorer, merkle proofs, block headers"),
    ]
}

fn span(first: Option<Time>, last: Option<Time>, zone: Tz) -> String {
    let day = |time: Time| time.with_timezone(&zone).date_naive();
    match (first, last) {
        (Some(first), Some(last)) => format::days(day(first), day(last)),
        _ => "on unknown days".to_owned(),
    }
}
