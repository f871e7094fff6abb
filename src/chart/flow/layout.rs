//! Where stations and ribbons stand: columns from left to right, heights by satoshis, and ribbons as straight as the others
//! allow.

use std::collections::BTreeMap;

use super::net::{Net, What};
use super::order::Order;
use crate::chart::geometry::{Point, Rect, at};
use crate::trace::Ends;

/// Width of a station.
const WIDTH: f64 = 9.0;
/// Width of one that stands for several hops.
const WIDE: f64 = 30.0;
/// Width of one that stands for transactions of several columns.
const SEVERAL: f64 = 17.0;
/// Between the stations of a column.
const GAP: f64 = 15.0;
/// Most of a column that its gaps may take.
const GAPS: f64 = 0.34;
/// How often stations are moved towards what they are joined to.
const SWEEPS: usize = 12;

/// A station, or the way of coins past a column, with its place.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub column: usize,
    /// The station; `None` where coins only pass.
    pub station: Option<usize>,
    /// The station that passing coins go to.
    to: usize,
    pub sats: u64,
    pub bounds: Rect,
    /// Room that it keeps, for a label beside it.
    extent: f64,
}

/// Satoshis from one slot to one in the next column, with the upper ends of the ribbon.
#[derive(Clone, Debug)]
pub(super) struct Ribbon {
    pub from: usize,
    pub to: usize,
    pub sats: u64,
    pub left: Point,
    pub right: Point,
    pub height: f64,
    /// The station that it leads to, now or later.
    pub target: usize,
}

/// The picture's geometry, in nominal pixels.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub slots: Vec<Slot>,
    pub ribbons: Vec<Ribbon>,
}

impl Layout {
    /// Places the net in an area. Each end keeps `label` pixels of height for its words, where that many fit.
    pub fn of(net: &Net, ends: &Ends, area: Rect, label: f64) -> Self {
        let (mut slots, segments) = slots(net);
        let scale = scale(net, &slots, area.height(), label)
            .or_else(|| scale(net, &slots, area.height(), 0.0).filter(|s| s.0 > 0.0))
            .unwrap_or((0.0, 0.0));
        let (pixels, label) = scale;
        let pitch = (area.width() - WIDTH) / (net.columns - 1) as f64;
        for slot in &mut slots {
            let height = slot.sats as f64 * pixels;
            let width = match slot.station.map(|station| net.stations[station].what) {
                Some(What::Peel | What::Run) => WIDE.min(pitch * 0.4),
                Some(What::Several) => SEVERAL,
                _ => WIDTH,
            };
            let left = area.left + slot.column as f64 * pitch;
            slot.extent = if slot.column + 1 == net.columns { height.max(label) } else { height };
            slot.bounds = Rect::new(left, 0.0, left + width, height);
        }
        let mut layout = Self { slots, ribbons: Vec::new() };
        layout.settle_all(net, ends, area, &segments);
        layout.ribbons = layout.ribbons(&segments);
        layout
    }

    fn settle_all(&mut self, net: &Net, ends: &Ends, area: Rect, segments: &BTreeMap<(usize, usize), u64>) {
        let mut columns: Vec<Vec<usize>> = vec![Vec::new(); net.columns];
        for (at, slot) in self.slots.iter().enumerate() {
            columns[slot.column].push(at);
        }
        // Ends of one sort stay together; everything else stands where its ribbons are straight.
        let rank = |slot: &Slot| match slot.station.map(|station| net.stations[station].what) {
            Some(What::End(end)) => ends.list[end].kind.rank(),
            _ => 0,
        };
        let order = Order::of(columns, self.slots.iter().map(rank).collect(), segments);
        for column in &order.columns {
            self.spread(column, area);
        }
        let mut before: Vec<Vec<(usize, f64)>> = vec![Vec::new(); self.slots.len()];
        let mut after = before.clone();
        for ((from, to), sats) in segments {
            after[*from].push((*to, *sats as f64));
            before[*to].push((*from, *sats as f64));
        }
        let mean = |slots: &[Slot], towards: &[(usize, f64)]| {
            let all: f64 = towards.iter().map(|(_, weight)| weight).sum();
            let sum: f64 = towards.iter().map(|(at, weight)| slots[*at].bounds.centre().y * weight).sum();
            (all > 0.0).then(|| sum / all)
        };
        for _ in 0..SWEEPS {
            for column in &order.columns {
                let wish = |at: &usize| {
                    let (before, after) = (mean(&self.slots, &before[*at]), mean(&self.slots, &after[*at]));
                    let both = before.zip(after).map(|(before, after)| (before + after) / 2.0);
                    (*at, both.or(before).or(after).unwrap_or(area.centre().y))
                };
                let wishes: BTreeMap<usize, f64> = column.iter().map(wish).collect();
                self.settle(column, &wishes, area);
            }
        }
    }

    /// Stacks a column with even gaps over the whole height.
    fn spread(&mut self, order: &[usize], area: Rect) {
        let used: f64 = order.iter().map(|at| self.slots[*at].extent).sum();
        let gap = (area.height() - used) / (order.len() + 1) as f64;
        let mut top = area.top + gap;
        for at in order {
            let extent = self.slots[*at].extent;
            self.put(*at, top);
            top += extent + gap;
        }
    }

    /// Puts the slots of a column, from above, as near to where they wish to be as the others allow.
    fn settle(&mut self, order: &[usize], wish: &BTreeMap<usize, f64>, area: Rect) {
        let used: f64 = order.iter().map(|at| self.slots[*at].extent).sum();
        let gap = gap(order.len(), area.height()).min((area.height() - used) / order.len().max(2) as f64).max(0.0);
        // Without the room of those above it, each wish is a place on one line: where wishes come in the wrong order, the
        // slots move together, and the broad ones have more say.
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        let mut above = 0.0;
        for at in order {
            let slot = &self.slots[*at];
            let mut block = (wish[at] - slot.extent / 2.0 - above, slot.bounds.height() + 0.5, 1);
            while let Some(last) = blocks.pop_if(|last| last.0 > block.0) {
                let weight = last.1 + block.1;
                block = ((last.0 * last.1 + block.0 * block.1) / weight, weight, last.2 + block.2);
            }
            blocks.push(block);
            above += slot.extent + gap;
        }
        let lowest = (area.bottom - (above - gap)).max(area.top);
        let places = blocks.into_iter().flat_map(|(place, _, count)| std::iter::repeat_n(place, count));
        let mut above = 0.0;
        for (at, place) in order.iter().zip(places.collect::<Vec<f64>>()) {
            self.put(*at, place.clamp(area.top, lowest) + above);
            above += self.slots[*at].extent + gap;
        }
    }

    fn put(&mut self, at: usize, top: f64) {
        let slot = &mut self.slots[at];
        let height = slot.bounds.height();
        slot.bounds.top = top + (slot.extent - height) / 2.0;
        slot.bounds.bottom = slot.bounds.top + height;
    }

    /// Where the ribbons leave and arrive: in the order of what they join.
    fn ribbons(&self, segments: &BTreeMap<(usize, usize), u64>) -> Vec<Ribbon> {
        let centre = |slot: usize| self.slots[slot].bounds.centre().y;
        let height = |slot: usize, sats: u64| {
            let slot = &self.slots[slot];
            slot.bounds.height() * (sats as f64 / slot.sats.max(1) as f64)
        };
        let mut left: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let mut right: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let mut order: Vec<(&(usize, usize), &u64)> = segments.iter().collect();
        let mut used: Vec<f64> = vec![0.0; self.slots.len()];
        order.sort_by(|a, b| centre(a.0.1).total_cmp(&centre(b.0.1)).then(a.0.cmp(b.0)));
        for (key, sats) in &order {
            left.insert(**key, self.slots[key.0].bounds.top + used[key.0]);
            used[key.0] += height(key.0, **sats);
        }
        used.fill(0.0);
        order.sort_by(|a, b| centre(a.0.0).total_cmp(&centre(b.0.0)).then(a.0.cmp(b.0)));
        for (key, sats) in &order {
            right.insert(**key, self.slots[key.1].bounds.top + used[key.1]);
            used[key.1] += height(key.1, **sats);
        }
        segments
            .iter()
            .map(|(key, sats)| {
                let (from, to) = (&self.slots[key.0], &self.slots[key.1]);
                Ribbon {
                    from: key.0,
                    to: key.1,
                    sats: *sats,
                    left: at(if from.station.is_some() { from.bounds.right } else { from.bounds.left }, left[key]),
                    right: at(to.bounds.left, right[key]),
                    height: height(key.0, *sats),
                    target: to.station.unwrap_or(to.to),
                }
            })
            .collect()
    }
}

/// The place that lies `t` of the way along an even curve.
pub(super) fn curve(left: Point, right: Point, t: f64) -> Point {
    let ease = t * t * (3.0 - 2.0 * t);
    at(left.x + (right.x - left.x) * t, left.y + (right.y - left.y) * ease)
}

impl Ribbon {
    /// Whether it runs through a rectangle.
    pub fn crosses(&self, place: &Rect) -> bool {
        (0..=24).map(|n| curve(self.left, self.right, f64::from(n) / 24.0)).any(|point| {
            (place.left..=place.right).contains(&point.x) && point.y < place.bottom && place.top < point.y + self.height
        })
    }
}

/// A slot for each station, and one in each column that coins pass on their way to the same station: they run together.
fn slots(net: &Net) -> (Vec<Slot>, BTreeMap<(usize, usize), u64>) {
    let slot = |column: usize, station: Option<usize>, to: usize, sats: u64| {
        let bounds = Rect::new(0.0, 0.0, 0.0, 0.0);
        Slot { column, station, to, sats, bounds, extent: 0.0 }
    };
    let stations = net.stations.iter().enumerate();
    let mut slots: Vec<Slot> = stations.map(|(at, s)| slot(s.column, Some(at), at, s.sats)).collect();
    let mut passing: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut segments: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for link in &net.links {
        let mut from = link.from;
        for column in net.stations[link.from].column + 1..net.stations[link.to].column {
            let way = *passing.entry((link.to, column)).or_insert_with(|| {
                slots.push(slot(column, None, link.to, 0));
                slots.len() - 1
            });
            slots[way].sats += link.sats;
            *segments.entry((from, way)).or_default() += link.sats;
            from = way;
        }
        *segments.entry((from, link.to)).or_default() += link.sats;
    }
    (slots, segments)
}

/// The gap between so many slots of a column.
fn gap(slots: usize, height: f64) -> f64 {
    GAP.min(GAPS * height / slots.max(2).saturating_sub(1) as f64)
}

/// The largest number of pixels for a satoshi with which every column fits, and the height of a label that it was found
/// with; `None` where the labels alone do not fit.
fn scale(net: &Net, slots: &[Slot], height: f64, label: f64) -> Option<(f64, f64)> {
    let mut columns: Vec<Vec<u64>> = vec![Vec::new(); net.columns];
    for slot in slots {
        columns[slot.column].push(slot.sats);
    }
    let fits = |pixels: f64| {
        columns.iter().enumerate().all(|(n, sats)| {
            let least = if n + 1 == net.columns { label } else { 0.0 };
            let gap = if least > 0.0 { 9.5 } else { gap(sats.len(), height) };
            let used: f64 = sats.iter().map(|sats| (*sats as f64 * pixels).max(least)).sum();
            used + gap * (sats.len() as f64 + 1.0) <= height
        })
    };
    if !fits(0.0) {
        return None;
    }
    let (mut low, mut high) = (0.0, height / net.stations[0].sats.max(1) as f64);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if fits(middle) { low = middle } else { high = middle }
    }
    Some((low, label))
}
