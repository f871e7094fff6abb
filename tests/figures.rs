//! Figures from ledgers made up for the purpose: internal transfers, edges of days, classes; and what holds for any ledger.

use bitcoin::hashes::Hash;
use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use ransomtrail::domain::{
    Address, AddressRecord, Amount, BlockRef, Check, Currency, Decimal, Demand, DemandAmount, Family, Inflow, Ledger,
    Moment, Network, Period, Spend, Time, TimeBasis, Totals, Trust, Txid, WatchedAddress, parse_instant,
};
use ransomtrail::figures::{Account, Class, Question, open, steps};
use ransomtrail::price::{Live, Prices};

const OURS: [&str; 2] = ["12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", "13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94"];

fn address(n: usize) -> Address {
    Address::parse(OURS[n], Network::Bitcoin).unwrap()
}

fn txid(n: u64) -> Txid {
    Txid::hash(&n.to_le_bytes())
}

fn at(text: &str) -> Time {
    parse_instant(text).unwrap()
}

pub fn family(demands: Vec<Demand>) -> Family {
    let watched = |n| WatchedAddress { address: address(n), source: "us".to_owned(), note: None };
    Family {
        name: "trial".to_owned(),
        title: "Trial".to_owned(),
        aliases: vec![],
        summary: "For tests.".to_owned(),
        active_from: None,
        active_to: None,
        sample: None,
        demands,
        sources: vec![],
        addresses: vec![watched(0), watched(1)],
        facts: vec![],
        links: vec![],
        built_in: false,
    }
}

/// A ledger that grows row by row and is reconciled at the end.
#[derive(Default)]
pub struct Book {
    ledger: Ledger,
}

impl Book {
    pub fn inflow(mut self, tx: u64, vout: u32, to: usize, sats: u64, time: Option<&str>) -> Self {
        self.ledger.inflows.push(Inflow {
            trust: Trust::Told,
            txid: txid(tx),
            vout,
            address: address(to),
            value: Amount::from_sat(sats),
            block: time.map(|t| BlockRef { height: 1, hash: None, time: at(t) }),
            first_seen: None,
            explorer: "test".to_owned(),
        });
        self
    }

    pub fn spend(mut self, tx: u64, vin: u32, from: usize, sats: u64, time: Option<&str>) -> Self {
        self.ledger.spends.push(Spend {
            trust: Trust::Told,
            txid: txid(tx),
            vin,
            address: address(from),
            value: Amount::from_sat(sats),
            block: time.map(|t| BlockRef { height: 1, hash: None, time: at(t) }),
            first_seen: None,
            explorer: "test".to_owned(),
        });
        self
    }

    /// The ledger, reconciled.
    pub fn ledger(mut self) -> Ledger {
        for n in 0..OURS.len() {
            let inflows: Vec<_> = self.ledger.inflows.iter().filter(|i| i.address == address(n)).cloned().collect();
            let spends: Vec<_> = self.ledger.spends.iter().filter(|s| s.address == address(n)).cloned().collect();
            let totals = Totals::of(&inflows, &spends);
            let check = Check {
                explorer: "test".to_owned(),
                as_of: at("2017-12-31T00:00:00Z"),
                said: totals.into(),
                tip_height: None,
            };
            self.ledger.addresses.push(AddressRecord::new(address(n), Some(check), &inflows, &spends));
        }
        self.ledger
    }

    fn account(self, family: &Family, question: Question) -> Account {
        open(family, &self.ledger(), &Prices::load(Currency::Usd, &Live::default()).unwrap(), question).unwrap()
    }
}

#[test]
fn what_stays_in_the_family_is_no_income() {
    // 5 come in; 3 of them are moved to the other address with change back, then all leaves.
    let book = Book::default()
        .inflow(1, 0, 0, 500_000_000, Some("2017-05-12T10:00:00Z"))
        .spend(2, 0, 0, 500_000_000, Some("2017-05-13T10:00:00Z"))
        .inflow(2, 0, 1, 300_000_000, Some("2017-05-13T10:00:00Z"))
        .inflow(2, 1, 0, 199_990_000, Some("2017-05-13T10:00:00Z"))
        .spend(3, 0, 1, 300_000_000, Some("2017-05-14T10:00:00Z"))
        .spend(3, 1, 0, 199_990_000, Some("2017-05-14T10:00:00Z"))
        .inflow(4, 0, 1, 1_000_000, Some("2017-05-15T10:00:00Z"));
    let account = book.account(&family(vec![]), Question::default());
    let summary = &account.summary;
    assert_eq!((summary.received.outputs, summary.received.amount.to_sat()), (2, 501_000_000));
    assert_eq!((summary.internal.outputs, summary.internal.amount.to_sat()), (2, 499_990_000));
    // The move costs its fee, the withdrawal takes the rest.
    let left: Vec<u64> = account.withdrawals.iter().map(|w| w.amount.to_sat()).collect();
    assert_eq!(left, [10_000, 499_990_000]);
    assert_eq!(summary.balance.map(Amount::to_sat), Some(1_000_000));
    let late: Vec<bool> = account.payments.iter().map(|p| p.after_withdrawal).collect();
    assert_eq!(late, [false, false, false, true], "the last one came to empty wallets");
    assert_eq!(summary.estimates[0].amount.to_sat(), 1_000_990_000);
    assert_eq!(summary.estimates[1].dropped.to_sat(), 499_990_000);
    // Addresses are gross, as explorers count: three transactions each.
    assert_eq!(summary.addresses.iter().map(|a| a.transactions).collect::<Vec<_>>(), [3, 3]);
}

#[test]
fn a_family_that_sweeps_often_has_no_late_payments() {
    let mut book = Book::default();
    for n in 0..4_u64 {
        let (paid, swept) = (format!("2017-05-1{n}T10:00:00Z"), format!("2017-05-1{n}T10:10:00Z"));
        book = book.inflow(n, 0, 0, 50_000 + n, Some(&paid)).spend(100 + n, 0, 0, 50_000 + n, Some(&swept));
    }
    let swept = book.account(&family(vec![]), Question::default());
    assert_eq!((swept.summary.balance.map(Amount::to_sat), swept.summary.after_withdrawal.outputs), (Some(0), 0));
}

#[test]
fn a_payment_to_wallets_that_still_hold_something_is_not_late() {
    let book = Book::default()
        .inflow(1, 0, 0, 60_000, Some("2017-05-12T10:00:00Z"))
        .inflow(2, 0, 1, 50_000, Some("2017-05-12T11:00:00Z"))
        .spend(3, 0, 0, 60_000, Some("2017-05-13T10:00:00Z"))
        .inflow(4, 0, 0, 70_000, Some("2017-05-14T10:00:00Z"));
    let summary = book.account(&family(vec![]), Question::default()).summary;
    assert_eq!((summary.balance.map(Amount::to_sat), summary.after_withdrawal.outputs), (Some(120_000), 0));
}

#[test]
fn what_cannot_be_computed_is_unknown_and_said() {
    // The spend of a payment that the ledger does not hold: the published sample of -2.63 BTC.
    let account = Book::default()
        .spend(1, 0, 0, 5_000, Some("2017-05-12T10:00:00Z"))
        .account(&family(vec![]), Question::default());
    assert_eq!(account.summary.balance, None);
    assert!(account.summary.caveats.iter().any(|c| c.contains("more spends than payments")));
    // More returns than is known to be spent.
    let account = Book::default()
        .inflow(1, 0, 0, 9_000, Some("2017-05-12T10:00:00Z"))
        .spend(1, 0, 0, 5_000, Some("2017-05-12T10:00:00Z"))
        .account(&family(vec![]), Question::default());
    assert_eq!((account.summary.balance, account.withdrawals[0].value), (None, None));
}

#[test]
fn a_block_ahead_of_our_clock_is_not_left_out() {
    let late = Book::default().inflow(1, 0, 0, 5_000, Some("2017-12-31T00:30:00Z"));
    let summary = late.account(&family(vec![]), Question::default()).summary;
    assert_eq!(summary.received.outputs, 1);
    assert_eq!(summary.as_of, at("2017-12-31T00:30:00Z"));
}

#[test]
fn what_waits_is_shown_apart() {
    let book = Book::default()
        .inflow(1, 0, 0, 100, Some("2017-05-12T10:00:00Z"))
        .inflow(2, 0, 0, 7_000, None)
        .spend(3, 0, 0, 100, None);
    let summary = book.account(&family(vec![]), Question::default()).summary;
    assert_eq!((summary.received.amount.to_sat(), summary.withdrawn.transactions), (100, 0));
    assert_eq!((summary.unconfirmed.amount.to_sat(), summary.unconfirmed.spent_sats.to_sat()), (7_000, 100));
    for words in ["1 unconfirmed payment,", "1 output is being spent"] {
        assert!(summary.caveats.iter().any(|c| c.contains(words)), "{:?}", summary.caveats);
    }
    // The change of a spend that waits is no payment.
    let book = Book::default()
        .inflow(1, 0, 0, 9_000, Some("2017-05-12T10:00:00Z"))
        .spend(2, 0, 0, 9_000, None)
        .inflow(2, 0, 0, 4_000, None);
    let summary = book.account(&family(vec![]), Question::default()).summary;
    assert_eq!((summary.unconfirmed.outputs, summary.unconfirmed.spent_outputs), (0, 1));
}

#[test]
fn a_class_needs_the_amount_and_the_day() {
    let usd = |amount: u32, from: &str, to: &str| Demand {
        amount: DemandAmount::Usd(Decimal::from(amount)),
        from: Some(from.parse().unwrap()),
        to: Some(to.parse().unwrap()),
        tolerance: Decimal::new(10, 2),
        note: None,
    };
    let btc = |sats: u64| Demand {
        amount: DemandAmount::Btc(Amount::from_sat(sats)),
        from: None,
        to: None,
        tolerance: Decimal::new(1, 2),
        note: None,
    };
    // 12 May 2017: low 1694, close 1724.24 or near, high 1856 dollars.
    let check = |demands: Vec<Demand>, sats: u64, day: &str, expect: Class| {
        let book = Book::default().inflow(1, 0, 0, sats, Some(day));
        let account = book.account(&family(demands), Question::default());
        assert_eq!(account.payments[0].class, expect, "{sats} on {day}");
    };
    let window = || vec![usd(300, "2017-05-12", "2017-05-14")];
    check(window(), 17_500_000, "2017-05-12T12:00:00Z", Class::Demand);
    check(window(), 17_500_000, "2017-05-15T12:00:00Z", Class::Other);
    check(window(), 35_000_000, "2017-05-12T12:00:00Z", Class::Multiple);
    check(window(), 25_000_000, "2017-05-12T12:00:00Z", Class::Other);
    check(window(), 999, "2017-05-12T12:00:00Z", Class::Dust);
    check(window(), 50_000, "2017-05-12T12:00:00Z", Class::Dust);
    check(vec![btc(50_000_000)], 50_400_000, "2017-05-12T12:00:00Z", Class::Demand);
    check(vec![btc(50_000_000)], 51_000_000, "2017-05-12T12:00:00Z", Class::Other);
    check(vec![btc(50_000_000)], 102_000_000, "2017-05-12T12:00:00Z", Class::Multiple);
    // No price: a demand in dollars cannot be told, one in bitcoin can.
    check(vec![usd(300, "2009-01-01", "2012-01-01")], 50_000_000, "2011-05-12T12:00:00Z", Class::Unknown);
    check(vec![btc(50_000_000)], 50_000_000, "2011-05-12T12:00:00Z", Class::Demand);
}

#[test]
fn prices_that_are_missing_are_counted() {
    let book = Book::default().inflow(1, 0, 0, 100_000_000, Some("2011-05-12T10:00:00Z")).inflow(
        2,
        0,
        0,
        100_000_000,
        Some("2017-05-12T10:00:00Z"),
    );
    let summary = book.account(&family(vec![]), Question::default()).summary;
    assert_eq!((summary.received.without_price, summary.received.without_price_sats.to_sat()), (1, 100_000_000));
    assert!(summary.received.at_receipt.is_some());
    assert!(summary.caveats.iter().any(|c| c.contains("have no price")), "{:?}", summary.caveats);
    let none = Book::default().inflow(1, 0, 0, 5_000, Some("2011-05-12T10:00:00Z"));
    let question = Question { as_of: Some("2011-12-31".parse().unwrap()), ..Question::default() };
    let received = none.account(&family(vec![]), question).summary.received;
    assert!(received.at_receipt.is_none() && received.as_of_value.is_none() && received.peak.is_none());
}

#[test]
fn days_end_where_the_zone_says() {
    let zone = "America/New_York".parse().unwrap();
    let question = Question { as_of: Some("2017-05-12".parse().unwrap()), zone, ..Question::default() };
    let book = |time| Book::default().inflow(1, 0, 0, 5_000, Some(time));
    let count = |time| book(time).account(&family(vec![]), question).summary.received.outputs;
    // New York is four hours behind in May.
    assert_eq!(count("2017-05-13T03:59:59Z"), 1);
    assert_eq!(count("2017-05-13T04:00:00Z"), 0);
    // A day asked for is priced as that day, though it ends on the next one in UTC.
    let account = book("2017-05-12T10:00:00Z").account(&family(vec![]), question);
    let day = account.summary.received.as_of_value.as_ref().map(|v| v.date.to_string());
    assert_eq!((day.as_deref(), account.price_day().to_string().as_str()), (Some("2017-05-12"), "2017-05-12"));
    // The clocks of Sao Paulo jump over midnight: the day begins at one.
    let moment: Moment = "2017-10-14".parse().unwrap();
    assert_eq!(moment.last_second("America/Sao_Paulo".parse().unwrap()), at("2017-10-15T02:59:59Z"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn totals_are_the_sum_of_the_rows(
        rows in prop::collection::vec((0_u64..40, 0_u32..3, 0_usize..2, 1_u64..5_000_000_000, 0_i64..20_000_000), 1..60),
        spent in prop::collection::vec(any::<bool>(), 60),
        zone in prop::sample::select(vec!["UTC", "Pacific/Auckland", "America/New_York", "Asia/Kathmandu"]),
        cut in 0_i64..25_000_000,
    ) {
        let start = at("2017-01-01T00:00:00Z");
        let time = |seconds: i64| (start + TimeDelta::seconds(seconds)).to_rfc3339();
        let mut book = Book::default();
        let mut known = std::collections::BTreeMap::new();
        for (n, (tx, vout, to, sats, seconds)) in rows.into_iter().enumerate() {
            let tx = tx + 1_000 * u64::from(vout);
            if known.contains_key(&tx) {
                continue;
            }
            known.insert(tx, (to, sats, seconds));
            book = book.inflow(tx, vout, to, sats, Some(&time(seconds)));
            if spent[n] {
                book = book.spend(900_000 + tx / 3, u32::try_from(n).unwrap(), to, sats, Some(&time(20_000_000 + i64::try_from(tx / 3).unwrap())));
            }
        }
        let question = Question {
            as_of: Some(Moment::Instant(start + TimeDelta::seconds(cut))),
            zone: zone.parse().unwrap(),
            basis: TimeBasis::Block,
        };
        let account = book.account(&family(vec![]), question);
        let summary = &account.summary;
        let until = start + TimeDelta::seconds(cut);
        let expected: u64 = known.values().filter(|k| start + TimeDelta::seconds(k.2) <= until).map(|k| k.1).sum();
        prop_assert_eq!(summary.received.amount.to_sat(), expected);
        prop_assert_eq!(account.income().map(|p| p.amount.to_sat()).sum::<u64>(), expected);
        let left = expected.checked_sub(summary.withdrawn.amount.to_sat());
        prop_assert_eq!(summary.balance.map(Amount::to_sat), left);
        let classes: u64 = summary.classes.values().map(|c| c.sats).sum();
        prop_assert_eq!(classes, expected);
        let by_address: u64 = summary.addresses.iter().map(|a| a.received.to_sat()).sum();
        prop_assert_eq!(by_address, expected);
        for period in [Period::Day, Period::Week, Period::Month] {
            let series = steps(&account, period);
            prop_assert_eq!(series.iter().map(|s| s.sats).sum::<u64>(), expected);
            prop_assert_eq!(series.iter().map(|s| s.withdrawn_sats).sum::<u64>(), summary.withdrawn.amount.to_sat());
            prop_assert!(series.windows(2).all(|pair| pair[0].to.succ_opt() == Some(pair[1].from)), "a step is missing");
        }
        if let Some(value) = summary.received.at_receipt {
            prop_assert!(value.low <= value.close && value.close <= value.high);
        }
        if let (Some(peak), Some(now)) = (&summary.received.peak, &summary.received.as_of_value) {
            prop_assert!(peak.value.high >= now.value.high);
        }
        prop_assert!(DateTime::UNIX_EPOCH < summary.as_of);
    }
}
