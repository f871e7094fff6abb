//! `payments`: the ledger, a row a payment.

use anyhow::Result;
use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle};
use serde_json::{Value, json};

use super::ask::QuestionArgs;
use super::links::Links;
use super::{Answer, Context, summary};
use crate::document::{self, Frame};
use crate::domain::{Currency, format};
use crate::figures::{Account, Payment};

/// Flags of `payments`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The family (a name or an alias)
    #[arg(value_name = "FAMILY")]
    family: String,
    #[command(flatten)]
    question: QuestionArgs,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let catalog = context.catalog()?;
    let family = catalog.find(&args.family)?;
    let store = context.ledger_store_of(family)?;
    let book = context.casebook(&store)?;
    let case = book.case(family, args.question.inquiry(context, family))?;
    let account = case.account()?;
    let links = Links::new(context, None);
    let frame = Frame::of(account);
    let rows = account.payments.iter().map(|payment| linked(payment, frame, &links)).collect::<Result<_>>()?;
    Ok(Answer::new(table(account, &links) + &summary::basis(account), Value::Array(rows)))
}

/// A payment with the pages that show it.
fn linked(payment: &Payment, frame: Frame<'_>, links: &Links) -> Result<Value> {
    let mut row = serde_json::to_value(document::Payment::of(payment, frame))?;
    row["page"] = json!(links.transaction(&payment.explorer, &payment.txid.to_string()));
    row["address_page"] = json!(links.address(&payment.explorer, payment.address.as_str()));
    Ok(row)
}

/// The same of a single address, which is of no family.
pub(super) fn as_json(payment: &Payment, links: &Links) -> Value {
    let frame = Frame { family: "", currency: Currency::Usd };
    let mut row = linked(payment, frame, links).unwrap_or_default();
    for name in ["family", "currency"] {
        row.as_object_mut().map(|row| row.remove(name));
    }
    row
}

fn table(account: &Account, links: &Links) -> String {
    let zone = account.question.zone;
    let code = account.currency.code();
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header([
        &format!("time ({}, {})", account.summary.time_basis.name(), zone.name()),
        "block",
        "transaction:output",
        "address",
        "BTC",
        &format!("{code} low"),
        "close",
        "high",
        "class",
        "told by",
        "trust",
    ]);
    for payment in &account.payments {
        let [low, close, high] = match payment.value {
            Some(value) => value.rounded().map(|x| x.to_string()),
            None => ["unknown", "unknown", "unknown"].map(str::to_owned),
        };
        table.add_row([
            payment.time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string(),
            payment.block_height.to_string(),
            format!("{}:{}", payment.txid, payment.vout),
            payment.address.to_string(),
            format::btc(payment.amount, 8),
            low,
            close,
            high,
            payment.kind(),
            payment.explorer.clone(),
            payment.trust.to_string(),
        ]);
    }
    for column in [1, 4, 5, 6, 7] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut out = String::new();
    // The first line is the header; linked when the widths are settled.
    let rows = std::iter::once(None).chain(account.payments.iter().map(Some));
    for (line, payment) in table.lines().zip(rows) {
        let mut line = line.trim_end().to_owned();
        if let Some(payment) = payment {
            let (txid, address) = (payment.txid.to_string(), payment.address.as_str());
            links.dress(&mut line, &txid, links.transaction(&payment.explorer, &txid));
            links.dress(&mut line, address, links.address(&payment.explorer, address));
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}
