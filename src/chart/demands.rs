use chrono::{Days, NaiveDate, NaiveTime};

use super::Input;
use super::canvas::Layer;
use super::dates::TimeAxis;
use super::geometry::{Point, Rect, at};
use super::labels::{Align, SOFT};
use super::scale::{Scale, btc, float};
use super::sheet::Sheet;
use crate::domain::{Currency, Decimal, Demand, DemandAmount, Time, format};

/// The amounts that count as one demand, over the time in which it was asked for.
#[derive(Debug)]
pub(super) struct Band<'a> {
    demand: &'a Demand,
    upper: Vec<Point>,
    lower: Vec<Point>,
}

/// The bands of a family's demands between two instants: flat where it was asked for in bitcoin; where in dollars, as
/// many bitcoin as those were on each day, in runs of days with a price.
pub(super) fn bands<'a>(input: &Input<'a>, x: &TimeAxis, y: &Scale, (from, to): (Time, Time)) -> Vec<Band<'a>> {
    let mut bands: Vec<Band<'a>> = Vec::new();
    for demand in &input.family.demands {
        let start = demand.from.map_or(from.date_naive(), |day| day.max(from.date_naive()));
        let end = demand.to.map_or(to.date_naive(), |day| day.min(to.date_naive()));
        let edges = |first: NaiveDate, last: NaiveDate| {
            [first, last + Days::new(1)].map(|day| x.px(day.and_time(NaiveTime::MIN).and_utc().clamp(from, to)))
        };
        let room = 1.0 - float(demand.tolerance);
        let (less, more) = (room, 2.0 - room);
        match demand.amount {
            _ if start > end => {}
            DemandAmount::Btc(amount) => {
                let [left, right] = edges(start, end);
                let [high, low] = [more, less].map(|f| y.px(btc(amount) * f));
                bands.push(Band {
                    demand,
                    upper: vec![at(left, high), at(right, high)],
                    lower: vec![at(left, low), at(right, low)],
                });
            }
            // Worth is in the account's currency; only in dollars does it say how many bitcoin a dollar was.
            DemandAmount::Usd(_) if input.account.currency != Currency::Usd => {}
            DemandAmount::Usd(amount) => {
                let amount = float(amount);
                let mut open = false;
                for row in input.worth.iter().filter(|row| (start..=end).contains(&row.day)) {
                    let coins = btc(row.amount);
                    let Some(value) = row.value.filter(|v| v.low > Decimal::ZERO) else {
                        open = false;
                        continue;
                    };
                    if !open {
                        bands.push(Band { demand, upper: Vec::new(), lower: Vec::new() });
                    }
                    open = true;
                    let [left, right] = edges(row.day, row.day);
                    let high = y.px(amount * more * coins / float(value.low));
                    let low = y.px(amount * less * coins / float(value.high));
                    if let Some(band) = bands.last_mut() {
                        band.upper.extend([at(left, high), at(right, high)]);
                        band.lower.extend([at(left, low), at(right, low)]);
                    }
                }
            }
        }
    }
    // What lies beyond the scale has no height.
    bands.retain(|band| band.upper.iter().zip(&band.lower).any(|(high, low)| low.y - high.y > 0.5));
    bands
}

/// Draws the bands, pale, under everything else.
pub(super) fn draw(page: &mut Sheet, bands: &[Band<'_>]) {
    for band in bands {
        let outline: Vec<Point> = band.upper.iter().chain(band.lower.iter().rev()).copied().collect();
        for pair in outline.windows(2) {
            page.places.ink_line(pair[0], pair[1], 3 * SOFT);
        }
        page.canvas.polygon(Layer::Area, page.palette.band, outline);
    }
}

/// Names each demand once, above or below its last band, as far to the right as there is room.
pub(super) fn label(page: &mut Sheet, bands: &[Band<'_>]) {
    let mut named: Vec<String> = Vec::new();
    for band in bands.iter().rev() {
        let words = match band.demand.amount {
            DemandAmount::Usd(amount) => format!("{} demanded", format::money(Currency::Usd, amount)),
            DemandAmount::Btc(amount) => format!("{} BTC demanded", format::btc_short(amount)),
        };
        if named.contains(&words) {
            continue;
        }
        let label = page.label(std::slice::from_ref(&words), page.palette.grey, false);
        let (w, h, plot) = (label.width(), label.height(), page.plot);
        let end = band.upper.last().map_or(plot.right, |p| p.x) - 2.0;
        let places = (0..40).map(|n| end - f64::from(n) * plot.width() / 45.0).flat_map(|right| {
            let over = |p: &&Point| (right - w..=right + 2.0).contains(&p.x);
            let top = band.upper.iter().filter(over).map(|p| p.y).fold(f64::INFINITY, f64::min);
            let bottom = band.lower.iter().filter(over).map(|p| p.y).fold(f64::NEG_INFINITY, f64::max);
            [top - h - 1.0, bottom + 1.0].map(|y| Rect::new(right - w, y, right, y + h))
        });
        let inside = places.filter(|p| p.top.is_finite() && p.top > plot.top && p.left > plot.left).collect();
        if page.annotate_in(&label, |_| Align::Right, inside) {
            named.push(words);
        }
    }
}
