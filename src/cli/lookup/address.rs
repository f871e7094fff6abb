//! The figures of one address: those of a family that has no other, and demands nothing.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle};
use serde_json::{Value, json};

use super::super::links::Links;
use super::super::{Answer, Context, context, payments, summary, sync};
use super::{Args, watched_in_words};
use crate::casebook::{Casebook, Shelf};
use crate::document::{Watched, WeighedLabel};
use crate::domain::{Address, Family, WatchedAddress, format, rfc3339};
use crate::explorer::Explorer;
use crate::figures::{Account, Payment, Withdrawal};
use crate::store::Store;
use crate::sync::{Options, Round};
use crate::work;

/// So many of the last payments are shown on the page; JSON has all.
const LAST: usize = 5;

/// What is known of the address before anybody is asked.
struct Known {
    watched: Option<Watched>,
    labels: Vec<WeighedLabel>,
}

pub(super) fn run(context: &Context, args: &Args, address: &Address, links: &Links) -> Result<Answer> {
    let catalog = context.catalog()?;
    let known = Known {
        watched: Watched::of(Some(address), &catalog),
        labels: WeighedLabel::of_address(Some(address), &context.labels()?),
    };
    let family = alone(address);
    let own = context.ledger_store()?;
    let (store, round) = if args.offline {
        (None, None)
    } else {
        let explorers = sync::explorers(context, args.explorer.as_deref(), context.config.ask)?;
        work::must_ask(&explorers, "to look an address up without --offline")?;
        let options = Options { max_pages: context.max_pages(), ..Options::by_address(context::now()) };
        let (store, made) = sync::round(Store::in_memory()?, &[&family], &explorers, options, None)?;
        let round = made.round;
        if !round.not_asked.is_empty() {
            bail!(unanswered(&round, &explorers, address));
        }
        (Some(store), Some(round))
    };
    // What was asked for just now lies in a database of its own; prices are those of the user's.
    let shelf = Shelf { quotes: Some(own.prices()?), ..context.shelf()? };
    let book = Casebook::open(store.as_ref().unwrap_or(&own), shelf)?;
    let case = book.case(&family, args.question.inquiry(context, &family))?;
    if !case.is_recorded() {
        let place = book.place();
        bail!("no explorer was ever asked about {address} for {place}; without --offline they are asked now");
    }
    let account = case.account()?;

    let mut answer = Answer::new(page(account, address, &known, links), as_json(account, address, &known, links)?);
    if let Some(round) = round {
        answer.notes.extend(round.warnings.iter().map(|w| format!("warning: {w}")));
        answer.notes.extend(round.addresses.iter().filter_map(work::unfinished).map(|w| format!("warning: {w}")));
        answer.notes.extend(round.refused.iter().map(|r| format!("warning: {r}")));
        answer.notes.extend(round.failures.iter().map(|f| format!("warning: {f}")));
        answer.failed = !round.is_whole();
    }
    Ok(answer)
}

/// A family of this address alone. Nobody demanded anything in its name: its payments have no classes.
fn alone(address: &Address) -> Family {
    let watched = WatchedAddress { address: address.clone(), source: "lookup".to_owned(), note: None };
    Family {
        name: address.to_string(),
        title: address.to_string(),
        aliases: Vec::new(),
        summary: String::new(),
        active_from: None,
        active_to: None,
        sample: None,
        demands: Vec::new(),
        sources: Vec::new(),
        addresses: vec![watched],
        stations: Vec::new(),
        facts: Vec::new(),
        links: Vec::new(),
        built_in: false,
    }
}

/// Who was asked, and why nobody answered.
fn unanswered(round: &Round, explorers: &[Explorer], address: &Address) -> String {
    if explorers.iter().all(Explorer::is_recorded) {
        return format!(
            "the built-in record does not hold {address}; without --explorer built-in public explorers are asked"
        );
    }
    let tried: Vec<String> = explorers.iter().map(Explorer::place).collect();
    let mut out = format!("no explorer answered for {address} (tried {})", tried.join(", then "));
    for failure in &round.failures {
        let _ = write!(out, "\n       {failure}");
    }
    out
}

fn page(account: &Account, address: &Address, known: &Known, links: &Links) -> String {
    let figures = &account.summary;
    let mut text = summary::page(account);
    links.dress(&mut text, address.as_str(), address_page(account, address, links));
    if !account.payments.is_empty() {
        text.push('\n');
        text.push_str(&table(account, links));
    }
    text.push('\n');
    let mut line = |name: &str, words: String| {
        let _ = writeln!(text, "  {name:<10}{words}");
    };
    match &known.watched {
        Some(watched) => line("watched", format!("by {}", watched_in_words(watched))),
        None => line("watched", "by no family; ransomtrail families new starts one".to_owned()),
    }
    for words in WeighedLabel::in_words(&known.labels) {
        line("label", words);
    }
    if figures.internal.outputs > 0 {
        line(
            "change",
            format!("{} returned by its own spending, and not counted above", summary::internal(&figures.internal)),
        );
    }
    if figures.after_withdrawal.outputs > 0 {
        line("late", format!("{} came after it had been emptied", summary::apart(&figures.after_withdrawal)));
    }
    if let Some(levels) = summary::trust(account) {
        let _ = writeln!(text, "  {:<10}{levels}", "trust");
    }
    text + &summary::foot(account)
}

/// The first payment and the last ones.
fn table(account: &Account, links: &Links) -> String {
    let zone = account.question.zone;
    let all = &account.payments;
    let skipped = if all.len() > LAST + 1 { all.len() - LAST - 1 } else { 0 };
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
    let code = account.currency.code();
    let clock = format!("{}, {}", account.summary.time_basis.name(), zone.name());
    table.set_header([
        "payments",
        &clock,
        "transaction:output",
        "BTC",
        &format!("{code} low"),
        "close",
        "high",
        "told by",
    ]);
    let mut shown: Vec<Option<&Payment>> = Vec::new();
    for (at, payment) in all.iter().enumerate() {
        if at == 1 && skipped > 0 {
            shown.push(None);
            table.add_row(["…".to_owned(), format!("{} more", format::grouped(skipped as u64))]);
        }
        if at > 0 && at <= skipped {
            continue;
        }
        shown.push(Some(payment));
        let [low, close, high] = match payment.value {
            Some(value) => value.rounded().map(|x| x.to_string()),
            None => ["unknown", "unknown", "unknown"].map(str::to_owned),
        };
        let place = match at {
            0 => "first",
            _ if at + 1 == all.len() => "last",
            _ => "",
        };
        table.add_row([
            place.to_owned(),
            payment.time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string(),
            format!("{}:{}", payment.txid, payment.vout),
            format::btc(payment.amount, 8),
            low,
            close,
            high,
            payment.explorer.clone(),
        ]);
    }
    for column in 3..=6 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut out = String::new();
    for (line, payment) in table.lines().zip(std::iter::once(None).chain(shown)) {
        let mut line = format!(" {}", line.trim_end());
        if let Some(payment) = payment {
            let txid = payment.txid.to_string();
            links.dress(&mut line, &txid, links.transaction(&payment.explorer, &txid));
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// The page of the explorer that told the totals.
fn address_page(account: &Account, address: &Address, links: &Links) -> Option<String> {
    let teller = account.summary.addresses.first()?.checked_with.as_deref()?;
    links.address(teller, address.as_str())
}

/// The shape of `summary --json`, with the rows.
fn as_json(account: &Account, address: &Address, known: &Known, links: &Links) -> Result<Value> {
    let mut json = serde_json::to_value(&account.summary)?;
    let teller = account.summary.addresses.first().and_then(|a| a.checked_with.clone()).unwrap_or_default();
    let payment = |payment: &Payment| {
        let mut row = payments::as_json(payment, links);
        row["class"] = Value::Null;
        row
    };
    let withdrawal = |w: &Withdrawal| {
        let [low, close, high] = w.value.map_or([None, None, None], |v| v.rounded().map(|x| Some(x.to_string())));
        let txid = w.txid.to_string();
        json!({ "time": rfc3339(w.time), "block_time": rfc3339(w.block_time), "first_seen": w.first_seen.map(rfc3339),
            "block_height": w.block_height, "page": links.transaction(&teller, &txid), "txid": txid,
            "sats": w.amount.map(|amount| amount.to_sat()), "low": low, "close": close, "high": high })
    };
    if let Value::Object(fields) = &mut json {
        let mut set = |key: &str, value: Value| drop(fields.insert(key.to_owned(), value));
        set("family", json!(known.watched.as_ref().map(|watched| &watched.family)));
        set("address", json!(address));
        set("page", json!(address_page(account, address, links)));
        set("watched", json!(known.watched));
        set("labels", json!(known.labels));
        // Classes are judged by a family's demands, and here is no family.
        set("classes", Value::Null);
        set("class_tolerance", Value::Null);
        set("payments", account.payments.iter().map(payment).collect());
        set("withdrawals", account.withdrawals.iter().map(withdrawal).collect());
    }
    Ok(json)
}
