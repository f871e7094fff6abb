//! `payments`: the ledger, a row a payment.

use anyhow::Result;

use super::ask::QuestionArgs;
use super::links::Links;
use super::table::lines;
use super::{Answer, Context, summary};
use crate::document::{Frame, Payment, PaymentPages};
use crate::figures::{self, Account};

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
    let rows = account.payments.iter().map(|one| PaymentPages::of(Payment::of(one, Frame::of(account))));
    let rows: Vec<PaymentPages> = rows.map(|row| links.on(row)).collect();
    Ok(Answer::of(table(account, &rows, &links) + &summary::basis(account), &rows)?)
}

fn table(account: &Account, pages: &[PaymentPages], links: &Links) -> String {
    let zone = account.question.zone;
    let clock = format!("time ({}, {})", account.summary.time_basis.name(), zone.name());
    let low = format!("{} low", account.currency.code());
    let header =
        [&clock, "block", "transaction:output", "address", "BTC", &low, "close", "high", "class", "told by", "trust"];
    let row = |(payment, PaymentPages { payment: row, .. }): (&figures::Payment, &PaymentPages)| {
        let [low, close, high] = row.money.in_words();
        [
            payment.time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string(),
            row.block_height.to_string(),
            format!("{}:{}", row.txid, row.vout),
            row.address.clone(),
            row.btc.clone(),
            low,
            close,
            high,
            row.kind(),
            row.explorer.clone(),
            row.trust.to_owned(),
        ]
    };
    let mut lines = lines(&header, account.payments.iter().zip(pages).map(row), &[1, 4, 5, 6, 7]);
    // The first line is the header; linked when the widths are settled.
    for (line, row) in lines.iter_mut().skip(1).zip(pages) {
        links.dress(line, &row.payment.txid, row.page.clone());
        links.dress(line, &row.payment.address, row.address_page.clone());
    }
    lines.join("\n") + "\n"
}
