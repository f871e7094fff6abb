//! Accounts that are hard to draw, and the rules that every chart keeps on all of them.

use std::sync::OnceLock;

use bitcoin::hashes::Hash;
use chrono::{Days, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::domain::{
    Address, AddressRecord, Amount, BlockRef, Check, Currency, Decimal, Demand, DemandAmount, Inflow, Ledger, Network,
    Period, Spend, Time, Totals, Trust, Txid,
};
use crate::figures::{self, Question};
use crate::price::{Live, Prices};

/// A family with what moved: seconds after its start and satoshis.
struct Sample {
    title: &'static str,
    start: &'static str,
    payments: Vec<(i64, u64)>,
    withdrawals: Vec<(i64, u64)>,
    demands: Vec<DemandAmount>,
    /// Days that the record and the worth go on after the last event.
    days_after: i64,
    /// The payments belong to transactions that also spend.
    internal: bool,
}

const DAY: i64 = 86_400;
const YEAR: i64 = 365 * DAY;

impl Sample {
    fn new(payments: Vec<(i64, u64)>) -> Self {
        let (title, start) = ("Sample", "2016-03-10T09:30:00Z");
        Self { title, start, payments, withdrawals: Vec::new(), demands: Vec::new(), days_after: 2, internal: false }
    }

    fn ledger(&self) -> Ledger {
        let start: Time = self.start.parse().unwrap();
        let address = Address::parse("12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", Network::Bitcoin).unwrap();
        let block =
            |seconds: i64| Some(BlockRef { height: 400_000, hash: None, time: start + TimeDelta::seconds(seconds) });
        let txid = |kind: u8, n: usize| {
            let mut bytes = [kind; 32];
            bytes[..8].copy_from_slice(&(n as u64).to_be_bytes());
            Txid::from_byte_array(bytes)
        };
        let mut ledger = Ledger::default();
        for (n, (seconds, sats)) in self.payments.iter().enumerate() {
            let (txid, value, address) = (txid(1, n), Amount::from_sat(*sats), address.clone());
            let (block, explorer) = (block(*seconds), "built-in".to_owned());
            if self.internal {
                let (address, explorer) = (address.clone(), explorer.clone());
                ledger.spends.push(Spend {
                    txid,
                    vin: 0,
                    address,
                    value: Some(value),
                    paid: value,
                    block,
                    first_seen: None,
                    explorer,
                    trust: Trust::Told,
                });
            }
            ledger.inflows.push(Inflow {
                txid,
                vout: 0,
                address,
                value,
                block,
                first_seen: None,
                explorer,
                trust: Trust::Told,
            });
        }
        for (n, (seconds, sats)) in self.withdrawals.iter().enumerate() {
            let (txid, value, address) = (txid(2, n), Amount::from_sat(*sats), address.clone());
            let (block, explorer) = (block(*seconds), "built-in".to_owned());
            ledger.spends.push(Spend {
                txid,
                vin: 0,
                address,
                value: Some(value),
                paid: value,
                block,
                first_seen: None,
                explorer,
                trust: Trust::Told,
            });
        }
        let last = self.payments.iter().chain(&self.withdrawals).map(|(seconds, _)| *seconds).max().unwrap_or(0);
        let as_of = start + TimeDelta::seconds(last) + TimeDelta::days(self.days_after);
        let check = Check { explorer: "built-in".to_owned(), as_of, tip_height: None, said: Totals::default().into() };
        ledger.addresses.push(AddressRecord::new(address, Some(check), &[], &[]));
        ledger
    }

    fn family(&self) -> Family {
        let demand = |amount: &DemandAmount| Demand {
            amount: *amount,
            from: None,
            to: None,
            tolerance: Decimal::new(10, 2),
            note: None,
        };
        Family {
            name: "sample".to_owned(),
            title: self.title.to_owned(),
            aliases: Vec::new(),
            summary: String::new(),
            active_from: None,
            active_to: None,
            sample: None,
            complete: None,
            demands: self.demands.iter().map(demand).collect(),
            sources: Vec::new(),
            addresses: Vec::new(),
            stations: Vec::new(),
            facts: Vec::new(),
            links: Vec::new(),
            built_in: false,
        }
    }

    /// Draws every chart and holds it against the rules.
    fn check(&self, name: &str, looks: &[Look]) {
        static PRICES: OnceLock<Prices> = OnceLock::new();
        let prices = PRICES.get_or_init(|| Prices::load(Currency::Usd, &Live::default()).unwrap());
        let family = self.family();
        let account = figures::open(&family, &self.ledger(), prices, Question::default()).unwrap();
        let worth = account.worth(prices, account.summary.as_of.date_naive() + Days::new(1));
        let weeks = figures::steps(&account, Period::Week);
        for look in looks {
            let input = input(&family, &account, &worth, &weeks, *look);
            for chart in CHARTS {
                keeps_the_rules(&format!("{name}, {}, {:?}", chart.name, look.size), &(chart.draw)(&input), *look);
            }
            for step in weeks.first().into_iter().chain(weeks.last()) {
                let drawing =
                    (weekly::CHART.draw)(&Input { week: Some(Span { from: step.from, to: step.to }), ..input });
                keeps_the_rules(&format!("{name}, {}, {:?}", step.label, look.size), &drawing, *look);
            }
        }
    }
}

/// Without a trail: what is drawn of one has samples of its own.
fn input<'a>(family: &'a Family, account: &'a Account, worth: &'a [Worth], weeks: &'a [Step], look: Look) -> Input<'a> {
    let worth_source = &account.summary.price_source;
    Input { family, account, worth, worth_source, weeks, week: None, trail: None, chains: &[], look }
}

pub(super) fn keeps_the_rules(what: &str, drawing: &Drawing, look: Look) {
    let (w, h) = look.size.pixels();
    let canvas = Rect::new(0.0, 0.0, f64::from(w), f64::from(h));
    for (n, a) in drawing.labels.iter().enumerate() {
        assert!(canvas.holds(a), "{what}: {a:?} leaves the canvas");
        for b in &drawing.labels[n + 1..] {
            assert!(!a.overlaps(b), "{what}: {a:?} overlaps {b:?}");
        }
    }
    assert!(!drawing.headline.is_empty() && !drawing.alt.is_empty() && !drawing.foot.is_empty(), "{what}");
    assert!(!drawing.svg.contains("NaN") && !drawing.svg.contains("inf,"), "{what}");
    let columns = |line: &str| line.matches(',').count();
    let header = columns(drawing.csv.lines().next().unwrap());
    assert!(drawing.csv.lines().all(|line| columns(line) == header), "{what}");
}

/// An account for the charts that show a trail and little else.
pub(super) struct TrailSample {
    family: Family,
    account: Account,
}

impl TrailSample {
    pub fn new() -> Self {
        let sample = Sample { withdrawals: vec![(DAY, 60_000_000)], ..Sample::new(vec![(0, 100_000_000)]) };
        let family = sample.family();
        let account =
            figures::open(&family, &sample.ledger(), &Prices::none(Currency::Usd), Question::default()).unwrap();
        Self { family, account }
    }
}

/// Hands the input with this trail to `f`.
pub(super) fn with_trail<T>(
    sample: &TrailSample,
    trail: &Trail,
    chains: &[PeelChain],
    look: Look,
    f: impl FnOnce(&Input<'_>) -> T,
) -> T {
    let input = input(&sample.family, &sample.account, &[], &[], look);
    f(&Input { trail: Some(trail), chains, ..input })
}

/// Numbers that look random and are always the same.
fn noise(n: usize) -> f64 {
    let x = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((x ^ (x >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 11) as f64 / (1u64 << 53) as f64
}

/// Payments over so many seconds, of sizes over so many decades.
fn spread(count: usize, seconds: i64, decades: f64) -> Vec<(i64, u64)> {
    let when = |n: usize| (seconds as f64 * noise(n)) as i64;
    let mut rows: Vec<(i64, u64)> =
        (0..count).map(|n| (when(n), 10f64.powf(8.0 + decades * (noise(n + 7_777) - 0.5)) as u64)).collect();
    rows.sort_unstable();
    rows
}

const SIZES: [Size; 3] = [Size::Wide, Size::Square, Size::Tall];

fn every_look() -> Vec<Look> {
    SIZES.into_iter().map(|size| Look { theme: Theme::Print, size }).collect()
}

#[test]
fn charts_stand_any_data() {
    let usd = |n: u32| DemandAmount::Usd(Decimal::from(n));
    let each_of = |all: &[(i64, u64)], n: i64| -> Vec<(i64, u64)> {
        let sum: u64 = all.iter().map(|(_, sats)| sats).sum();
        (1..=n).map(|k| (all.last().unwrap().0 * k / n, sum / (2 * n as u64))).collect()
    };
    let with = |payments: Vec<(i64, u64)>, withdrawals: i64, demands: Vec<DemandAmount>| {
        let withdrawals = if withdrawals > 0 { each_of(&payments, withdrawals) } else { Vec::new() };
        Sample { withdrawals, demands, ..Sample::new(payments) }
    };
    let long =
        "A family whose name nobody can remember & <writes> in full, “quoted”, over and over and over and over again";
    let samples: Vec<(&str, Sample)> = vec![
        ("nothing", Sample::new(Vec::new())),
        ("one payment", Sample::new(vec![(0, 64_420_868)])),
        ("one satoshi", Sample::new(vec![(0, 1)])),
        ("no value", Sample::new(vec![(0, 0), (DAY, 0)])),
        ("three payments", with(spread(3, 40 * DAY, 2.0), 1, vec![usd(300)])),
        ("long after", Sample { days_after: 900, ..with(spread(5, 3 * DAY, 1.0), 0, Vec::new()) }),
        ("one second", with(vec![(0, 5_000); 40], 1, vec![usd(300), DemandAmount::Btc(Amount::from_sat(5_000))])),
        ("one day", with(spread(200, DAY, 3.0), 2, vec![usd(300), usd(600)])),
        ("all equal", with((0..90).map(|n| (n * DAY, 50_000_000)).collect(), 3, Vec::new())),
        ("nine decades", with(spread(300, YEAR, 9.0), 12, vec![usd(500)])),
        ("ten years", with(spread(1_500, 8 * YEAR, 4.0), 300, vec![usd(1_000)])),
        ("a great many", with(spread(6_000, 5 * YEAR, 6.0), 40, Vec::new())),
        ("no prices", Sample { start: "2010-11-01T00:00:00Z", ..with(spread(50, 200 * DAY, 3.0), 4, vec![usd(300)]) }),
        (
            "prices begin",
            Sample { start: "2012-01-20T00:00:00Z", ..with(spread(50, 200 * DAY, 3.0), 4, vec![usd(300)]) },
        ),
        ("internal only", Sample { internal: true, ..Sample::new(spread(12, 9 * DAY, 1.0)) }),
        ("a long name", Sample { title: long, ..with(spread(120, YEAR, 2.0), 9, vec![usd(300)]) }),
        ("large", with(spread(400, 3 * YEAR, 1.0).into_iter().map(|(t, s)| (t, s * 4_000)).collect(), 5, Vec::new())),
    ];
    for (name, sample) in samples {
        sample.check(name, &every_look());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn charts_stand_random_data(
        payments in prop::collection::vec((0i64..200_000_000, 0.0f64..11.0), 1..40),
        withdrawals in prop::collection::vec((0i64..200_000_000, 0.0f64..11.0), 0..9),
        squeeze in 1i64..100_000,
        size in 0usize..3,
    ) {
        let rows = |rows: Vec<(i64, f64)>| rows.into_iter().map(|(t, e)| (t / squeeze, 10f64.powf(e) as u64)).collect::<Vec<_>>();
        let sample = Sample { withdrawals: rows(withdrawals), ..Sample::new(rows(payments)) };
        sample.check("random", &[Look { theme: Theme::Dark, size: SIZES[size] }]);
    }
}

#[test]
fn the_same_account_draws_the_same_bytes_and_a_png_that_knows_them() {
    let prices = Prices::load(Currency::Usd, &Live::default()).unwrap();
    let sample = Sample::new(spread(30, 30 * DAY, 2.0));
    let family = sample.family();
    let account = figures::open(&family, &sample.ledger(), &prices, Question::default()).unwrap();
    let worth = account.worth(&prices, account.summary.as_of.date_naive());
    let weeks = figures::steps(&account, Period::Week);
    let input = input(&family, &account, &worth, &weeks, Look::default());
    let charts: Vec<&'static Chart> = CHARTS.iter().collect();
    let first = pictures(&input, &charts, true).unwrap();
    let second = pictures(&input, &charts[..1], false).unwrap();
    assert_eq!(first.iter().map(|p| p.name).collect::<Vec<_>>(), CHARTS.iter().map(|c| c.name).collect::<Vec<_>>());
    assert_eq!(first[0].drawing.svg, second[0].drawing.svg);
    assert!(second[0].png.is_none());
    for picture in &first {
        assert!(is_of(picture.png.as_deref().unwrap(), &picture.drawing.svg), "{}", picture.name);
    }
}
