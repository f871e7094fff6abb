#!/usr/bin/env bash
# One place each: adds an imaginary member of every kind to a copy of the tree, as CONTRIBUTING.md says, and counts what had to be touched
# by hand: one new file, and in one other file a line in the table (with its `mod` line above). Recorded answers are no code. Then the
# copy has to build with all of them; with --test its docs and gallery are made anew and its whole suite has to pass.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git -C "$root" ls-files -z --cached --others --exclude-standard | (cd "$root" && xargs -0 sh -c 'for file; do [ ! -e "$file" ] || printf "%s\0" "$file"; done' sh) |
    tar -C "$root" --null -T - -c | tar -C "$copy" -x
cd "$copy"
# The crates are built already: only the program itself is compiled anew.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}"
keep() { git add -A && git -c user.name=nobody -c user.email=nobody@example.org commit -qm "$1"; }
git init -q
keep 'the tree'

# entry FILE TABLE TEXT: a line at the end of a table. module FILE: its `mod` line, after the last of that file.
entry() { awk -v table="static $2:" -v text="    $3," 'index($0, table) { inside = 1 } inside && /^\];/ { print text; inside = 0 } { print }' "$1" >"$1.new" && mv "$1.new" "$1"; }
module() { awk '{ lines[NR] = $0 } /^mod [a-z_]*;/ { last = NR } END { for (n = 1; n <= NR; n++) { print lines[n]; if (n == last) print "mod zebra;" } }' "$1" >"$1.new" && mv "$1.new" "$1"; }

# touched KIND NEW TABLE: what git saw is this new file, and two lines in the file of the table.
touched() {
    git add -A
    local new changed
    new=$(git diff --cached --name-only --diff-filter=A | grep -v '^tests/recorded/zebra/' || true)
    changed=$(git diff --cached --numstat --diff-filter=a)
    if [ "$new" != "$2" ] || [ "$changed" != "2	0	$3" ]; then
        printf '%s: more than one place:\n%s\n%s\n' "$1" "$new" "$changed" >&2
        exit 1
    fi
    printf '%-14s %s, and a line in %s\n' "$1" "$2" "$3"
    keep "$1"
}

cat >src/chart/zebra.rs <<'END'
use super::{Chart, Drawing, Input, timeline};

pub(super) const CHART: Chart =
    Chart { name: "zebra", about: "an imaginary chart", shows_the_trail: false, draw };

fn draw(input: &Input<'_>) -> Drawing {
    let drawn = (timeline::CHART.draw)(input);
    Drawing { svg: drawn.svg.replace("timeline", "zebra"), ..drawn }
}
END
module src/chart/mod.rs
entry src/chart/mod.rs CHARTS zebra::CHART
touched chart src/chart/zebra.rs src/chart/mod.rs

cat >src/export/zebra.rs <<'END'
use super::{Format, csv};

pub(super) const FORMAT: Format = Format { name: "zebra", about: "an imaginary format", ..csv::FORMAT };
END
module src/export/mod.rs
entry src/export/mod.rs FORMATS zebra::FORMAT
touched 'export format' src/export/zebra.rs src/export/mod.rs

cat >src/price/zebra.rs <<'END'
use super::kraken;
use super::live::LiveSource;

pub(super) const SOURCE: LiveSource =
    LiveSource { name: "zebra", title: "Zebra", url: "https://zebra.example/api", ..kraken::SOURCE };
END
module src/price/mod.rs
entry src/price/mod.rs LIVE_SOURCES zebra::SOURCE
touched 'price source' src/price/zebra.rs src/price/mod.rs

cat >src/notify/zebra.rs <<'END'
use super::{Channel, Key, hook};

const STRIPES: Key =
    Key { name: "stripes", example: "true", without: Some("false"), about: "whether an imaginary channel is striped" };

pub(super) const CHANNEL: Channel = Channel {
    name: "zebra",
    about: "an imaginary channel",
    keys: &[hook::KEYS[0], STRIPES],
    asks: true,
    read: |section| {
        let striped = section.flag(STRIPES.name)?.unwrap_or(false);
        match striped {
            true => hook::read(section, |message| serde_json::json!([message.headline()])),
            false => hook::read(section, super::Message::json),
        }
    },
};
END
module src/notify/mod.rs
entry src/notify/mod.rs CHANNELS zebra::CHANNEL
touched 'notice channel' src/notify/zebra.rs src/notify/mod.rs

cat >src/catalog/labels/zebra.rs <<'END'
use super::form::{Form, ends};
use super::table;

pub(super) const FORM: Form =
    Form { name: "zebra", about: "an imaginary list", is_named: |path| ends(path, &["zebra"]), ..table::FORM };
END
module src/catalog/labels/mod.rs
entry src/catalog/labels/mod.rs FORMS zebra::FORM
touched 'list format' src/catalog/labels/zebra.rs src/catalog/labels/mod.rs

cat >src/explorer/zebra.rs <<'END'
use bitcoin::{BlockHash, Txid};

use super::{Block, Cursor, Dialect, Outspend, Page, Request, Told, TotalsAnswer, Unread, blockcypher::BLOCKCYPHER};
use crate::domain::{Address, Tx};

/// Speaks as BlockCypher does.
#[derive(Debug)]
pub struct Zebra;
/// The dialect.
pub static ZEBRA: Zebra = Zebra;

impl Dialect for Zebra {
    fn name(&self) -> &'static str {
        "zebra"
    }
    fn totals(&self, address: &Address) -> Request {
        BLOCKCYPHER.totals(address)
    }
    fn read_totals(&self, told: &Told<'_>) -> Result<TotalsAnswer, Unread> {
        BLOCKCYPHER.read_totals(told)
    }
    fn address_page(&self, address: &Address, after: Option<&Cursor>) -> Request {
        BLOCKCYPHER.address_page(address, after)
    }
    fn read_address_page(&self, told: &Told<'_>) -> Result<Page, Unread> {
        BLOCKCYPHER.read_address_page(told)
    }
    fn transaction(&self, txid: &Txid) -> Request {
        BLOCKCYPHER.transaction(txid)
    }
    fn read_transaction(&self, told: &Told<'_>) -> Result<Tx, Unread> {
        BLOCKCYPHER.read_transaction(told)
    }
    fn outspends(&self, txid: &Txid) -> Request {
        BLOCKCYPHER.outspends(txid)
    }
    fn read_outspends(&self, told: &Told<'_>) -> Result<Vec<Outspend>, Unread> {
        BLOCKCYPHER.read_outspends(told)
    }
    fn proves(&self) -> bool {
        BLOCKCYPHER.proves()
    }
    fn block_at(&self, height: u32) -> Request {
        BLOCKCYPHER.block_at(height)
    }
    fn tip(&self) -> Request {
        BLOCKCYPHER.tip()
    }
    fn read_block_hash(&self, told: &Told<'_>) -> Result<BlockHash, Unread> {
        BLOCKCYPHER.read_block_hash(told)
    }
    fn best_chain(&self, hash: &BlockHash) -> Request {
        BLOCKCYPHER.best_chain(hash)
    }
    fn read_best_chain(&self, told: &Told<'_>) -> Result<bool, Unread> {
        BLOCKCYPHER.read_best_chain(told)
    }
    fn block(&self, hash: &BlockHash) -> Request {
        BLOCKCYPHER.block(hash)
    }
    fn read_block(&self, told: &Told<'_>) -> Result<Block, Unread> {
        BLOCKCYPHER.read_block(told)
    }
}
END
module src/explorer/mod.rs
entry src/explorer/mod.rs DIALECTS '&zebra::ZEBRA'
mkdir tests/recorded/zebra
cp tests/recorded/blockcypher/{answers,txs-1db6251a,txs-eb4d2def}.json tests/recorded/zebra/
touched 'explorer API' src/explorer/zebra.rs src/explorer/mod.rs

cat >src/report/sections/zebra.rs <<'END'
section! { "zebra", "Zebra", |_| true, r##"<section aria-labelledby="zebra"><h2 id="zebra">Zebra</h2><p>{{ page.data.family.name }}</p></section>"##, r##"## Zebra

{{ page.data.family.name }}

"## }
END
module src/report/sections/mod.rs
entry src/report/sections/mod.rs SECTIONS zebra::SECTION
touched 'report section' src/report/sections/zebra.rs src/report/sections/mod.rs

echo 'building with all of them'
cargo check --locked --quiet --tests
if [ "${1:-}" = --test ]; then
    UPDATE_DOCS=1 cargo test --locked --quiet --test tests docs:: >/dev/null || true
    cargo run --locked --quiet -- --db "$copy/gallery.db" sync wannacry --explorer built-in >/dev/null
    cargo run --locked --quiet -- --db "$copy/gallery.db" chart wannacry --out charts >/dev/null
    rm -f "$copy"/gallery.db*
    cargo test --locked
fi
