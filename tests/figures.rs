//! Figures from ledgers made up for the purpose: internal transfers, edges of days, classes; and what holds for any ledger.

use bitcoin::hashes::Hash;
use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use ransomtrail::document;
use ransomtrail::domain::caveat::Code;
use ransomtrail::domain::{
    Address, AddressRecord, Amount, BlockRef, Check, Currency, Decimal, Demand, DemandAmount, Family, Inflow, Ledger,
    Moment, Network, Period, Spend, Time, TimeBasis, Totals, Trust, Txid, WatchedAddress, parse_instant,
};
use ransomtrail::figures::{self, Account, Class, Question, open, steps};
use ransomtrail::price::{Live, Prices};

const OURS: [&str; 2] = ["12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", "13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94"];

fn address(n: usize) -> Address {
    Address::parse(OURS[n], Network::Bitcoin).unwrap()
}

fn txid(n: u64) -> Txid {
    Txid::hash(&n.to_le_bytes())
}

fn sats(amount: Option<Amount>) -> Option<u64> {
    amount.map(Amount::to_sat)
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
        complete: None,
        demands,
        sources: vec![],
        addresses: vec![watched(0), watched(1)],
        stations: Vec::new(),
        facts: vec![],
        links: vec![],
        built_in: false,
    }
}

/// A ledger that grows row by row and is reconciled at the end. What spends and returns nothing pays all to others; what
/// returns something pays others only what is said.
#[derive(Default)]
pub struct Book {
    ledger: Ledger,
    others: Vec<(Txid, u64)>,
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

    pub fn spend(self, tx: u64, vin: u32, from: usize, sats: u64, time: Option<&str>) -> Self {
        self.spend_of(tx, vin, from, Some(sats), time)
    }

    /// A transaction pays others so much.
    fn pays(mut self, tx: u64, sats: u64) -> Self {
        self.others.push((txid(tx), sats));
        self
    }

    fn spend_of(mut self, tx: u64, vin: u32, from: usize, sats: Option<u64>, time: Option<&str>) -> Self {
        self.ledger.spends.push(Spend {
            trust: Trust::Told,
            txid: txid(tx),
            vin,
            address: address(from),
            value: sats.map(Amount::from_sat),
            paid: Amount::ZERO,
            block: time.map(|t| BlockRef { height: 1, hash: None, time: at(t) }),
            first_seen: None,
            explorer: "test".to_owned(),
        });
        self
    }

    /// The ledger, reconciled.
    pub fn ledger(mut self) -> Ledger {
        let Ledger { inflows, spends, .. } = &mut self.ledger;
        let known = spends.clone();
        for spend in spends {
            let of = |txid: Txid| txid == spend.txid;
            let returned: Amount = inflows.iter().filter(|row| of(row.txid)).map(|row| row.value).sum();
            let spent = known.iter().filter(|row| of(row.txid)).filter_map(|row| row.value).sum();
            let said: u64 = self.others.iter().filter(|(txid, _)| of(*txid)).map(|(_, sats)| sats).sum();
            let silent = returned == Amount::ZERO && said == 0;
            spend.paid = if silent { spent } else { returned + Amount::from_sat(said) };
        }
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
    assert_eq!((summary.internal.outputs, sats(summary.internal.amount)), (2, Some(499_990_000)));
    // The move pays nobody else and is no withdrawal: it costs its fee.
    assert_eq!(sats(summary.internal.fees), Some(10_000));
    let left: Vec<Option<u64>> = account.withdrawals.iter().map(|w| sats(w.amount)).collect();
    assert_eq!(left, [Some(499_990_000)]);
    assert!(
        account.payments.iter().filter(|p| p.internal).all(|p| p.class().is_none() && p.joined == Some(Amount::ZERO))
    );
    assert_eq!(summary.balance.map(Amount::to_sat), Some(1_000_000));
    let late: Vec<bool> = account.payments.iter().map(|p| p.after_withdrawal).collect();
    assert_eq!(late, [false, false, false, true], "the last one came to empty wallets");
    assert_eq!(summary.estimates[0].amount.to_sat(), 1_000_990_000);
    assert_eq!(summary.estimates[1].dropped.to_sat(), 499_990_000);
    // Addresses are gross, as explorers count: three transactions each.
    assert_eq!(summary.addresses.iter().map(|a| a.transactions).collect::<Vec<_>>(), [3, 3]);
}

#[test]
fn payments_are_sized_by_output_and_by_transaction() {
    let prices = Prices::load(Currency::Usd, &Live::default()).unwrap();
    let account = Book::default()
        .inflow(1, 0, 0, 300_000_000, Some("2017-05-12T10:00:00Z"))
        .inflow(1, 1, 1, 200_000_000, Some("2017-05-12T10:00:00Z"))
        .inflow(2, 0, 0, 400_000_000, Some("2017-05-12T11:00:00Z"))
        .inflow(3, 0, 0, 100_000_000, Some("2011-06-22T10:00:00Z"))
        .spend(4, 0, 0, 400_000_000, Some("2017-05-15T10:00:00Z"))
        .spend(5, 0, 0, 300_000_000, Some("2017-05-15T10:00:00Z"))
        .account(&family(vec![]), Question::default());
    let amounts =
        |sizes: Vec<figures::Size>| sizes.iter().map(|one| one.amount.to_sat() / 100_000_000).collect::<Vec<_>>();
    assert_eq!(amounts(figures::by_output(&account)).iter().sum::<u64>(), 10);
    let by_tx = figures::by_transaction(&account);
    assert_eq!(by_tx.iter().filter(|one| one.value.is_none()).count(), 1, "no price while the exchange was closed");
    assert_eq!(amounts(by_tx).iter().max(), Some(&5));
    assert_eq!((account.paying_days(), account.paid_addresses()), (2, 2));
    // Both left in one block: either may be the first.
    let mut first: Vec<_> = account.nth_withdrawal(1).iter().map(|one| sats(one.amount)).collect();
    first.sort();
    assert_eq!(first, [Some(300_000_000), Some(400_000_000)]);
    assert_eq!(account.nth_withdrawal(2).len(), 2);
    assert!(account.nth_withdrawal(3).is_empty() && account.nth_withdrawal(0).is_empty());
    // Three bitcoin are left, at the price of the account's day.
    let (day, left) = (account.price_day(), account.summary.balance.unwrap());
    let price = prices.at(day).unwrap();
    assert_eq!(account.left_value(&prices).unwrap().close, price.close * Decimal::from(3));
    assert_eq!(left.to_sat(), 300_000_000);
    assert_eq!(account.withdrawn_value(&prices, day).unwrap().close, price.close * Decimal::from(7));
    assert_eq!(account.untold_after(at("2017-05-12T10:30:00Z")), (1, 2));
    let coins = [(Some(at("2017-05-12T10:00:00Z")), left), (None, left), (Some(at("2011-06-22T10:00:00Z")), left)];
    let (value, unpriced) = figures::on_arrival(&coins, &prices);
    let price = prices.at(at("2017-05-12T10:00:00Z").date_naive()).unwrap();
    assert_eq!((value.unwrap().low, unpriced), (price.low * Decimal::from(3), 2));
    assert_eq!(figures::on_arrival(&[], &prices), (Some(ransomtrail::domain::Value::default()), 0));
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
    assert!(account.summary.caveats.iter().any(|c| c.code == Code::PaymentsMissing));
    let days = figures::days_out(&account);
    assert!(!days[0].emptied, "not all that there was: payments are missing");
    // The value of a coin that is spent is not told.
    let account = Book::default()
        .inflow(1, 0, 0, 9_000, Some("2017-05-12T10:00:00Z"))
        .inflow(2, 0, 0, 8_000, Some("2017-05-12T11:00:00Z"))
        .spend(3, 0, 0, 9_000, Some("2017-05-13T10:00:00Z"))
        .spend_of(4, 0, 0, None, Some("2017-05-14T10:00:00Z"))
        .pays(4, 7_000)
        .account(&family(vec![]), Question::default());
    let withdrawn = &account.summary.withdrawn;
    assert_eq!((withdrawn.transactions, withdrawn.unknown, withdrawn.amount, withdrawn.without_price), (2, 1, None, 0));
    assert!(withdrawn.at_withdrawal.is_none() && account.summary.balance.is_none());
    assert_eq!(account.summary.addresses[0].withdrawn, None);
    assert!(account.summary.caveats.contains(&Code::WithdrawnUnknown.with([("coins", 1.into())])));
    let states = figures::states(&account);
    let told: Vec<_> = states.iter().map(|s| (s.did.name(), sats(s.amount), sats(s.withdrawn), sats(s.held))).collect();
    assert_eq!(told[2..], [("withdrawal", Some(9_000), Some(9_000), Some(8_000)), ("withdrawal", None, None, None),]);
    let by_day: Vec<_> = steps(&account, Period::Day).iter().map(|s| s.flows.withdrawn_sats).collect();
    assert_eq!(by_day[..3], [Some(0), Some(9_000), None]);
    let left = document::Withdrawal::of(&account.withdrawals[1], document::Frame::of(&account));
    let left = serde_json::to_value(left).unwrap();
    assert!(left["sats"].is_null() && left["btc"].is_null() && left["low"].is_null(), "{left}");
}

#[test]
fn coins_of_others_that_are_swept_together_with_the_familys_are_joined() {
    const COIN: u64 = 100_000_000;
    let account = Book::default()
        .inflow(1, 0, 0, COIN, Some("2017-05-12T10:00:00Z"))
        // Five coins of an untracked address come along.
        .spend(2, 0, 0, COIN, Some("2017-05-13T10:00:00Z"))
        .inflow(2, 0, 1, 599_900_000, Some("2017-05-13T10:00:00Z"))
        .inflow(3, 0, 0, COIN / 2, Some("2017-05-14T10:00:00Z"))
        .spend(4, 0, 1, 599_900_000, Some("2017-05-15T10:00:00Z"))
        .inflow(4, 1, 1, 299_800_000, Some("2017-05-15T10:00:00Z"))
        .pays(4, 3 * COIN)
        .account(&family(vec![]), Question::default());
    let summary = &account.summary;
    assert_eq!(summary.received.amount.to_sat(), COIN + COIN / 2);
    assert_eq!((summary.joined.transactions, sats(summary.joined.amount)), (1, Some(499_900_000)));
    assert_eq!((summary.withdrawn.transactions, sats(summary.withdrawn.amount)), (1, Some(300_100_000)));
    assert_eq!((sats(summary.internal.amount), sats(summary.internal.fees)), (Some(COIN + 299_800_000), Some(0)));
    assert_eq!(sats(summary.balance), Some(349_800_000));
    let gross: Vec<_> = summary.addresses.iter().map(|a| (a.received.to_sat(), sats(a.withdrawn))).collect();
    assert_eq!(gross, [(COIN + COIN / 2, Some(COIN)), (599_900_000 + 299_800_000, Some(599_900_000))]);
    let split: Vec<_> = account.payments.iter().map(|p| (sats(p.within()), sats(p.joined), p.internal)).collect();
    let joined = (Some(COIN), Some(499_900_000), true);
    assert_eq!((split[0].2, split[1], split[3]), (false, joined, (Some(299_800_000), Some(0), true)));
    assert_eq!(summary.estimates[0].amount.to_sat(), COIN * 3 / 2 + COIN + 299_800_000 + 499_900_000, "DD holds all");
    assert_eq!(summary.estimates[1].amount, summary.received.amount);
    let classes: u64 = summary.classes.values().map(|class| class.sats).sum();
    assert_eq!(classes, summary.received.amount.to_sat());
    assert_eq!(summary.caveats, [Code::Joined.with([("transactions", 1.into())])]);
    let told: Vec<_> = figures::states(&account).iter().map(|s| (s.did.name(), sats(s.held))).collect();
    let held = [COIN, COIN + 499_900_000, COIN + 499_900_000 + COIN / 2, 349_800_000].map(Some);
    assert_eq!(told, ["payment", "joined", "payment", "withdrawal"].into_iter().zip(held).collect::<Vec<_>>());
    assert_eq!(steps(&account, Period::Day)[1].flows.joined_sats, Some(499_900_000));
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
    assert_eq!((summary.unconfirmed.amount.to_sat(), sats(summary.unconfirmed.spent_sats)), (7_000, Some(100)));
    let one = |code: Code| code.with([("outputs", 1.into())]);
    assert_eq!(summary.caveats, [one(Code::Unconfirmed), one(Code::BeingSpent)]);
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
    check(vec![usd(300, "2009-01-01", "2012-01-01")], 50_000_000, "2010-05-12T12:00:00Z", Class::Unknown);
    check(vec![btc(50_000_000)], 50_000_000, "2010-05-12T12:00:00Z", Class::Demand);
}

#[test]
fn prices_that_are_missing_are_counted() {
    let book = Book::default().inflow(1, 0, 0, 100_000_000, Some("2010-05-12T10:00:00Z")).inflow(
        2,
        0,
        0,
        100_000_000,
        Some("2017-05-12T10:00:00Z"),
    );
    let summary = book.account(&family(vec![]), Question::default()).summary;
    assert_eq!((summary.received.without_price, summary.received.without_price_sats.to_sat()), (1, 100_000_000));
    assert!(summary.received.at_receipt.is_some());
    assert!(summary.caveats.iter().any(|c| c.code == Code::NoPrice), "{:?}", summary.caveats);
    let none = Book::default().inflow(1, 0, 0, 5_000, Some("2010-05-12T10:00:00Z"));
    let question = Question { as_of: Some("2010-06-30".parse().unwrap()), ..Question::default() };
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
        let withdrawn = sats(summary.withdrawn.amount);
        let left = expected.checked_sub(withdrawn.unwrap());
        prop_assert_eq!(summary.balance.map(Amount::to_sat), left);
        let classes: u64 = summary.classes.values().map(|c| c.sats).sum();
        prop_assert_eq!(classes, expected);
        let by_address: u64 = summary.addresses.iter().map(|a| a.received.to_sat()).sum();
        prop_assert_eq!(by_address, expected);
        for period in [Period::Day, Period::Week, Period::Month] {
            let series = steps(&account, period);
            prop_assert_eq!(series.iter().map(|s| s.flows.sats).sum::<u64>(), expected);
            prop_assert_eq!(series.iter().map(|s| s.flows.withdrawn_sats).sum::<Option<u64>>(), withdrawn);
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

    /// Transactions of any shape: coins of the family and of others come in, and go to the family and to others.
    #[test]
    fn what_is_left_is_what_came_less_what_went(
        rows in prop::collection::vec((0_usize..2, 1_u64..1_000_000, 0_i64..86_400), 1..12),
        spends in prop::collection::vec((1_usize..4, 0_u64..2_000_000, 0_u64..2_000_000, 0_u64..5_000, any::<bool>()), 0..14),
        hidden in prop::option::weighted(0.2, 0_usize..20),
    ) {
        let start = at("2017-05-01T00:00:00Z");
        let time = |seconds: i64| (start + TimeDelta::seconds(seconds)).to_rfc3339();
        let mut book = Book::default();
        let mut coins: std::collections::VecDeque<(usize, u64)> = std::collections::VecDeque::new();
        let (mut paid, mut spent) = (0_u64, Some(0_u64));
        for (n, (to, sats, seconds)) in rows.iter().enumerate() {
            book = book.inflow(n as u64, 0, *to, *sats, Some(&time(*seconds)));
            coins.push_back((*to, *sats));
            paid += sats;
        }
        let mut inputs = 0;
        for (n, (count, joined, away, fee, two)) in spends.into_iter().enumerate() {
            let (tx, when) = (1_000 + n as u64, time(100_000 + n as i64 * 50_000));
            let mut pot = joined;
            for vin in 0..count {
                let Some((from, sats)) = coins.pop_front() else { break };
                let known = hidden != Some(inputs);
                inputs += 1;
                book = book.spend_of(tx, vin as u32, from, known.then_some(sats), Some(&when));
                spent = spent.filter(|_| known).map(|sum| sum + sats);
                pot += sats;
            }
            if pot == joined {
                break;
            }
            let away = away.min(pot.saturating_sub(fee));
            let back = pot.saturating_sub(fee + away);
            let parts = if two { [back / 3, back - back / 3] } else { [back, 0] };
            for (vout, sats) in parts.into_iter().enumerate().filter(|(_, sats)| *sats > 0) {
                book = book.inflow(tx, vout as u32, vout, sats, Some(&when));
                coins.push_back((vout, sats));
                paid += sats;
            }
            book = book.pays(tx, away);
        }
        let account = book.account(&family(vec![]), Question::default());
        let summary = &account.summary;
        prop_assert_eq!(sats(summary.balance), spent.map(|spent| paid - spent), "coin by coin");
        let all = [Some(summary.received.amount), summary.joined.amount, summary.withdrawn.amount, summary.internal.fees];
        if let [Some(received), Some(joined), Some(withdrawn), Some(fees)] = all.map(sats) {
            prop_assert_eq!(Some(received + joined - withdrawn - fees), sats(summary.balance));
            let within = sats(summary.internal.amount).unwrap();
            prop_assert_eq!(summary.estimates[0].amount.to_sat(), received + within + joined, "DD");
        } else {
            prop_assert_eq!(summary.balance, None, "unknown in a part, unknown in the whole");
        }
        let last = figures::states(&account).last().copied();
        prop_assert_eq!(last.and_then(|state| state.held), summary.balance, "the last state is the sum");
        prop_assert_eq!(last.and_then(|state| state.withdrawn), summary.withdrawn.amount);
        for period in [Period::Day, Period::Week] {
            let series = steps(&account, period);
            let sum = |part: fn(&figures::Flows) -> Option<u64>| series.iter().map(|s| part(&s.flows)).sum::<Option<u64>>();
            prop_assert_eq!(sum(|flows| flows.withdrawn_sats), sats(summary.withdrawn.amount));
            prop_assert_eq!(sum(|flows| flows.joined_sats), sats(summary.joined.amount));
        }
        let out: Option<Amount> = figures::days_out(&account).iter().map(|day| day.amount).sum();
        prop_assert_eq!(out, summary.withdrawn.amount, "days add up");
        let within: Option<Amount> = account.payments.iter().map(|p| p.within()).sum();
        prop_assert_eq!(within, summary.internal.amount);
        for payment in &account.payments {
            if let (Some(within), Some(joined)) = (payment.within(), payment.joined) {
                let parts = if payment.internal { within + joined } else { payment.amount };
                prop_assert_eq!(parts, payment.amount);
            }
        }
    }
}
