//! A trail as stations and links, small enough to be drawn: chains and long runs become one station, columns beyond the
//! limit are taken together, and of each column the small branches are folded. What flows stays the same throughout.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use crate::domain::{Time, Txid};
use crate::trace::{Ends, PeelChain, Trail};

/// How much is drawn at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Columns of transactions, between the source and the ends.
    pub columns: usize,
    /// Stations in each of them.
    pub stations: usize,
}

/// What stands at a place of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Source,
    Transaction,
    /// A peel chain of so many steps as trace found it.
    Peel,
    /// Transactions one after another without a branch.
    Run,
    /// Transactions of several hops that hang together.
    Several,
    /// The small ones of a column.
    Others,
    /// An end, by its place in [`Ends::list`].
    End(usize),
}

/// A place of the picture, in one column.
#[derive(Clone, Debug)]
pub(super) struct Station {
    pub what: What,
    pub column: usize,
    /// Transactions in it.
    pub txs: usize,
    /// The one that most satoshis go through; the first of a chain.
    pub lead: Option<Txid>,
    /// First and last hop, by the shortest way as in the trail.
    pub hops: Option<(u32, u32)>,
    /// The same by the longest way, which is the order of the columns: a withdrawal is step 0.
    pub steps: Option<(usize, usize)>,
    /// Block times of the first and the last.
    pub times: Option<(Time, Time)>,
    /// What goes through, in satoshis.
    pub sats: u64,
}

/// Satoshis from one station to another in a later column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub from: usize,
    pub to: usize,
    pub sats: u64,
}

/// Stations and the links between them: the source is the first station, the ends stand in the last column.
#[derive(Clone, Debug)]
pub(super) struct Net {
    pub stations: Vec<Station>,
    pub links: Vec<Link>,
    /// How many columns there are, source and ends among them.
    pub columns: usize,
}

impl Net {
    /// The same without fees that are too thin to be seen; `None` where they are to be drawn.
    pub fn without_thin_fees(&self, ends: &Ends) -> Option<Self> {
        let fees = ends.list.get(ends.fees?)?;
        // They are the last of the ends.
        let (station, rest) = self.stations.split_last()?;
        let thin = station.what == What::End(ends.fees?) && fees.amount.to_sat() < self.stations[0].sats / 200;
        thin.then(|| Self {
            stations: rest.to_vec(),
            links: self.links.iter().filter(|link| link.to < rest.len()).copied().collect(),
            columns: self.columns,
        })
    }

    /// The trail within the limits.
    pub fn of(trail: &Trail, chains: &[PeelChain], ends: &Ends, limits: Limits) -> Self {
        let mut net = Self::whole(trail, ends);
        net.set_columns();
        for station in net.stations.iter_mut().filter(|station| station.what == What::Transaction) {
            station.steps = Some((station.column - 1, station.column - 1));
        }
        net.join(&net.peels(trail, chains), What::Peel);
        net.set_columns();
        if net.columns - 2 > limits.columns {
            net.join(&net.runs(), What::Run);
            net.set_columns();
        }
        if net.columns - 2 > limits.columns {
            net.band(limits.columns);
        }
        net.fold(limits.stations);
        net
    }

    /// Every transaction a station.
    fn whole(trail: &Trail, ends: &Ends) -> Self {
        let at: HashMap<Txid, usize> = trail.hops.iter().enumerate().map(|(n, hop)| (hop.txid, n + 1)).collect();
        let first_end = trail.hops.len() + 1;
        let blank =
            |what| Station { what, column: 0, txs: 0, lead: None, hops: None, steps: None, times: None, sats: 0 };
        let mut stations = vec![Station { sats: trail.source.to_sat(), ..blank(What::Source) }];
        stations.extend(trail.hops.iter().map(|hop| Station {
            txs: 1,
            lead: Some(hop.txid),
            hops: Some((hop.hop, hop.hop)),
            times: hop.time.map(|time| (time, time)),
            sats: hop.amount.to_sat(),
            ..blank(What::Transaction)
        }));
        let listed = ends.list.iter().enumerate();
        stations.extend(listed.map(|(n, end)| Station { sats: end.amount.to_sat(), ..blank(What::End(n)) }));

        let mut links: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        let mut add = |from: usize, to: usize, sats: u64| {
            if sats > 0 {
                *links.entry((from, to)).or_default() += sats;
            }
        };
        // What a transaction does not get from another one comes out of the source.
        let mut fresh: Vec<u64> = trail.hops.iter().map(|hop| hop.amount.to_sat()).collect();
        for (from, hop) in trail.hops.iter().enumerate() {
            for arrival in &hop.arrivals {
                if let Some(to) = arrival.next.and_then(|next| at.get(&next)) {
                    add(from + 1, *to, arrival.amount.to_sat());
                    fresh[to - 1] = fresh[to - 1].saturating_sub(arrival.amount.to_sat());
                }
            }
            if let Some(fees) = ends.fees {
                add(from + 1, first_end + fees, hop.fee.to_sat());
            }
        }
        for (to, sats) in fresh.into_iter().enumerate() {
            add(0, to + 1, sats);
        }
        for (n, end) in trail.destinations.iter().enumerate() {
            let from = end.via.and_then(|via| at.get(&via)).copied().unwrap_or(0);
            add(from, first_end + ends.end_of(n), end.amount.to_sat());
        }
        let links = links.into_iter().map(|((from, to), sats)| Link { from, to, sats }).collect();
        Self { stations, links, columns: 0 }
    }

    fn is_end(&self, station: usize) -> bool {
        matches!(self.stations[station].what, What::End(_))
    }

    /// Links between transactions: from whom, and to whom.
    fn ways(&self) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(|link| link.from > 0 && !self.is_end(link.to))
    }

    /// For each station how many links come in, and the transactions that it pays.
    fn neighbours(&self) -> (Vec<usize>, Vec<Vec<usize>>) {
        let mut incoming = vec![0; self.stations.len()];
        self.links.iter().for_each(|link| incoming[link.to] += 1);
        let mut onward = vec![Vec::new(); self.stations.len()];
        self.ways().for_each(|link| onward[link.from].push(link.to));
        (incoming, onward)
    }

    /// By station the first of the peel chain that it belongs to; itself where it belongs to none. A chain is cut where
    /// anything else flows in.
    fn peels(&self, trail: &Trail, chains: &[PeelChain]) -> Vec<usize> {
        let at: HashMap<Txid, usize> = trail.hops.iter().enumerate().map(|(n, hop)| (hop.txid, n + 1)).collect();
        let (incoming, onward) = self.neighbours();
        let mut group: Vec<usize> = (0..self.stations.len()).collect();
        for chain in chains {
            for pair in chain.txids.windows(2) {
                if let (Some(from), Some(to)) = (at.get(&pair[0]), at.get(&pair[1]))
                    && incoming[*to] == 1
                    && onward[*from].contains(to)
                {
                    group[*to] = group[*from];
                }
            }
        }
        group
    }

    /// The same for runs: one after another, and nothing but fees branches off.
    fn runs(&self) -> Vec<usize> {
        let (incoming, onward) = self.neighbours();
        let mut pays = vec![0_u64; self.stations.len()];
        for link in self.links.iter().filter(|link| self.is_end(link.to)) {
            pays[link.from] += link.sats;
        }
        let mut next: Vec<Option<usize>> = vec![None; self.stations.len()];
        let mut continued = vec![false; self.stations.len()];
        for (from, to) in onward.iter().enumerate() {
            let [to] = to.as_slice() else { continue };
            let plain = |at: usize| self.stations[at].what == What::Transaction;
            // A thousandth that ends on the way is a fee or as good as one.
            if plain(from) && plain(*to) && incoming[*to] == 1 && pays[from] <= self.stations[from].sats / 1_000 {
                next[from] = Some(*to);
                continued[*to] = true;
            }
        }
        let mut group: Vec<usize> = (0..self.stations.len()).collect();
        for start in (1..self.stations.len()).filter(|at| !continued[*at]) {
            let run: Vec<usize> = std::iter::successors(next[start], |at| next[*at]).collect();
            if run.len() > 1 {
                run.into_iter().for_each(|at| group[at] = start);
            }
        }
        group
    }

    /// Makes one station of each group, named by its first member.
    fn join(&mut self, group: &[usize], what: What) {
        let mut kept: Vec<Option<usize>> = vec![None; self.stations.len()];
        let mut stations: Vec<Station> = Vec::new();
        for (at, station) in self.stations.iter().enumerate() {
            if group[at] == at {
                kept[at] = Some(stations.len());
                stations.push(Station { sats: 0, ..station.clone() });
            }
        }
        let place = |at: usize| kept[group[at]].unwrap_or(0);
        let mut heaviest = vec![0; stations.len()];
        for (at, station) in self.stations.iter().enumerate() {
            let into = &mut stations[place(at)];
            if group[at] != at {
                into.what = what;
                into.txs += station.txs;
                into.hops = both(into.hops, station.hops);
                into.steps = both(into.steps, station.steps);
                into.times = both(into.times, station.times);
            }
            let unordered = matches!(what, What::Several | What::Others);
            if unordered && station.sats > heaviest[place(at)] {
                heaviest[place(at)] = station.sats;
                into.lead = station.lead;
            }
        }
        let mut links: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for link in &self.links {
            let (from, to) = (place(link.from), place(link.to));
            if from != to {
                *links.entry((from, to)).or_default() += link.sats;
            }
        }
        self.links = links.into_iter().map(|((from, to), sats)| Link { from, to, sats }).collect();
        self.stations = stations;
        self.links.iter().for_each(|link| self.stations[link.to].sats += link.sats);
        let out = self.links.iter().filter(|link| link.from == 0);
        self.stations[0].sats = out.map(|link| link.sats).sum();
    }

    /// The column of a transaction is its longest way from the source, so that every link leads to the right.
    fn set_columns(&mut self) {
        let (_, onward) = self.neighbours();
        let mut missing = vec![0_usize; self.stations.len()];
        self.ways().for_each(|link| missing[link.to] += 1);
        let mut column = vec![1_usize; self.stations.len()];
        let mut ready: Vec<usize> = (1..self.stations.len()).filter(|at| missing[*at] == 0).collect();
        while let Some(at) = ready.pop() {
            for to in &onward[at] {
                column[*to] = column[*to].max(column[at] + 1);
                missing[*to] -= 1;
                if missing[*to] == 0 {
                    ready.push(*to);
                }
            }
        }
        column[0] = 0;
        let txs = (1..self.stations.len()).filter(|at| !self.is_end(*at));
        let last = txs.map(|at| column[at]).max().unwrap_or(0) + 1;
        for (at, column) in column.into_iter().enumerate() {
            self.stations[at].column = if self.is_end(at) { last } else { column };
        }
        self.columns = last + 1;
    }

    /// Takes neighbouring columns together until there are no more than `most`: those between which little ends. What
    /// hangs together within them becomes one station.
    fn band(&mut self, most: usize) {
        let columns = self.columns - 2;
        let mut ended = vec![0_u64; columns];
        for link in self.links.iter().filter(|link| link.from > 0 && self.is_end(link.to)) {
            ended[self.stations[link.from].column - 1] += link.sats;
        }
        // A great many columns are first taken together evenly.
        let each = columns.div_ceil(8 * most);
        let (withdrawals, onward) = ended.split_at(1);
        let chunks = std::iter::once(withdrawals).chain(onward.chunks(each));
        let mut bands: Vec<(u64, usize)> = chunks.map(|chunk| (chunk.iter().sum::<u64>(), chunk.len())).collect();
        while bands.len() > most {
            // The withdrawals stay by themselves as long as they can.
            let pairs = (0..bands.len() - 1).skip(usize::from(bands.len() > 2));
            let cost = |at: usize| (bands[at].0 + bands[at + 1].0, bands[at].1 + bands[at + 1].1, at);
            let Some(at) = pairs.min_by_key(|at| cost(*at)) else { break };
            let (sats, long) = bands.remove(at + 1);
            bands[at].0 += sats;
            bands[at].1 += long;
        }
        let band_of: Vec<usize> =
            bands.iter().enumerate().flat_map(|(n, (_, long))| std::iter::repeat_n(n + 1, *long)).collect();
        let last = bands.len() + 1;
        for at in 1..self.stations.len() {
            let column = self.stations[at].column;
            self.stations[at].column = if self.is_end(at) { last } else { band_of[column - 1] };
        }
        self.columns = last + 1;
        let mut group: Vec<usize> = (0..self.stations.len()).collect();
        for link in self.ways() {
            if self.stations[link.from].column == self.stations[link.to].column {
                let (one, two) = (first(&mut group, link.from), first(&mut group, link.to));
                group[one.max(two)] = one.min(two);
            }
        }
        let group: Vec<usize> = (0..group.len()).map(|at| first(&mut group, at)).collect();
        self.join(&group, What::Several);
    }

    /// Folds what is small, and what is more than `most`, column by column.
    fn fold(&mut self, most: usize) {
        let all = self.stations[0].sats;
        let mut group: Vec<usize> = (0..self.stations.len()).collect();
        for column in 1..self.columns - 1 {
            let mut here: Vec<usize> = (1..self.stations.len())
                .filter(|at| self.stations[*at].column == column && !self.is_end(*at))
                .collect();
            here.sort_by_key(|at| (Reverse(self.stations[*at].sats), self.stations[*at].lead));
            let large = here.iter().take_while(|at| self.stations[**at].sats >= all / 200).count();
            let kept = if here.len() > most { large.min(most.saturating_sub(1)) } else { large };
            // One alone is no fewer than one folded.
            if here.len() > kept + 1 {
                let rest = &here[kept..];
                let name = rest.iter().copied().min().unwrap_or_default();
                rest.iter().for_each(|at| group[*at] = name);
            }
        }
        self.join(&group, What::Others);
    }
}

/// The span that holds both.
pub(super) fn both<T: Ord>(a: Option<(T, T)>, b: Option<(T, T)>) -> Option<(T, T)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

/// The first member of a station's group; ways to it are halved.
fn first(group: &mut [usize], mut at: usize) -> usize {
    while group[at] != at {
        group[at] = group[group[at]];
        at = group[at];
    }
    at
}
