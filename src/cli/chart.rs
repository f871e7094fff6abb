//! `chart`: the pictures of a family, with the drawn series beside them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use clap::ValueEnum;
use serde_json::{Value, json};

use super::ask::QuestionArgs;
use super::output::Usage;
use super::trace::Limits;
use super::{Answer, Context, member};
use crate::casebook::Inquiry;
use crate::chart::{self, CHARTS, Chart, Look, Picture, Series, Size, Theme};
use crate::document::ChartFile;
use crate::domain::parse_day;
use crate::files::{self, Mode};
use crate::trace::{Policy, Rules};

/// Flags of `chart`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The family (a name or an alias)
    #[arg(value_name = "FAMILY", required_unless_present = "list")]
    family: Option<String>,
    /// Which charts, with commas between them [default: all]
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = member::of(CHARTS))]
    kind: Vec<&'static Chart>,
    /// List the kinds of chart
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    draw: DrawArgs,
    /// Folder to write to; the charts go to a folder of the family's name in it
    #[arg(long, value_name = "DIR", default_value = "ransomtrail-charts")]
    out: PathBuf,
    /// Last day of the chart of worth [default: the day of --as-of, else the last day with a price]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    until: Option<NaiveDate>,
    /// How the charts of the trail tell mixed coins apart: fifo or haircut [default: fifo]
    #[arg(long, value_name = "NAME", value_parser = conserving)]
    policy: Option<Policy>,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    question: QuestionArgs,
}

/// In which form to draw.
#[derive(Clone, Debug, clap::Args)]
pub struct DrawArgs {
    /// Picture formats; a CSV of the drawn series is always written beside them
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', default_values_t = [Format::Svg, Format::Png])]
    pub format: Vec<Format>,
    /// Colours
    #[arg(long, value_enum, default_value_t = ThemeArg::Print)]
    pub theme: ThemeArg,
    /// Crop
    #[arg(long, value_enum, default_value_t = SizeArg::Wide)]
    pub size: SizeArg,
}

impl Default for DrawArgs {
    fn default() -> Self {
        Self { format: vec![Format::Svg, Format::Png], theme: ThemeArg::Print, size: SizeArg::Wide }
    }
}

/// A picture format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Scalable, text as text
    Svg,
    /// Pixels, twice the nominal size
    Png,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Format::Svg => "svg",
            Format::Png => "png",
        })
    }
}

/// Colours of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ThemeArg {
    /// On white paper
    Print,
    /// On a dark screen
    Dark,
}

/// Crop of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SizeArg {
    /// 1000 × 620
    Wide,
    /// As wide as high
    Square,
    /// For a phone
    Tall,
}

impl DrawArgs {
    pub(super) fn look(&self) -> Look {
        Look {
            theme: match self.theme {
                ThemeArg::Print => Theme::Print,
                ThemeArg::Dark => Theme::Dark,
            },
            size: match self.size {
                SizeArg::Wide => Size::Wide,
                SizeArg::Square => Size::Square,
                SizeArg::Tall => Size::Tall,
            },
        }
    }
}

/// A policy under which a picture adds up.
pub(super) fn conserving(text: &str) -> Result<Policy, String> {
    let policy: Policy = text.parse()?;
    if !policy.conserves() {
        return Err(format!("{policy} counts the same coin many times, so that nothing adds up; use fifo or haircut"));
    }
    Ok(policy)
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let Some(name) = args.family.as_deref().filter(|_| !args.list) else { return Ok(list()) };
    let charts: Vec<&Chart> = if args.kind.is_empty() { CHARTS.iter().collect() } else { args.kind.clone() };
    let catalog = context.catalog()?;
    let family = catalog.find(name)?;
    let store = context.ledger_store_of(family)?;
    let book = context.casebook(&store)?;
    let limits = args.limits.rules(context.config.onward.limits_of(&family.name));
    let rules = Rules { policy: args.policy.unwrap_or_default(), ..limits };
    let case = book.case(family, Inquiry { rules, ..args.question.inquiry(context, family) })?;
    let account = case.account()?;
    let counted_to = account.price_day();
    if let Some(until) = args.until.filter(|until| *until < counted_to) {
        anyhow::bail!(Usage(format!(
            "--until {until} is before the last day counted ({counted_to}); to leave out what came later, use --as-of {until}"
        )));
    }
    let folder = args.out.join(&family.name);
    let files = draw(&Series::of(&case, &charts, args.until)?, &charts, &args.draw, &folder)?;
    let mut text = String::new();
    for file in &files {
        writeln!(text, "{}", file.file)?;
    }
    let mut answer = Answer::new(text, json!({ "family": family.name, "files": files }));
    answer.notes = account.summary.caveats.iter().map(|c| format!("caveat: {c}")).collect();
    Ok(answer)
}

fn list() -> Answer {
    let mut text = String::new();
    for chart in CHARTS {
        let _ = writeln!(text, "{:<12} {}", chart.name, chart.about);
    }
    let rows = CHARTS.iter().map(|c| json!({ "name": c.name, "about": c.about })).collect();
    Answer::new(text, Value::Array(rows))
}

/// The chart that `weekly` draws.
pub(super) fn weekly() -> Result<&'static Chart> {
    chart::find("weekly").context("there is no weekly chart")
}

/// Draws the charts and writes them into `folder`, each whole or not at all.
pub(super) fn draw(
    series: &Series<'_>,
    charts: &[&'static Chart],
    form: &DrawArgs,
    folder: &Path,
) -> Result<Vec<ChartFile>> {
    let input = series.input(form.look());
    let pictures = chart::pictures(&input, charts, form.format.contains(&Format::Png))?;
    files::create_folder(folder, Mode::Shared)?;
    let mut out = Vec::new();
    for Picture { name, drawing, png } in &pictures {
        let mut write = |ending: &str, bytes: &[u8]| -> Result<()> {
            let path = folder.join(format!("{name}.{ending}"));
            files::write_atomic(&path, bytes, Mode::Shared)?;
            out.push(ChartFile { chart: name, file: path.display().to_string(), headline: drawing.headline.clone() });
            Ok(())
        };
        if form.format.contains(&Format::Svg) {
            write("svg", drawing.svg.as_bytes())?;
        }
        if let Some(png) = png {
            write("png", png)?;
        }
        write("csv", drawing.csv.as_bytes())?;
    }
    Ok(out)
}
