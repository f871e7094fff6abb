//! `families`: the watch list.

mod new;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::{Answer, Context};
use crate::domain::{Demand, DemandAmount, Fact, FactKind, Family, Network, format, network_name};
use crate::{catalog, document};

/// Flags of `families`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Show everything about this family (a name or an alias)
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(subcommand)]
    edit: Option<Edit>,
}

#[derive(Debug, Subcommand)]
enum Edit {
    /// Start a family file from the command line, and put it on your watch list
    New(new::Args),
    /// Check a family file and put it on your watch list
    Add {
        /// A family file in the format of data/README.md
        file: PathBuf,
    },
    /// Take one of your own families off the watch list
    Remove {
        /// Its name
        name: String,
    },
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    match (&args.edit, &args.name) {
        (Some(Edit::New(args)), _) => new::run(context, args),
        (Some(Edit::Add { file }), _) => add(context, file),
        (Some(Edit::Remove { name }), _) => remove(context, name),
        (None, Some(name)) => one(context.catalog()?.find(name)?),
        (None, None) => all(context),
    }
}

fn add(context: &Context, file: &std::path::Path) -> Result<Answer> {
    let added = catalog::add(file, &context.families_folder())?;
    let name = &added.family.name;
    let flag = match added.network {
        Network::Bitcoin => String::new(),
        other => format!(" --network {}", network_name(other)),
    };
    let text = format!(
        "added {name} with {} ({})\nnext   ransomtrail sync {name}{flag}\n",
        format::count(added.family.addresses.len(), "address", "addresses"),
        added.path.display()
    );
    Ok(Answer::new(
        text,
        json!({ "added": name, "file": added.path.display().to_string(), "addresses": added.family.addresses.len() }),
    ))
}

fn remove(context: &Context, name: &str) -> Result<Answer> {
    let path = catalog::remove(name, &context.families_folder())?;
    let text = format!("removed {}; what is recorded of it stays in the database\n", path.display());
    Ok(Answer::new(text, json!({ "removed": name, "file": path.display().to_string() })))
}

fn all(context: &Context) -> Result<Answer> {
    let catalog = context.catalog()?;
    let mut text = String::new();
    let widest = catalog.families().map(|f| f.name.len()).max().unwrap_or(0);
    for family in catalog.families() {
        let mut marks: Vec<&str> = Vec::new();
        marks.extend(family.sample.is_some().then_some("sample"));
        marks.extend((!family.built_in).then_some("your own"));
        marks.extend(crate::explorer::is_recorded(&family.name).then_some("recorded"));
        let mark = if marks.is_empty() { String::new() } else { format!("  [{}]", marks.join(", ")) };
        let addresses = format::count(family.addresses.len(), "address", "addresses");
        writeln!(text, "{:widest$}  {addresses:>13}  {}{mark}", family.name, years(family))?;
    }
    let count = catalog.families().count();
    if count == 0 {
        writeln!(
            text,
            "no families of {} yet; add one with: ransomtrail families new NAME --address A --source URL",
            network_name(context.network())
        )?;
    } else {
        writeln!(text, "\n{} · ransomtrail families NAME shows one", format::count(count, "family", "families"))?;
    }
    let families: Vec<document::Family> = catalog.families().map(document::Family::from).collect();
    Ok(Answer::of(text, &families)?)
}

/// The years it was active, and its name in print.
fn years(family: &Family) -> String {
    let year = |day: chrono::NaiveDate| day.format("%Y").to_string();
    let span = match (family.active_from.map(year), family.active_to.map(year)) {
        (Some(from), Some(to)) if from == to => from,
        (Some(from), Some(to)) => format!("{from}–{to}"),
        (Some(from), None) => format!("{from}–"),
        (None, Some(to)) => format!("–{to}"),
        (None, None) => String::new(),
    };
    format!("{span:<9}  {}", family.title)
}

fn one(family: &Family) -> Result<Answer> {
    let mut lines = vec![format!("{} · {}", family.title, family.name)];
    if !family.aliases.is_empty() {
        lines.push(format!("  also called   {}", family.aliases.join(", ")));
    }
    lines.push(format!("\n  {}\n", family.summary));
    if let Some(sample) = &family.sample {
        lines.push(format!("  a sample      {sample}"));
    }
    let day = |day: Option<chrono::NaiveDate>| day.map_or("unknown".to_owned(), format::day);
    lines.push(format!("  active        {} to {}", day(family.active_from), day(family.active_to)));
    for demand in &family.demands {
        lines.push(format!("  demanded      {}", describe(demand)));
    }
    for fact in &family.facts {
        lines.push(format!("  said          {}", said(fact)));
    }
    for source in &family.sources {
        let place = source.url.as_deref().unwrap_or("no link");
        lines.push(format!("  source        {}: {} ({place})", source.key, source.title));
    }
    for link in &family.links {
        lines.push(format!("  read          {} ({})", link.title, link.url));
    }
    lines.push(format!("\n  {}", format::count(family.addresses.len(), "address", "addresses")));
    for watched in &family.addresses {
        let note = watched.note.as_deref().map(|n| format!("  {n}")).unwrap_or_default();
        lines.push(format!("  {}  [{}]{note}", watched.address, watched.source));
    }
    if !family.stations.is_empty() {
        let count = format::count(family.stations.len(), "address plays", "addresses play");
        lines.push(format!("\n  {count} another part: no sum has them in it"));
    }
    for station in &family.stations {
        let note = station.watched.note.as_deref().map(|n| format!("  {n}")).unwrap_or_default();
        lines.push(format!(
            "  {}  {}  [{}]{note}",
            station.watched.address,
            station.role.name(),
            station.watched.source
        ));
    }
    Ok(Answer::of(lines.join("\n"), &document::Family::from(family))?)
}

fn describe(demand: &Demand) -> String {
    let amount = match demand.amount {
        DemandAmount::Usd(usd) => format!("{usd} US dollars"),
        DemandAmount::Btc(amount) => format!("{} BTC", format::btc_short(amount)),
    };
    let days = match (demand.from, demand.to) {
        (Some(from), Some(to)) => format!(", {}", format::days(from, to)),
        (Some(from), None) => format!(", from {}", format::day(from)),
        (None, Some(to)) => format!(", until {}", format::day(to)),
        (None, None) => String::new(),
    };
    let note = demand.note.as_deref().map(|n| format!(" ({n})")).unwrap_or_default();
    format!("{amount} ±{} %{days}{note}", (demand.tolerance * crate::domain::Decimal::ONE_HUNDRED).normalize())
}

/// A fact with who says so: `230,000 machines infected (The Guardian, 3 Aug 2017) [guardian]`.
fn said(fact: &Fact) -> String {
    let what = match &fact.what {
        FactKind::Machines(count) => format!("{} machines infected", format::grouped(*count)),
        FactKind::Countries(count) => format!("in {} countries", format::grouped(*count)),
        FactKind::FirstDay(day) => format!("first seen on {}", format::day(*day)),
        FactKind::AttributedTo(whom) => format!("attributed to {whom}"),
    };
    let on = fact.on.map(|day| format!(", {}", format::day(day))).unwrap_or_default();
    let note = fact.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
    format!("{what} ({}{on}) [{}]{note}", fact.by, fact.source)
}
