//! `demo`: everything, on the recorded WannaCry ledger.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::chart::{self, DrawArgs};
use super::{Answer, context, summary, sync};
use crate::casebook::{Casebook, Inquiry, Shelf};
use crate::catalog::Catalog;
use crate::chart::{CHARTS, Series};
use crate::domain::Network;
use crate::explorer::{BUILT_IN, Dialect, Explorer};
use crate::files::{self, Mode};
use crate::price::LIVE_SOURCES;
use crate::store::Store;
use crate::sync::Options;
use crate::work::{self, Plan};

/// Flags of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for the charts and for a database of the demo's own
    #[arg(long, value_name = "DIR", default_value = "ransomtrail-demo")]
    out: PathBuf,
    #[command(flatten)]
    draw: DrawArgs,
}

const FAMILY: &str = "wannacry";

pub(super) fn run(args: &Args) -> Result<Answer> {
    // The record is of mainnet, in dollars and UTC, whatever else is configured: the demo always shows the same.
    let catalog = Catalog::load(Network::Bitcoin, None)?;
    let family = catalog.find(FAMILY)?;
    // The folder is for the charts, which are made to be shown.
    files::create_folder(&args.out, Mode::Shared)?;
    let path = args.out.join("ransomtrail.db");
    let plan = Plan::of_record(&[family]);
    let (store, made) = sync::round(
        new_store(&path)?,
        &[family],
        &[Explorer::built_in(context::now)],
        Options::by_address(context::now()),
        Some(&plan),
    )?;
    let book = Casebook::open(&store, Shelf::carried())?;
    let case = book.case(family, Inquiry::default())?;
    let account = case.account()?;
    let folder = args.out.join(FAMILY);
    let charts: Vec<_> = CHARTS.iter().collect();
    let files = chart::draw(&Series::of(&case, &charts, None)?, &charts, &args.draw, &folder)?;

    let mut text = summary::page(account);
    text.push_str(&summary::basis(account));
    let first = format!("{}/", folder.display());
    let mut endings: Vec<String> = args.draw.format.iter().map(ToString::to_string).chain(["csv".to_owned()]).collect();
    let ending = endings.remove(0);
    let names: Vec<String> = CHARTS.iter().map(|c| format!("{}.{ending}", c.name)).collect();
    let others: Vec<String> = endings.iter().map(|e| format!(".{e}")).collect();
    writeln!(text, "\n  database  {}", path.display())?;
    writeln!(text, "  charts    {first}{}   (+ {})", names.join("  "), others.join(", "))?;
    let db = path.display();
    writeln!(text, "  next      ransomtrail payments {FAMILY} --db {db}   every payment, with its transaction")?;
    writeln!(
        text,
        "            ransomtrail verify {FAMILY} \"millions of dollars in bitcoin\" --on 2017-12-19 --db {db}   what a claim comes to"
    )?;
    writeln!(text, "            ransomtrail sync {FAMILY}   ask public explorers, into a database of your own")?;

    let json = json!({
        "database": path.display().to_string(),
        "charts": files,
        "summary": account.summary,
    });
    let mut answer = Answer::new(text, json);
    answer.failed = !made.round.is_whole() || made.onward.iter().any(|(_, done)| !done.failures.is_empty());
    Ok(answer)
}

/// A new database at `path`; one that an earlier demo left there is replaced, anything else is not touched.
fn new_store(path: &Path) -> Result<Store> {
    if path.exists() {
        let store = Store::open(path)?;
        anyhow::ensure!(
            store.holds_only(BUILT_IN.name())?,
            "{}: holds more than the recorded ledger, and the demo would replace it; name another folder with --out",
            path.display()
        );
        drop(store);
        for ending in ["", "-wal", "-shm"] {
            let file = PathBuf::from(format!("{}{ending}", path.display()));
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| file.display().to_string());
                }
                _ => {}
            }
        }
    }
    let mut store = Store::open(path)?;
    work::mirror(&mut store, &LIVE_SOURCES.iter().collect::<Vec<_>>())?;
    Ok(store)
}
