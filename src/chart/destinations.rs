use super::canvas::Layer;
use super::geometry::{Rect, at};
use super::labels::{Align, HARD};
use super::sheet::{Sheet, TWO_LINES, Words};
use super::style::{Size, size};
use super::{Chart, Drawing, Input, followed, text, words};
use crate::document::TrailEnd;
use crate::domain::csv::{Cell, Csv};
use crate::domain::{Amount, format};
use crate::trace::{End, Ends, Trail};

pub(super) const CHART: Chart = Chart {
    name: "destinations",
    about: "where the withdrawn coins are, by service or by how their paths end, in bitcoin and shares",
    shows_the_trail: true,
    draw,
};

/// Between names, bars and values.
const BESIDE: f64 = 10.0;
/// Most of the picture's width that names may take.
const NAMES: f64 = 0.36;
/// Room for the values behind the bars.
const VALUES: f64 = 104.0;
/// A row has this height where there is room.
const ROW: f64 = 68.0;

fn draw(input: &Input<'_>) -> Drawing {
    let trail = match followed::trail(input) {
        Ok(trail) => trail,
        Err((headline, sentence)) => {
            let words = Words {
                headline,
                subtitle: "Where the withdrawn coins are".to_owned(),
                foot: followed::foot(input, None, None),
            };
            let mut page = Sheet::new(input, CHART.name, words, 0.0, 0.0);
            page.say_instead(&sentence);
            return page.finish(csv(&[]), sentence);
        }
    };
    let rows = match input.look.size {
        Size::Wide => 10,
        Size::Square => 15,
        Size::Tall => 22,
    };
    let ends = Ends::at_most(trail, rows);
    let words = Words {
        headline: followed::largest(input, trail, &ends),
        subtitle: format!(
            "What became of the {} BTC withdrawn up to {}, by how each path ends; mixed coins told apart {}",
            format::btc_short(trail.source),
            words::counted_to(input.account),
            followed::assumption(trail)
        ),
        foot: followed::foot(input, Some(trail), Some(&ends)),
    };
    // There is no axis under this plot.
    let mut page = Sheet::new(input, CHART.name, words, 0.0, -34.0);
    let rows: Vec<TrailEnd> = ends.list.iter().map(|end| TrailEnd::of(end, trail)).collect();
    paint(&mut page, trail, &ends, &rows);
    let alt = format!("Horizontal bars. {}", followed::alt(trail, &ends));
    page.finish(csv(&rows), alt)
}

fn paint(page: &mut Sheet, trail: &Trail, ends: &Ends, rows: &[TrailEnd]) {
    let plot = page.plot;
    // One row more for the sum.
    let pitch = (plot.height() / (ends.list.len() + 1) as f64).min(ROW);
    let with_notes = pitch >= TWO_LINES + 3.0;
    let names: Vec<(&str, String)> =
        ends.list.iter().map(|end| (end.name.as_str(), if with_notes { note(end) } else { String::new() })).collect();
    let widest = names
        .iter()
        .map(|(name, note)| text::width(name, size::LABEL, true).max(text::width(note, size::SMALL, false)))
        .fold(text::width("together", size::LABEL, true), f64::max);
    let room = widest.min(NAMES * plot.width());
    let base = plot.left + room + BESIDE;
    let largest = ends.list.iter().map(|end| end.amount.to_sat()).max().unwrap_or(0).max(1);
    let full = plot.right - VALUES - base;

    for (n, ((end, row), (name, note))) in ends.list.iter().zip(rows).zip(&names).enumerate() {
        let middle = plot.top + pitch * (n as f64 + 0.5);
        let half = (pitch * 0.27).min(17.0);
        let width = (full * (end.amount.to_sat() as f64 / largest as f64)).max(1.5);
        let bar = Rect::new(base, middle - half, base + width, middle + half);
        page.places.ink_rect(&bar, HARD);
        draw_bar(page, end, bar);
        let colour = end.kind.colour(page.palette);
        let name = text::clip(name, size::LABEL, true, room);
        let note = text::clip(note, size::SMALL, false, room);
        page.two_lines((&name, &note), colour, Align::Right, at(base - BESIDE, middle));
        values(page, end.amount, row, with_notes, at(bar.right + BESIDE, middle));
    }
    let bottom = plot.top + pitch * ends.list.len() as f64;
    page.canvas.path(Layer::Line, page.palette.base, 1.0, vec![at(base, plot.top), at(base, bottom)]);
    let line = vec![at(base - BESIDE - room, bottom), at(plot.right, bottom)];
    page.canvas.path(Layer::Grid, page.palette.grid, 1.0, line);
    let middle = bottom + pitch * 0.5;
    page.two_lines(("together", ""), page.palette.ink, Align::Right, at(base - BESIDE, middle));
    let all = format!("{} BTC", format::btc(trail.source, 8));
    page.two_lines((&all, ""), page.palette.ink, Align::Left, at(base + BESIDE, middle));
}

/// `exchange, 2 coins`.
fn note(end: &End) -> String {
    let coins = format::count(end.coins, "coin", "coins");
    match (end.note(), end.coins) {
        (note, 0) => note.to_owned(),
        ("", _) => coins,
        (note, _) => format!("{note}, {coins}"),
    }
}

/// Filled where it is known what became of the coins, hollow and dashed where it is not.
fn draw_bar(page: &mut Sheet, end: &End, bar: Rect) {
    let palette = page.palette;
    let colour = end.kind.colour(palette);
    if !end.kind.is_open() {
        page.canvas.rect(Layer::Bar, colour, bar);
        return;
    }
    page.canvas.rect(Layer::Area, end.kind.pale(palette), bar);
    let Rect { left, top, right, bottom } = bar;
    let corners = vec![at(left, top), at(right, top), at(right, bottom), at(left, bottom), at(left, top)];
    page.canvas.path(Layer::Rule, colour, 1.25, corners);
}

fn values(page: &mut Sheet, amount: Amount, row: &TrailEnd, with_notes: bool, place: super::geometry::Point) {
    let (btc, share) = (format!("{} BTC", format::btc_short(amount)), row.share.as_deref().unwrap_or_default());
    if with_notes {
        page.two_lines((&btc, share), page.palette.ink, Align::Left, place);
    } else {
        page.two_lines((&format!("{btc}, {share}"), ""), page.palette.ink, Align::Left, place);
    }
}

/// The drawn rows, which sum to what was withdrawn.
fn csv(rows: &[TrailEnd]) -> String {
    let mut out = Csv::new(["destination", "kind", "category", "coins", "sats", "btc", "percent"]);
    for row in rows {
        out.row(&[
            Cell::text(&row.destination),
            Cell::text(row.kind),
            row.category.clone().into(),
            row.coins.into(),
            row.sats.into(),
            Cell::number(&row.btc),
            row.share.as_ref().map(|share| Cell::number(share.trim_end_matches(" %"))).into(),
        ]);
    }
    out.finish()
}
