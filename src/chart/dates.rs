use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;

use super::style::size;
use super::text;
use crate::domain::{Time, format};

/// The time axis: instants to pixels, and ticks at natural steps of the calendar in a zone.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeAxis {
    from: i64,
    to: i64,
    left: f64,
    right: f64,
    zone: Tz,
}

/// A tick with its label, and a second line where the day or the year begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DateTick {
    pub x: f64,
    pub label: String,
    pub under: Option<String>,
}

/// Natural steps, the finest first.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Hours(u32),
    Days,
    Weeks,
    Months(u32),
    Years(i32),
}

const STEPS: [Step; 13] = [
    Step::Hours(1),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Days,
    Step::Weeks,
    Step::Months(1),
    Step::Months(3),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
    Step::Years(10),
    Step::Years(50),
];

/// Shorter spans are widened to this, so that one payment has room around it.
const SHORTEST: i64 = 12 * 3600;
/// Free room between two labels.
const GAP: f64 = 24.0;

impl TimeAxis {
    /// Instants `from..to` over pixels `left..right`.
    pub fn new(from: Time, to: Time, (left, right): (f64, f64), zone: Tz) -> Self {
        let (from, to) = (from.timestamp(), to.timestamp());
        let widen = (SHORTEST - (to - from)).max(0) / 2;
        Self { from: from - widen, to: (to + widen).max(from + 2), left, right, zone }
    }

    pub fn px(&self, time: Time) -> f64 {
        let share = (time.timestamp() - self.from) as f64 / (self.to - self.from) as f64;
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// The finest ticks whose labels have room, within `room` (left and right edge of the canvas' margins).
    pub fn ticks(&self, room: (f64, f64)) -> Vec<DateTick> {
        let mut all = STEPS.into_iter().map(|step| (step, self.ticks_at(step, room)));
        let fitting = all.find(|(step, ticks)| has_room(*step, ticks)).map(|(_, ticks)| ticks);
        let mut ticks = fitting.unwrap_or_default();
        thin_under(&mut ticks);
        ticks
    }

    fn ticks_at(&self, step: Step, room: (f64, f64)) -> Vec<DateTick> {
        let mut ticks: Vec<DateTick> = Vec::new();
        let mut last_under = String::new();
        for moment in self.moments(step) {
            let Some(time) = instant(moment, self.zone) else { continue };
            if !(self.from..=self.to).contains(&time.timestamp()) {
                continue;
            }
            let (label, under) = labels(step, moment);
            let x = self.px(time);
            let half = text::width(&label, size::AXIS, false) / 2.0;
            if x - half < room.0 || x + half > room.1 {
                continue;
            }
            let under = (under != last_under && !under.is_empty()).then(|| {
                last_under.clone_from(&under);
                under
            });
            ticks.push(DateTick { x, label, under });
            if ticks.len() > 40 {
                break;
            }
        }
        let outside = |tick: &DateTick| {
            let half = tick.under.as_deref().map_or(0.0, |u| text::width(u, size::AXIS, false) / 2.0);
            tick.x - half < room.0 || tick.x + half > room.1
        };
        for tick in &mut ticks {
            if outside(tick) {
                tick.under = None;
            }
        }
        ticks
    }

    /// Moments of the local clock, from before the axis' start on.
    fn moments(&self, step: Step) -> impl Iterator<Item = NaiveDateTime> {
        let local = |t: i64| DateTime::from_timestamp(t, 0).unwrap_or_default().with_timezone(&self.zone).naive_local();
        let (start, end) = (local(self.from), local(self.to) + TimeDelta::days(1));
        let day = start.date();
        let first = match step {
            Step::Hours(_) | Step::Days => day,
            Step::Weeks => day - Days::new(u64::from(day.weekday().num_days_from_monday())),
            Step::Months(n) => month(day.year(), day.month0() / n * n),
            Step::Years(n) => month(day.year().div_euclid(n) * n, 0),
        };
        let first = first.and_time(chrono::NaiveTime::MIN);
        std::iter::successors(Some(first), move |t| match step {
            Step::Hours(n) => t.checked_add_signed(TimeDelta::hours(i64::from(n))),
            Step::Days => t.checked_add_days(Days::new(1)),
            Step::Weeks => t.checked_add_days(Days::new(7)),
            Step::Months(n) => t.checked_add_months(Months::new(n)),
            Step::Years(n) => t.checked_add_months(Months::new(12 * n.unsigned_abs())),
        })
        .take_while(move |t| *t <= end)
        .take(4_000)
    }
}

fn month(year: i32, month0: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month0 + 1, 1).unwrap_or_default()
}

fn instant(moment: NaiveDateTime, zone: Tz) -> Option<Time> {
    zone.from_local_datetime(&moment).earliest().map(|t| t.with_timezone(&chrono::Utc))
}

fn labels(step: Step, moment: NaiveDateTime) -> (String, String) {
    let day = moment.date();
    match step {
        Step::Hours(_) => (format!("{:02}:00", moment.hour()), format::day(day)),
        Step::Days | Step::Weeks => (format::day_short(day), day.year().to_string()),
        Step::Months(_) => (day.format("%b").to_string(), day.year().to_string()),
        Step::Years(_) => (day.year().to_string(), String::new()),
    }
}

fn has_room(step: Step, ticks: &[DateTick]) -> bool {
    let half = |tick: &DateTick| text::width(&tick.label, size::AXIS, false) / 2.0;
    let most = if matches!(step, Step::Hours(_)) { 9 } else { 12 };
    let clear = ticks.windows(2).all(|p| p[1].x - half(&p[1]) - p[0].x - half(&p[0]) >= GAP);
    !ticks.is_empty() && ticks.len() <= most && clear
}

/// Where two second lines would touch, the earlier one gives way: a year that begins says more than one that ends.
fn thin_under(ticks: &mut [DateTick]) {
    let mut free_to = f64::INFINITY;
    for tick in ticks.iter_mut().rev() {
        let Some(under) = &tick.under else { continue };
        let half = text::width(under, size::AXIS, false) / 2.0;
        if tick.x + half + 8.0 > free_to {
            tick.under = None;
        } else {
            free_to = tick.x - half;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(from: &str, to: &str) -> TimeAxis {
        let time = |text: &str| text.parse::<Time>().unwrap();
        TimeAxis::new(time(from), time(to), (100.0, 970.0), Tz::UTC)
    }

    #[test]
    fn ticks_stand_at_natural_steps() {
        let check = |from: &str, to: &str, expect: &str| {
            let ticks = axis(from, to).ticks((40.0, 990.0));
            let shown: Vec<String> = ticks
                .iter()
                .map(|t| t.under.as_ref().map_or(t.label.clone(), |under| format!("{} {under}", t.label)))
                .collect();
            assert_eq!(shown.join(" | "), expect);
        };
        check(
            "2017-05-12T11:00:00Z",
            "2017-05-13T04:00:00Z",
            "12:00 12 May 2017 | 15:00 | 18:00 | 21:00 | 00:00 13 May 2017 | 03:00",
        );
        check("2017-12-28T11:00:00Z", "2018-01-02T04:00:00Z", "29 Dec 2017 | 30 Dec | 31 Dec | 1 Jan 2018 | 2 Jan");
        check("2017-05-12T11:00:00Z", "2017-06-10T04:00:00Z", "15 May 2017 | 22 May | 29 May | 5 Jun");
        check("2017-05-12T11:00:00Z", "2017-09-17T04:00:00Z", "Jun 2017 | Jul | Aug | Sep");
        check("2017-05-12T00:00:00Z", "2021-12-31T00:00:00Z", "2018 | 2019 | 2020 | 2021");
        check("2012-05-12T00:00:00Z", "2027-12-31T00:00:00Z", "2014 | 2016 | 2018 | 2020 | 2022 | 2024 | 2026");
    }

    #[test]
    fn any_span_has_ticks_that_do_not_touch() {
        for hours in [0, 1, 5, 20, 60, 200, 700, 2_000, 9_000, 40_000, 90_000, 500_000] {
            let from: Time = "2015-10-30T17:03:00Z".parse().unwrap();
            for zone in [Tz::UTC, Tz::Europe__Berlin, Tz::Asia__Kolkata] {
                let axis = TimeAxis::new(from, from + TimeDelta::hours(hours), (100.0, 970.0), zone);
                let ticks = axis.ticks((40.0, 990.0));
                assert!(!ticks.is_empty() && has_room(Step::Days, &ticks), "{hours} hours: {ticks:?}");
            }
        }
    }
}
