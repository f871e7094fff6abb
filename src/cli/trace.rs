//! `trace`: which satoshi went where, under which assumption, and where the record ends.

mod table;

use anyhow::{Result, bail, ensure};

use super::output::Usage;
use super::{Answer, Context};
use crate::catalog::Catalog;
use crate::config::OnwardLimits;
use crate::document::{Trail, TrailSubject};
use crate::domain::{Address, Amount, Family, Moment, Network, OutPoint, Time, Txid};
use crate::store::{Store, TrailStart};
use crate::trace::{self, Followed, Graph, LabelInfo, Policy, Rules, Source};

/// Flags of `trace`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A family (what was withdrawn), an address (what left it), a transaction, or one output of it
    #[arg(value_name = "FAMILY|ADDRESS|TXID[:VOUT]")]
    what: String,
    /// How mixed coins are told apart: fifo, haircut or poison [default: fifo]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| text.parse::<Policy>())]
    policy: Option<Policy>,
    #[command(flatten)]
    limits: Limits,
    /// Where coins came from instead of where they went
    #[arg(long)]
    backwards: bool,
    /// Count transactions in blocks to the end of this day in the configured zone, or to this instant (RFC 3339), inclusive
    #[arg(long, value_name = "DATE|INSTANT", value_parser = |text: &str| text.parse::<Moment>())]
    as_of: Option<Moment>,
    /// Show addresses that were spent from together as well (CoinJoins left out); a guess, and no part of the sums
    #[arg(long)]
    clusters: bool,
}

/// How far coins are followed.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Limits {
    /// So many hops and no further; a withdrawal is hop 0, what spends its outputs hop 1 [default: 100]
    #[arg(long, value_name = "N")]
    hops: Option<u32>,
    /// Amounts below so many satoshis are not followed on [default: 0]
    #[arg(long, value_name = "SAT")]
    min_value: Option<u64>,
    /// A transaction with more outputs is not followed into [default: 100]
    #[arg(long, value_name = "N")]
    fan_out: Option<usize>,
}

impl Limits {
    /// The rules with these limits, and with those of the configuration where a flag is silent.
    pub(super) fn rules(self, configured: OnwardLimits) -> Rules {
        Rules {
            hops: self.hops.unwrap_or(configured.hops),
            min_value: self.min_value.map_or(configured.min_value, Amount::from_sat),
            fan_out: self.fan_out.unwrap_or(configured.fan_out),
            ..Rules::default()
        }
    }
}

/// What is followed.
enum Subject<'a> {
    Family(&'a Family),
    Address(Address),
    Transaction(Txid),
    Output(OutPoint),
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let catalog = context.catalog()?;
    let subject = subject(&args.what, &catalog, context.network())?;
    let store = match &subject {
        Subject::Family(family) => context.ledger_store_of(family)?,
        _ => match context.existing_store()? {
            Some(store) => store,
            None => bail!("there is no database yet; run: ransomtrail sync"),
        },
    };
    let book = context.casebook(&store)?;
    let (zone, onward) = (context.config.time_zone, &context.config.onward);
    let limits = match &subject {
        Subject::Family(family) => onward.limits_of(&family.name),
        _ => onward.limits,
    };
    let rules = Rules {
        policy: args.policy.unwrap_or_default(),
        backwards: args.backwards,
        until: args.as_of.map(|moment| moment.last_second(zone)),
        ..args.limits.rules(limits)
    };
    let graph = book.graph(&start(&subject), args.backwards)?;
    let source = source(&subject, &graph);
    if matches!(&source, Source::Outputs(outputs) if outputs.is_empty()) {
        bail!("the ledger does not hold {}; ransomtrail lookup {0} asks explorers about it", args.what.trim());
    }
    if let Subject::Family(family) = &subject {
        let case = book.case(family, context.inquiry(family))?;
        ensure!(case.is_recorded(), case.nothing_recorded());
    }
    let labels: Owners<'_> = match &subject {
        Subject::Family(family) => Box::new(book.owners_about(family)?),
        _ => Box::new(book.owners()?),
    };
    let trail = trace::follow(&graph, &source, rules, &labels);
    if matches!(source, Source::Outputs(_)) && trail.coins == 0 {
        bail!("{} is in no block up to that moment; only coins in blocks are followed", args.what.trim());
    }
    let mut followed = Followed::of(&graph, &source, rules, trail, recorded_to(&store, &source)?);
    followed.clusters = args.clusters.then(|| trace::clusters(&graph));
    let document = Trail::of(&followed, subject.named());
    let mut answer = Answer::of(table::page(&subject.title(), &document), &document)?;
    answer.notes = document.caveats.iter().map(|caveat| format!("caveat: {caveat}")).collect();
    Ok(answer)
}

/// Whose an address is, as far as a label says.
type Owners<'a> = Box<dyn Fn(&Address) -> Option<LabelInfo> + 'a>;

/// An outpoint, a txid, an address, or the name of a family.
fn subject<'a>(text: &str, catalog: &'a Catalog, network: Network) -> Result<Subject<'a>> {
    let text = text.trim();
    let (head, vout) = text.split_once(':').map_or((text, None), |(head, vout)| (head, Some(vout)));
    if head.len() == 64
        && let Ok(txid) = head.parse::<Txid>()
    {
        let Some(vout) = vout else { return Ok(Subject::Transaction(txid)) };
        let vout =
            vout.parse().map_err(|_| Usage(format!("\"{vout}\" is no output index; give TXID:VOUT, like {head}:0")))?;
        return Ok(Subject::Output(OutPoint::new(txid, vout)));
    }
    match (catalog.find(text), Address::parse(text, network)) {
        (Ok(family), _) => Ok(Subject::Family(family)),
        (Err(_), Ok(address)) => Ok(Subject::Address(address)),
        // What looks like an address has a typing error; everything else is the name of no family.
        (Err(_), Err(error)) if text.len() > 25 => bail!(Usage(error.to_string())),
        (Err(error), Err(_)) => Err(error.into()),
    }
}

fn start(subject: &Subject<'_>) -> TrailStart {
    match subject {
        Subject::Family(family) => TrailStart::Addresses(family.addresses.iter().map(|a| a.address.clone()).collect()),
        Subject::Address(address) => TrailStart::Addresses(vec![address.clone()]),
        Subject::Transaction(txid) => TrailStart::Transaction(*txid),
        Subject::Output(output) => TrailStart::Transaction(output.txid),
    }
}

fn source(subject: &Subject<'_>, graph: &Graph) -> Source {
    match subject {
        Subject::Family(family) => Source::Addresses(family.addresses.iter().map(|a| a.address.clone()).collect()),
        Subject::Address(address) => Source::Addresses([address.clone()].into()),
        Subject::Transaction(txid) => Source::Outputs(graph.outpoints(txid).into_iter().collect()),
        Subject::Output(output) => {
            Source::Outputs(graph.outpoints(&output.txid).into_iter().filter(|at| at == output).collect())
        }
    }
}

/// The earliest moment to which one of the addresses is complete; `None` where one is not.
fn recorded_to(store: &Store, source: &Source) -> Result<Option<Time>> {
    let Source::Addresses(addresses) = source else { return Ok(None) };
    Ok(store.ledger(addresses)?.complete_to())
}

impl Subject<'_> {
    fn title(&self) -> String {
        match self {
            Self::Family(family) => family.title.clone(),
            Self::Address(address) => address.to_string(),
            Self::Transaction(txid) => txid.to_string(),
            Self::Output(output) => output.to_string(),
        }
    }

    fn named(&self) -> TrailSubject {
        let nothing = TrailSubject::default();
        match self {
            Self::Family(family) => TrailSubject::family(&family.name),
            Self::Address(address) => TrailSubject { address: Some(address.clone()), ..nothing },
            Self::Transaction(txid) => TrailSubject { txid: Some(txid.to_string()), ..nothing },
            Self::Output(at) => TrailSubject { txid: Some(at.txid.to_string()), vout: Some(at.vout), ..nothing },
        }
    }
}
