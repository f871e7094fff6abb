//! `export`: payments, withdrawals, events and series of a family for other programs.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::ask::QuestionArgs;
use super::{Answer, Context, member};
use crate::document::{TABLES, Table};
use crate::domain::{Period, TimeBasis, rfc3339};
use crate::export::{FORMATS, Format};
use crate::files::{self, Mode};

/// Flags of `export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The family (a name or an alias)
    #[arg(value_name = "FAMILY", required_unless_present = "columns")]
    family: Option<String>,
    /// How it is written [default: the first]
    #[arg(long, value_name = "NAME", value_parser = member::of(FORMATS))]
    format: Option<&'static Format>,
    /// What is written; a row of each is [default: the first; with --out all of them]
    #[arg(long, value_name = "TABLE", value_parser = member::of(TABLES))]
    table: Option<&'static Table>,
    /// Write files into this folder instead of to stdout
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Steps of the series: day, week or month [default: day]
    #[arg(long, value_name = "PERIOD", value_parser = |text: &str| text.parse::<Period>())]
    by: Option<Period>,
    /// List every column of every table, and what stands in it
    #[arg(long)]
    columns: bool,
    #[command(flatten)]
    question: QuestionArgs,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    if args.columns {
        return Ok(columns());
    }
    let catalog = context.catalog()?;
    let family = catalog.find(args.family.as_deref().unwrap_or_default())?;
    let store = context.ledger_store_of(family)?;
    let book = context.casebook(&store)?;
    let case = book.case(family, args.question.inquiry(context, family))?;
    let account = case.account()?;
    let wanted: Vec<&'static Table> = match (args.table, &args.out) {
        (Some(table), _) => vec![table],
        (None, Some(_)) => TABLES.iter().collect(),
        (None, None) => TABLES.iter().take(1).collect(),
    };
    let period = args.by.unwrap_or(Period::Day);
    let format = args.format.unwrap_or(&FORMATS[0]);
    let mut answer = Answer::default();
    match &args.out {
        None => {
            let Some(table) = wanted.first() else { bail!("nothing is asked for") };
            let content = table.of(&case, period)?;
            answer.text = String::from_utf8((format.write)(&content)).context("the table is not UTF-8")?;
            answer.json = content.rows.into();
        }
        Some(folder) => {
            files::create_folder(folder, Mode::Shared)?;
            let mut files = Vec::new();
            for table in wanted {
                let content = table.of(&case, period)?;
                let file = folder.join(format!("{}-{}.{}", family.name, table.name, format.name));
                files::write_atomic(&file, &(format.write)(&content), Mode::Shared)?;
                answer.text.push_str(&format!("{}   {} rows\n", file.display(), content.rows.len()));
                files.push(
                    json!({ "table": table.name, "file": file.display().to_string(), "rows": content.rows.len() }),
                );
            }
            answer.json = json!({
                "family": family.name,
                "as_of": rfc3339(account.summary.as_of),
                "recorded_to": account.summary.recorded_to.map(rfc3339),
                "time_basis": account.question.basis.name(),
                "files": files,
            });
        }
    }
    answer.notes = account.summary.caveats.iter().map(|caveat| format!("caveat: {caveat}")).collect();
    if account.question.basis != TimeBasis::Block {
        answer.notes.push("note: events stand at block time".to_owned());
    }
    Ok(answer)
}

fn columns() -> Answer {
    let (mut text, mut rows) = (String::new(), Vec::new());
    for table in TABLES {
        text.push_str(&format!("{}: a row is {}\n", table.name, table.row));
        for column in table.columns() {
            text.push_str(&format!("  {:<17}{}\n", column.name, column.about));
        }
        text.push('\n');
        let columns: Vec<Value> =
            table.columns().iter().map(|column| json!({ "name": column.name, "about": column.about })).collect();
        rows.push(json!({ "table": table.name, "row": table.row, "columns": columns }));
    }
    Answer::new(text, Value::Array(rows))
}
