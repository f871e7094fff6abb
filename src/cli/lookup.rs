//! `lookup`: one address or one transaction, asked of the explorers there and then. Nothing of it gets into the user's
//! database; `--offline` shows what that database holds.

mod address;
mod transaction;

use std::fmt::Write as _;

use anyhow::Result;

use super::ask::QuestionArgs;
use super::links::Links;
use super::output::Usage;
use super::{Answer, Context};
use crate::document::Watched;
use crate::domain::{Address, BadAddress, Network, Txid, network_name};

/// Flags of `lookup`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A bitcoin address, or a txid (64 hex digits)
    #[arg(value_name = "ADDRESS|TXID")]
    what: String,
    #[command(flatten)]
    question: QuestionArgs,
    /// Ask this explorer alone: a name from the configuration, the URL of an Esplora server, or "built-in" for the
    /// recorded ledger [default: the configured ones, in their order]
    #[arg(long, value_name = "NAME|URL|built-in", conflicts_with = "offline")]
    explorer: Option<String>,
    /// Ask nobody: show what your database holds
    #[arg(long)]
    offline: bool,
}

/// What is looked up.
enum Subject {
    Address(Address),
    Transaction(Txid),
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let links = Links::new(context, args.explorer.as_deref());
    match subject(&args.what, context.network())? {
        Subject::Address(address) => address::run(context, args, &address, &links),
        Subject::Transaction(txid) => transaction::run(context, args, &txid, &links),
    }
}

/// Sixty-four hex digits are a txid, everything else has to be an address of the network in use.
fn subject(text: &str, network: Network) -> Result<Subject, Usage> {
    if text.len() == 64
        && let Ok(txid) = text.parse()
    {
        return Ok(Subject::Transaction(txid));
    }
    match Address::parse(text, network) {
        Ok(address) => Ok(Subject::Address(address)),
        Err(error @ BadAddress::Network(..)) => {
            let others = [Network::Bitcoin, Network::Testnet4, Network::Signet, Network::Regtest];
            let fits: Vec<&str> =
                others.into_iter().filter(|n| Address::parse(text, *n).is_ok()).map(network_name).collect();
            let hint = if fits.is_empty() { String::new() } else { format!("; give --network {}", fits.join(" or ")) };
            Err(Usage(format!("{error}{hint}")))
        }
        Err(error) if !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit()) => {
            Err(Usage(format!("{error}; a txid has 64 hex digits, and this has {}", text.len())))
        }
        Err(error) => Err(Usage(error.to_string())),
    }
}

/// In words: `WannaCry (wannacry), named by Jack Cable, Ransomwhere, 2022 export (https://doi.org/…)`.
fn watched_in_words(watched: &Watched) -> String {
    let mut out = format!("{} ({})", watched.title, watched.family);
    if let Some(source) = &watched.source {
        let _ = write!(out, ", named by {}", source.title);
        if let Some(url) = &source.url {
            let _ = write!(out, " ({url})");
        }
    }
    if let Some(note) = &watched.note {
        let _ = write!(out, ": {note}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_txid_nor_address_is_refused_with_a_way_on() {
        let check = |text: &str, network, expect: &str| {
            let said = subject(text, network).map(|_| ()).unwrap_err().to_string();
            assert!(said.contains(expect), "{text:?}: {said:?} does not say {expect:?}");
        };
        check("12t9YDPgwueZ9NyMgw519p7AA8isjr6SMx", Network::Bitcoin, "fails its checksum");
        check("", Network::Bitcoin, "not a bitcoin address");
        check(&"ab".repeat(31), Network::Bitcoin, "a txid has 64 hex digits, and this has 62");
        check(&"zz".repeat(32), Network::Bitcoin, "not a bitcoin address");
        let testnet = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx";
        check(testnet, Network::Bitcoin, "not an address of mainnet; give --network testnet4 or signet");
        check("12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", Network::Regtest, "give --network mainnet");
        assert!(matches!(subject(&"Ab".repeat(32), Network::Bitcoin), Ok(Subject::Transaction(_))));
        assert!(matches!(subject(testnet, Network::Signet), Ok(Subject::Address(_))));
    }
}
