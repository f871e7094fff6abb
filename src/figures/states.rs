use chrono::NaiveDate;

use super::account::Account;
use super::payment::Payment;
use super::{shares, totals};
use crate::domain::{Amount, Decimal, Time};

/// What a row of an account did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// An output brought income.
    Payment,
    /// Coins of others came in together with coins of the family.
    Joined,
    /// Coins left.
    Withdrawal,
    /// The family paid for moving its coins within.
    Fee,
}

impl Did {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Did::Payment => "payment",
            Did::Joined => "joined",
            Did::Withdrawal => "withdrawal",
            Did::Fee => "fee",
        }
    }
}

/// The sums of an account after one more row.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// When.
    pub time: Time,
    /// What happened.
    pub did: Did,
    /// How much of it; `None` where that is unknown.
    pub amount: Option<Amount>,
    /// Income up to then.
    pub received: Amount,
    /// What left up to then; unknown from the first withdrawal of unknown amount on.
    pub withdrawn: Option<Amount>,
    /// What lies on the addresses; unknown from the first coin of unknown value on, and where more is spent than was paid.
    pub held: Option<Amount>,
}

/// The sums after each payment and each transaction that spends from the family, in order of time. A payment of the same second
/// comes before what may spend it. The last state holds the account's totals.
pub fn states(account: &Account) -> Vec<State> {
    let mut rows: Vec<(Time, Did, Option<Amount>)> =
        account.income().map(|payment| (payment.time, Did::Payment, Some(payment.amount))).collect();
    for one in &account.spendings {
        // What left or came in where a coin is unknown is unknown as well, and still happened.
        let parts =
            [(Did::Joined, one.split.joined()), (Did::Withdrawal, one.split.withdrawn()), (Did::Fee, one.split.fee())];
        rows.extend(parts.into_iter().filter(|part| part.1 != Some(Amount::ZERO)).map(|(did, a)| (one.time, did, a)));
    }
    rows.sort_by_key(|(time, ..)| *time);
    let (mut received, mut withdrawn, mut held) = (Amount::ZERO, Some(Amount::ZERO), Some(0_i128));
    rows.into_iter()
        .map(|(time, did, amount)| {
            let sats = amount.map(|amount| i128::from(amount.to_sat()));
            match did {
                Did::Payment => received += amount.unwrap_or_default(),
                Did::Withdrawal => withdrawn = totals::total([withdrawn, amount]),
                Did::Joined | Did::Fee => {}
            }
            let comes_in = matches!(did, Did::Payment | Did::Joined);
            held = held.zip(sats).map(|(held, sats)| if comes_in { held + sats } else { held - sats });
            let held = held.and_then(|held| u64::try_from(held).ok()).map(Amount::from_sat);
            State { time, did, amount, received, withdrawn, held }
        })
        .collect()
}

/// The withdrawals of one day of the account's zone, taken together.
#[derive(Clone, Debug)]
pub struct DayOut {
    /// The day, in the account's zone.
    pub day: NaiveDate,
    /// UTC day of the last of them, which gives the price.
    pub price_day: NaiveDate,
    /// The last of them.
    pub last: Time,
    /// How many.
    pub transactions: usize,
    /// What left; `None` where that is unknown.
    pub amount: Option<Amount>,
    /// At the close; `None` where a price or an amount is missing.
    pub value: Option<Decimal>,
    /// The ledger is complete to then and holds nothing after it.
    pub emptied: bool,
}

/// The withdrawals day by day, in order of time.
pub fn days_out(account: &Account) -> Vec<DayOut> {
    let zone = account.question.zone;
    let mut days: Vec<DayOut> = Vec::new();
    let states = states(account);
    for row in &account.withdrawals {
        let emptied = account.summary.recorded_to >= Some(row.time) && held_at(&states, row.time) == Some(Amount::ZERO);
        let value = row.value.map(|value| value.close);
        let one = DayOut {
            day: row.day(zone),
            price_day: row.time.date_naive(),
            last: row.time,
            transactions: 1,
            amount: row.amount,
            value,
            emptied,
        };
        match days.last_mut().filter(|day| day.day == one.day) {
            Some(day) => {
                *day = DayOut {
                    transactions: day.transactions + 1,
                    amount: totals::total([day.amount, one.amount]),
                    value: day.value.zip(value).map(|(a, b)| a + b),
                    ..one
                };
            }
            None => days.push(one),
        }
    }
    days
}

/// The days that deserve words: the largest, each at least an eighth of all, three at most; in order of time.
pub fn large_days(days: &[DayOut]) -> Vec<&DayOut> {
    let all: Amount = days.iter().filter_map(|d| d.amount).sum();
    // An unknown amount may be the largest.
    let is_large = |day: &&DayOut| day.amount.is_none_or(|amount| amount.to_sat() >= all.to_sat() / 8);
    let mut large: Vec<&DayOut> = days.iter().filter(is_large).collect();
    large.sort_by_key(|d| (std::cmp::Reverse(d.amount), d.last));
    large.truncate(3);
    large.sort_by_key(|d| d.last);
    large
}

/// What was held at the end of a moment; `None` where that is unknown.
fn held_at(states: &[State], time: Time) -> Option<Amount> {
    let end = states.partition_point(|state| state.time <= time);
    states[..end].last().map_or(Some(Amount::ZERO), |state| state.held)
}

/// The beginning of an account, up to the end of a day: when its last payment came, and how much by then.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// How many days.
    pub days: u64,
    /// The last of them, in the account's zone.
    pub to: NaiveDate,
    /// The last payment in it.
    pub last: Time,
    /// Received by its end.
    pub amount: Amount,
    /// Its share of all that was received.
    pub part: Decimal,
}

/// Beginnings that have a name, with the days that a whole must have for each to be short against it.
const BEGINNINGS: [(u64, i64); 4] = [(1, 3), (7, 21), (30, 90), (365, 900)];

/// The rush of the first days: the shortest beginning of a day, a week, 30 days or a year that brought most of the money, where
/// it is short against the whole and did not bring all.
pub fn rush(account: &Account) -> Option<Beginning> {
    let (received, zone) = (&account.summary.received, account.question.zone);
    // Of a handful of payments the shares say nothing.
    if received.outputs < 10 {
        return None;
    }
    let day = |time: Time| time.with_timezone(&zone).date_naive();
    let first = day(received.first?);
    let whole = (day(received.last?) - first).num_days() + 1;
    let most = Decimal::new(64, 2)..Decimal::new(9995, 4);
    BEGINNINGS.into_iter().filter(|(_, at_least)| whole >= *at_least).find_map(|(days, _)| {
        let to = first.checked_add_days(chrono::Days::new(days - 1))?;
        let within: Vec<&Payment> = account.income().take_while(|p| p.day(zone) <= to).collect();
        let amount: Amount = within.iter().map(|p| p.amount).sum();
        let part = shares::part(amount, received.amount);
        most.contains(&part).then_some(Beginning { days, to, last: within.last()?.time, amount, part })
    })
}
