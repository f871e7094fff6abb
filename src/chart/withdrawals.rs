use super::Input;
use super::geometry::{Point, Rect, at};
use super::labels::Align;
use super::scale::float;
use super::sheet::Sheet;
use super::words;
use crate::domain::csv::Cell;
use crate::domain::{Amount, Time, format};
use crate::figures::{self, Account, DayOut};

/// `3 Aug: all 51.93 BTC leave` / `in six transactions, worth $145,641`.
pub(super) fn lines(input: &Input<'_>, day: &DayOut, with_year: bool) -> Vec<String> {
    let date = if with_year { format::day(day.day) } else { format::day_short(day.day) };
    let first = match day.amount {
        Some(amount) if day.emptied => format!("{date}: all {} BTC leave", format::btc_short(amount)),
        Some(amount) => format!("{date}: {} BTC leave", format::btc_short(amount)),
        None => format!("{date}: an unknown amount leaves"),
    };
    let comma = format!("{first},");
    let worth = day.value.map(|v| format!("worth {}", format::money(input.account.currency, v)));
    let how = match (day.transactions, worth) {
        (1, None) => return vec![first],
        (1, Some(worth)) => return vec![comma, worth],
        (n, None) => format!("in {}", format::count_in_words(n, "transaction", "transactions")),
        (n, Some(worth)) => format!("in {}, {worth}", format::count_in_words(n, "transaction", "transactions")),
    };
    vec![first, how]
}

/// More days with withdrawals than this are marked along the axis instead of with a line each.
const LINES: usize = 6;

/// Marks the days with withdrawals as dashed lines through the plot, or under its base where there are many. `x` says
/// where a day stands.
pub(super) fn mark(page: &mut Sheet, days: &[DayOut], x: impl Fn(&DayOut) -> f64) {
    let colour = page.palette.outward;
    let (top, bottom) = (page.plot.top, page.plot.bottom);
    let large = figures::large_days(days);
    if days.len() > LINES {
        let mut last = f64::NEG_INFINITY;
        for day in days {
            let x = x(day);
            // As many as can be told apart.
            if x - last >= 2.0 {
                page.line_of_data(colour, 1.0, vec![at(x, bottom + 1.5), at(x, bottom + 6.5)]);
                last = x;
            }
        }
    }
    for day in days.iter().filter(|day| days.len() <= LINES || large.iter().any(|l| l.day == day.day)) {
        page.dashed(colour, at(x(day), top), at(x(day), bottom));
    }
}

/// Labels the largest of the days that [`mark`] has marked, and says what they add up to where there are more.
pub(super) fn label(page: &mut Sheet, input: &Input<'_>, days: &[DayOut], with_year: bool, x: impl Fn(&DayOut) -> f64) {
    let large = figures::large_days(days);
    for day in &large {
        beside(page, &lines(input, day, with_year), x(day));
    }
    if days.len() > large.len() {
        let withdrawn = &input.account.summary.withdrawn;
        let count = format::count(withdrawn.transactions, "withdrawal", "withdrawals");
        let all = match withdrawn.amount {
            Some(amount) => format!("{count}, {} BTC in all", format::btc_short(amount)),
            None => format!("{count}, amount unknown"),
        };
        let words = match withdrawn.at_withdrawal.filter(|_| withdrawn.without_price == 0) {
            Some(value) => {
                let worth = format::money(input.account.currency, value.close);
                vec![format!("{all},"), format!("worth {worth} when they left")]
            }
            None => vec![all],
        };
        let middle = days.get(days.len() / 2).map_or(page.plot.centre().x, &x);
        beside(page, &words, middle);
    }
}

/// Writes vermilion words right or left of a vertical line, where there is room.
fn beside(page: &mut Sheet, lines: &[String], x: f64) {
    let label = page.label(lines, page.palette.outward, false);
    let (w, h) = (label.width(), label.height());
    let plot = page.plot;
    let heights = (0..24).map(|n| {
        // From the middle outwards.
        let step = f64::from((n + 1) / 2) / 26.0;
        let share = if n % 2 == 0 { 0.5 - step } else { 0.5 + step };
        plot.top + share * plot.height()
    });
    let places: Vec<Rect> = heights
        .flat_map(|y| [10.0, -10.0 - w].map(|dx| Rect::new(x + dx, y - h / 2.0, x + dx + w, y + h / 2.0)))
        .filter(|place| place.left >= plot.left + 2.0 && place.right <= plot.right && place.bottom <= plot.bottom - 4.0)
        .collect();
    page.annotate_in(&label, |place| if place.left > x { Align::Left } else { Align::Right }, places);
}

/// Where the withdrawals of a day stand on a scale of money.
pub(super) fn value_of(day: &DayOut) -> Option<f64> {
    day.value.map(float)
}

/// An amount for a table of series: bitcoin as a number, empty where it is unknown.
pub(super) fn cell(amount: Option<Amount>) -> Cell {
    amount.map(format::in_btc).into()
}

/// A small triangle that points down.
pub(super) fn triangle(centre: Point, radius: f64) -> Vec<Point> {
    let Point { x, y } = centre;
    vec![at(x - radius, y - radius * 0.8), at(x + radius, y - radius * 0.8), at(x, y + radius)]
}

/// Whether a chart's span needs the year beside a day.
pub(super) fn needs_year(account: &Account, from: Time, to: Time) -> bool {
    use chrono::Datelike as _;
    let (from, to) = (words::day_of(account, from), words::day_of(account, to));
    from.year() != to.year()
}
