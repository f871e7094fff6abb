use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{nearest, one_of};

/// A moment in UTC, to the second.
pub type Time = DateTime<Utc>;

/// Which clock places a payment in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeBasis {
    /// The time in the header of the block that holds the transaction.
    #[default]
    Block,
    /// When an explorer, or this program, first saw the transaction.
    FirstSeen,
}

impl TimeBasis {
    /// The basis in running text: `block time`.
    pub fn name(self) -> &'static str {
        match self {
            TimeBasis::Block => "block time",
            TimeBasis::FirstSeen => "first-seen time",
        }
    }
}

impl FromStr for TimeBasis {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [("block", TimeBasis::Block), ("first-seen", TimeBasis::FirstSeen)];
        Ok(one_of("time basis", text, all, |basis| basis.0)?.1)
    }
}

impl fmt::Display for TimeBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TimeBasis::Block => "block",
            TimeBasis::FirstSeen => "first-seen",
        })
    }
}

/// A moment as a user gives it: a day (to its end, in the chosen zone) or an instant (inclusive).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// To the end of this day.
    Day(NaiveDate),
    /// To this instant, inclusive.
    Instant(Time),
}

/// Why a text is not a moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a date; write a day like 2017-08-03 or an instant like 2017-05-13T07:07:14Z")]
pub struct BadMoment(pub String);

impl FromStr for Moment {
    type Err = BadMoment;

    fn from_str(text: &str) -> Result<Self, BadMoment> {
        // Four digits of year: everything that the block chain and any price can know lies in them.
        let in_range = |year: i32| (1970..=9999).contains(&year);
        let moment = match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(day) if in_range(day.year()) => Some(Moment::Day(day)),
            Ok(_) => None,
            Err(_) => parse_instant(text).ok().filter(|t| in_range(t.year())).map(Moment::Instant),
        };
        moment.ok_or_else(|| BadMoment(text.to_owned()))
    }
}

impl Moment {
    /// The UTC day whose price the moment takes: the day itself, or that of the instant.
    pub fn price_day(self) -> NaiveDate {
        match self {
            Moment::Day(day) => day,
            Moment::Instant(time) => time.date_naive(),
        }
    }

    /// The last second that belongs to the moment.
    pub fn last_second(self, zone: Tz) -> Time {
        match self {
            Moment::Day(day) => start_of_day(day + Days::new(1), zone) - chrono::TimeDelta::seconds(1),
            Moment::Instant(time) => time,
        }
    }
}

/// Reads a day like 2017-08-03.
pub fn parse_day(text: &str) -> Result<NaiveDate, BadMoment> {
    match text.parse() {
        Ok(Moment::Day(day)) => Ok(day),
        _ => Err(BadMoment(text.to_owned())),
    }
}

/// Reads an RFC 3339 instant.
pub fn parse_instant(text: &str) -> Result<Time, BadMoment> {
    DateTime::parse_from_rfc3339(text).map(|t| t.with_timezone(&Utc)).map_err(|_| BadMoment(text.to_owned()))
}

/// Reads a zone's name from the IANA database, with the nearest name suggested where there is none.
pub fn parse_zone(text: &str) -> Result<Tz, String> {
    Tz::from_str_insensitive(text).map_err(|_| {
        match nearest(text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()), 0.85) {
            Some(name) => format!("unknown time zone \"{text}\"; did you mean \"{name}\"?"),
            None => format!("unknown time zone \"{text}\"; write a name like Europe/Berlin or UTC"),
        }
    })
}

/// The length of the steps that a series is grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// Calendar days.
    Day,
    /// ISO 8601 weeks, Monday to Sunday.
    Week,
    /// Calendar months.
    Month,
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [("day", Period::Day), ("week", Period::Week), ("month", Period::Month)];
        Ok(one_of("period", text, all, |period| period.0)?.1)
    }
}

/// One step of a series: a day, an ISO week or a month, by its first and last day in the chosen zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl Span {
    /// The step of length `period` that `day` falls in.
    pub fn around(day: NaiveDate, period: Period) -> Self {
        match period {
            Period::Day => Self { from: day, to: day },
            Period::Week => {
                let from = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
                Self { from, to: from + Days::new(6) }
            }
            Period::Month => {
                let from = day - Days::new(u64::from(day.day0()));
                let next = if from.month() == 12 {
                    NaiveDate::from_ymd_opt(from.year() + 1, 1, 1)
                } else {
                    NaiveDate::from_ymd_opt(from.year(), from.month() + 1, 1)
                };
                Self { from, to: next.unwrap_or(from) - Days::new(1) }
            }
        }
    }

    /// The step after this one.
    pub fn next(&self, period: Period) -> Self {
        Self::around(self.to + Days::new(1), period)
    }

    /// How the step is called: `2017-05-12`, `2017-W19`, `2017-05`.
    pub fn label(&self, period: Period) -> String {
        match period {
            Period::Day => self.from.to_string(),
            Period::Week => {
                let week = self.from.iso_week();
                format!("{}-W{:02}", week.year(), week.week())
            }
            Period::Month => self.from.format("%Y-%m").to_string(),
        }
    }

    /// The ISO week called `2017-W20`.
    pub fn parse_week(text: &str) -> Result<Self, String> {
        let week = text.split_once("-W").and_then(|(year, week)| {
            NaiveDate::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, chrono::Weekday::Mon)
        });
        week.filter(|day| (1970..=9999).contains(&day.year()))
            .map(|day| Self::around(day, Period::Week))
            .ok_or_else(|| format!("\"{text}\" is not an ISO week; write it like 2017-W20"))
    }
}

/// The first instant of `day` in `zone` (where the clocks jump over midnight: the first that exists).
fn start_of_day(day: NaiveDate, zone: Tz) -> Time {
    let midnight = day.and_time(NaiveTime::MIN);
    // Apia once left out a whole day.
    (0..48)
        .find_map(|hours| zone.from_local_datetime(&(midnight + chrono::TimeDelta::hours(hours))).earliest())
        .map_or_else(|| midnight.and_utc(), |t| t.with_timezone(&Utc))
}

/// RFC 3339 in UTC, to the second: `2017-08-03T03:07:02Z`.
pub(crate) fn rfc3339(time: Time) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
