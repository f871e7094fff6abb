use chrono::TimeDelta;

use super::canvas::{FINE, Layer};
use super::dates::TimeAxis;
use super::geometry::{Point, Rect, at};
use super::labels::Align;
use super::scale::{self, Scale, btc};
use super::sheet::{Sheet, Words};
use super::{Chart, Drawing, Input, withdrawals, words};
use crate::domain::csv::{Cell, Csv};
use crate::domain::{Amount, Time, format, rfc3339};
use crate::figures::{self, Did, State};

pub(super) const CHART: Chart = Chart {
    name: "cumulative",
    about: "bitcoin received over time, and what was held until it was withdrawn",
    shows_the_trail: false,
    draw,
};

fn draw(input: &Input<'_>) -> Drawing {
    let states = figures::states(input.account);
    let csv = csv(&states);
    let drawn = (states.first(), states.last(), input.account.summary.received.first);
    let (Some(first), Some(last), Some(_)) = drawn else {
        let (headline, sentence) = words::nothing(input);
        let subtitle = "Bitcoin received over time".to_owned();
        let words = Words { headline, subtitle, foot: words::foot(input, false) };
        let mut page = Sheet::new(input, CHART.name, words, 0.0, 0.0);
        page.say_instead(&sentence);
        return page.finish(csv, sentence);
    };
    let account = input.account;
    let received = account.summary.received.amount;
    let alt = alt(input);
    let with_value = words::at_receipt(account).is_some();
    let words = Words { headline: headline(input), subtitle: subtitle(input), foot: words::foot(input, with_value) };
    let mut page = Sheet::new(input, CHART.name, words, 0.0, 0.0);

    // With coins of others more may be held than was received.
    let most = states.iter().filter_map(|s| s.held).fold(received, Amount::max);
    let ticks = scale::linear_ticks(btc(most) * 1.1, (page.plot.height() / 62.0).min(7.0) as usize);
    let top_tick = ticks.last().map_or(1.0, |t| t.value);
    let labels: Vec<String> = with_unit(&ticks);
    page.make_room_left(labels.iter().map(String::as_str));
    let y = Scale::linear((0.0, top_tick), (page.plot.bottom, page.plot.top));
    for (tick, label) in ticks.iter().zip(&labels) {
        page.grid_line(y.px(tick.value), label, tick.value == 0.0);
    }
    let (from, to) = span(input, first.time, last.time);
    let x = TimeAxis::new(from, to, (page.plot.left, page.plot.right), account.question.zone);
    page.date_axis(&x);

    let received_path =
        steps(states.iter().map(|s| at(x.px(s.time), y.px(btc(s.received)))), page.plot.right, page.plot);
    // Where it is not known any more what is held, the area ends.
    let held = states.iter().map_while(|s| Some(at(x.px(s.time), y.px(btc(s.held?)))));
    let unknown = states.iter().find(|s| s.held.is_none());
    let held_path = steps(held, unknown.map_or(page.plot.right, |s| x.px(s.time)), page.plot);
    let mut area = held_path.clone();
    area.push(at(held_path.last().map_or(page.plot.left, |p| p.x), page.plot.bottom));
    area.push(at(held_path.first().map_or(page.plot.left, |p| p.x), page.plot.bottom));
    page.canvas.polygon(Layer::Area, page.palette.inward_pale, area);
    page.line_of_data(page.palette.inward, 2.25, received_path.clone());

    if account.summary.received.outputs <= 12 {
        for state in states.iter().filter(|s| s.did == Did::Payment) {
            page.dot(page.palette.inward, at(x.px(state.time), y.px(btc(state.received))), 4.0);
        }
    }
    let leaving = figures::days_out(account);
    withdrawals::mark(&mut page, &leaving, |day| x.px(day.last));
    label_received(&mut page, input, &received_path);
    let with_year = withdrawals::needs_year(account, first.time, to);
    withdrawals::label(&mut page, input, &leaving, with_year, |day| x.px(day.last));
    if let Some(rush) = figures::rush(account) {
        let point = at(x.px(rush.last), y.px(btc(rush.amount)));
        let date = if with_year { format::day(rush.to) } else { format::day_short(rush.to) };
        let words = format!("end of {date}: {} BTC", format::btc_short(rush.amount));
        if page.annotate(&page.label(&[words], page.palette.grey, false), point, (0.92, 0.38)) {
            page.dot(page.palette.inward, point, 3.5);
        }
    }
    label_held(&mut page, input, &held_path);
    page.finish(csv, alt)
}

/// From a little before the first event to the end of the record, or to a little after the last event where the record
/// goes on for long.
fn span(input: &Input<'_>, first: Time, last: Time) -> (Time, Time) {
    let whole = last - first;
    let known = words::known_to(input.account);
    let to = known.min(last + (whole / 8).max(TimeDelta::days(1))).max(last);
    (first - ((to - first) / 80).max(TimeDelta::minutes(30)), to)
}

/// A stair through the states' points up to an end, without what one cannot see.
fn steps(states: impl Iterator<Item = Point>, end: f64, plot: Rect) -> Vec<Point> {
    let mut path: Vec<Point> = Vec::new();
    let mut level = plot.bottom;
    for next in states {
        let same_column = path.last().is_some_and(|last| ((last.x - next.x) * FINE).abs() < 0.5);
        if same_column && path.len() > 1 {
            path.pop();
            path.push(next);
        } else {
            path.push(at(next.x, level));
            path.push(next);
        }
        level = next.y;
    }
    path.push(at(end, level));
    path
}

/// Names the line at its end, or before, in narrower lines where there is little room.
fn label_received(page: &mut Sheet, input: &Input<'_>, path: &[Point]) {
    let received = &input.account.summary.received;
    let sum = format!("received: {} BTC", format::btc_short(received.amount));
    let each = if received.outputs == 1 { "the day" } else { "each day" };
    let mut forms: Vec<Vec<String>> = Vec::new();
    if let Some(value) = words::at_receipt(input.account) {
        forms.push(vec![sum.clone(), format!("{value} at the price of {each}")]);
        forms.push(vec![sum.clone(), format!("{value} at the"), format!("price of {each}")]);
    }
    forms.push(vec![sum]);
    let level = |x: f64| path.iter().rev().find(|p| p.x <= x).map_or(page.plot.bottom, |p| p.y);
    let anchors: Vec<Point> =
        (0..8).map(|n| page.plot.right - f64::from(n) * 0.08 * page.plot.width()).map(|x| at(x, level(x))).collect();
    for anchor in anchors {
        for lines in &forms {
            if page.annotate(&page.label(lines, page.palette.inward, true), anchor, (-0.38, -0.92)) {
                return;
            }
        }
    }
}

/// Says inside of the area what it is.
fn label_held(page: &mut Sheet, input: &Input<'_>, path: &[Point]) {
    let summary = &input.account.summary;
    let line = match summary.withdrawn.transactions {
        0 if summary.balance == Some(summary.received.amount) => "all of it still held".to_owned(),
        _ => format!("held on {}", words::addresses(input.account)),
    };
    let label = page.label(&[line], page.palette.inward, false);
    let (w, h) = (label.width(), label.height());
    let plot = page.plot;
    let within = |place: &Rect| {
        let clear = place.grown(8.0);
        let over =
            |pair: &[Point]| pair[1].x > clear.left && pair[0].x < clear.right && pair[0].y.max(pair[1].y) > clear.top;
        path.first().is_some_and(|p| p.x < clear.left) && !path.windows(2).any(over)
    };
    let places = [0.7, 0.62, 0.78, 0.54, 0.46, 0.86, 0.38].into_iter().flat_map(|down| {
        [0.4, 0.5, 0.3, 0.6, 0.7, 0.2, 0.8].into_iter().map(move |along| {
            let centre = at(plot.left + along * plot.width(), plot.top + down * plot.height());
            Rect::new(centre.x - w / 2.0, centre.y - h / 2.0, centre.x + w / 2.0, centre.y + h / 2.0)
        })
    });
    let places = places.filter(within).collect();
    page.annotate_in(&label, |_| Align::Centre, places);
}

fn with_unit(ticks: &[scale::Tick]) -> Vec<String> {
    let last = ticks.len().saturating_sub(1);
    let label = |(n, tick): (usize, &scale::Tick)| match n {
        0 => "0".to_owned(),
        n if n == last => format!("{} BTC", tick.plain()),
        _ => tick.plain(),
    };
    ticks.iter().enumerate().map(label).collect()
}

fn headline(input: &Input<'_>) -> String {
    let (account, title) = (input.account, words::title(input));
    let received = &account.summary.received;
    let sum = format::btc_round(received.amount);
    let (Some(first), Some(last)) = (received.first, received.last) else { return words::nothing(input).0 };
    let (first, last) = (words::day_of(account, first), words::day_of(account, last));
    if received.outputs == 1 {
        return format!("{title} took in {sum} bitcoin in one payment on {}", format::day(first));
    }
    if let Some(rush) = figures::rush(account)
        && let Some(share) = words::share(rush.part)
    {
        return format!("{title} took in {sum} bitcoin, {share} of it in the {}", words::beginning(rush.days));
    }
    let payments = format::count_in_words(received.outputs, "payment", "payments");
    if first == last {
        return format!("{title} took in {sum} bitcoin in {payments} on {}", format::day(first));
    }
    // The days of the first and the last payment counted, never whole months: more may have come in them.
    format!("{title} took in {sum} bitcoin in {payments}, {}", format::days(first, last))
}

fn subtitle(input: &Input<'_>) -> String {
    let account = input.account;
    let since = account.summary.received.first.map(|t| format!(" since {}", format::day(words::day_of(account, t))));
    let received = format!("Bitcoin received on {}{}", words::addresses(account), since.unwrap_or_default());
    if account.withdrawals.is_empty() { received } else { format!("{received}, and what was held there (shaded)") }
}

fn alt(input: &Input<'_>) -> String {
    let account = input.account;
    let (received, withdrawn) = (&account.summary.received, &account.summary.withdrawn);
    let mut text = format!(
        "Line that climbs in steps to {} BTC in {}",
        format::btc(received.amount, 8),
        format::count(received.outputs, "payment", "payments")
    );
    if let (Some(first), Some(last)) = (received.first, received.last) {
        let days = format::days(words::day_of(account, first), words::day_of(account, last));
        text.push_str(&format!(", {days}"));
    }
    if let Some(value) = words::at_receipt(account) {
        text.push_str(&format!(", worth {value} at the price of each day"));
    }
    text.push('.');
    if withdrawn.transactions > 0 {
        let withdrawals = format::count(withdrawn.transactions, "transaction", "transactions");
        text.push_str(&format!(" {} BTC were withdrawn in {withdrawals}", format::btc_if_known(withdrawn.amount)));
        let balance = format::btc_if_known(account.summary.balance);
        text.push_str(&format!("; {balance} BTC are left."));
    }
    text
}

fn csv(states: &[State]) -> String {
    let mut out = Csv::new(["time", "event", "btc", "received_btc", "withdrawn_btc", "held_btc"]);
    for state in states {
        let sums = [state.amount, Some(state.received), state.withdrawn, state.held];
        let [amount, received, withdrawn, held] = sums.map(withdrawals::cell);
        out.row(&[Cell::text(rfc3339(state.time)), Cell::text(state.did.name()), amount, received, withdrawn, held]);
    }
    out.finish()
}
