//! The command that makes a page again.

use chrono_tz::Tz;

use crate::domain::words::shown;
use crate::domain::{Currency, Moment, TimeBasis, rfc3339};
use crate::trace::Policy;

/// What was asked for by flags; what is `None` was left to the defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// `--as-of`.
    pub as_of: Option<Moment>,
    /// `--time`.
    pub time: Option<TimeBasis>,
    /// `--tz`.
    pub zone: Option<Tz>,
    /// `--currency`.
    pub currency: Option<Currency>,
    /// `--policy`.
    pub policy: Option<Policy>,
    /// `--claim`.
    pub claim: Option<&'a str>,
    /// `--on`.
    pub on: Option<Moment>,
}

impl Asked<'_> {
    /// The words after the program's name that make a page again, beginning with these. What names a folder of this machine is left out.
    pub fn command(&self, beginning: &str) -> String {
        let mut words = vec![beginning.to_owned()];
        let mut flag = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                words.push(format!("--{name} {value}"));
            }
        };
        let moment = |moment: Moment| match moment {
            Moment::Day(day) => day.to_string(),
            Moment::Instant(time) => rfc3339(time),
        };
        flag("as-of", self.as_of.map(moment));
        flag("time", self.time.map(|basis| basis.name().to_owned()));
        flag("tz", self.zone.map(|zone| zone.name().to_owned()));
        flag("currency", self.currency.map(|currency| currency.code().to_owned()));
        flag("policy", self.policy.map(|policy| policy.name().to_owned()));
        flag("claim", self.claim.map(|text| format!("'{}'", shown(text).replace('\'', "'\\''"))));
        flag("on", self.on.map(moment));
        words.join(" ")
    }
}
