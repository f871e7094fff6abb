//! The options that ask the same question of every command that answers with figures.

use anyhow::Result;
use chrono_tz::Tz;

use super::linked::{self, Found};
use super::{Context, prices};
use crate::domain::{Currency, Family, Moment, Network, TimeBasis, parse_zone};
use crate::figures::{self, Account, Linked, Question};
use crate::price::Prices;
use crate::store::Store;

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

    /// The prices in the chosen currency. Test networks have none: their coins are worth nothing.
    pub fn prices(&self, context: &Context) -> Result<Prices> {
        let currency = self.currency.unwrap_or(context.config.currency);
        match context.network() {
            Network::Bitcoin => Prices::load(currency, &prices::live(context)?),
            _ => Ok(Prices::none(currency)),
        }
    }
}

/// The account of a family in the user's database, or why there is none.
pub fn account(context: &Context, family: &Family, prices: &Prices, question: Question) -> Result<Account> {
    let account = match context.existing_store()? {
        Some(store) => account_in(&store, family, prices, question)?,
        None => None,
    };
    account.map_or_else(|| Err(nothing_recorded(context, family)), Ok)
}

/// The same with the estimates that count addresses linked by common inputs, and what those are.
pub fn account_with_linked(
    context: &Context,
    family: &Family,
    prices: &Prices,
    question: Question,
) -> Result<(Account, Found)> {
    let account = account(context, family, prices, question)?;
    let Some(store) = context.existing_store()? else { return Err(nothing_recorded(context, family)) };
    let ledger = store.ledger(family.addresses.iter().map(|a| &a.address))?;
    let (found, linked) = linked(context, &store, family)?;
    Ok((figures::with_linked(account, family, &ledger, &linked, prices), found))
}

/// The addresses that common inputs link to the family's, and what the database holds of them.
pub fn linked(context: &Context, store: &Store, family: &Family) -> Result<(Found, Linked)> {
    let found = linked::find(context, store, family)?;
    let linked = Linked { ledger: store.ledger(found.addresses.keys())?, of_services: found.of_services() };
    Ok((found, linked))
}

/// The account of a family in this database; `None` where nothing is recorded of it.
pub fn account_in(store: &Store, family: &Family, prices: &Prices, question: Question) -> Result<Option<Account>> {
    let ledger = store.ledger(family.addresses.iter().map(|a| &a.address))?;
    Ok(figures::open(family, &ledger, prices, question))
}

/// Why there is no answer about a family, and what to do.
pub fn nothing_recorded(context: &Context, family: &Family) -> anyhow::Error {
    let place = context.db_path().map(|p| p.display().to_string()).unwrap_or_default();
    let flag = if crate::explorer::is_recorded(&family.name) { " --explorer built-in" } else { "" };
    anyhow::anyhow!(
        "nothing is recorded of {} yet in {place}; run: ransomtrail sync {}{flag}",
        family.title,
        family.name
    )
}
