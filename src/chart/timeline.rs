use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::canvas::{Canvas, Layer};
use super::dates::TimeAxis;
use super::geometry::{Point, Rect, at};
use super::labels::HARD;
use super::scale::{self, Scale, btc};
use super::sheet::{self, Sheet, Words};
use super::style::{Colour, Palette};
use super::{Chart, Drawing, Input, demands, withdrawals, words};
use crate::domain::csv::{Cell, Csv};
use crate::domain::{Amount, Currency, Demand, DemandAmount, format, rfc3339};
use crate::figures::{self, Class, Payment, Withdrawal};

pub(super) const CHART: Chart = Chart {
    name: "timeline",
    about: "every payment by time and size, against what was demanded",
    shows_the_trail: false,
    draw,
};

/// More payments than this are drawn as squares that are darker where there are more.
const MARKS: usize = 4_000;
/// The side of such a square.
const SQUARE: f64 = 2.0;

fn draw(input: &Input<'_>) -> Drawing {
    let csv = csv(input);
    let payments: Vec<&Payment> = input.account.income().collect();
    let (Some(first), Some(last)) = (payments.first(), payments.last()) else {
        let (headline, sentence) = words::nothing(input);
        let words =
            Words { headline, subtitle: "Payments by time and size".to_owned(), foot: words::foot(input, false) };
        let mut page = Sheet::new(input, CHART.name, words, 0.0, 0.0);
        page.say_instead(&sentence);
        return page.finish(csv, sentence);
    };
    let words = Words { headline: headline(input), subtitle: subtitle(input), foot: words::foot(input, true) };
    let legend = sheet::legend_rows(input, legend_items(input, payments.len()));
    let mut page = Sheet::new(input, CHART.name, words, sheet::legend_height(&legend), 0.0);
    let leaving = figures::days_out(input.account);

    let sizes = payments.iter().map(|p| btc(p.amount)).chain(amounts_out(input).map(|(_, amount)| btc(amount)));
    let (least, most) = sizes.filter(|s| *s > 0.0).fold((f64::INFINITY, 0.0f64), |(a, b), s| (a.min(s), b.max(s)));
    let (low, high) = if least.is_finite() { (least / 1.6, most * 1.6) } else { (0.1, 10.0) };
    let ticks = scale::log_ticks(low, high, (page.plot.height() / 44.0) as usize);
    let top_tick = ticks.len().saturating_sub(1);
    let tick_label =
        |(n, t): (usize, &scale::Tick)| if n == top_tick { format!("{} BTC", t.plain()) } else { t.plain() };
    let labels: Vec<String> = ticks.iter().enumerate().map(tick_label).collect();
    page.make_room_left(labels.iter().map(String::as_str));
    let y = Scale::log((low, high), (page.plot.bottom, page.plot.top));
    page.grid_lines(ticks.iter().map(|t| y.px(t.value)).zip(&labels));
    let end = leaving.last().map_or(last.time, |day| day.last.max(last.time));
    let pad = ((end - first.time) / 50).max(TimeDelta::hours(2));
    let (from, to) = (first.time - pad, end + pad);
    let x = TimeAxis::new(from, to, (page.plot.left, page.plot.right), input.account.question.zone);
    page.date_axis(&x);

    let bands = demands::bands(input, &x, &y, (from, to));
    demands::draw(&mut page, &bands);
    draw_payments(&mut page, input, &payments, |p| at(x.px(p.time), y.px(btc(p.amount))));
    let radius = if input.account.withdrawals.len() > 30 { 3.5 } else { 6.0 };
    for (row, amount) in amounts_out(input) {
        let point = at(x.px(row.time), y.px(btc(amount)));
        page.canvas.polygon(Layer::Mark, page.palette.outward, withdrawals::triangle(point, radius));
        page.places.ink_rect(&Rect::new(point.x - 5.0, point.y - 5.0, point.x + 5.0, point.y + 5.0), HARD);
    }
    page.legend(&legend, |canvas, palette, kind, point| mark(canvas, &palette, kind, point, 4.0));
    let with_year = withdrawals::needs_year(input.account, from, to);
    for day in figures::large_days(&leaving) {
        let largest = amounts_out(input).filter(|(w, _)| w.day(input.account.question.zone) == day.day);
        let Some((largest, amount)) = largest.max_by_key(|(_, amount)| *amount) else { continue };
        let label = page.label(&withdrawals::lines(input, day, with_year), page.palette.outward, false);
        page.annotate(&label, at(x.px(largest.time), y.px(btc(amount))), (0.7, 0.7));
    }
    demands::label(&mut page, &bands);
    label_largest(&mut page, input, with_year, |p| at(x.px(p.time), y.px(btc(p.amount))));
    let alt = alt(input);
    page.finish(csv, alt)
}

/// The withdrawals that have a place on a scale of bitcoin: those of known amount.
fn amounts_out<'a>(input: &Input<'a>) -> impl Iterator<Item = (&'a Withdrawal, Amount)> {
    input.account.withdrawals.iter().filter_map(|row| Some((row, row.amount?)))
}

/// What a mark stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Paid(Class),
    /// A payment to a family that is not known to have demanded anything.
    Plain,
    Left,
}

fn draw_payments(page: &mut Sheet, input: &Input<'_>, payments: &[&Payment], point: impl Fn(&Payment) -> Point) {
    let radius = match payments.len() {
        0..=60 => 4.5,
        61..=500 => 3.5,
        501..=1_500 => 2.75,
        _ => 2.0,
    };
    let palette = page.palette;
    if payments.len() <= MARKS {
        // What says least is drawn first.
        for class in [Class::Dust, Class::Unknown, Class::Other, Class::Multiple, Class::Demand] {
            for payment in payments.iter().filter(|p| p.class == class) {
                mark(&mut page.canvas, &palette, kind(input, class), point(payment), radius);
            }
        }
        for payment in payments {
            let Point { x, y } = point(payment);
            page.places.ink_rect(&Rect::new(x - radius, y - radius, x + radius, y + radius), HARD);
        }
        return;
    }
    let mut squares: BTreeMap<(i32, i32), u32> = BTreeMap::new();
    for payment in payments {
        let Point { x, y } = point(payment);
        *squares.entry(((x / SQUARE) as i32, (y / SQUARE) as i32)).or_default() += 1;
    }
    for ((x, y), count) in squares {
        let (left, top) = (f64::from(x) * SQUARE, f64::from(y) * SQUARE);
        let bounds = Rect::new(left, top, left + SQUARE, top + SQUARE);
        page.canvas.rect(Layer::Mark, shade(&palette, count), bounds);
        page.places.ink_rect(&bounds, HARD);
    }
}

/// Darker where more payments share a square.
fn shade(palette: &Palette, count: u32) -> Colour {
    let pale = match count {
        1 => 0.55,
        2 => 0.38,
        3..=4 => 0.20,
        _ => 0.0,
    };
    palette.inward.mixed(palette.paper, pale)
}

fn kind(input: &Input<'_>, class: Class) -> Kind {
    match class {
        Class::Other if input.family.demands.is_empty() => Kind::Plain,
        class => Kind::Paid(class),
    }
}

/// The mark of a class: filled where it is as demanded, hollow where it is not, grey where it says little.
fn mark(canvas: &mut Canvas, palette: &Palette, kind: Kind, centre: Point, radius: f64) {
    let Point { x, y } = centre;
    match kind {
        Kind::Paid(Class::Demand) | Kind::Plain => canvas.dot(Layer::Mark, palette.inward, 0.62, centre, radius),
        Kind::Paid(Class::Multiple) => {
            let r = radius * 1.25;
            let diamond = vec![at(x - r, y), at(x, y - r), at(x + r, y), at(x, y + r)];
            canvas.polygon(Layer::Mark, palette.inward.mixed(palette.ink, 0.55), diamond);
        }
        Kind::Paid(Class::Other) => canvas.ring(Layer::Mark, palette.inward, centre, radius - 0.5, 1.25),
        Kind::Paid(Class::Dust) => canvas.dot(Layer::Mark, palette.grey, 0.7, centre, radius * 0.6),
        Kind::Paid(Class::Unknown) => canvas.ring(Layer::Mark, palette.grey, centre, radius - 0.5, 1.25),
        Kind::Left => canvas.polygon(Layer::Mark, palette.outward, withdrawals::triangle(centre, 6.0)),
    }
}

/// The marks to explain, with their counts; none where all payments are of one kind and nothing left.
fn legend_items(input: &Input<'_>, payments: usize) -> Vec<(Kind, String)> {
    let summary = &input.account.summary;
    let names = |class| match class {
        Class::Demand => "as demanded",
        Class::Multiple => "2 to 5 times a demand",
        Class::Other if input.family.demands.is_empty() => "payments",
        Class::Other => "other",
        Class::Dust => "dust",
        Class::Unknown => "no price known",
    };
    let mut items: Vec<(Kind, String)> = Vec::new();
    if payments <= MARKS {
        for (class, figures) in summary.classes.iter().filter(|(_, f)| f.outputs > 0) {
            let count = format::grouped(figures.outputs as u64);
            items.push((kind(input, *class), format!("{}: {count}", names(*class))));
        }
        if let [(_, words)] = items.as_mut_slice() {
            *words = format::count(payments, "payment", "payments");
        }
    }
    if summary.withdrawn.transactions > 0 {
        let count = format::count(summary.withdrawn.transactions, "withdrawal", "withdrawals");
        items.push((Kind::Left, count));
    }
    if items.len() > 1 || items.iter().any(|(kind, _)| *kind == Kind::Left) { items } else { Vec::new() }
}

fn label_largest(page: &mut Sheet, input: &Input<'_>, with_year: bool, point: impl Fn(&Payment) -> Point) {
    let Some([smallest, largest]) = input.account.sizes() else { return };
    let alone = input.account.summary.received.outputs == 1;
    if !alone && largest.amount.to_sat() < smallest.amount.to_sat().saturating_mul(2) {
        return;
    }
    let day = largest.day(input.account.question.zone);
    let date = if with_year { format::day(day) } else { format::day_short(day) };
    let lead = if alone { "" } else { "largest: " };
    let mut line = format!("{lead}{} BTC on {date}", format::btc_short(largest.amount));
    if let Some(value) = largest.value {
        line.push_str(&format!(", {}", format::money(input.account.currency, value.close)));
    }
    let label = page.label(&[line], page.palette.inward, false);
    page.annotate(&label, point(largest), (0.7, -0.7));
}

fn headline(input: &Input<'_>) -> String {
    let (summary, title) = (&input.account.summary, words::title(input));
    let n = summary.received.outputs;
    let [least, most] = input.account.sizes().map_or_else(Default::default, |sizes| sizes.map(|one| one.amount));
    if n == 1 {
        return format!("{title} received one payment, of {} bitcoin", format::btc_round(most));
    }
    let of = |class: Class| summary.classes.get(&class).map_or(0, |f| f.outputs);
    let demanded = of(Class::Demand);
    let total = format::count(n, "payment", "payments");
    if !input.family.demands.is_empty() && of(Class::Unknown) * 2 < n {
        let part = demanded as f64 / n as f64;
        return match format::grouped(demanded as u64) {
            _ if demanded == n => format!("All {total} to {title} match a demanded ransom"),
            _ if demanded == 0 => format!("None of the {total} to {title} matches a demanded ransom"),
            some if part < 0.5 => format!("Only {some} of the {total} to {title} match a demanded ransom"),
            some => format!("{some} of the {total} to {title} match a demanded ransom"),
        };
    }
    if least == most {
        return format!("All {total} to {title} were of {} bitcoin", format::btc_round(most));
    }
    format!("{total} to {title}, from {} to {} bitcoin", format::btc_round(least), format::btc_round(most))
}

fn subtitle(input: &Input<'_>) -> String {
    let mut text =
        format!("Each payment to {} by time and size, in bitcoin, log scale", words::addresses(input.account));
    // Bands are drawn where a demand has a size in bitcoin, and seen where payments come near it.
    let in_bitcoin = |d: &Demand| matches!(d.amount, DemandAmount::Btc(_));
    let drawn = input.account.currency == Currency::Usd || input.family.demands.iter().any(in_bitcoin);
    let met = input.account.summary.classes.get(&Class::Demand).is_some_and(|c| c.outputs > 0);
    if drawn && met {
        let percent = figures::per_cent(input.account.summary.class_tolerance);
        text.push_str(&format!("; bands: what was demanded, ±{percent} %"));
    } else if input.account.summary.received.outputs > MARKS {
        text.push_str("; darker where there are more");
    }
    text
}

fn alt(input: &Input<'_>) -> String {
    let summary = &input.account.summary;
    let classes: Vec<String> = summary
        .classes
        .iter()
        .filter(|(_, f)| f.outputs > 0)
        .map(|(class, f)| format!("{} {}", format::grouped(f.outputs as u64), class.name()))
        .collect();
    let withdrawals = format::count(summary.withdrawn.transactions, "withdrawal", "withdrawals");
    let payments = format::count(summary.received.outputs, "payment", "payments");
    let sum = format::btc(summary.received.amount, 8);
    format!(
        "Marks by time and size: {payments}, {sum} BTC in all; by class: {}; and {withdrawals}.",
        classes.join(", ")
    )
}

fn csv(input: &Input<'_>) -> String {
    let mut out = Csv::new(["time", "event", "txid", "vout", "btc", "close", "class", "after_withdrawal"]);
    let cents = |value: Option<crate::domain::Value>| Cell::from(value.map(|v| v.rounded()[1]));
    for p in input.account.income() {
        out.row(&[
            Cell::text(rfc3339(p.time)),
            Cell::text("payment"),
            Cell::text(p.txid),
            p.vout.into(),
            format::in_btc(p.amount).into(),
            cents(p.value),
            Cell::text(p.class.name()),
            p.after_withdrawal.into(),
        ]);
    }
    for w in &input.account.withdrawals {
        out.row(&[
            Cell::text(rfc3339(w.time)),
            Cell::text("withdrawal"),
            Cell::text(w.txid),
            Cell::Nothing,
            withdrawals::cell(w.amount),
            cents(w.value),
            Cell::Nothing,
            Cell::Nothing,
        ]);
    }
    out.finish()
}
