//! The README of a pack, for strangers.

use super::archive::Entry;
use super::contents::Contents;
use crate::domain::Family;

/// Its name in the pack.
pub(super) const NAME: &str = "README.txt";

pub(super) fn entry(contents: &Contents, family: &Family) -> Entry {
    let options = &contents.options;
    let as_of = options.as_of.as_deref().unwrap_or("the ledger's last observation");
    let text = format!(
        "Evidence pack: {title}, as of {as_of}

This archive holds what the figures about the Bitcoin addresses of {title} were computed from, and the figures. It was
written by ransomtrail {version} (evidence format {format}), and ransomtrail checks it on any machine, without a network:

    ransomtrail evidence check FILE

Without ransomtrail: compare the SHA-256 of the archive with the one that was published (sha256sum FILE), unpack it
(unzip FILE), and compare the files with manifest.json, which lists each with its length and SHA-256. All files are text.
JSONL files hold a JSON value a line. Amounts are satoshis (a bitcoin has 100,000,000), times are UTC.

README.txt             this page
manifest.json          every other file, in order, with its length and SHA-256
options.json           the question: as of when, by which clock, in which zone and currency
families/              whose addresses these are, on whose word: the file lists its sources
figures/               what was computed: summary, payments, withdrawals, days, and where coins went under three policies
labels/                whose the addresses in the ledger are said to be, with the source of each label
ledger/requests.jsonl  what was asked of whom, when (UTC), and the SHA-256 of each answer; other rows name the line they are from
ledger/transactions.jsonl  transactions with all inputs and outputs, as far as they were told
ledger/observations.jsonl  who said when where each stands: waiting, in a block, gone; the last row about one counts
ledger/totals.jsonl    what explorers said each address received and spent
ledger/outputs.jsonl   what explorers said became of single outputs
ledger/incidents.jsonl what was told and cannot be true
ledger/blocks-read.jsonl, looked-for.jsonl  the span of blocks that was read without a gap, and for which addresses
proofs/                block headers (80 bytes), and merkle branches that lead from transactions to them
prices/                the prices used, with their source in the first lines; told.jsonl is what live sources told since
answers/               the explorers' answers as they came, each named by its SHA-256; index.jsonl says where from and when
report/                pages made from the same, if there are any

What a check of this archive establishes: that it is unchanged, that transactions hash to their ids, that branches lead to
headers that carry work, that the ledger says what the kept answers say, and that the figures follow from the ledger.
What it cannot establish: that the addresses are the culprits', that labels are right, that prices are those of the market,
that answers came from those servers at those times (nobody signs them), that nothing is missing from what explorers told,
and that a header lies in the best chain: compare its hash with any node or explorer.
",
        title = family.title,
        version = options.program_version,
        format = options.format_version,
    );
    Entry::new(NAME, text)
}
