//! The figures of one address: those of a family that has no other, and demands nothing.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::super::links::Links;
use super::super::table::lines;
use super::super::{Answer, Context, context, summary, sync};
use super::{Args, watched_in_words};
use crate::casebook::{Casebook, Shelf};
use crate::document::{AddressLookup, PaymentPages, WeighedLabel};
use crate::domain::{Address, Family, WatchedAddress, format};
use crate::explorer::Explorer;
use crate::figures::Account;
use crate::store::Store;
use crate::sync::{Options, Round};
use crate::work;

/// So many of the last payments are shown on the page; JSON has all.
const LAST: usize = 5;

pub(super) fn run(context: &Context, args: &Args, address: &Address, links: &Links) -> Result<Answer> {
    let catalog = context.catalog()?;
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

    let mut document = AddressLookup::of(account, address, &catalog, &context.labels()?);
    let teller = document.checked_with().unwrap_or_default().to_owned();
    document.page = links.address(&teller, address.as_str());
    document.payments = document.payments.into_iter().map(|row| links.on(row)).collect();
    for row in &mut document.withdrawals {
        row.page = links.transaction(&teller, &row.withdrawal.txid);
    }
    let mut answer = Answer::of(page(account, &document, links), &document)?;
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
        complete: None,
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

fn page(account: &Account, document: &AddressLookup, links: &Links) -> String {
    let figures = &account.summary;
    let mut text = summary::page(account);
    links.dress(&mut text, document.address.as_str(), document.page.clone());
    if !account.payments.is_empty() {
        text.push('\n');
        text.push_str(&table(account, &document.payments, links));
    }
    text.push('\n');
    let mut line = |name: &str, words: String| {
        let _ = writeln!(text, "  {name:<10}{words}");
    };
    match &document.watched {
        Some(watched) => line("watched", format!("by {}", watched_in_words(watched))),
        None => line("watched", "by no family; ransomtrail families new starts one".to_owned()),
    }
    for words in WeighedLabel::in_words(&document.labels) {
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
fn table(account: &Account, all: &[PaymentPages], links: &Links) -> String {
    let zone = account.question.zone;
    let skipped = if all.len() > LAST + 1 { all.len() - LAST - 1 } else { 0 };
    let clock = format!("{}, {}", account.summary.time_basis.name(), zone.name());
    let low = format!("{} low", account.currency.code());
    let header = ["payments", &clock, "transaction:output", "BTC", &low, "close", "high", "told by"];
    let shown: Vec<usize> = (0..all.len()).filter(|at| *at == 0 || *at > skipped).collect();
    let row = |at: &usize| {
        let (time, PaymentPages { payment: row, .. }) = (account.payments[*at].time, &all[*at]);
        let place = match at {
            0 => "first",
            at if at + 1 == all.len() => "last",
            _ => "",
        };
        let [low, close, high] = row.money.in_words();
        vec![
            place.to_owned(),
            time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string(),
            format!("{}:{}", row.txid, row.vout),
            row.btc.clone(),
            low,
            close,
            high,
            row.explorer.clone(),
        ]
    };
    let mut rows: Vec<Vec<String>> = shown.iter().map(row).collect();
    if skipped > 0 {
        rows.insert(1, vec!["…".to_owned(), format!("{} more", format::grouped(skipped as u64))]);
    }
    let mut out = String::new();
    for mut line in lines(&header, rows, &[3, 4, 5, 6]) {
        if let Some(row) = shown.iter().map(|at| &all[*at]).find(|row| line.contains(&row.payment.txid)) {
            links.dress(&mut line, &row.payment.txid, row.page.clone());
        }
        let _ = writeln!(out, " {line}");
    }
    out
}
