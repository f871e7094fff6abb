use chrono_tz::Tz;
use serde::Serialize;

use super::{AddressRow, Chart, EventRow, Money, PaymentRow, Subject, ValueRow, WithdrawalRow};
use crate::document::Destinations;
use crate::domain::{Amount, Caveat, Time, TimeBasis, format, rfc3339};
use crate::figures::{Account, Class, Payment};

/// Payments that stand in the table of the largest.
const LARGEST: usize = 10;
/// Payments that stand in the ledger of a page; the rest is in `export`.
const LEDGER: usize = 1000;

/// Everything that a page says, in words.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    /// The family as in print.
    pub title: String,
    /// What it was.
    pub about: String,
    /// The finding, a sentence or two.
    pub finding: Vec<String>,
    /// How far the record goes, and whether it adds up.
    pub record: String,
    /// Received, withdrawn, left: name, bitcoin, what that is made of.
    pub amounts: Vec<[String; 3]>,
    /// Code of the currency of all values.
    pub currency: &'static str,
    /// What it was worth, basis by basis.
    pub values: Vec<ValueRow>,
    /// What was said that no chain shows.
    pub facts: Vec<FactRow>,
    /// Payments against infected machines.
    pub share: Option<String>,
    /// What was claimed, and how that stands to the chain.
    pub claims: Vec<ClaimRow>,
    /// The charts.
    pub charts: Vec<Plate>,
    /// Where what was withdrawn went.
    pub money: Option<Money>,
    /// Cash-out events, the newest first.
    pub events: Vec<EventRow>,
    /// The largest payments.
    pub largest: Vec<PaymentRow>,
    /// The withdrawals.
    pub withdrawals: Vec<WithdrawalRow>,
    /// The family's addresses.
    pub addresses: Vec<AddressRow>,
    /// The ledger in order of time.
    pub ledger: Vec<PaymentRow>,
    /// Payments that it leaves out.
    pub left_out: usize,
    /// Time basis and zone of all times.
    pub times: String,
    /// Where the prices are from.
    pub prices: String,
    /// The classes of payments, in words.
    pub classes: String,
    /// How far payments can be trusted, in words.
    pub trust: String,
    /// What a reader must know before printing a number.
    pub caveats: Vec<Caveat>,
    /// Where addresses and facts come from.
    pub sources: Vec<SourceRow>,
    /// Commands that make the page and its numbers again.
    pub commands: Vec<[String; 2]>,
    /// The program and its version.
    pub program: &'static str,
}

/// A chart on the page.
#[derive(Clone, Debug, Serialize)]
pub struct Plate {
    /// Name of the chart.
    pub name: &'static str,
    /// The finding.
    pub headline: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// The drawn series.
    pub csv: String,
}

/// Something that was said that no chain shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactRow {
    /// What was said.
    pub what: String,
    /// Who said it, and when.
    pub who: String,
    /// Where that can be read.
    pub source: SourceRow,
}

/// Something that was claimed, and how that stands to the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimRow {
    /// The words.
    pub text: String,
    /// Who said so.
    pub who: String,
    /// When.
    pub when: String,
    /// Where that can be read.
    pub link: Option<String>,
    /// The verdict in a word or two.
    pub verdict: String,
    /// The finding in a sentence.
    pub finding: String,
}

/// Where something comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceRow {
    /// What it is.
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// Under which terms.
    pub licence: Option<String>,
}

impl Page {
    /// Puts into words what other rooms computed.
    pub(super) fn of(subject: &Subject<'_>) -> Self {
        let (account, family) = (subject.account, subject.family);
        let summary = &account.summary;
        let mut largest: Vec<&Payment> = account.income().collect();
        largest.sort_by_key(|payment| (std::cmp::Reverse(payment.amount), payment.time, payment.txid, payment.vout));
        let row = |payment: &Payment| PaymentRow::of(payment, account);
        Self {
            title: family.title.clone(),
            about: family.summary.clone(),
            finding: finding(account),
            record: record(account),
            amounts: amounts(account),
            currency: account.currency.code(),
            values: values(account),
            facts: subject.facts.to_vec(),
            share: subject.share.map(str::to_owned),
            claims: subject.claims.to_vec(),
            charts: subject.charts.iter().map(plate).collect(),
            money: subject.trail.and_then(|trail| Money::of(&Destinations::of(trail))),
            events: subject.events.iter().map(|event| EventRow::of(event, account)).collect(),
            largest: largest.into_iter().take(LARGEST).map(row).collect(),
            withdrawals: account.withdrawals.iter().map(|left| WithdrawalRow::of(left, account)).collect(),
            addresses: summary.addresses.iter().map(AddressRow::of).collect(),
            ledger: account.payments.iter().take(LEDGER).map(row).collect(),
            left_out: account.payments.len().saturating_sub(LEDGER),
            times: match summary.time_basis {
                TimeBasis::Block => format!("block time, {}", summary.time_zone),
                TimeBasis::FirstSeen => format!("time first seen, {}", summary.time_zone),
            },
            prices: summary.price_source.clone(),
            classes: classes(account),
            trust: trust(account),
            caveats: summary.caveats.clone(),
            sources: sources(subject),
            commands: commands(subject),
            program: concat!("ransomtrail ", env!("CARGO_PKG_VERSION")),
        }
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

fn plate(chart: &Chart) -> Plate {
    let drawing = &chart.wide;
    Plate { name: chart.name, headline: drawing.headline.clone(), alt: drawing.alt.clone(), csv: drawing.csv.clone() }
}

fn sources(subject: &Subject<'_>) -> Vec<SourceRow> {
    let of_family = subject.family.sources.iter().map(|source| SourceRow {
        title: source.title.clone(),
        url: source.url.clone(),
        licence: source.licence.clone(),
    });
    let links = subject.family.links.iter().map(|link| SourceRow {
        title: link.title.clone(),
        url: Some(link.url.clone()),
        licence: None,
    });
    let prices = SourceRow { title: subject.account.summary.price_source.clone(), url: None, licence: None };
    let mut out: Vec<SourceRow> = Vec::new();
    for source in of_family.chain([prices]).chain(subject.labels.iter().cloned()).chain(links) {
        if !out.contains(&source) {
            out.push(source);
        }
    }
    out
}

fn commands(subject: &Subject<'_>) -> Vec<[String; 2]> {
    let name = &subject.family.name;
    let line = |command: String, about: &str| [command, about.to_owned()];
    vec![
        line(format!("ransomtrail {}", subject.command), "this page"),
        line(format!("ransomtrail payments {name}"), "every payment, with transaction and price"),
        line(format!("ransomtrail trace {name}"), "where what was withdrawn went"),
        line(format!("ransomtrail audit {name}"), "a second explorer, merkle proofs, block headers"),
    ]
}

fn span(first: Option<Time>, last: Option<Time>, zone: Tz) -> String {
    let day = |time: Time| time.with_timezone(&zone).date_naive();
    match (first, last) {
        (Some(first), Some(last)) => format::days(day(first), day(last)),
        _ => "on unknown days".to_owned(),
    }
}
