//! `payments`: the ledger, a row a payment.

use anyhow::Result;
use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle};
use serde_json::{Value, json};

use super::ask::{self, QuestionArgs};
use super::{Answer, Context, summary};
use crate::domain::{format, rfc3339};
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
    let prices = args.question.prices(context)?;
    let account = ask::account(context, family, &prices, args.question.question(context))?;
    let rows = account.payments.iter().map(as_json).collect();
    Ok(Answer::new(table(&account) + &summary::basis(&account), Value::Array(rows)))
}

fn as_json(payment: &Payment) -> Value {
    let value = payment.value.map(|v| v.rounded().map(|x| x.to_string()));
    let [low, close, high] = value.map_or([None, None, None], |v| v.map(Some));
    json!({
        "time": rfc3339(payment.time),
        "block_time": rfc3339(payment.block_time),
        "first_seen": payment.first_seen.map(rfc3339),
        "block_height": payment.block_height,
        "txid": payment.txid.to_string(),
        "vout": payment.vout,
        "address": payment.address,
        "sats": payment.amount.to_sat(),
        "low": low,
        "close": close,
        "high": high,
        "class": payment.class,
        "after_withdrawal": payment.after_withdrawal,
        "internal": payment.internal,
        "explorer": payment.explorer,
        "trust": payment.trust,
    })
}

fn table(account: &Account) -> String {
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
        let mut class = payment.class.to_string();
        if payment.after_withdrawal {
            class.push_str(", after withdrawal");
        }
        if payment.internal {
            class.push_str(", internal");
        }
        table.add_row([
            payment.time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string(),
            payment.block_height.to_string(),
            format!("{}:{}", payment.txid, payment.vout),
            payment.address.to_string(),
            format::btc(payment.amount, 8),
            low,
            close,
            high,
            class,
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
    for line in table.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
