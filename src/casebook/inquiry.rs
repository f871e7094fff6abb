use chrono::TimeDelta;

use crate::domain::{Currency, Time, TimeBasis};
use crate::figures::{Counting, Question};
use crate::trace::Rules;

/// Everything that decides what a family's figures are.
#[derive(Clone, Copy, Debug)]
pub struct Inquiry {
    /// As of when, by which clock, in which zone.
    pub question: Question,
    /// The currency of every value.
    pub currency: Currency,
    /// How mixed coins are told apart, and how far they are followed. Up to when is the question's to say.
    pub rules: Rules,
    /// A coin that has not moved for so long sleeps.
    pub sleep: TimeDelta,
    /// How the income is counted, where it is not in the usual way.
    pub counting: Option<&'static Counting>,
}

impl Default for Inquiry {
    /// Everything that is recorded, in dollars and UTC, under the usual limits.
    fn default() -> Self {
        Self {
            question: Question::default(),
            currency: Currency::default(),
            rules: Rules::default(),
            sleep: TimeDelta::days(30),
            counting: None,
        }
    }
}

impl Inquiry {
    /// The last second that counts; `None` where everything does.
    pub fn until(&self) -> Option<Time> {
        self.question.as_of.map(|moment| moment.last_second(self.question.zone))
    }

    /// The rules that the coins of a family are followed by: forwards, and no further than the question asks.
    pub fn rules(&self) -> Rules {
        Rules { until: self.until(), backwards: false, ..self.rules }
    }

    /// The same by the blocks' clock, which events always go by.
    pub fn by_blocks(self) -> Self {
        Self { question: Question { basis: TimeBasis::Block, ..self.question }, ..self }
    }
}
