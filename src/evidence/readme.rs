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

Without ransomtrail: compare the SHA-256 of the archive with the one that was published, unpack it into an empty folder,
and compare the files with their sums:

    sha256sum FILE
    unzip FILE -d evidence
    cd evidence && sha256sum --check SHA256SUMS     (on a Mac: shasum --algorithm 256 --check SHA256SUMS)

report/index.html opens in any browser and loads nothing. All other files are text. JSONL files hold a JSON value a line.
Amounts are satoshis (a bitcoin has 100,000,000), times are UTC.

README.txt             this page
manifest.json          every other file, in order, with its length and SHA-256
SHA256SUMS             the same for sha256sum
options.json           the question: as of when, by which clock, in which zone and currency, and how far coins are followed
claims/                what was published about it, by whom and when, as the report holds it against the chain
families/              whose addresses these are, on whose word: the file lists its sources
figures/               what was computed: summary, payments, withdrawals, days, events, where coins went under three policies
labels/                whose the addresses in the ledger are said to be, with the source of each label
ledger/requests.jsonl  what was asked of whom, when (UTC), and the SHA-256 of each answer; other rows name the line they are from
ledger/transactions.jsonl  transactions with all inputs and outputs, as far as they were told
ledger/observations.jsonl  who said when where each stands: waiting, in a block, gone; the last row about one counts
ledger/totals.jsonl    what explorers said each address received and spent
ledger/outputs.jsonl   what explorers said became of single outputs
ledger/incidents.jsonl what was told and cannot be true
ledger/blocks-read.jsonl, looked-for.jsonl, coins-looked-for.jsonl  the span of blocks that was read without a gap, and for
                       which addresses and coins; all empty where explorers were asked about addresses only
proofs/                block headers (80 bytes), and merkle branches that lead from transactions to them
prices/                the prices used, with their source in the first lines; told.jsonl is what live sources told since
answers/               the explorers' answers as they came, each named by its SHA-256; index.jsonl says where from and when
report/                the same for people: a page (HTML, Markdown, JSON), its charts and their series

What a check of this archive establishes: that it is unchanged, that transactions hash to their ids, that branches lead to
headers that carry work, that the ledger says what the kept answers say, and that figures and report follow from it.
Its last line says how much of what was received is proven, how much is recomputed, and how much somebody only told.
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
