//! The trail as a picture: from the wallets on the left, transaction by transaction, to where each path ends. Ribbons are
//! as wide as the satoshis in them.

mod layout;
mod net;
mod order;
mod paint;
#[cfg(test)]
mod tests;

use net::{Limits, Net, Station, What};

use super::sheet::{Sheet, Words};
use super::style::Size;
use super::{Chart, Drawing, Input, followed};
use crate::domain::csv::{Cell, Csv};
use crate::domain::{Amount, format};
use crate::trace::{Ends, Trail};

pub(super) const CHART: Chart = Chart {
    name: "flow",
    about: "where the withdrawn coins went, hop by hop, and where each path ends",
    shows_the_trail: true,
    draw,
};

/// Ends that have room beside each other.
const ENDS: usize = 9;

fn draw(input: &Input<'_>) -> Drawing {
    let trail = match followed::trail(input) {
        Ok(trail) => trail,
        Err((headline, sentence)) => {
            let subtitle = "Where the withdrawn coins went".to_owned();
            let words = Words { headline, subtitle, foot: followed::foot(input, None, None) };
            let mut page = Sheet::new(input, CHART.name, words, 0.0, 0.0);
            page.say_instead(&sentence);
            return page.finish(csv(input, &Ends::none(), None), sentence);
        }
    };
    let ends = Ends::at_most(trail, ENDS);
    let net = Net::of(trail, input.chains, &ends, limits(input.look.size));
    let mut foot = followed::foot(input, Some(trail), Some(&ends));
    if net.without_thin_fees(&ends).is_some()
        && let Some(line) = foot.last_mut()
    {
        line.push_str(&format!(" Too thin to be drawn: {} BTC of fees.", format::btc_short(trail.fees)));
    }
    let words = Words {
        headline: followed::finding(input, trail, &ends),
        subtitle: format!(
            "From the wallets, transaction by transaction, to where paths end; mixed coins told apart {}",
            followed::assumption(trail)
        ),
        foot,
    };
    // There is no axis under this plot.
    let mut page = Sheet::new(input, CHART.name, words, 0.0, -34.0);
    paint::paint(&mut page, input, &ends, &net);
    page.finish(csv(input, &ends, Some(&net)), alt(trail, &ends, &net))
}

fn limits(size: Size) -> Limits {
    match size {
        Size::Wide => Limits { columns: 6, stations: 6 },
        Size::Square => Limits { columns: 5, stations: 6 },
        Size::Tall => Limits { columns: 4, stations: 8 },
    }
}

impl Station {
    /// The pairs of lines of which one stands beside it, as wide as fits (`peel chain` / `37 hops`), and the one line that
    /// stands above where none does.
    fn words(&self) -> Option<(Vec<[String; 2]>, String)> {
        let (count, amount) = (format::grouped(self.txs as u64), format::btc_short(Amount::from_sat(self.sats)));
        let amount = format!("{amount} BTC");
        let (pairs, alone) = match self.what {
            What::Source | What::End(_) => return None,
            What::Transaction => {
                let name = format!("{}…", &self.lead?.to_string()[..8]);
                (vec![[name.clone(), amount]], name)
            }
            What::Peel => {
                let hops = format!("{count} hops");
                (vec![["peel chain".to_owned(), hops.clone()]], format!("peel chain, {hops}"))
            }
            What::Run => (vec![[format!("{count} hops"), amount]], format!("{count} hops")),
            What::Several => {
                let long = [count.clone(), "transactions".to_owned()];
                (vec![long, [format!("{count} txs"), amount]], format!("{count} txs"))
            }
            What::Others => (vec![[format!("{count} smaller"), amount]], format!("{count} smaller")),
        };
        Some((pairs, alone))
    }
}

fn alt(trail: &Trail, ends: &Ends, net: &Net) -> String {
    let count = |what: What| net.stations.iter().filter(|station| station.what == what).count();
    let mut text = format!(
        "Ribbons from left to right, as wide as the bitcoin in them, through {}. {}",
        format::count(trail.hops.len(), "transaction", "transactions"),
        followed::alt(trail, ends)
    );
    match count(What::Peel) {
        0 => {}
        chains => text.push_str(&format!(" On the way: {}.", format::count(chains, "peel chain", "peel chains"))),
    }
    text
}

/// The drawn links, each from a station to another one; several transactions in one station are named by the first, or by
/// the one that most satoshis go through.
fn csv(input: &Input<'_>, ends: &Ends, net: Option<&Net>) -> String {
    let mut out = Csv::new([
        "from",
        "from_kind",
        "from_transactions",
        "to",
        "to_kind",
        "to_transactions",
        "step",
        "last_step",
        "hop",
        "last_hop",
        "sats",
        "btc",
    ]);
    let row = |station: &Station| -> (Cell, &'static str) {
        let txid = || station.lead.map(|txid| txid.to_string()).into();
        match station.what {
            What::Source => (Cell::text(&input.family.name), "withdrawn"),
            What::Transaction => (txid(), "transaction"),
            What::Peel => (txid(), "peel-chain"),
            What::Run => (txid(), "run"),
            What::Several => (txid(), "several"),
            What::Others => (txid(), "others"),
            What::End(end) => ends.list.get(end).map_or((Cell::Nothing, ""), |e| (Cell::text(&e.name), e.kind.name())),
        }
    };
    for link in net.iter().flat_map(|net| &net.links) {
        let Some((from, to)) = net.and_then(|net| net.stations.get(link.from).zip(net.stations.get(link.to))) else {
            continue;
        };
        let ((from_name, from_kind), (to_name, to_kind)) = (row(from), row(to));
        out.row(&[
            from_name,
            Cell::text(from_kind),
            from.txs.into(),
            to_name,
            Cell::text(to_kind),
            to.txs.into(),
            from.steps.map(|steps| steps.0).into(),
            from.steps.map(|steps| steps.1).into(),
            from.hops.map(|hops| hops.0).into(),
            from.hops.map(|hops| hops.1).into(),
            link.sats.into(),
            format::in_btc(Amount::from_sat(link.sats)).into(),
        ]);
    }
    out.finish()
}
