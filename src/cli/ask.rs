//! The options that ask the same question of every command that answers with figures.

use chrono_tz::Tz;

use super::Context;
use crate::casebook::Inquiry;
use crate::domain::{Currency, Family, Moment, TimeBasis, parse_zone};
use crate::figures::Question;

/// As of when, by which clock, in which zone and currency.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct QuestionArgs {
    /// Count to the end of this day in the chosen zone, or to this instant (RFC 3339), inclusive
    /// [default: the ledger's last observation]
    #[arg(long, value_name = "DATE|INSTANT", value_parser = |text: &str| text.parse::<Moment>())]
    pub as_of: Option<Moment>,
    /// Which clock places a payment: block (the block's header) or first-seen [default: block]
    #[arg(long, value_name = "BASIS", value_parser = |text: &str| text.parse::<TimeBasis>())]
    pub time: Option<TimeBasis>,
    /// Time zone that days, weeks and months are those of, like Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    pub tz: Option<Tz>,
    /// Currency of the values: USD, EUR, GBP, JPY, CHF, CAD or AUD [default: USD]
    #[arg(long, value_name = "CODE", value_parser = |text: &str| text.parse::<Currency>())]
    pub currency: Option<Currency>,
}

impl QuestionArgs {
    /// The question, with the configuration's answers where the flags are silent.
    pub fn question(&self, context: &Context) -> Question {
        Question {
            as_of: self.as_of,
            basis: self.time.unwrap_or_default(),
            zone: self.tz.unwrap_or(context.config.time_zone),
        }
    }

    /// What is asked of a family, with the configuration's limits and answers where the flags are silent.
    pub fn inquiry(&self, context: &Context, family: &Family) -> Inquiry {
        Inquiry {
            question: self.question(context),
            currency: self.currency.unwrap_or(context.config.currency),
            ..context.inquiry(family)
        }
    }
}
