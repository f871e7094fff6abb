use chrono::NaiveDate;

use super::question::Question;
use super::summary::AsOfValue;
use crate::domain::{Amount, Moment, Time, Tx, Value};
use crate::price::Prices;

/// What one transaction moves, and what that was worth on its day. What cannot be known is `None`.
#[derive(Clone, Debug)]
pub struct TxFigures {
    /// The moment that places it on the chosen basis; `None` while it waits and nobody tells when it was first seen.
    pub time: Option<Time>,
    /// The UTC day of that moment, whose price gives the values.
    pub day: Option<NaiveDate>,
    /// Sum of the inputs in satoshis; `None` where one of them is not told, and for newly mined coins.
    pub spent: Option<Amount>,
    /// Sum of the outputs in satoshis.
    pub paid: Option<Amount>,
    /// The miner's fee in satoshis.
    pub fee: Option<Amount>,
    /// The outputs together, on the day.
    pub paid_value: Option<Value>,
    /// The fee, on the day.
    pub fee_value: Option<Value>,
    /// Each input on the day, in order.
    pub inputs: Vec<Option<Value>>,
    /// Each output on the day, in order.
    pub outputs: Vec<Option<Value>>,
    /// The outputs together at the price of the day asked for; `None` where none was, where the transaction came later, and
    /// where that day has no price.
    pub as_of: Option<AsOfValue>,
}

impl TxFigures {
    /// Who gives the days of these values their prices.
    pub fn price_source(&self, prices: &Prices) -> String {
        let asked = self.as_of.as_ref().map(|at| at.date);
        let days = self.day.into_iter().chain(asked);
        match days.clone().min().zip(days.max()) {
            Some((from, to)) => prices.source_between(from, to),
            None => prices.source().to_owned(),
        }
    }
}

/// Computes the figures of one transaction.
pub fn transaction(tx: &Tx, prices: &Prices, question: Question) -> TxFigures {
    let time = match tx.state.block() {
        Some(block) => Some(question.place(block.time, tx.first_seen)),
        None => tx.first_seen,
    };
    let day = time.map(|t| t.date_naive());
    let worth = |amount: Option<Amount>| prices.worth(amount?, day?);
    let (paid, fee) = (tx.paid(), tx.fee());
    let as_of = |moment: Moment| {
        time.filter(|t| *t <= moment.last_second(question.zone))?;
        let date = moment.price_day();
        Some(AsOfValue { date, value: prices.worth(paid?, date)? })
    };
    TxFigures {
        time,
        day,
        spent: tx.spent(),
        paid,
        fee,
        paid_value: worth(paid),
        fee_value: worth(fee),
        inputs: tx.inputs.iter().map(|input| worth(input.value)).collect(),
        outputs: tx.outputs.iter().map(|output| worth(Some(output.value))).collect(),
        as_of: question.as_of.and_then(as_of),
    }
}
