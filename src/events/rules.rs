use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;

use super::{Event, Paid};
use crate::domain::{EventKind, OutPoint, Time, Txid, format};
use crate::figures::{Account, Incoming};
use crate::price::Prices;
use crate::trace::{self, Graph, LabelInfo, Move, Stop, Trail, Ways};

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// The family's figures by block time: withdrawals with their values.
    pub account: &'a Account,
    /// The graph in which the coins were followed.
    pub graph: &'a Graph,
    /// What came in, where that is asked for.
    pub incoming: &'a [Incoming],
    /// Where they went, forwards.
    pub trail: &'a Trail,
    /// What coins were worth.
    pub prices: &'a Prices,
    /// A coin that has not moved for so long sleeps.
    pub sleep: TimeDelta,
    /// Nothing after this moment counts, if it is given.
    pub until: Option<Time>,
}

/// Every event of these kinds, the newest first; in one transaction by kind and output.
pub fn events(watched: Watched<'_>, kinds: &[EventKind]) -> Vec<Event> {
    let spending: BTreeSet<Txid> = watched.account.spendings.iter().map(|one| one.txid).collect();
    let ways = watched.trail.ways();
    let mut out = withdrawals(watched);
    out.extend(arrivals(watched, &ways));
    let arrived: BTreeSet<Txid> = out.iter().map(|event| event.txid).collect();
    out.retain(|event| kinds.contains(&event.kind));
    for step in trace::moves(watched.graph, watched.trail, watched.until) {
        // What the family spends is a withdrawal or a move within it, whatever else it spends with it.
        if spending.contains(&step.txid) {
            continue;
        }
        let kind = if step.rest >= watched.sleep { EventKind::Awakening } else { EventKind::Movement };
        let told = kind == EventKind::Movement && arrived.contains(&step.txid);
        if kinds.contains(&kind) && !told {
            out.push(moved(watched, &ways, kind, step));
        }
    }
    if kinds.contains(&EventKind::Payment) {
        out.extend(watched.incoming.iter().map(paid));
    }
    out.sort_by(|a, b| (b.time, b.height, a.txid, a.kind, a.vout).cmp(&(a.time, a.height, b.txid, b.kind, b.vout)));
    out
}

fn withdrawals(watched: Watched<'_>) -> Vec<Event> {
    let rule = |count: usize| match count {
        1 => "spends from an address of the family".to_owned(),
        _ => format!("spends from {count} addresses of the family"),
    };
    watched
        .account
        .withdrawals
        .iter()
        .map(|left| Event {
            kind: EventKind::Withdrawal,
            txid: left.txid,
            vout: None,
            time: left.block_time,
            height: Some(left.block_height),
            amount: left.amount,
            value: left.value,
            payment: None,
            label: None,
            address: None,
            path: vec![left.txid],
            hop: 0,
            policy: None,
            rule: rule(left.addresses.len()),
        })
        .collect()
}

fn paid(one: &Incoming) -> Event {
    Event {
        kind: EventKind::Payment,
        txid: one.txid,
        vout: Some(one.vout),
        time: one.time,
        height: one.height,
        amount: Some(one.amount),
        value: one.value,
        payment: Some(Paid { class: one.class, received: one.received, last_known: one.last_known }),
        label: None,
        address: Some(one.address.clone()),
        path: vec![one.txid],
        hop: 0,
        policy: None,
        rule: format!("pays the family's address {}", one.address),
    }
}

fn arrivals(watched: Watched<'_>, ways: &Ways) -> Vec<Event> {
    let mut out = Vec::new();
    let ends = &watched.trail.destinations;
    let services: HashMap<OutPoint, &LabelInfo> =
        ends.iter().filter_map(|end| Some((end.coin?, end.label.as_ref()?))).collect();
    for hop in &watched.trail.hops {
        let (Some(height), Some(time)) = (hop.height, hop.time) else { continue };
        for arrival in hop.arrivals.iter().filter(|arrival| arrival.stop == Some(Stop::Service)) {
            let Some(coin) = arrival.coin else { continue };
            let Some(&service) = services.get(&coin) else { continue };
            let whole = if arrival.amount == arrival.value { "all" } else { "part" };
            let rule = format!(
                "{whole} of the coin came from the family by {}, and a label names its address {} ({})",
                watched.trail.policy, service.name, service.category
            );
            out.push(Event {
                kind: EventKind::Arrival,
                txid: hop.txid,
                vout: Some(coin.vout),
                time,
                height: Some(height),
                amount: Some(arrival.amount),
                value: watched.prices.worth(arrival.amount, time.date_naive()),
                payment: None,
                label: Some(service.clone()),
                address: arrival.address.clone(),
                path: ways.to(hop.txid),
                hop: hop.hop,
                policy: Some(watched.trail.policy),
                rule,
            });
        }
    }
    out
}

fn moved(watched: Watched<'_>, ways: &Ways, kind: EventKind, step: Move) -> Event {
    let coins = format::count(step.coins.len(), "coin", "coins");
    let rule = match kind {
        EventKind::Awakening => format!("moves {coins} of the trail after {} at rest", rest(step.rest)),
        _ => format!("moves {coins} of the trail on"),
    };
    let mut path = ways.to(step.txid);
    if path.is_empty() {
        // Into a CoinJoin, or beyond a limit: the trail ends at the coin.
        path = ways.to(step.parent);
        path.push(step.txid);
    }
    Event {
        kind,
        txid: step.txid,
        vout: None,
        time: step.time,
        height: Some(step.height),
        amount: Some(step.amount),
        value: watched.prices.worth(step.amount, step.time.date_naive()),
        payment: None,
        label: None,
        address: None,
        path,
        hop: step.hop,
        policy: Some(watched.trail.policy),
        rule,
    }
}

/// A length of time in whole days, or hours where there is not one.
fn rest(rest: TimeDelta) -> String {
    let whole = |number: i64, one, many| format::count(usize::try_from(number).unwrap_or_default(), one, many);
    if rest.num_days() > 0 { whole(rest.num_days(), "day", "days") } else { whole(rest.num_hours(), "hour", "hours") }
}
