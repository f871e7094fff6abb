//! What came in week by week; or up to one week, which is then what the picture is about.

mod marked;

use super::canvas::Layer;
use super::dates::TimeAxis;
use super::geometry::{Rect, at};
use super::labels::HARD;
use super::scale::{self, Scale, btc};
use super::sheet::{Sheet, Words};
use super::style::{Colour, size};
use super::{Chart, Drawing, Input, text, withdrawals, words};
use crate::domain::csv::{Cell, Csv};
use crate::domain::{Amount, format};
use crate::figures::{self, DayOut, Step};

pub(super) const CHART: Chart = Chart {
    name: "weekly",
    about: "bitcoin received week by week, with counts and values",
    shows_the_trail: false,
    draw,
};

/// Height of a row of figures under the axis.
const ROW: f64 = 17.0;
/// A bar narrower than this has no figures of its own.
const NARROWEST: f64 = 27.0;

fn draw(input: &Input<'_>) -> Drawing {
    if let Some(week) = input.week {
        return marked::draw(input, week);
    }
    let input = &Input { weeks: drawn(input.weeks), ..*input };
    let weeks = input.weeks;
    let csv = csv(weeks);
    let Some(busiest) = figures::busiest(weeks) else {
        let (headline, sentence) = words::nothing(input);
        let words =
            Words { headline, subtitle: "Bitcoin received by week".to_owned(), foot: words::foot(input, false) };
        let mut page = Sheet::new(input, CHART.name, words, 0.0, 0.0);
        page.say_instead(&sentence);
        return page.finish(csv, sentence);
    };
    let with_value = words::at_receipt(input.account).is_some();
    let headline = headline(input, busiest);
    let rows = rows_of_figures(input);
    let words = Words { headline, subtitle: subtitle(input, &rows), foot: words::foot(input, with_value) };
    let below = if rows.is_empty() { 0.0 } else { 4.0 + rows.len() as f64 * ROW };
    let mut page = Sheet::new(input, CHART.name, words, 0.0, below);

    let y = scale_of_bars(&mut page, sats(busiest), &rows);
    let bars = Bars::new(weeks.len(), page.plot);
    dates(&mut page, input, &bars, false);
    for (n, week) in weeks.iter().enumerate().filter(|(_, w)| w.flows.sats > 0) {
        let colour = page.palette.inward;
        bars.draw(&mut page, n, y.px(sats(week)), colour);
    }
    let with_year = match (weeks.first(), weeks.last()) {
        (Some(a), Some(b)) => a.from.format("%Y").to_string() != b.to.format("%Y").to_string(),
        _ => false,
    };
    let week_of = |day: &DayOut| weeks.partition_point(|w| w.to < day.day).min(weeks.len() - 1);
    let x = |day: &DayOut| {
        let n = week_of(day);
        let in_week = (day.day - weeks[n].from).num_days().clamp(0, 6) as f64;
        bars.centre(n) + ((in_week + 0.5) / 7.0 - 0.5) * bars.pitch
    };
    let leaving = figures::days_out(input.account);
    withdrawals::mark(&mut page, &leaving, x);
    if rows.is_empty() {
        label_largest(&mut page, input, &bars, &y);
    } else {
        label_each(&mut page, input, &bars, &y, sats(busiest));
        figures(&mut page, &rows, &bars);
    }
    withdrawals::label(&mut page, input, &leaving, with_year, x);
    page.finish(csv, alt(input, busiest))
}

/// The grid of bitcoin up to `most`, with room on the left for its labels and those of the rows of figures.
fn scale_of_bars(page: &mut Sheet, most: f64, rows: &[Row]) -> Scale {
    let ticks = scale::linear_ticks(most * 1.06, (page.plot.height() / 62.0).min(7.0) as usize);
    let last = ticks.len().saturating_sub(1);
    let label = |(n, t): (usize, &scale::Tick)| match n {
        0 => "0".to_owned(),
        n if n == last => format!("{} BTC", t.plain()),
        _ => t.plain(),
    };
    let labels: Vec<String> = ticks.iter().enumerate().map(label).collect();
    page.make_room_left(labels.iter().map(String::as_str).chain(rows.iter().map(|r| r.name)));
    let y = Scale::linear((0.0, ticks.last().map_or(1.0, |t| t.value)), (page.plot.bottom, page.plot.top));
    for (tick, label) in ticks.iter().zip(&labels) {
        page.grid_line(y.px(tick.value), label, tick.value == 0.0);
    }
    y
}

/// The weeks up to a little after the last in which something happened: a long quiet end says nothing more.
fn drawn(weeks: &[Step]) -> &[Step] {
    let busy = weeks.iter().rposition(|w| !w.flows.is_empty()).map_or(0, |n| n + 1);
    &weeks[..weeks.len().min(busy + (busy / 8).max(1))]
}

fn sats(week: &Step) -> f64 {
    btc(Amount::from_sat(week.flows.sats))
}

/// Where the bars stand.
struct Bars {
    left: f64,
    pitch: f64,
    width: f64,
}

impl Bars {
    fn new(count: usize, plot: Rect) -> Self {
        // A few bars are not blown up to fill the sheet.
        let pitch = (plot.width() / count.max(1) as f64).min(180.0);
        // Bars without room between them overlap a little, so that no seams show.
        let width = if pitch < 3.0 { pitch + 0.5 } else { (pitch * 0.72).min(96.0) };
        Self { left: plot.left + (plot.width() - pitch * count.max(1) as f64) / 2.0, pitch, width }
    }

    fn centre(&self, n: usize) -> f64 {
        self.left + (n as f64 + 0.5) * self.pitch
    }

    /// Draws a bar up to `top`; the smallest can still be seen.
    fn draw(&self, page: &mut Sheet, n: usize, top: f64, colour: Colour) {
        let top = top.min(page.plot.bottom - 0.5);
        let (left, right) = (self.centre(n) - self.width / 2.0, self.centre(n) + self.width / 2.0);
        let bar = Rect::new(left, top, right, page.plot.bottom);
        page.canvas.rect(Layer::Bar, colour, bar);
        page.places.ink_rect(&bar, HARD);
    }
}

/// A row of figures under the axis.
struct Row {
    name: &'static str,
    figures: Vec<String>,
}

/// Counts and values of each week, where every figure has room; else none.
fn rows_of_figures(input: &Input<'_>) -> Vec<Row> {
    let weeks = input.weeks;
    let (width, _) = input.look.size.pixels();
    let pitch = ((f64::from(width) - 150.0) / weeks.len().max(1) as f64).min(180.0);
    if pitch < NARROWEST {
        return Vec::new();
    }
    let shown = |week: &Step, figure: Option<String>| match (week.flows.outputs, figure) {
        (0, _) => "–".to_owned(),
        (_, None) => "?".to_owned(),
        (_, Some(figure)) => figure,
    };
    let counts = weeks.iter().map(|w| shown(w, Some(format::grouped(w.flows.outputs as u64)))).collect();
    let mut rows = vec![Row { name: "outputs", figures: counts }];
    if weeks.iter().any(|w| w.flows.outputs > 0 && w.flows.value.is_some()) {
        let money = |w: &Step| w.flows.value.map(|v| format::money_tight(input.account.currency, v.close));
        rows.push(Row { name: "value", figures: weeks.iter().map(|w| shown(w, money(w))).collect() });
    }
    rows.retain(|row| row.figures.iter().all(|f| text::width(f, size::SMALL, false) <= pitch - 3.0));
    rows
}

fn figures(page: &mut Sheet, rows: &[Row], bars: &Bars) {
    let mut top = page.plot.bottom + 2.0 * size::AXIS * text::LINE + 14.0;
    for row in rows {
        page.side_label(top + size::SMALL * text::LINE / 2.0, row.name, size::SMALL);
        for (n, figure) in row.figures.iter().enumerate() {
            page.small(bars.centre(n), top, figure, page.palette.grey, false);
        }
        top += ROW;
    }
}

/// The bars' Mondays where they have room, that of the last bar among them if it is `to_the_last`; else dates at natural steps.
fn dates(page: &mut Sheet, input: &Input<'_>, bars: &Bars, to_the_last: bool) {
    let weeks = input.weeks;
    let (Some(first), Some(last)) = (weeks.first(), weeks.last()) else { return };
    let widest = text::width("29–31 May", size::AXIS, false).max(text::width("29 May", size::AXIS, false) + 8.0);
    let every = (1..=4usize).find(|n| *n as f64 * bars.pitch >= widest * 0.86);
    match every.filter(|n| weeks.len() / n <= 16) {
        Some(every) => {
            let mut year = String::new();
            let first = if to_the_last { (weeks.len() - 1) % every } else { 0 };
            for (n, week) in weeks.iter().enumerate().skip(first).step_by(every) {
                page.below(bars.centre(n), &format::day_short(week.from), 0);
                let own = week.from.format("%Y").to_string();
                if own != year {
                    page.below(bars.centre(n), &own, 1);
                    year = own;
                }
            }
        }
        None => {
            let midnight = |day: chrono::NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
            let edges = (bars.left, bars.left + bars.pitch * weeks.len() as f64);
            let end = midnight(last.to) + chrono::TimeDelta::days(1);
            page.date_axis(&TimeAxis::new(midnight(first.from), end, edges, chrono_tz::Tz::UTC));
        }
    }
}

/// Writes each bar's amount on top of it.
fn label_each(page: &mut Sheet, input: &Input<'_>, bars: &Bars, y: &Scale, most: f64) {
    for (n, week) in input.weeks.iter().enumerate().filter(|(_, w)| w.flows.sats > 0) {
        let colour = page.palette.inward;
        on_top(page, bars.centre(n), y.px(sats(week)), &amount_in_short(week, most), colour);
    }
}

/// A week's bitcoin, with as many decimals as the highest bar needs.
fn amount_in_short(week: &Step, most: f64) -> String {
    let decimals = match most {
        x if x >= 100.0 => 0,
        x if x >= 10.0 => 1,
        x if x >= 1.0 => 2,
        _ => 3,
    };
    let short = format::btc(Amount::from_sat(week.flows.sats), decimals);
    let nothing = !short.chars().any(|c| ('1'..='9').contains(&c));
    if nothing { format!("<{}", tiny(decimals)) } else { short }
}

/// Writes an amount on top of a bar, or a little aside where there is no room.
fn on_top(page: &mut Sheet, centre: f64, top: f64, amount: &str, colour: Colour) {
    let top = top.min(page.plot.bottom - 0.5);
    let aside = text::width(amount, size::SMALL, true) / 2.0 + 5.0;
    for dx in [0.0, -aside, aside] {
        if page.small(centre + dx, top - size::SMALL * text::LINE - 1.5, amount, colour, true) {
            break;
        }
    }
}

/// The smallest number with so many decimals that is not 0.
fn tiny(decimals: u32) -> String {
    match decimals {
        0 => "1".to_owned(),
        n => format!("0.{}1", "0".repeat(n as usize - 1)),
    }
}

/// Where bars are too narrow for figures, the largest get words.
fn label_largest(page: &mut Sheet, input: &Input<'_>, bars: &Bars, y: &Scale) {
    let mut order: Vec<usize> = (0..input.weeks.len()).filter(|n| input.weeks[*n].flows.sats > 0).collect();
    order.sort_by_key(|n| (std::cmp::Reverse(input.weeks[*n].flows.sats), *n));
    let mut named: Vec<usize> = Vec::new();
    for n in order {
        // Three weeks apart from each other: the neighbours of a peak say the same.
        if named.len() == 3 || named.iter().any(|other| other.abs_diff(n) < input.weeks.len() / 10) {
            continue;
        }
        let week = &input.weeks[n];
        let money = week.flows.value.map(|v| format!(", {}", format::money(input.account.currency, v.close)));
        let lines = [
            format!("{}:", format::days(week.from, week.to)),
            format!("{} BTC{}", format::btc_short(Amount::from_sat(week.flows.sats)), money.unwrap_or_default()),
            format::count(week.flows.outputs, "payment", "payments"),
        ];
        let label = page.label(&lines, page.palette.inward, false);
        if page.annotate(&label, at(bars.centre(n), y.px(sats(week))), (0.6, -0.6)) {
            named.push(n);
        }
    }
}

fn headline(input: &Input<'_>, busiest: &Step) -> String {
    let title = words::title(input);
    let received = input.account.summary.received.amount;
    let (sum, most) = (format::btc_round(received), format::btc_round(Amount::from_sat(busiest.flows.sats)));
    let days = format::days(busiest.from, busiest.to);
    match words::share(figures::part(Amount::from_sat(busiest.flows.sats), received)) {
        Some("all") => format!("All {sum} bitcoin that {title} took in came in the week of {days}"),
        Some(share) => format!("{title}’s busiest week brought {share} of its {sum} bitcoin"),
        None => format!("{title}’s busiest week, {days}, brought {most} of its {sum} bitcoin"),
    }
}

/// Speaks of the rows of figures that had room.
fn subtitle(input: &Input<'_>, rows: &[Row]) -> String {
    let zone = &input.account.summary.time_zone;
    let text = format!("Bitcoin received by week, Monday to Sunday ({zone})");
    let currency = input.account.currency.name();
    let has = |name: &str| rows.iter().any(|row| row.name == name);
    match (has("outputs"), has("value")) {
        (true, true) => format!("{text}; below, outputs and their value at the close of the day, {currency}"),
        (true, false) => format!("{text}; below, outputs"),
        (false, true) => format!("{text}; below, their value at the close of the day, {currency}"),
        (false, false) => text,
    }
}

fn alt(input: &Input<'_>, busiest: &Step) -> String {
    let weeks = format::count(input.weeks.len(), "week", "weeks");
    let most = format::btc(Amount::from_sat(busiest.flows.sats), 8);
    let payments = format::count(busiest.flows.outputs, "payment", "payments");
    let days = format::days(busiest.from, busiest.to);
    let received = &input.account.summary.received;
    format!(
        "Bars of the bitcoin received in each of {weeks}, {} BTC in all. The highest is {days} with {most} BTC in {payments}.",
        format::btc(received.amount, 8)
    )
}

/// The series; what joined has a column where anything did.
fn csv(weeks: &[Step]) -> String {
    let joined = weeks.iter().any(|week| week.flows.joined_sats != Some(0));
    let names = [
        "week",
        "from",
        "to",
        "received_btc",
        "outputs",
        "transactions",
        "low",
        "close",
        "high",
        "without_price",
        "withdrawals",
        "withdrawn_btc",
    ];
    let mut out = Csv::new(names.into_iter().chain(joined.then_some("joined_btc")));
    for Step { label, from, to, flows, .. } in weeks {
        let btc = |sats: Option<u64>| withdrawals::cell(sats.map(Amount::from_sat));
        let money = |at: usize| Cell::from(flows.value.map(|value| value.rounded()[at]));
        let cells = [
            Cell::text(label),
            Cell::text(from),
            Cell::text(to),
            btc(Some(flows.sats)),
            flows.outputs.into(),
            flows.transactions.into(),
            money(0),
            money(1),
            money(2),
            flows.without_price.into(),
            flows.withdrawals.into(),
            btc(flows.withdrawn_sats),
        ];
        out.row(cells.iter().chain(&joined.then(|| btc(flows.joined_sats))));
    }
    out.finish()
}
