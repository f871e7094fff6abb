//! `summary`: the figures of a family on one page.

use std::fmt::Write as _;

use anstyle::Style;
use anyhow::Result;
use chrono_tz::Tz;

use super::ask::QuestionArgs;
use super::{Answer, Context};
use crate::document::Summary;
use crate::domain::{Amount, Period, Role, Time, Trust, Value as Worth, format};
use crate::figures::{self, Account, AddressFigures, Class, Step};

/// Flags of `summary`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The family (a name or an alias)
    #[arg(value_name = "FAMILY")]
    family: String,
    #[command(flatten)]
    question: QuestionArgs,
    /// Add the series by day, ISO week or month
    #[arg(long, value_name = "PERIOD", value_parser = |text: &str| text.parse::<Period>())]
    by: Option<Period>,
    /// Show side by side what each way of counting drops and adds, with addresses linked by common inputs
    #[arg(long)]
    estimates: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let catalog = context.catalog()?;
    let family = catalog.find(&args.family)?;
    let store = context.ledger_store_of(family)?;
    let book = context.casebook(&store)?;
    let case = book.case(family, args.question.inquiry(context, family))?;
    let account = if args.estimates { &case.with_estimates()? } else { case.account()? };

    let (mut text, mut document) = (page(account), Summary::of(account));
    let stations = case.stations()?;
    if !stations.is_empty() {
        text.push_str(&stations_table(&stations));
        document = document.stations(&stations);
    }
    if args.estimates {
        text.push_str(&estimates(account));
        document = document.linked(case.linked()?);
    }
    if let Some(period) = args.by {
        let steps = case.steps(period)?;
        text.push_str(&series(account, &steps));
        document = document.by(period, account, &steps);
    }
    text.push_str(&basis(account));
    Ok(Answer::of(text, &document)?)
}

/// The family's other addresses, each with what it received and passed on.
fn stations_table(stations: &[(Role, AddressFigures)]) -> String {
    let mut out = String::from("\n  other addresses, no part of the sums            received      passed on\n");
    for (role, row) in stations {
        let check = match row.reconciled {
            Some(true) => "reconciled",
            Some(false) => "NOT reconciled",
            None => "never asked about",
        };
        let (received, passed) = (format::btc_if_known(Some(row.received)), format::btc_if_known(row.withdrawn));
        let transactions = format::count(row.transactions, "transaction", "transactions");
        let _ = writeln!(out, "  {:<14}{}", role.name(), row.address);
        let _ = writeln!(out, "  {:<14}{:>42}{passed:>15} BTC   {transactions}, {check}", "", received);
    }
    out
}

/// The head of the page: what came in, what left, what it was worth.
pub(super) fn page(account: &Account) -> String {
    let summary = &account.summary;
    let zone = account.question.zone;
    let (bold, plain) = (Style::new().bold().render(), Style::new().bold().render_reset());
    let recorded = summary.recorded_to.map_or("not complete".to_owned(), |to| format!("recorded to {}", day(to, zone)));
    let check = if summary.reconciled() {
        "ledger = explorer totals, to the satoshi"
    } else {
        "ledger NOT reconciled with the explorer's totals"
    };
    let head = format!(
        "{} · {} · {recorded} ({})",
        summary.title,
        format::count(summary.addresses.len(), "address", "addresses"),
        summary.explorers.join(", ")
    );
    let mut out =
        format!("{bold}{head}{plain}{:gap$}{check}\n\n", "", gap = 67usize.saturating_sub(head.chars().count()).max(2));

    let received = &summary.received;
    let withdrawn = &summary.withdrawn;
    let mut row = |name: &str, amount: Option<Amount>, what: String, when: String| {
        let unit = if amount.is_some() { "BTC" } else { "   " };
        let line = format!("  {name:<10}{:>15} {unit}   {what:<38} {when}", format::btc_if_known(amount));
        let _ = writeln!(out, "{}", line.trim_end());
    };
    row(
        "received",
        Some(received.amount),
        format!(
            "{} in {}",
            format::count(received.outputs, "output", "outputs"),
            format::count(received.transactions, "transaction", "transactions")
        ),
        span(received.first, received.last, zone),
    );
    if summary.joined.transactions > 0 {
        let transactions = format::count(summary.joined.transactions, "transaction", "transactions");
        row("joined", summary.joined.amount, format!("coins of others, in {transactions}"), String::new());
    }
    row(
        "withdrawn",
        withdrawn.amount,
        format::count(withdrawn.transactions, "transaction", "transactions"),
        span(withdrawn.first, withdrawn.last, zone),
    );
    row("left", summary.balance, String::new(), String::new());
    out.push('\n');
    out.push_str(&values(account));
    out
}

/// The four values, side by side.
fn values(account: &Account) -> String {
    let summary = &account.summary;
    let zone = account.question.zone;
    let as_of = account.price_day();
    let mut rows: Vec<(String, Option<Worth>, &str)> = Vec::new();
    rows.push(("when each payment arrived".to_owned(), summary.received.at_receipt, ""));
    if summary.withdrawn.transactions > 0 {
        let when = span(summary.withdrawn.first, summary.withdrawn.last, zone);
        rows.push((format!("when it was withdrawn, {when}"), summary.withdrawn.at_withdrawal, ""));
    }
    let of_day = summary.received.as_of_value.as_ref().map(|v| v.value);
    rows.push((format!("all that came in, on {}", format::day(as_of)), of_day, "had they kept it"));
    if let Some(peak) = &summary.received.peak {
        let same_year = as_of.format("%Y").to_string() == peak.date.format("%Y").to_string();
        let until = if same_year { format::day_short(as_of) } else { format::day(as_of) };
        let name = format!("highest day to {until}, {}", format::day(peak.date));
        rows.push((name, Some(peak.value), "had they kept it"));
    }
    let widest = rows.iter().map(|r| r.0.chars().count()).max().unwrap_or(0).max(38);
    let title = format!("what it was worth ({})", account.currency.name());
    let mut out = format!("  {title:<widest$}{:>13}{:>13}{:>13}\n", "low", "close", "high");
    for (name, value, note) in rows {
        let cells = match value {
            Some(value) => [value.low, value.close, value.high].map(format::money_whole),
            None => ["unknown", "unknown", "unknown"].map(str::to_owned),
        };
        let line = format!("  {name:<widest$}{:>13}{:>13}{:>13}   {note}", cells[0], cells[1], cells[2]);
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// Classes, addresses, basis and caveats: the foot of the page.
pub(super) fn basis(account: &Account) -> String {
    let summary = &account.summary;
    let mut out = String::from("\n");
    let percent = figures::per_cent(summary.class_tolerance);
    let classes: Vec<String> = Class::ALL
        .iter()
        .filter_map(|class| Some((class, summary.classes.get(class)?)))
        .filter(|(_, figures)| figures.outputs > 0)
        .map(|(class, figures)| format!("{} {class}", format::grouped(figures.outputs as u64)))
        .collect();
    let mut line = |name: &str, text: String| {
        let _ = writeln!(out, "  {name:<10}{text}");
    };
    if !classes.is_empty() {
        line(
            "classes",
            format!("{} (outputs; demand: low to high of its day meets one ±{percent} %)", classes.join(", ")),
        );
    }
    if summary.internal.outputs == 0 {
        line("internal", "no transfers within the family to drop".to_owned());
    } else {
        let dropped = internal(&summary.internal);
        line("internal", format!("{dropped} dropped: transfers within the family are not income"));
        if summary.internal.fees != Some(Amount::ZERO) {
            line("fees", format!("{} BTC paid for them, not withdrawn", format::btc_if_known(summary.internal.fees)));
        }
    }
    if summary.after_withdrawal.outputs > 0 {
        line("late", format!("{} came after the wallets had been emptied", apart(&summary.after_withdrawal)));
    }
    if let Some(levels) = trust(account) {
        let proven = summary.trust.keys().all(|level| *level == Trust::Proven);
        let next =
            if proven { String::new() } else { format!(" (ransomtrail audit {} asks for proof)", summary.family) };
        line("trust", format!("{levels}{next}"));
    }
    out + &foot(account)
}

/// How far the payments can be trusted, the most trusted first; `None` where there are none.
pub(super) fn trust(account: &Account) -> Option<String> {
    let levels = account.summary.trust.iter().rev();
    let levels: Vec<String> =
        levels.map(|(level, n)| format!("{} {}", format::grouped(n.outputs as u64), level.meaning())).collect();
    (!levels.is_empty()).then(|| levels.join(", "))
}

/// Outputs set apart from the rest: how many, and how much.
pub(super) fn apart(what: &figures::Apart) -> String {
    outputs(what.outputs, Some(what.amount))
}

/// What spending transactions pay back, without what joined.
pub(super) fn internal(what: &figures::Internal) -> String {
    outputs(what.outputs, what.amount)
}

fn outputs(count: usize, amount: Option<Amount>) -> String {
    format!("{}, {} BTC", format::count(count, "output", "outputs"), format::btc_if_known(amount))
}

/// What waits, basis, prices and caveats: what every page ends with.
pub(super) fn foot(account: &Account) -> String {
    let summary = &account.summary;
    let mut out = String::new();
    let mut line = |name: &str, text: String| {
        let _ = writeln!(out, "  {name:<10}{text}");
    };
    let waiting = &summary.unconfirmed;
    if waiting.outputs > 0 {
        let coming = outputs(waiting.outputs, Some(waiting.amount));
        let at_least = if summary.waiting.whole == Some(false) { "at least " } else { "" };
        line("waiting", format!("{at_least}{coming} unconfirmed, not counted above"));
    }
    if waiting.spent_outputs > 0 {
        let leaving = outputs(waiting.spent_outputs, waiting.spent_sats);
        line("leaving", format!("{leaving} being spent by unconfirmed transactions, still counted above"));
    }
    line(
        "basis",
        format!(
            "{} to {}, zone {}",
            summary.time_basis.name(),
            crate::domain::rfc3339(summary.as_of),
            summary.time_zone
        ),
    );
    line("prices", summary.price_source.clone());
    for caveat in &summary.caveats {
        line("caveat", caveat.to_string());
    }
    out
}

/// The ways of counting: a line each, and below it what it drops and adds against the one before.
fn estimates(account: &Account) -> String {
    let close = format!("{} close", account.currency.code());
    let mut out = format!(
        "\n  {:<56}{:>10}{:>9}{:>14}{:>18}{close:>14}\n",
        "ways of counting", "addresses", "outputs", "transactions", "BTC"
    );
    for one in &account.summary.estimates {
        let close = one.at_receipt.map_or("unknown".to_owned(), |value| format::money_whole(value.close));
        let _ = writeln!(
            out,
            "  {:<13}{:<43}{:>10}{:>9}{:>14}{:>18}{close:>14}",
            one.name,
            one.meaning,
            format::grouped(one.addresses as u64),
            format::grouped(one.outputs as u64),
            format::grouped(one.transactions as u64),
            format::btc(one.amount, 8),
        );
        let moved =
            |word: &str, count: usize, amount| (count > 0).then(|| format!("{word} {}", outputs(count, Some(amount))));
        let moved: Vec<String> =
            [moved("drops", one.dropped_outputs, one.dropped), moved("adds", one.added_outputs, one.added)]
                .into_iter()
                .flatten()
                .collect();
        if !moved.is_empty() {
            let _ = writeln!(out, "  {:<13}{}", "", moved.join("; "));
        }
    }
    out
}

fn series(account: &Account, steps: &[Step]) -> String {
    let mut out = format!(
        "\n  {:<12}{:>9}{:>14}{:>16}{:>14}{:>13}{:>16}\n",
        "",
        "outputs",
        "transactions",
        "BTC in",
        format!("{} close", account.currency.code()),
        "withdrawals",
        "BTC out"
    );
    for step in steps {
        let flows = &step.flows;
        let close = flows.value.map_or("unknown".to_owned(), |v| format::money_whole(v.close));
        let _ = writeln!(
            out,
            "  {:<12}{:>9}{:>14}{:>16}{:>14}{:>13}{:>16}",
            step.label,
            flows.outputs,
            flows.transactions,
            format::btc(Amount::from_sat(flows.sats), 8),
            close,
            flows.withdrawals,
            format::btc_if_known(flows.withdrawn_sats.map(Amount::from_sat))
        );
        let joined = (flows.joined_sats != Some(0)).then(|| {
            format!("joined by {} BTC of others", format::btc_if_known(flows.joined_sats.map(Amount::from_sat)))
        });
        let part = (!step.is_complete()).then(|| "in part: not recorded or not asked to its end".to_owned());
        for note in joined.into_iter().chain(part) {
            out.pop();
            let _ = writeln!(out, "   {note}");
        }
    }
    out
}

fn span(first: Option<Time>, last: Option<Time>, zone: Tz) -> String {
    let day = |t: Time| t.with_timezone(&zone).date_naive();
    match (first, last) {
        (Some(first), Some(last)) => format::days(day(first), day(last)),
        _ => String::new(),
    }
}

fn day(time: Time, zone: Tz) -> String {
    format::day(time.with_timezone(&zone).date_naive())
}
