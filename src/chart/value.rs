use chrono::{Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;

use super::canvas::Layer;
use super::dates::TimeAxis;
use super::geometry::{Point, at};
use super::labels::{Align, HARD};
use super::scale::{self, Scale, float};
use super::sheet::{Sheet, Words};
use super::{Chart, Drawing, Input, withdrawals, words};
use crate::domain::csv::{Cell, Csv};
use crate::domain::{Currency, Decimal, Time, Value, format};
use crate::figures::{self, Worth};

pub(super) const CHART: Chart = Chart {
    name: "value",
    about: "what the coins received were worth on each day, against their value at receipt and when they left",
    shows_the_trail: false,
    draw,
};

/// A day with a price.
#[derive(Clone, Copy)]
struct Day {
    day: NaiveDate,
    value: Value,
}

fn draw(input: &Input<'_>) -> Drawing {
    let csv = csv(input.worth);
    let runs = runs(input.worth);
    let days: Vec<Day> = runs.iter().flatten().copied().collect();
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return without_values(input, csv);
    };
    let words = Words { headline: headline(input, &days), subtitle: subtitle(input), foot: foot(input, last.day) };
    let alt = alt(input, &days);
    let mut page = Sheet::new(input, CHART.name, words, 0.0, 0.0);
    let plot_height = (page.plot.bottom, page.plot.top);

    let (low, high) = domain(input, &days);
    let ticks = scale::log_ticks(low, high, (page.plot.height() / 48.0) as usize);
    let labels: Vec<String> = ticks.iter().map(|t| format::money(input.account.currency, t.decimal())).collect();
    page.make_room_left(labels.iter().map(String::as_str));
    let y = Scale::log((low, high), plot_height);
    page.grid_lines(ticks.iter().map(|t| y.px(t.value)).zip(&labels));
    // Values are those of UTC days, whatever the zone that groups payments.
    let x = TimeAxis::new(noon(first.day), noon(last.day), (page.plot.left, page.plot.right), Tz::UTC);
    page.date_axis(&x);
    let place = |day: NaiveDate, value: Decimal| at(x.px(noon(day)), y.px(float(value)));

    for run in &runs {
        let mut band: Vec<Point> = run.iter().map(|d| place(d.day, d.value.high)).collect();
        band.extend(run.iter().rev().map(|d| place(d.day, d.value.low)));
        page.canvas.polygon(Layer::Area, page.palette.inward.mixed(page.palette.paper, 0.68), band);
        if let [alone] = run.as_slice() {
            page.dot(page.palette.inward, place(alone.day, alone.value.close), 4.0);
        }
        let line: Vec<Point> = run.iter().map(|d| at(x.px(noon(d.day)), y.px_beyond(float(d.value.close)))).collect();
        for part in above(&line, page.plot.bottom) {
            page.line_of_data(page.palette.inward, 1.75, part);
        }
        for d in run {
            let (high, low) = (place(d.day, d.value.high), place(d.day, d.value.low));
            page.places.ink_line(high, low, HARD);
        }
    }
    threshold(&mut page, input.account.currency, &y);
    at_receipt(&mut page, input, &y);
    annotate(&mut page, input, &days, &y, place);
    page.finish(csv, alt)
}

/// The days with a price, broken where prices are missing.
fn runs(worth: &[Worth]) -> Vec<Vec<Day>> {
    let mut runs: Vec<Vec<Day>> = Vec::new();
    let mut open = false;
    for row in worth {
        let value = row.value.filter(|v| v.low > Decimal::ZERO);
        if let Some(value) = value {
            if !open {
                runs.push(Vec::new());
            }
            if let Some(run) = runs.last_mut() {
                run.push(Day { day: row.day, value });
            }
        }
        open = value.is_some();
    }
    runs
}

/// The parts of a line above the plot's lower edge, cut where they cross it.
fn above(line: &[Point], edge: f64) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if a.y > edge && b.y > edge {
            continue;
        }
        let crossing = || a.towards(b, (edge - a.y) / (b.y - a.y));
        let (from, to) = (if a.y > edge { crossing() } else { a }, if b.y > edge { crossing() } else { b });
        match parts.last_mut().filter(|part| part.last() == Some(&from)) {
            Some(part) => part.push(to),
            None => parts.push(vec![from, to]),
        }
    }
    // Specks along the edge say nothing.
    parts.retain(|part| part.iter().any(|p| edge - p.y > 4.0));
    parts
}

fn noon(day: NaiveDate) -> Time {
    day.and_time(NaiveTime::MIN).and_utc() + chrono::TimeDelta::hours(12)
}

/// “Millions” are two at least.
fn millions() -> Decimal {
    Decimal::from(2_000_000u32)
}

/// The range of money to draw: without the climb of the first days, with the level at receipt, and with the threshold of
/// “millions” where the coins come near it.
fn domain(input: &Input<'_>, days: &[Day]) -> (f64, f64) {
    let mut lows: Vec<f64> = days.iter().map(|d| float(d.value.low)).collect();
    lows.sort_by(f64::total_cmp);
    let mut low = lows.get(lows.len() / 25).copied().unwrap_or(1.0);
    let mut high = days.iter().map(|d| float(d.value.high)).fold(0.0, f64::max);
    if let Some(value) = input.account.summary.received.at_receipt.map(|v| float(v.close)).filter(|v| *v > 0.0) {
        (low, high) = (low.min(value), high.max(value));
    }
    let days_out = figures::days_out(input.account);
    for value in figures::large_days(&days_out).into_iter().filter_map(withdrawals::value_of).filter(|v| *v > 0.0) {
        // A small part withdrawn must not flatten the rest.
        if value > low / 4.0 {
            (low, high) = (low.min(value), high.max(value));
        }
    }
    let threshold = float(millions());
    if (threshold * 0.35..threshold).contains(&high) {
        high = threshold;
    }
    let (low, high) = (low / 1.5, high * (high / low).powf(0.12).max(1.3));
    // At least a third of a decade, so that a flat line lies in the middle.
    let widen = (2.2 * low / high).max(1.0).sqrt();
    (low / widen, high * widen)
}

fn threshold(page: &mut Sheet, currency: Currency, y: &Scale) {
    let level = float(millions());
    if !y.shows(level) {
        return;
    }
    let line = y.px(level);
    page.line_of_data(page.palette.outward, 1.5, vec![at(page.plot.left, line), at(page.plot.right, line)]);
    let text = match currency {
        Currency::Usd => "“millions” starts here".to_owned(),
        other => format!("“millions” of {} starts here", other.name()),
    };
    let label = page.label(&[text], page.palette.outward, false);
    let along = [0.0, 0.25, 0.5, 0.75, 1.0];
    places_on_line(page, &label, line, &along);
}

/// The level of the value at receipt, dashed.
fn at_receipt(page: &mut Sheet, input: &Input<'_>, y: &Scale) {
    let (Some(words), Some(value)) = (words::at_receipt(input.account), input.account.summary.received.at_receipt)
    else {
        return;
    };
    let level = float(value.close);
    if !y.shows(level) {
        return;
    }
    let line = y.px(level);
    page.dashed(page.palette.ink, at(page.plot.left, line), at(page.plot.right, line));
    let text = match input.account.summary.received.outputs {
        1 => format!("at the price of the day the payment arrived: {words}"),
        _ => format!("at the price of the day each payment arrived: {words}"),
    };
    let label = page.label(&[text], page.palette.ink, false);
    places_on_line(page, &label, line, &[1.0, 0.8, 0.6, 0.4, 0.2, 0.0]);
}

/// Writes a label just below or above a level, at one of some places along it (0 is left, 1 right).
fn places_on_line(page: &mut Sheet, label: &super::labels::Label, line: f64, along: &[f64]) {
    let (w, h, plot) = (label.width(), label.height(), page.plot);
    let free = (plot.width() - w - 16.0).max(0.0);
    let places = along
        .iter()
        .flat_map(|share| [line - h - 6.0, line + 6.0].map(|top| (plot.left + 8.0 + share * free, top)))
        .map(|(left, top)| super::Rect::new(left, top, left + w, top + h))
        .filter(|place| place.bottom < plot.bottom && place.top > plot.top - 20.0)
        .collect();
    page.annotate_in(label, |_| Align::Left, places);
}

/// The points that tell the story, the weightiest first: what left, the peak, the first day in the millions, the end.
fn annotate(page: &mut Sheet, input: &Input<'_>, days: &[Day], y: &Scale, place: impl Fn(NaiveDate, Decimal) -> Point) {
    let currency = input.account.currency;
    let (ink, outward) = (page.palette.ink, page.palette.outward);
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return };
    let leaving = figures::days_out(input.account);
    for day in figures::large_days(&leaving) {
        let shown = (first.day..=last.day).contains(&day.price_day);
        let Some(value) = day.value.filter(|v| shown && y.shows(float(*v))) else { continue };
        let point = place(day.price_day, value);
        let text = format!("{}, withdrawn: {}", format::day(day.day), format::money(currency, value));
        page.annotate(&page.label(&[text], outward, false), point, (0.92, 0.38));
        page.dot(outward, point, 4.5);
    }
    let Some(peak) = figures::peak(input.worth) else { return };
    if days.len() > 1 {
        let point = place(peak.date, peak.value.high);
        let text = [
            format!("{}, highest: {}", format::day(peak.date), format::money(currency, peak.value.high)),
            format!("(close {})", format::money(currency, peak.value.close)),
        ];
        page.annotate(&page.label(&text, ink, false), point, (-0.38, -0.92));
        page.dot(ink, point, 3.5);
    }
    if let Some((level, day)) =
        first_at_threshold(input.worth, days).filter(|(_, day)| (peak.date - *day).num_days() > days.len() as i64 / 50)
    {
        let point = place(day, level);
        let text = [
            format!("{}: first worth", format::day(day)),
            format!("{}, at the day’s high", format::money(currency, level)),
        ];
        page.annotate(&page.label(&text, ink, false), point, (-0.7, -0.7));
        page.dot(ink, point, 3.5);
    }
    if (last.day - peak.date).num_days() > 3 {
        let point = place(last.day, last.value.close);
        let text = format!("{}: {}", format::day(last.day), format::money(currency, last.value.close));
        page.annotate(&page.label(&[text], page.palette.inward, true), point, (-0.38, 0.92));
        page.dot(page.palette.inward, point, 3.5);
    }
}

/// The day on which the coins were first worth two million, or else the largest power of ten that they reached.
fn first_at_threshold(worth: &[Worth], days: &[Day]) -> Option<(Decimal, NaiveDate)> {
    let highest = figures::peak(worth)?.value.high;
    let powers = (4..=12).rev().map(|power| Decimal::from(10u64.pow(power)));
    let level = [millions()].into_iter().chain(powers).find(|level| *level <= highest)?;
    let day = figures::first_day(worth, |value| value.high >= level)?.day;
    // What was there from the first days on is no event.
    let late = (day - days.first()?.day).num_days() > (days.len() as i64 / 10).max(7);
    late.then_some((level, day))
}

fn without_values(input: &Input<'_>, csv: String) -> Drawing {
    let (headline, sentence) = if input.account.summary.received.outputs == 0 {
        words::nothing(input)
    } else {
        let payments = format::count(input.account.summary.received.outputs, "payment", "payments");
        let sum = format::btc(input.account.summary.received.amount, 8);
        let headline = format!("What {} took in cannot be valued: no price is known", words::title(input));
        (headline, format!("{payments} of {sum} BTC in all are recorded, on days for which no price is known."))
    };
    let subtitle = format!("Market value of the coins received, {}", input.account.currency.name());
    let words = Words { headline, subtitle, foot: words::foot(input, true) };
    let mut page = Sheet::new(input, CHART.name, words, 0.0, 0.0);
    page.say_instead(&sentence);
    page.finish(csv, sentence)
}

fn headline(input: &Input<'_>, days: &[Day]) -> String {
    let (account, title) = (input.account, words::title(input));
    let currency = account.currency;
    let sum = format::btc_round(account.summary.received.amount);
    let coins = format!("{title}’s {sum} bitcoin");
    let Some(peak) = figures::peak(input.worth) else { return coins };
    let highest = format::money(currency, peak.value.high);
    let arrived = account.summary.received.at_receipt.filter(|v| v.close > Decimal::ZERO);
    let withdrawn = &account.summary.withdrawn;
    // Only where nearly all of it left do the two numbers compare.
    let nearly_all = withdrawn.amount.is_some_and(|left| left >= account.summary.received.amount / 10 * 9);
    let left = withdrawn.at_withdrawal.filter(|_| withdrawn.transactions > 0 && nearly_all);
    match (arrived, left) {
        (Some(value), _) if peak.value.high >= value.close * Decimal::from(4) => {
            let value = format::money(currency, value.close);
            // When the coins that had left long ago would have been worth “millions” is the finding.
            let last_left = account.withdrawals.last().map(|w| w.time.date_naive());
            let late = first_at_threshold(input.worth, days)
                .filter(|(level, day)| *level == millions() && last_left.is_some_and(|left| *day > left));
            match (account.summary.withdrawn.transactions, late) {
                (0, _) => format!("{title}’s {value} in bitcoin has been worth up to {highest}"),
                (_, Some((level, day))) => {
                    let (level, month) = (format::money(currency, level), day.format("%B %Y"));
                    format!("{title}’s {value} would first have reached {level} in {month}")
                }
                (_, None) => format!("Kept, {title}’s {value} in bitcoin would have been worth up to {highest}"),
            }
        }
        (Some(value), Some(left)) => {
            let [value, left] = [value.close, left.close].map(|v| format::money(currency, v));
            format!("{coins}: {value} on arrival, {left} when they left")
        }
        (Some(value), None) => {
            format!("{coins}: {} on arrival, {highest} at best", format::money(currency, value.close))
        }
        (None, _) => format!("{coins}: worth {highest} at best"),
    }
}

fn subtitle(input: &Input<'_>) -> String {
    let kept = if input.account.withdrawals.is_empty() { "" } else { ", had they been kept" };
    format!(
        "Market value of the coins received{kept}, in {}, log scale; pale band: low to high of each day",
        input.account.currency.name()
    )
}

fn foot(input: &Input<'_>, last: NaiveDate) -> Vec<String> {
    let mut lines = words::foot_with(input, input.worth_source);
    let known = words::day_of(input.account, words::known_to(input.account));
    let line = "Coins counted to the end of each UTC day";
    if last > known + Days::new(1) {
        let account = input.account;
        let recorded_further = account.summary.recorded_to.is_some_and(|to| to > account.summary.as_of);
        let which = if recorded_further { "not counted" } else { "unknown and not in it" };
        lines.push(format!("{line}; payments after {} are {which}.", format::day(known)));
    } else if let Some(prices) = lines.get_mut(1) {
        prices.push_str(&format!(" {line}."));
    }
    lines
}

fn alt(input: &Input<'_>, days: &[Day]) -> String {
    let currency = input.account.currency;
    let mut text = format!("Line of the market value of the coins received, {}", currency.name());
    if let (Some(first), Some(last)) = (days.first(), days.last()) {
        text.push_str(&format!(
            ", {}, {} at the end",
            format::days(first.day, last.day),
            format::money(currency, last.value.close)
        ));
    }
    if let Some(peak) = figures::peak(input.worth) {
        text.push_str(&format!("; highest {} on {}", format::money(currency, peak.value.high), format::day(peak.date)));
    }
    if let Some(value) = words::at_receipt(input.account) {
        text.push_str(&format!("; {value} at the price of the day each payment arrived"));
    }
    let withdrawn = &input.account.summary.withdrawn;
    if let Some(value) = withdrawn.at_withdrawal.filter(|_| withdrawn.transactions > 0) {
        text.push_str(&format!("; {} when it was withdrawn", format::money(currency, value.close)));
    }
    text.push('.');
    text
}

fn csv(worth: &[Worth]) -> String {
    let mut out = Csv::new(["day", "received_btc", "low", "close", "high"]);
    for row in worth {
        let [low, close, high] = row.value.map_or([None; 3], |value| value.rounded().map(Some));
        out.row(&[Cell::text(row.day), format::in_btc(row.amount).into(), low.into(), close.into(), high.into()]);
    }
    out.finish()
}
