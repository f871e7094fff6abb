//! A trail for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle};

use super::{Page, Subject};
use crate::domain::{Address, Amount, format};
use crate::trace::{Destination, Stop};

/// More destinations are counted, not listed; JSON has them all.
const LISTED: usize = 60;

impl Page<'_> {
    /// Totals, destinations, hops, and what is guessed beside them.
    pub(super) fn text(&self) -> String {
        let trail = &self.document.trail;
        let mut out = format!("{} · {}\n\n", self.title(), self.headline());
        out.push_str(&self.totals());
        if !trail.destinations.is_empty() {
            out.push('\n');
            out.push_str(&self.destinations());
        }
        if !trail.hops.is_empty() {
            out.push('\n');
            out.push_str(&self.hops());
        }
        for link in &self.document.links {
            let wallets: Vec<&str> = link.wallets.iter().map(Address::as_str).collect();
            let _ = writeln!(
                out,
                "\nlinked through the withdrawals' change, which {} spends together:\n  {}",
                link.txid,
                wallets.join("\n  ")
            );
        }
        for chain in &self.document.chains {
            let peeled: Amount = chain.peels.iter().map(|(_, amount)| *amount).sum();
            let (first, steps) = (chain.txids.first().map(ToString::to_string).unwrap_or_default(), chain.txids.len());
            let _ =
                writeln!(out, "\npeel chain of {steps} steps from {first}: {} BTC peeled off", format::btc(peeled, 8));
        }
        if let Some(clusters) = &self.document.clusters {
            let _ = writeln!(out, "\nspent from together (multi-input rule, CoinJoins left out; a guess):");
            for members in &clusters.members {
                let listed: Vec<&str> = members.iter().take(8).map(Address::as_str).collect();
                let more = members.len() - listed.len();
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let _ = writeln!(out, "  {}{more}", listed.join(" "));
            }
        }
        out
    }

    fn headline(&self) -> String {
        let trail = &self.document.trail;
        let coins = format::count(trail.coins, "coin", "coins");
        let verb = match (&self.subject, trail.backwards) {
            (Subject::Family(_) | Subject::Address(_), false) => "left in",
            (Subject::Family(_) | Subject::Address(_), true) => "came in",
            (_, false) => "followed in",
            (_, true) => "followed back from",
        };
        format!("{} BTC {verb} {coins} · policy {}", format::btc(trail.source, 8), trail.policy)
    }

    fn totals(&self) -> String {
        let heading = if self.document.trail.backwards { "where it came from" } else { "where it went" };
        let mut table = plain();
        table.set_header([heading, "BTC"]);
        for (name, amount) in self.document.trail.by_category() {
            table.add_row([name.to_owned(), format::btc(amount, 8)]);
        }
        if self.document.trail.policy.conserves() {
            table.add_row(["together".to_owned(), format::btc(self.document.trail.source, 8)]);
        }
        render(&mut table, &[1])
    }

    fn destinations(&self) -> String {
        let mut table = plain();
        table.set_header(["stop", "who", "address", "transaction:output", "BTC", "hop", "why"]);
        for end in self.document.trail.destinations.iter().take(LISTED) {
            table.add_row([
                end.stop.name().to_owned(),
                who(end),
                end.address.as_ref().map_or("no address".to_owned(), ToString::to_string),
                end.coin.map_or("unknown".to_owned(), |coin| coin.to_string()),
                format::btc(end.amount, 8),
                end.hop.map_or(String::new(), |hop| hop.to_string()),
                end.reason.as_ref().map_or(String::new(), ToString::to_string),
            ]);
        }
        let mut out = render(&mut table, &[4, 5]);
        let more = self.document.trail.destinations.len().saturating_sub(LISTED);
        if more > 0 {
            let _ = writeln!(out, "and {}; --json lists them all", format::count(more, "more end", "more ends"));
        }
        out
    }

    fn hops(&self) -> String {
        let mut rows: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
        for hop in &self.document.trail.hops {
            let row = rows.entry(hop.hop).or_default();
            row.0 += 1;
            row.1 += hop.arrivals.iter().filter(|arrival| arrival.stop.is_some()).count();
        }
        let mut table = plain();
        table.set_header(["hop", "transactions", "paths that end"]);
        for (hop, (transactions, ends)) in rows {
            table.add_row([hop.to_string(), format::grouped(transactions as u64), format::grouped(ends as u64)]);
        }
        render(&mut table, &[0, 1, 2])
    }
}

/// The label with its category, where there is one.
fn who(end: &Destination) -> String {
    match &end.label {
        Some(label) if end.stop == Stop::Service => format!("{} ({})", label.name, label.category),
        Some(label) => format!("{} ({}, followed on)", label.name, label.category),
        None => String::new(),
    }
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn render(table: &mut Table, right: &[usize]) -> String {
    for column in right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    lines.concat()
}
