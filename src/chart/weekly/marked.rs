//! The chart of one week: its bar in full colour with its words, the weeks before it pale, and a headline that speaks of it.

use super::super::geometry::Rect;
use super::super::labels::Align;
use super::super::sheet::{Sheet, Words};
use super::super::style::Colour;
use super::super::withdrawals;
use super::super::{Drawing, Input, canvas::Layer, words};
use super::{Bars, CHART, ROW, Row};
use crate::domain::{Amount, Period, Span, format};
use crate::figures::{self, DayOut, Flows, Reach, Step};

/// Weeks that stand before the one that is marked, at most: half a year with it.
const BEFORE: usize = 25;
/// How much paper is in the bars of the other weeks.
const PALE: f64 = 0.62;

pub(super) fn draw(input: &Input<'_>, week: Span) -> Drawing {
    let weeks = window(input.weeks, week);
    let input = &Input { weeks, ..*input };
    let found = figures::week(input.account, week);
    let (headline, csv) = (headline(input, &found), super::csv(weeks));
    if weeks.iter().all(|w| w.flows.is_empty()) {
        let foot = words::foot(input, false);
        let mut page = Sheet::new(input, CHART.name, Words { headline, subtitle: unmarked(input), foot }, 0.0, 0.0);
        let sentence = quiet(input, &found);
        page.say_instead(&sentence);
        return page.finish(csv, sentence);
    }
    let rows = rows(input);
    let with_value = words::at_receipt(input.account).is_some();
    let words = Words { headline, subtitle: subtitle(input, &rows), foot: words::foot(input, with_value) };
    let below = if rows.is_empty() { 0.0 } else { 4.0 + rows.len() as f64 * ROW };
    let mut page = Sheet::new(input, CHART.name, words, 0.0, below);

    let most = weeks.iter().map(super::sats).fold(0.0, f64::max);
    let y = super::scale_of_bars(&mut page, if most > 0.0 { most } else { 1.0 }, &rows);
    let bars = Bars::new(weeks.len(), page.plot);
    let (last, asked) = (weeks.len().saturating_sub(1), weeks.last().filter(|step| step.from == week.from));
    let half = (bars.width / 2.0 + 7.0).min(bars.pitch / 2.0);
    let (left, right) = (bars.centre(last) - half, bars.centre(last) + half);
    let band = Rect::new(left, page.plot.top, right, page.plot.bottom);
    if asked.is_some() {
        page.canvas.rect(Layer::Area, page.palette.band, band);
    }
    super::dates(&mut page, input, &bars, true);
    let is_asked = |n: usize| asked.is_some() && n == last;
    let pale = page.palette.inward.mixed(page.palette.paper, PALE);
    for (n, step) in weeks.iter().enumerate().filter(|(_, step)| step.flows.sats > 0) {
        let colour = if is_asked(n) { page.palette.inward } else { pale };
        bars.draw(&mut page, n, y.px(super::sats(step)), colour);
    }
    let zone = input.account.question.zone;
    let leaving: Vec<DayOut> = figures::days_out(input.account)
        .into_iter()
        .filter(|day| asked.is_some() && (week.from..=week.to).contains(&day.day))
        .collect();
    let x = |day: &DayOut| {
        let in_week = (day.day - week.from).num_days().clamp(0, 6) as f64;
        bars.centre(last) + ((in_week + 0.5) / 7.0 - 0.5) * bars.width
    };
    withdrawals::mark(&mut page, &leaving, x);
    // The amounts of the others have their places first: words can stand elsewhere.
    if !rows.is_empty() {
        let grey = page.palette.grey;
        for (n, step) in weeks.iter().enumerate().filter(|(n, step)| !is_asked(*n) && step.flows.sats > 0) {
            super::on_top(
                &mut page,
                bars.centre(n),
                y.px(super::sats(step)),
                &super::amount_in_short(step, most),
                grey,
            );
        }
        super::figures(&mut page, &rows, &bars);
    }
    if let Some(step) = asked.filter(|step| step.flows.sats > 0) {
        let (top, colour) = (y.px(super::sats(step)), page.palette.inward);
        super::on_top(&mut page, bars.centre(last), top, &super::amount_in_short(step, most), colour);
        // From the bar's top downwards, else upwards.
        let tops = (0..14).chain((1..30).map(|n| -n)).map(|n| top + 12.0 * f64::from(n));
        aside(&mut page, &said_of(input, step), colour, band, tops);
    }
    if let (Some(day), Some(flows)) = (leaving.first(), found.known()) {
        let lines = if leaving.len() == 1 { withdrawals::lines(input, day, false) } else { left_in_all(input, flows) };
        let middle = page.plot.centre().y;
        let around = (0..24).map(|n| middle + f64::from(if n % 2 == 0 { n } else { -n - 1 }) * 6.0);
        let colour = page.palette.outward;
        aside(&mut page, &lines, colour, band, around);
    }
    let alt = alt(input, &found, zone.name());
    page.finish(csv, alt)
}

/// The weeks up to the one that is asked for.
fn window(weeks: &[Step], week: Span) -> &[Step] {
    let end = weeks.partition_point(|step| step.from <= week.from);
    &weeks[end.saturating_sub(BEFORE + 1)..end]
}

/// Writes words right or left of the marked week, with their top at the first of these heights where there is room.
fn aside(page: &mut Sheet, lines: &[String], colour: Colour, band: Rect, tops: impl Iterator<Item = f64>) {
    let label = page.label(lines, colour, false);
    let (w, h) = (label.width(), label.height());
    let plot = page.plot;
    let places: Vec<Rect> = tops
        .flat_map(|top| [band.right + 8.0, band.left - 8.0 - w].map(|left| Rect::new(left, top, left + w, top + h)))
        .filter(|place| place.left >= plot.left + 2.0 && place.right <= plot.right)
        .filter(|place| place.top >= plot.top && place.bottom <= plot.bottom - 4.0)
        .collect();
    page.annotate_in(&label, |place| if place.left > band.left { Align::Left } else { Align::Right }, places);
}

/// The figures under the bars, and what left where something did.
fn rows(input: &Input<'_>) -> Vec<Row> {
    let mut rows = super::rows_of_figures(input);
    if !rows.is_empty() && input.weeks.iter().any(|step| step.flows.withdrawals > 0) {
        let left = |step: &Step| match (step.flows.withdrawals, step.flows.withdrawn_sats) {
            (0, _) => "–".to_owned(),
            (_, Some(sats)) => format::btc_round(Amount::from_sat(sats)),
            (_, None) => "?".to_owned(),
        };
        rows.push(Row { name: "BTC out", figures: input.weeks.iter().map(left).collect() });
    }
    rows
}

/// What stands at the bar of the week.
fn said_of(input: &Input<'_>, step: &Step) -> Vec<String> {
    let money = step.flows.value.map(|value| format!(", {}", format::money(input.account.currency, value.close)));
    vec![
        format!("{}:", format::days(step.from, step.to)),
        format!("{} BTC{}", format::btc_short(Amount::from_sat(step.flows.sats)), money.unwrap_or_default()),
        format::count(step.flows.outputs, "payment", "payments"),
    ]
}

/// What stands at the withdrawals of several days.
fn left_in_all(input: &Input<'_>, flows: &Flows) -> Vec<String> {
    let count = format::count(flows.withdrawals, "withdrawal", "withdrawals");
    let amount = match flows.withdrawn_sats {
        Some(sats) => format!("{} BTC in all", format::btc_short(Amount::from_sat(sats))),
        None => "amount unknown".to_owned(),
    };
    match flows.withdrawn_value.filter(|_| flows.withdrawn_without_price == 0) {
        Some(value) => vec![
            format!("{count}, {amount},"),
            format!("worth {} when they left", format::money(input.account.currency, value.close)),
        ],
        None => vec![format!("{count}, {amount}")],
    }
}

fn headline(input: &Input<'_>, week: &Step) -> String {
    let (title, days) = (words::title(input), format::days(week.from, week.to));
    let Some(flows) = week.known() else {
        return format!("The week of {days} is not recorded of {title}");
    };
    let bitcoin = |sats: u64| format!("{} bitcoin", format::btc_round(Amount::from_sat(sats)));
    let at_least = if week.reach == Reach::Whole { "" } else { "at least " };
    let left = match flows.withdrawn_sats {
        Some(sats) => format!("{at_least}{}", bitcoin(sats)),
        None => "an unknown amount".to_owned(),
    };
    match (flows.outputs, flows.withdrawals) {
        (0, 0) if week.reach == Reach::Whole => {
            format!("Nothing came to {title} and nothing left it in the week of {days}")
        }
        (0, 0) => format!("Nothing came to {title} in the recorded part of the week of {days}"),
        (_, 0) => {
            let before = span_before(week).map(|span| figures::week(input.account, span));
            let before = before.filter(|before| before.reach == Reach::Whole && week.reach == Reach::Whole);
            let after = match before.map(|before| before.flows) {
                Some(then) if then.sats > 0 => {
                    format!(", after {} the week before", format::btc_round(Amount::from_sat(then.sats)))
                }
                Some(_) => ", after nothing the week before".to_owned(),
                None => String::new(),
            };
            format!("{title} took in {at_least}{} in the week of {days}{after}", bitcoin(flows.sats))
        }
        (came, _) => {
            let came = if came == 0 {
                String::new()
            } else {
                format!(", and {at_least}{} came in", format::btc_round(Amount::from_sat(flows.sats)))
            };
            first_upper(&format!("{left} left {title} in the week of {days}{came}"))
        }
    }
}

/// The week before; `None` at the beginning of time.
fn span_before(week: &Step) -> Option<Span> {
    Some(Span::around(week.from.pred_opt()?, Period::Week))
}

fn first_upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

fn unmarked(input: &Input<'_>) -> String {
    format!("Bitcoin received by week, Monday to Sunday ({})", input.account.summary.time_zone)
}

/// Speaks of the rows of figures that had room.
fn subtitle(input: &Input<'_>, rows: &[Row]) -> String {
    let text = unmarked(input);
    let text = match input.weeks.len() {
        1 => text,
        weeks => format!("{text}: the {weeks} weeks up to the one that is marked"),
    };
    let currency = input.account.currency.name();
    let parts: Vec<String> = rows
        .iter()
        .map(|row| match row.name {
            "value" => format!("value at the close of the day ({currency})"),
            "BTC out" => "bitcoin that left".to_owned(),
            name => name.to_owned(),
        })
        .collect();
    if parts.is_empty() { text } else { format!("{text}; below, {}", parts.join(", ")) }
}

/// Where nothing came in or left in all the weeks of the picture.
fn quiet(input: &Input<'_>, week: &Step) -> String {
    let to = format::day(week.to);
    match input.weeks.first() {
        Some(first) => {
            let from = format::day(first.from);
            format!("Nothing came in and nothing left from {from} to {to}, as far as the ledger is recorded.")
        }
        None => format!("No payment is recorded up to {to}."),
    }
}

fn alt(input: &Input<'_>, week: &Step, zone: &str) -> String {
    let weeks = format::count(input.weeks.len(), "week", "weeks");
    let flows = &week.flows;
    let came = match flows.outputs {
        0 => "nothing came in".to_owned(),
        outputs => format!(
            "{} BTC came in, in {}",
            format::btc(Amount::from_sat(flows.sats), 8),
            format::count(outputs, "payment", "payments")
        ),
    };
    let left = match (flows.withdrawals, flows.withdrawn_sats) {
        (0, _) => "nothing left".to_owned(),
        (count, Some(sats)) => format!(
            "{} BTC left in {}",
            format::btc(Amount::from_sat(sats), 8),
            format::count(count, "withdrawal", "withdrawals")
        ),
        (count, _) => format!("an unknown amount left in {}", format::count(count, "withdrawal", "withdrawals")),
    };
    let days = format::days(week.from, week.to);
    format!(
        "Bars of the bitcoin received in each of {weeks} up to that of {days} ({zone}), which is marked: {came}; {left}."
    )
}
