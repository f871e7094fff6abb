//! Draws the net: ribbons, stations with their marks, and as many words as there is room for.

use std::cmp::Reverse;

use super::layout::{Layout, Ribbon, Slot, curve};
use super::net::{Net, Station, What, both};
use crate::chart::canvas::Layer;
use crate::chart::geometry::{Point, Rect, at};
use crate::chart::labels::{Align, HARD};
use crate::chart::sheet::{Sheet, TWO_LINES};
use crate::chart::style::{Colour, size};
use crate::chart::{Input, text, words};
use crate::domain::{Amount, Time, format};
use crate::figures;
use crate::trace::{End, EndKind, Ends};

/// Between an end and its words.
const BESIDE: f64 = 7.0;
/// Room for the two rings of a CoinJoin.
const RINGS: f64 = 23.0;
/// Most of the picture's width that the words of the ends may take.
const WORDS: f64 = 0.3;
/// Room for the heads of the columns.
const HEADS: f64 = 40.0;
/// Points along each edge of a ribbon.
const POINTS: u32 = 28;
/// Transactions that are named.
const NAMED: usize = 5;

pub(super) fn paint(page: &mut Sheet, input: &Input<'_>, ends: &Ends, net: &Net) {
    let whole = Amount::from_sat(net.stations[0].sats);
    let words: Vec<(String, String)> = ends.list.iter().map(|end| end_words(end, whole)).collect();
    let rings = if ends.list.iter().any(|end| end.kind.is_mixing()) { RINGS } else { 0.0 };
    let widest = words
        .iter()
        .map(|(name, rest)| text::width(name, size::LABEL, true).max(text::width(rest, size::SMALL, false)))
        .fold(0.0, f64::max);
    let room = (widest + rings + BESIDE).min(WORDS * page.plot.width());
    let area = Rect::new(page.plot.left, page.plot.top + HEADS - 8.0, page.plot.right - room, page.plot.bottom);
    let thinner = net.without_thin_fees(ends);
    let net = thinner.as_ref().unwrap_or(net);
    let layout = Layout::of(net, ends, area, TWO_LINES);

    let mut ribbons: Vec<&Ribbon> = layout.ribbons.iter().collect();
    // The thin ones lie above the broad ones.
    ribbons.sort_by_key(|ribbon| (Reverse(ribbon.sats), ribbon.from, ribbon.to));
    for ribbon in ribbons {
        let colour = match net.stations[ribbon.target].what {
            What::End(end) => ends.list[end].kind.pale(page.palette),
            _ => on_the_way(page),
        };
        draw_ribbon(page, ribbon, colour);
    }
    for slot in &layout.slots {
        let Some(station) = slot.station.map(|station| &net.stations[station]) else { continue };
        page.places.ink_rect(&slot.bounds, HARD);
        match station.what {
            What::End(end) => draw_end(page, slot, &ends.list[end]),
            what => draw_station(page, what, slot.bounds),
        }
    }
    heads(page, input, net, &layout, area);
    for slot in &layout.slots {
        if let Some(What::End(end)) = slot.station.map(|station| net.stations[station].what) {
            let mixing = ends.list[end].kind.is_mixing();
            name_end(page, slot.bounds, &ends.list[end], &words[end], if mixing { RINGS } else { 0.0 });
        }
    }
    name_stations(page, net, &layout);
}

/// The colour of coins that go on.
fn on_the_way(page: &Sheet) -> Colour {
    page.palette.outward.mixed(page.palette.paper, 0.78)
}

fn end_words(end: &End, whole: Amount) -> (String, String) {
    let mut rest = format!("{} BTC, {}", format::btc_short(end.amount), figures::percent(end.amount, whole));
    match end.kind {
        EndKind::Unrecorded => rest.push_str(", spent or not"),
        EndKind::Budget => rest.push_str(", moved on"),
        _ => {}
    }
    (end.name.clone(), rest)
}

/// From one slot to the next in an even curve. It reaches a little under both, so that no gap shows.
fn draw_ribbon(page: &mut Sheet, ribbon: &Ribbon, colour: Colour) {
    let height = ribbon.height.max(0.7);
    let (left, right) = (at(ribbon.left.x - 0.6, ribbon.left.y), at(ribbon.right.x + 0.6, ribbon.right.y));
    let edge = |down: f64| -> Vec<Point> {
        let along = (0..=POINTS).map(|n| f64::from(n) / f64::from(POINTS));
        along.map(|t| curve(left, right, t)).map(|point| at(point.x, point.y + down)).collect()
    };
    let (upper, lower) = (edge(0.0), edge(height));
    let outline: Vec<Point> = upper.iter().copied().chain(lower.iter().rev().copied()).collect();
    page.canvas.polygon(Layer::Area, colour, outline);
    // A thread of paper tells neighbours and crossings apart.
    if height > 3.0 {
        for edge in [upper, lower] {
            page.canvas.path(Layer::Area, page.palette.paper, 0.75, edge);
        }
    }
}

fn at_least(bounds: Rect, height: f64) -> Rect {
    let more = ((height - bounds.height()) / 2.0).max(0.0);
    Rect::new(bounds.left, bounds.top - more, bounds.right, bounds.bottom + more)
}

fn draw_station(page: &mut Sheet, what: What, bounds: Rect) {
    let bounds = at_least(bounds, 2.0);
    let (ink, pale) = (page.palette.ink, on_the_way(page));
    let bar = |page: &mut Sheet, left: f64, right: f64, share: f64| {
        let cut = bounds.height() * (1.0 - share) / 2.0;
        page.canvas.rect(Layer::Bar, ink, Rect::new(left, bounds.top + cut, right, bounds.bottom - cut));
    };
    match what {
        // One bar a hop: each lower than the last, as the chain is peeled off; or all alike.
        What::Peel | What::Run => {
            page.canvas.rect(Layer::Area, pale, bounds);
            let step = (bounds.width() - 4.0) / 4.0;
            for n in 0..5 {
                let left = bounds.left + step * f64::from(n);
                let share = if what == What::Peel { 1.0 - 0.17 * f64::from(n) } else { 1.0 };
                bar(page, left, left + 4.0, share);
            }
        }
        What::Several => {
            let middle = ink.mixed(page.palette.paper, 0.55);
            page.canvas.rect(Layer::Bar, middle, bounds);
            bar(page, bounds.left, bounds.left + 4.0, 1.0);
            bar(page, bounds.right - 4.0, bounds.right, 1.0);
        }
        What::Others => {
            let middle = ink.mixed(page.palette.paper, 0.55);
            page.canvas.rect(Layer::Bar, middle, bounds);
        }
        _ => bar(page, bounds.left, bounds.right, 1.0),
    }
}

/// Filled where it is known what became of the coins, hollow and dashed where it is not.
fn draw_end(page: &mut Sheet, slot: &Slot, end: &End) {
    let (bounds, colour) = (at_least(slot.bounds, 2.0), end.kind.colour(page.palette));
    if !end.kind.is_open() {
        page.canvas.rect(Layer::Bar, colour, bounds);
        return;
    }
    page.canvas.rect(Layer::Bar, page.palette.paper, bounds);
    let Rect { left, top, right, bottom } = bounds;
    let corners = vec![at(left, top), at(right, top), at(right, bottom), at(left, bottom), at(left, top)];
    page.canvas.path(Layer::Rule, colour, 1.25, corners);
}

/// Says above each column which step it is, and when; above the first what left.
fn heads(page: &mut Sheet, input: &Input<'_>, net: &Net, layout: &Layout, area: Rect) {
    let y = area.top - HEADS;
    let source = format!("{} BTC", format::btc_short(Amount::from_sat(net.stations[0].sats)));
    for (line, y, colour) in [("wallets", y, page.palette.ink), (source.as_str(), y + 14.5, page.palette.grey)] {
        let half = text::width(line, size::SMALL, false) / 2.0;
        page.small(area.left + half, y, line, colour, false);
    }
    let pitch = area.width() / (net.columns - 1) as f64;
    let mut reached = None;
    for column in 1..net.columns - 1 {
        let here = || net.stations.iter().filter(|station| station.column == column);
        let Some(x) = layout
            .slots
            .iter()
            .filter(|slot| slot.column == column && slot.station.is_some())
            .map(|slot| slot.bounds.left + 4.5)
            .next()
        else {
            continue;
        };
        let Some((first, last)) = here().fold(None, |span, station| both(span, station.steps)) else { continue };
        // Steps that columns share would only confuse.
        let in_order = reached.is_none_or(|reached| reached < first);
        reached = reached.max(Some(last));
        let name = match (first, last) {
            _ if !in_order => String::new(),
            (0, 0) if here().map(|station| station.txs).sum::<usize>() == 1 => "withdrawal".to_owned(),
            (0, 0) => "withdrawals".to_owned(),
            (first, last) if first == last => format!("step {first}"),
            (first, last) => format!("steps {first}–{last}"),
        };
        let times = here().fold(None, |span, station| both(span, station.times));
        let fits = |text: &&String| text::width(text, size::SMALL, false) + 8.0 < pitch;
        let short = if first == last { format!("{first}") } else { format!("{first}–{last}") };
        if let Some(name) = [name, short].iter().filter(|_| in_order).find(fits) {
            page.small(x, y, name, page.palette.ink, false);
        }
        if let Some(date) = times.map(|times| dates(input, times)).unwrap_or_default().iter().find(fits) {
            page.small(x, y + 14.5, date, page.palette.grey, false);
        }
    }
}

/// A span of days in ever shorter forms.
fn dates(input: &Input<'_>, (first, last): (Time, Time)) -> Vec<String> {
    let (first, last) = (words::day_of(input.account, first), words::day_of(input.account, last));
    let form = |form: &str| (first.format(form).to_string(), last.format(form).to_string());
    let years = match form("%Y") {
        (from, to) if from == to => from,
        (from, to) => format!("{from}–{to}"),
    };
    let months = match form("%b") {
        _ if years.contains('–') => years.clone(),
        (from, to) if from == to => format!("{from} {years}"),
        (from, to) => format!("{from}–{to} {years}"),
    };
    vec![format::days(first, last), months, years]
}

fn name_end(page: &mut Sheet, bounds: Rect, end: &End, (name, rest): &(String, String), indent: f64) {
    let colour = end.kind.colour(page.palette);
    let (x, y) = (bounds.right + BESIDE, bounds.centre().y);
    if indent > 0.0 {
        page.rings(colour, at(x + 9.0, y));
    }
    let room = page.plot.right - x - indent;
    let name = text::clip(name, size::LABEL, true, room);
    let rest = text::clip(rest, size::SMALL, false, room);
    page.two_lines((&name, &rest), colour, Align::Left, at(x + indent, y));
}

/// Names what stands for several transactions, and the largest single ones: over the broadest ribbon that leaves them where
/// there is room, else above or below.
fn name_stations(page: &mut Sheet, net: &Net, layout: &Layout) {
    let mut named: Vec<(usize, &Station)> = layout
        .slots
        .iter()
        .enumerate()
        .filter_map(|(at, slot)| Some((at, &net.stations[slot.station?])))
        .filter(|(_, station)| !matches!(station.what, What::Source | What::End(_)))
        .collect();
    let single = |what: What| matches!(what, What::Transaction | What::Others);
    named.sort_by_key(|(_, station)| (single(station.what), Reverse(station.sats), station.lead));
    let mut singles = 0;
    for (slot, station) in named {
        if single(station.what) && singles == NAMED {
            continue;
        }
        if name_station(page, station, slot, layout) && single(station.what) {
            singles += 1;
        }
    }
}

fn name_station(page: &mut Sheet, station: &Station, slot: usize, layout: &Layout) -> bool {
    let Some((pairs, alone)) = station.words() else { return false };
    let (ink, bounds) = (page.palette.ink, layout.slots[slot].bounds);
    let line = size::SMALL * text::LINE;
    let width = |text: &str| text::width(text, size::SMALL, false);
    let leaving = layout.ribbons.iter().enumerate().filter(|(_, ribbon)| ribbon.from == slot);
    let broadest = leaving.max_by(|a, b| a.1.height.total_cmp(&b.1.height).then(b.0.cmp(&a.0)));
    // Other coins must not run through the words.
    let clear = |place: Rect, but: Option<usize>| {
        let mut others = layout.ribbons.iter().enumerate().filter(|(at, _)| Some(*at) != but);
        others.all(|(_, ribbon)| !ribbon.crosses(&place))
    };
    if let Some((at, ribbon)) = broadest
        && ribbon.height >= 2.0 * line + 2.0
    {
        let (x, top) = (bounds.right + 5.0, ribbon.left.y + ribbon.height / 2.0 - line);
        let fits = |[first, second]: &&[String; 2]| {
            let place = Rect::new(x, top, x + width(first).max(width(second)), top + 2.0 * line);
            clear(place, Some(at)) && place.right + 3.0 <= ribbon.right.x
        };
        if let Some([first, second]) = pairs.iter().find(fits) {
            return page.small(x + width(first) / 2.0, top, first, ink, false)
                && page.small(x + width(second) / 2.0, top + line, second, ink, false);
        }
    }
    // A single transaction of little weight needs no name.
    if matches!(station.what, What::Transaction) {
        return false;
    }
    let (middle, half) = (bounds.centre().x, width(&alone) / 2.0);
    [bounds.top - line - 2.0, bounds.bottom + 2.0].into_iter().any(|y| {
        clear(Rect::new(middle - half, y, middle + half, y + line), None) && page.small(middle, y, &alone, ink, false)
    })
}
