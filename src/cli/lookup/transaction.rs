//! One transaction: what goes in, what comes out, what became of it, and what it was worth on its day.

mod table;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::rc::Rc;

use anstyle::Style;
use anyhow::{Result, bail};

use super::super::links::Links;
use super::super::{Answer, Context, sync};
use super::{Args, watched_in_words};
use crate::catalog::{Catalog, Labels};
use crate::document::{Transaction, TransactionFacts, Watched, WeighedLabel};
use crate::domain::{Address, Amount, Observation, State, Trust, Tx, Txid, Value as Worth, format, rfc3339};
use crate::explorer::{Explorer, Outspend};
use crate::figures::{self, Question, TxFigures};
use crate::price::Prices;
use crate::sync::{Search, find};
use crate::work;

/// What the own database knows besides.
struct Record {
    history: Vec<Observation>,
    trust: Trust,
    replaced_by: Option<Txid>,
}

impl Record {
    /// Why it was not there any more, at that place of its history.
    fn why_gone(&self, at: usize) -> String {
        let before = at.checked_sub(1).and_then(|n| self.history.get(n)).map(|one| &one.state);
        match (before, self.replaced_by) {
            (Some(State::Confirmed(_)), _) => "its block left the chain".to_owned(),
            (_, Some(by)) => format!("replaced by {by}"),
            (_, None) => "evicted: in no mempool any more".to_owned(),
        }
    }
}

/// A transaction, who told of it, and what is known besides.
struct LookedUp<'a> {
    tx: Tx,
    explorer: String,
    url: String,
    recomputed: bool,
    /// One an output; `None` where nobody could be asked.
    outspends: Option<Vec<Outspend>>,
    figures: TxFigures,
    question: Question,
    prices: Rc<Prices>,
    /// What was said of it over time, and how far it can be trusted: where the own database was asked.
    held: Option<Record>,
    catalog: &'a Catalog,
    labels: Labels,
    links: &'a Links,
}

pub(super) fn run(context: &Context, args: &Args, txid: &Txid, links: &Links) -> Result<Answer> {
    let catalog = context.catalog()?;
    let store = context.ledger_store()?;
    let book = context.casebook(&store)?;
    let prices = book.prices(args.question.currency.unwrap_or(context.config.currency))?;
    let question = args.question.question(context);
    let mut notes = Vec::new();
    let mut held = None;
    let (tx, explorer, url, recomputed, outspends) = if args.offline {
        let Some(stored) = store.transaction(txid, context.network())? else {
            let place = book.place();
            bail!("{place} does not hold transaction {txid}; without --offline explorers are asked now");
        };
        let outspend = |by: Option<(Txid, u32)>| {
            by.map_or(Outspend::Unrecorded, |(txid, vin)| Outspend::Spent { txid, vin: Some(vin) })
        };
        held = Some(Record { history: stored.history, trust: stored.trust, replaced_by: stored.replaced_by });
        let outspends = stored.spent_by.into_iter().map(outspend).collect();
        (stored.tx, stored.explorer, stored.url, stored.recomputed, Some(outspends))
    } else {
        let explorers = sync::explorers(context, args.explorer.as_deref(), context.config.ask)?;
        work::must_ask(&explorers, "to look a transaction up without --offline")?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut search = runtime.block_on(find(&explorers, txid));
        let Some(found) = search.found.take() else { bail!(not_found(&search, &explorers, txid)) };
        notes.extend(search.refused.iter().map(|r| format!("warning: {r}")));
        notes.extend(search.failures.iter().map(|f| format!("warning: {f}")));
        (found.tx, found.provenance.explorer, found.provenance.url, found.recomputed, found.outspends)
    };
    let figures = figures::transaction(&tx, &prices, question);
    let labels = context.labels()?;
    let catalog = &catalog;
    let known =
        LookedUp { tx, explorer, url, recomputed, outspends, figures, question, prices, held, catalog, labels, links };
    let document = known.document();
    let mut answer = Answer::of(known.page(&document), &document)?;
    answer.notes = notes;
    answer.failed = known.outspends.is_none();
    Ok(answer)
}

/// The addresses of inputs and outputs, each once, with who watches them and what is said of them.
fn addresses(document: &Transaction) -> Vec<(&Address, Option<&Watched>, &[WeighedLabel])> {
    let inputs = document.inputs.iter().map(|i| (&i.address, &i.watched, &i.labels));
    let outputs = document.outputs.iter().map(|o| (&o.address, &o.watched, &o.labels));
    let mut seen = HashSet::new();
    inputs
        .chain(outputs)
        .filter_map(|(address, watched, labels)| Some((address.as_ref()?, watched.as_ref(), &labels[..])))
        .filter(|(address, ..)| seen.insert(*address))
        .collect()
}

/// Who was asked, and what each said.
fn not_found(search: &Search, explorers: &[Explorer], txid: &Txid) -> String {
    if explorers.iter().all(Explorer::is_recorded) {
        return format!(
            "the built-in record does not hold transaction {txid}; without --explorer built-in public explorers are asked"
        );
    }
    let mut out = if search.failures.is_empty() && search.refused.is_empty() {
        format!("transaction {txid} is not known to {}", search.unknown_to.join(" and "))
    } else {
        let tried: Vec<String> = explorers.iter().map(Explorer::place).collect();
        let mut out = format!("no explorer told of transaction {txid} (tried {})", tried.join(", then "));
        for name in &search.unknown_to {
            let _ = write!(out, "\n       {name}: does not know it");
        }
        out
    };
    for refusal in &search.refused {
        let _ = write!(out, "\n       {refusal}");
    }
    for failure in &search.failures {
        let _ = write!(out, "\n       {failure}");
    }
    out
}

impl LookedUp<'_> {
    /// The state in words: `in block 466,400, 13 May 2017 07:07:14 UTC`.
    fn state(&self) -> String {
        match &self.tx.state {
            State::Confirmed(block) => {
                let zone = self.question.zone;
                let time = block.time.with_timezone(&zone).format("%-d %b %Y %H:%M:%S");
                format!("in block {}, {time} {}", format::grouped(block.height.into()), zone.name())
            }
            State::Mempool => "waiting, in no block yet".to_owned(),
            State::Gone => "gone: it was known before, and is not any more".to_owned(),
        }
    }

    fn page(&self, document: &Transaction) -> String {
        let (bold, plain) = (Style::new().bold().render(), Style::new().bold().render_reset());
        let txid = self.tx.txid.to_string();
        let mut text = format!("{bold}{txid}{plain}\n");
        self.links.dress(&mut text, &txid, document.page.clone());
        let _ = writeln!(text, "{} ({})\n", self.state(), self.explorer);
        text.push_str(&self.sums());
        text.push_str(&table::tables(document, self.links));
        text.push('\n');
        let mut line = |name: &str, words: String| {
            let _ = writeln!(text, "  {name:<10}{words}");
        };
        let addresses = addresses(document);
        for (address, watched, _) in &addresses {
            if let Some(watched) = watched {
                line("watched", format!("{address} by {}", watched_in_words(watched)));
            }
        }
        if addresses.iter().all(|(_, watched, _)| watched.is_none()) {
            line("watched", "none of its addresses".to_owned());
        }
        for (address, _, labels) in &addresses {
            for words in WeighedLabel::in_words(labels) {
                line("label", format!("{address}: {words}"));
            }
        }
        line(
            "checked",
            if self.recomputed {
                "the content hashes to the txid, which commits to all but the addresses and values of the inputs"
                    .to_owned()
            } else {
                "nothing: too little is told to compute the txid from the content".to_owned()
            },
        );
        if let Some(held) = &self.held {
            line("trust", format!("{}: {}", held.trust, held.trust.meaning()));
            for (n, one) in held.history.iter().enumerate() {
                let what = match &one.state {
                    State::Confirmed(block) => format!("in block {}", format::grouped(block.height.into())),
                    State::Mempool => "waiting".to_owned(),
                    State::Gone => held.why_gone(n),
                };
                let name = if n == 0 { "history" } else { "" };
                line(name, format!("{}  {what} ({})", rfc3339(one.at), one.explorer));
            }
        }
        let clock = self.question.basis.name();
        let basis = self.figures.time.map_or("unknown".to_owned(), rfc3339);
        line("basis", format!("{clock} {basis}, zone {}", self.question.zone.name()));
        line("prices", self.figures.price_source(&self.prices));
        line("told by", self.url.clone());
        for caveat in &document.caveats {
            line("caveat", caveat.to_string());
        }
        text
    }

    /// Size, fee and value.
    fn sums(&self) -> String {
        let figures = &self.figures;
        let mut out = String::new();
        let code = self.prices.currency().name();
        let mut row = |name: String, amount: Option<Amount>, value: Option<Worth>| {
            let btc = amount.map_or("unknown".to_owned(), |a| format!("{} BTC", format::btc(a, 8)));
            let [low, close, high] = match value {
                Some(value) => [value.low, value.close, value.high].map(format::money_whole),
                None => ["unknown", "unknown", "unknown"].map(str::to_owned),
            };
            let _ = writeln!(out, "  {name:<30}{btc:>20}{low:>13}{close:>13}{high:>13}");
        };
        row("moved".to_owned(), figures.paid, figures.paid_value);
        row("fee".to_owned(), figures.fee, figures.fee_value);
        if let Some(as_of) = &figures.as_of {
            row(format!("moved, on {}", format::day(as_of.date)), figures.paid, Some(as_of.value));
        }
        let day = figures.day.map_or("on a day that is not known".to_owned(), |day| format!("on {}", format::day(day)));
        let size = self.tx.size.map_or("unknown".to_owned(), |size| format!("{} bytes", format::grouped(size.into())));
        let head = format!("worth {day} ({code})");
        format!("  {head:<50}{:>13}{:>13}{:>13}\n{out}  {:<30}{size:>20}\n", "low", "close", "high", "size")
    }

    /// The document, with the explorer's pages for people.
    fn document(&self) -> Transaction {
        let mut out = Transaction::of(&TransactionFacts {
            tx: &self.tx,
            explorer: &self.explorer,
            url: &self.url,
            recomputed: self.recomputed,
            outspends: self.outspends.as_deref(),
            held: self.held.as_ref().map(|held| (&held.history[..], held.trust, held.replaced_by)),
            figures: &self.figures,
            question: &self.question,
            prices: &self.prices,
            catalog: self.catalog,
            labels: &self.labels,
        });
        let transaction = |txid: &String| self.links.transaction(&self.explorer, txid);
        let address = |address: &Address| self.links.address(&self.explorer, address.as_str());
        out.page = transaction(&out.txid);
        for input in &mut out.inputs {
            input.prev_page = input.prev_txid.as_ref().and_then(transaction);
            input.address_page = input.address.as_ref().and_then(address);
        }
        for output in &mut out.outputs {
            output.address_page = output.address.as_ref().and_then(address);
            if let Some(by) = &mut output.spent_by {
                by.page = transaction(&by.txid);
            }
        }
        out
    }
}
