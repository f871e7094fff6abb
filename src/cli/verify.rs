//! `verify`: a claim held against the chain.

mod all;
mod page;

use anyhow::{Result, bail};
use chrono::NaiveDate;
use chrono_tz::Tz;

use super::ask::QuestionArgs;
use super::output::Usage;
use super::{Answer, Context, report};
use crate::casebook::Inquiry;
use crate::catalog::Catalog;
use crate::claims::NoDays;
use crate::document;
use crate::domain::{Address, Family, Moment, parse_zone};
use crate::figures::Counting;

/// Flags of `verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The family (a name or an alias)
    #[arg(value_name = "FAMILY", required_unless_present = "all")]
    family: Option<String>,
    /// The claim: a sentence about what the chain shows, in quotes; several quantities are several claims
    #[arg(value_name = "CLAIM", required_unless_present = "all")]
    claim: Option<String>,
    /// The day that the claim speaks of, to its end in the chosen zone, or an instant (RFC 3339)
    /// [default: the moment to which the ledger is recorded]
    #[arg(long, value_name = "DATE|INSTANT", value_parser = |text: &str| text.parse::<Moment>())]
    on: Option<Moment>,
    /// The claim speaks of what came in from this day on, in the chosen zone: a day alone is --from DAY --on DAY
    #[arg(long, value_name = "DATE", requires = "on")]
    from: Option<NaiveDate>,
    /// The claim speaks of this address of the family alone; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    address: Vec<String>,
    /// Way of counting the income: DD (every deposit), DD-DC (without deposits that have a campaign input), DD-DC+MI (with
    /// addresses linked by common inputs) or DD-DC+MI-OW (of these without known online services) [default: DD-DC]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| Counting::find(text))]
    estimate: Option<&'static Counting>,
    /// Time zone that the claim's day is one of, like Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    tz: Option<Tz>,
    /// Hold the published claims that ship with the program against the chain, of all families or of the one named
    #[arg(long, conflicts_with_all = ["claim", "on", "from", "address"])]
    all: bool,
    /// Exit with 1 unless all that is claimed is supported, for scripts
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let catalog = context.catalog()?;
    let family = args.family.as_deref().map(|name| catalog.find(name)).transpose()?;
    match (family, &args.claim) {
        (Some(family), Some(text)) if !args.all => one(context, args, &catalog, family, text),
        (family, _) => all::run(context, args, &catalog, family),
    }
}

fn one(context: &Context, args: &Args, catalog: &Catalog, family: &Family, text: &str) -> Result<Answer> {
    let mut claim = report::claimed(catalog, family, text, args.on)?;
    days(context, args)?;
    claim.scope.from = args.from;
    for text in &args.address {
        let address = Address::parse(text, context.network()).map_err(|error| Usage(error.to_string()))?;
        if !family.addresses.iter().any(|one| one.address == address) {
            bail!(Usage(format!("{address} is no address of {}", family.title)));
        }
        claim.scope.addresses.push(address);
    }
    let store = context.ledger_store_of(family)?;
    let verified = context.casebook(&store)?.verify(family, inquiry(context, args, family), &claim);
    let verified = verified.map_err(|error| match error.downcast::<NoDays>() {
        Ok(days) => Usage(days.to_string()).into(),
        Err(other) => other,
    })?;
    let answer = Answer::of(page::page(&verified, family), &document::Verified::of(&verified)?)?;
    Ok(Answer { failed: args.strict && !verified.is_supported(), ..answer })
}

/// Days that cannot be those of a claim.
fn days(context: &Context, args: &Args) -> Result<()> {
    let zone = args.tz.unwrap_or(context.config.time_zone);
    let now = (context.clock)();
    let today = now.with_timezone(&zone).date_naive();
    let day = |moment: Moment| match moment {
        Moment::Day(day) => day,
        Moment::Instant(time) => time.with_timezone(&zone).date_naive(),
    };
    let is_to_come = args.on.is_some_and(|on| match on {
        Moment::Day(day) => day > today,
        Moment::Instant(time) => time > now,
    });
    if is_to_come || args.from.is_some_and(|from| from > today) {
        bail!(Usage("--from and --on are days that have come: what will be is on no chain".to_owned()));
    }
    if args.from.zip(args.on).is_some_and(|(from, on)| from > day(on)) {
        bail!(Usage("--from is after --on; the first day comes before the last".to_owned()));
    }
    Ok(())
}

fn inquiry(context: &Context, args: &Args, family: &Family) -> Inquiry {
    let asked = QuestionArgs { tz: args.tz, ..QuestionArgs::default() };
    Inquiry { counting: args.estimate, ..asked.inquiry(context, family) }
}
