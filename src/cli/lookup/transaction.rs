//! One transaction: what goes in, what comes out, what became of it, and what it was worth on its day.

mod json;
mod table;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::rc::Rc;

use anstyle::Style;
use anyhow::{Result, bail};

use super::super::links::Links;
use super::super::{Answer, Context, sync};
use super::{Args, Watch, labels_in_words, watched_in_words};
use crate::catalog::{Catalog, Labels};
use crate::domain::{Address, Amount, Observation, State, Trust, Tx, TxIn, Txid, Value as Worth, format, rfc3339};
use crate::explorer::{Explorer, Outspend};
use crate::figures::{self, Question, TxFigures};
use crate::price::Prices;
use crate::sync::{Search, find};
use crate::work;

/// What the own database knows besides.
struct Held {
    history: Vec<Observation>,
    trust: Trust,
    replaced_by: Option<Txid>,
}

impl Held {
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
struct Known<'a> {
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
    held: Option<Held>,
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
        let fate = |by: Option<(Txid, u32)>| {
            by.map_or(Outspend::Unrecorded, |(txid, vin)| Outspend::Spent { txid, vin: Some(vin) })
        };
        held = Some(Held { history: stored.history, trust: stored.trust, replaced_by: stored.replaced_by });
        let outspends = stored.spent_by.into_iter().map(fate).collect();
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
        Known { tx, explorer, url, recomputed, outspends, figures, question, prices, held, catalog, labels, links };
    let mut answer = Answer::new(known.page(), known.as_json());
    answer.notes = notes;
    answer.failed = known.outspends.is_none();
    Ok(answer)
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

impl Known<'_> {
    fn watching(&self, address: Option<&Address>) -> Watch<'_> {
        self.catalog.watching(address?)
    }

    /// The addresses of inputs and outputs, each once.
    fn addresses(&self) -> impl Iterator<Item = &Address> {
        let all = self.tx.inputs.iter().map(|i| &i.address).chain(self.tx.outputs.iter().map(|o| &o.address)).flatten();
        let mut seen = HashSet::new();
        all.filter(move |address| seen.insert(*address))
    }

    /// The watched addresses among them.
    fn watched(&self) -> Vec<(&Address, Watch<'_>)> {
        let mut out: Vec<(&Address, Watch<'_>)> = Vec::new();
        for address in self.addresses() {
            let watch = self.watching(Some(address));
            if watch.is_some() {
                out.push((address, watch));
            }
        }
        out
    }

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

    fn page(&self) -> String {
        let (bold, plain) = (Style::new().bold().render(), Style::new().bold().render_reset());
        let txid = self.tx.txid.to_string();
        let mut text = format!("{bold}{txid}{plain}\n");
        self.links.dress(&mut text, &txid, self.links.transaction(&self.explorer, &txid));
        let _ = writeln!(text, "{} ({})\n", self.state(), self.explorer);
        text.push_str(&self.sums());
        text.push_str(&self.tables());
        text.push('\n');
        let mut line = |name: &str, words: String| {
            let _ = writeln!(text, "  {name:<10}{words}");
        };
        let watched = self.watched();
        for (address, watch) in &watched {
            if let Some(watch) = watch {
                line("watched", format!("{address} by {}", watched_in_words(*watch)));
            }
        }
        if watched.is_empty() {
            line("watched", "none of its addresses".to_owned());
        }
        for address in self.addresses() {
            for words in labels_in_words(&self.labels, address) {
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
        line("prices", self.prices.source().to_owned());
        line("told by", self.url.clone());
        for caveat in self.caveats() {
            line("caveat", caveat);
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

    fn caveats(&self) -> Vec<String> {
        let mut out = Vec::new();
        let told: Vec<&TxIn> = self.tx.inputs.iter().filter(|i| !i.coinbase && i.value.is_none()).collect();
        if !told.is_empty() {
            let inputs = format::count(told.len(), "input is", "inputs are");
            out.push(format!("the value of {inputs} not told; so the fee is unknown"));
        }
        if self.tx.inputs.iter().any(|i| i.coinbase) {
            out.push("newly mined coins: nothing is spent, and there is no fee to pay".to_owned());
        }
        if self.tx.state == State::Mempool {
            out.push("a transaction that waits may be replaced, and some servers go on telling of it".to_owned());
        }
        if let Some(moment) = self.question.as_of
            && self.figures.as_of.is_none()
        {
            let day = format::day(moment.price_day());
            let later = self.figures.time.is_none_or(|t| t > moment.last_second(self.question.zone));
            out.push(if later { format!("it was not made yet on {day}") } else { format!("no price for {day}") });
        }
        if self.outspends.is_none() {
            out.push("what became of the outputs could not be had".to_owned());
        }
        out
    }

    fn outspend(&self, vout: usize) -> Option<Outspend> {
        self.outspends.as_ref()?.get(vout).copied()
    }
}
