# The jobs of a working day; `just` lists them. Everything here is one cargo command: just is a convenience.

default:
    @just --list

# all that .ci/run checks
check:
    bash .ci/run

# the tests
test:
    cargo test

# everything on the recorded WannaCry ledger
demo:
    cargo run --release -- demo

# draw the gallery in charts/ anew from the program's own data
gallery:
    cargo run --release -- --db target/gallery.db sync wannacry --explorer built-in
    cargo run --release -- --db target/gallery.db chart wannacry --out charts

# put what the tables and the demo say into the docs
docs:
    UPDATE_DOCS=1 cargo test --test tests docs::

# time the demo, and compare it with the same job in pandas and matplotlib (needs python3 with both)
bench:
    cargo bench
    python3 benches/compare.py

# let one fuzz target run for ten minutes: `just fuzz dialects` (fuzz/README.md says what it needs)
fuzz target:
    mkdir -p fuzz/corpus/{{target}}
    RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none --codegen-units 16 {{target}} fuzz/corpus/{{target}} fuzz/seeds/{{target}} -- -max_total_time=600 -rss_limit_mb=2048 -timeout=20 -dict=fuzz/explorers.dict
