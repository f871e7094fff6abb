use chrono::{Days, NaiveDate};

use super::quantity::{Part, Quantity, Standing, Unit};
use super::verdict::{Known, Row, Verdict, Verified, overall};
use super::{Basis, Claim, Evidence, caveats, finding};
use crate::domain::{Decimal, Moment, TimeBasis, Value, format};
use crate::figures::{self, Account};

/// Holds a claim against the family's ledger: on every basis that its unit has, as known on its day and as known now.
pub fn verify(claim: &Claim, evidence: &Evidence<'_>) -> Verified {
    let bare = Verified::unchecked(claim, evidence.family, evidence.counting);
    // A span of days that is over gets no later payments: what is known now of it is what was known then.
    let last = claim.on.filter(|_| claim.scope.from.is_some());
    let Some(newest) = evidence.account(last, TimeBasis::Block, &claim.scope) else { return bare };
    // A claim without a date is held against all that is complete, not against today.
    let latest = newest.summary.recorded_to.unwrap_or(newest.summary.as_of);
    let on = claim.on.unwrap_or(Moment::Instant(latest));
    let (Some(then), Some(then_seen), Some(newest_seen)) = (
        evidence.account(Some(on), TimeBasis::Block, &claim.scope),
        evidence.account(Some(on), TimeBasis::FirstSeen, &claim.scope),
        evidence.account(last, TimeBasis::FirstSeen, &claim.scope),
    ) else {
        return bare;
    };

    let judge = Judge {
        quantity: &claim.quantity,
        dated: claim.scope.from.is_some(),
        evidence,
        sample: evidence.family.sample.is_some(),
        on,
    };
    let mut rows = judge.then(&then);
    let seen = judge.then(&then_seen);
    let verdicts = |rows: &[Row]| rows.iter().map(|row| (row.basis, row.verdict)).collect::<Vec<_>>();
    let time_decides = verdicts(&rows) != verdicts(&seen);
    // A claim about a moment of the day is one of minutes: both clocks are shown. Else only where they part.
    let both = time_decides || matches!(claim.on, Some(Moment::Instant(_)));
    if both {
        rows.extend(seen);
    }
    rows.extend(judge.now(&newest, &then));
    if both {
        rows.extend(judge.now(&newest_seen, &then_seen));
    }

    let verdict = overall(&rows, &claim.quantity.named);
    let mut out = Verified {
        on: Some(on),
        verdict,
        recorded_to: then.summary.recorded_to,
        as_of: Some(then.summary.as_of),
        price_source: matches!(claim.quantity.unit, Unit::Money(_)).then(|| then.summary.price_source.clone()),
        rows,
        ..bare
    };
    out.caveats = caveats::of(claim, evidence, &then, time_decides, &out);
    out.finding = finding::of(&out);
    out.later = finding::later(&out);
    out
}

/// A value on a basis, before it is judged.
struct Measured {
    basis: Basis,
    day: Option<NaiveDate>,
    value: Option<Value>,
    /// What the value leaves out, or why there is none.
    missing: Option<String>,
}

struct Judge<'a> {
    quantity: &'a Quantity,
    /// The figures are those of the span that the claim speaks of.
    dated: bool,
    evidence: &'a Evidence<'a>,
    sample: bool,
    on: Moment,
}

impl Judge<'_> {
    /// As known on the claim's day.
    fn then(&self, account: &Account) -> Vec<Row> {
        let summary = &account.summary;
        let complete = summary.reconciled() && summary.recorded_to.is_some_and(|to| to >= summary.as_of);
        let mut measured = self.sums(account);
        if let Unit::Money(_) = self.quantity.unit {
            let day = account.price_day();
            let value = summary.received.as_of_value.as_ref().map(|v| v.value);
            let missing = self.evidence.prices.lacks(day).map(|lacking| lacking.advice(&format::day(day)));
            measured.push(Measured { basis: Basis::AsOf, day: Some(day), value, missing });
            let peak = summary.received.peak.as_ref();
            if summary.received.outputs > 0 {
                let gaps = peak.map_or(1, |peak| peak.days_without_price);
                measured.push(Measured {
                    basis: Basis::Peak,
                    day: peak.map(|peak| peak.date),
                    value: peak.map(|peak| peak.value),
                    missing: (gaps > 0).then(|| "days without a price may have been higher".to_owned()),
                });
            }
        }
        self.rows(account, Known::Then, complete, measured)
    }

    /// As known now: payments since, and prices since. What later prices add is shown from the day after the claim's.
    fn now(&self, account: &Account, then: &Account) -> Vec<Row> {
        let summary = &account.summary;
        let complete = summary.reconciled() && summary.recorded_to.is_some();
        let mut measured = self.sums(account);
        let day = then.price_day();
        let last = self.evidence.prices.last_day().filter(|last| *last > day);
        let is_money = matches!(self.quantity.unit, Unit::Money(_));
        let worth = match last {
            Some(last) if is_money => account.worth(self.evidence.prices, last),
            _ => Vec::new(),
        };
        let measure = |basis, day, value| Measured { basis, day: Some(day), value: Some(value), missing: None };
        measured.extend(worth.iter().rev().find_map(|w| Some(measure(Basis::AsOf, w.day, w.value?))));
        measured.extend(figures::peak(&worth).map(|peak| measure(Basis::Peak, peak.date, peak.value)));
        let mut rows = self.rows(account, Known::Now, complete, measured);
        let met = |value: &Value| self.quantity.interval.against(value.low, value.high) == Standing::Overlaps;
        let already = then.summary.received.as_of_value.as_ref().is_some_and(|v| met(&v.value));
        if let Some(row) = rows.iter_mut().find(|row| row.basis == Basis::AsOf)
            && !already
        {
            let after = self.on.price_day().checked_add_days(Days::new(1));
            let later = worth.iter().position(|w| after.is_some_and(|after| w.day >= after)).map(|at| &worth[at..]);
            row.supported_from = figures::first_day(later.unwrap_or_default(), met).map(|day| day.day);
        }
        rows
    }

    /// What needs no price of a later day.
    fn sums(&self, account: &Account) -> Vec<Measured> {
        let (received, withdrawn) = (&account.summary.received, &account.summary.withdrawn);
        let whole = |basis, number: Decimal| Measured {
            basis,
            day: None,
            value: Some(Value { low: number, close: number, high: number }),
            missing: None,
        };
        let count = |basis, number: usize| whole(basis, Decimal::from(number));
        let unknown =
            |basis, missing: &str| Measured { basis, day: None, value: None, missing: Some(missing.to_owned()) };
        match self.quantity.unit {
            Unit::Bitcoin if self.quantity.named.contains(&Basis::CoinsWithdrawn) => {
                vec![match withdrawn.amount {
                    Some(amount) => whole(Basis::CoinsWithdrawn, format::in_btc(amount)),
                    None => unknown(Basis::CoinsWithdrawn, "the value of a coin that was spent is not known"),
                }]
            }
            Unit::Bitcoin if self.quantity.named.contains(&Basis::CoinsLeft) => match account.summary.balance {
                Some(left) => vec![whole(Basis::CoinsLeft, format::in_btc(left))],
                None => vec![unknown(Basis::CoinsLeft, "what is left cannot be told from the ledger")],
            },
            Unit::Bitcoin => vec![whole(Basis::Coins, format::in_btc(received.amount))],
            Unit::Payments | Unit::Transactions => {
                vec![count(Basis::Outputs, received.outputs), count(Basis::Transactions, received.transactions)]
            }
            Unit::Withdrawals => vec![count(Basis::Withdrawals, withdrawn.transactions)],
            Unit::Money(_) => {
                let unpriced = |rows: usize, one: &str, many: &str| {
                    (rows > 0).then(|| format!("{} without a price", format::count(rows, one, many)))
                };
                let mut out = vec![Measured {
                    basis: Basis::AtReceipt,
                    day: None,
                    value: received.at_receipt,
                    missing: unpriced(received.without_price, "payment", "payments"),
                }];
                // Where the wording speaks of withdrawing, that nothing was withdrawn is the answer.
                if withdrawn.transactions > 0 || self.quantity.named.contains(&Basis::AtWithdrawal) {
                    out.push(Measured {
                        basis: Basis::AtWithdrawal,
                        day: None,
                        value: withdrawn.at_withdrawal,
                        missing: match withdrawn.unknown {
                            0 => unpriced(withdrawn.without_price, "withdrawal", "withdrawals"),
                            rows => {
                                Some(format!("{} of unknown amount", format::count(rows, "withdrawal", "withdrawals")))
                            }
                        },
                    });
                }
                out
            }
        }
    }

    fn rows(&self, account: &Account, known: Known, complete: bool, measured: Vec<Measured>) -> Vec<Row> {
        let mut rows: Vec<Row> = measured
            .into_iter()
            .map(|one| {
                let mut one = one;
                let verdict = self.verdict(&one, complete);
                if verdict == Verdict::CannotCheck && one.value.is_some_and(|value| self.is_above(&value)) {
                    one.missing = self.unlike().map(str::to_owned);
                }
                let (factor, difference) = one.value.map_or((None, None), |value| self.miss(&value));
                Row {
                    basis: one.basis,
                    time_basis: account.question.basis,
                    known,
                    day: one.day,
                    unit: self.quantity.unit,
                    value: one.value,
                    verdict,
                    factor,
                    difference,
                    missing: one.missing,
                    supported_from: None,
                }
            })
            .collect();
        rows.sort_by_key(|row| row.basis);
        rows
    }

    fn is_above(&self, value: &Value) -> bool {
        self.quantity.interval.against(value.low, value.high) == Standing::Above
    }

    /// Why a figure above the claim's most says nothing against it: the figure is of something else, and not less.
    fn unlike(&self) -> Option<&'static str> {
        match self.quantity.part {
            _ if self.quantity.victims => Some("the chain counts payments, and one victim may pay several times"),
            Some(Part::Time) if self.dated => None,
            Some(Part::Time) => {
                Some("the wording names a day or a span of time, and this is all that was recorded until then")
            }
            Some(Part::Payer) => Some("the wording names one payer, and this is what all of them paid"),
            Some(Part::Transfer) => Some("the wording names one transfer, and this is all of them"),
            None => None,
        }
    }

    fn verdict(&self, one: &Measured, complete: bool) -> Verdict {
        let Some(value) = one.value else { return Verdict::CannotCheck };
        let claim = self.quantity;
        match claim.interval.against(value.low, value.high) {
            Standing::Overlaps => Verdict::Supported,
            Standing::Above if self.unlike().is_some() => Verdict::CannotCheck,
            Standing::Above => Verdict::Contradicted,
            // What is missing could make up for it.
            Standing::Below if one.missing.is_some() => Verdict::CannotCheck,
            // Of a sample of the addresses nothing less than the claim is a contradiction.
            Standing::Below if claim.victims => Verdict::NotSupported,
            Standing::Below if (claim.exact || claim.interval.max.is_some()) && complete && !self.sample => {
                Verdict::Contradicted
            }
            Standing::Below => Verdict::NotSupported,
        }
    }

    /// By what factor and by how much the claim misses the value: the nearest end of the one against the nearest of the other.
    fn miss(&self, value: &Value) -> (Option<Decimal>, Option<Decimal>) {
        let interval = &self.quantity.interval;
        let ends = match interval.against(value.low, value.high) {
            Standing::Overlaps => None,
            Standing::Below => interval.min.map(|min| (min.at, value.high)),
            Standing::Above => interval.max.map(|max| (max.at, value.low)),
        };
        let Some((claimed, shown)) = ends else { return (None, None) };
        (claimed.checked_div(shown), claimed.checked_sub(shown))
    }
}
