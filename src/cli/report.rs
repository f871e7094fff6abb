//! `report`: a page about a family, to show, to print and to check.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::json;

use super::ask::QuestionArgs;
use super::output::Usage;
use super::{Answer, Context, member};
use crate::catalog::Catalog;
use crate::claims::Claim;
use crate::domain::{Family, Moment, rfc3339};
use crate::files::{self, Mode};
use crate::report::{Asked, FORMATS, Format, Material, Page};
use crate::trace::Policy;

/// Flags of `report`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The family (a name or an alias)
    #[arg(value_name = "FAMILY")]
    family: String,
    /// Folder to write to; the page goes to a folder of the family's name in it
    #[arg(long, value_name = "DIR", default_value = "ransomtrail-report")]
    out: PathBuf,
    /// Forms of the page, with commas between them [default: the first]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = member::of(FORMATS))]
    format: Vec<&'static Format>,
    /// How mixed coins are told apart: fifo or haircut [default: fifo]
    #[arg(long, value_name = "NAME", value_parser = super::chart::conserving)]
    policy: Option<Policy>,
    /// A claim to hold against the chain on the page, besides the published ones
    #[arg(long, value_name = "SENTENCE")]
    claim: Option<String>,
    /// The day that the claim speaks of, or an instant (RFC 3339) [default: the moment to which the ledger is recorded]
    #[arg(long, value_name = "DATE|INSTANT", requires = "claim", value_parser = |text: &str| text.parse::<Moment>())]
    on: Option<Moment>,
    #[command(flatten)]
    question: QuestionArgs,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let catalog = context.catalog()?;
    let family = catalog.find(&args.family)?;
    let claim = args.claim.as_deref().map(|text| claimed(&catalog, family, text, args.on)).transpose()?;
    let store = context.ledger_store_of(family)?;
    let book = context.casebook(&store)?;
    let mut inquiry = args.question.inquiry(context, family);
    inquiry.rules.policy = args.policy.unwrap_or_default();
    let case = book.case(family, inquiry)?;
    let page = Material { case: &case, claim: claim.as_ref(), command: &command(args, family) }.make()?;
    let formats = if args.format.is_empty() { vec![&FORMATS[0]] } else { args.format.clone() };
    let folder = args.out.join(&family.name);
    let files = write(&page, &formats, &folder)?;
    let lines: Vec<String> = files.iter().map(|file| format!("{}\n", file.display())).collect();
    let mut answer = Answer::new(
        lines.concat(),
        json!({
            "family": family.name,
            "as_of": rfc3339(case.account()?.summary.as_of),
            "recorded_to": case.account()?.summary.recorded_to.map(rfc3339),
            "files": files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>(),
        }),
    );
    answer.notes = page.caveats.iter().map(|caveat| format!("caveat: {caveat}")).collect();
    Ok(answer)
}

/// A claim about a family as it was typed; one that names another family is none.
pub(super) fn claimed(catalog: &Catalog, family: &Family, text: &str, on: Option<Moment>) -> Result<Claim> {
    if let Some(other) = catalog.another_named(text, family) {
        let (title, name) = (&other.title, &other.name);
        bail!(Usage(format!("the sentence names {title}, and {} is asked about; ask about {name}", family.title)));
    }
    Ok(Claim::typed(text, on).map_err(|error| Usage(error.to_string()))?)
}

/// Writes the page in each form, and beside Markdown its charts.
fn write(page: &Page, formats: &[&'static Format], folder: &Path) -> Result<Vec<PathBuf>> {
    files::create_folder(folder, Mode::Shared)?;
    let mut files = Vec::new();
    for format in formats {
        for (name, text) in page.files(format)? {
            let path = folder.join(name);
            files::write_atomic(&path, text.as_bytes(), Mode::Shared)?;
            files.push(path);
        }
    }
    Ok(files)
}

/// The words that make the page again.
fn command(args: &Args, family: &Family) -> String {
    let QuestionArgs { as_of, time, tz: zone, currency } = args.question;
    let (policy, claim, on) = (args.policy, args.claim.as_deref(), args.on);
    Asked { as_of, time, zone, currency, policy, claim, on }.command(&format!("report {}", family.name))
}
