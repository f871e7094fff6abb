use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Money, Timestamp, Watched, WeighedLabel};
use crate::catalog::{Catalog, Labels};
use crate::domain::caveat::Code;
use crate::domain::{Address, Amount, Caveat, Observation, State, TimeBasis, Trust, Tx, Txid};
use crate::explorer::Outspend;
use crate::figures::{Question, TxFigures};
use crate::price::Prices;

/// What a transaction's document is made from.
pub struct TransactionFacts<'a> {
    /// The transaction as told.
    pub tx: &'a Tx,
    /// Who told.
    pub explorer: &'a str,
    /// What was asked.
    pub url: &'a str,
    /// The content hashes to the txid.
    pub recomputed: bool,
    /// One an output; `None` where nobody could be asked.
    pub outspends: Option<&'a [Outspend]>,
    /// What was said of it over time, how far it can be trusted and what replaced it: where the own database was asked.
    pub held: Option<(&'a [Observation], Trust, Option<Txid>)>,
    /// What was computed of it.
    pub figures: &'a TxFigures,
    /// Day, clock and zone.
    pub question: &'a Question,
    /// The prices.
    pub prices: &'a Prices,
    /// The watch list.
    pub catalog: &'a Catalog,
    /// Whose addresses are.
    pub labels: &'a Labels,
}

/// One transaction: what goes in, what comes out, what became of it, and what it was worth on its day.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Transaction {
    /// Its page for people; null where the explorer has none.
    pub page: Option<String>,
    /// Its id.
    pub txid: String,
    /// `confirmed`, `mempool` or `gone`.
    pub state: &'static str,
    /// Height of its block.
    pub block_height: Option<u32>,
    /// Hash of its block.
    pub block_hash: Option<String>,
    /// Time of its block.
    pub block_time: Option<Timestamp>,
    /// When it was first seen.
    pub first_seen: Option<Timestamp>,
    /// Transaction version.
    pub version: Option<i32>,
    /// Lock time, as on the wire.
    pub lock_time: Option<u32>,
    /// Bytes, with witness.
    pub size: Option<u32>,
    /// Who told.
    pub explorer: String,
    /// What was asked.
    pub url: String,
    /// The content hashes to the txid.
    pub recomputed: bool,
    /// How far it can be trusted; null where the own database was not asked.
    #[schemars(with = "Option<String>")]
    pub trust: Option<Trust>,
    /// The transaction that took its place.
    pub replaced_by: Option<String>,
    /// What was said of it over time; null where the own database was not asked.
    pub history: Option<Vec<TransactionState>>,
    /// Clock used.
    #[schemars(with = "String")]
    pub time_basis: TimeBasis,
    /// Zone used.
    pub time_zone: String,
    /// The moment that places it by that clock.
    pub time: Option<Timestamp>,
    /// The UTC day whose price gives the values.
    #[schemars(with = "Option<String>")]
    pub price_day: Option<NaiveDate>,
    /// Currency of every value (ISO 4217).
    pub currency: String,
    /// Sum of the inputs.
    pub spent_sats: Option<u64>,
    /// Sum of the outputs.
    pub paid_sats: Option<u64>,
    /// The miner's fee.
    pub fee_sats: Option<u64>,
    /// The outputs together, on the day.
    pub paid_value: Option<Money>,
    /// The fee, on the day.
    pub fee_value: Option<Money>,
    /// The outputs together, at the price of the day asked about.
    pub as_of_value: Option<MoneyOn>,
    /// What goes in.
    pub inputs: Vec<Input>,
    /// What comes out.
    pub outputs: Vec<Output>,
    /// Where the prices come from.
    pub price_source: String,
    /// What a reader must know.
    pub caveats: Vec<Caveat>,
}

/// A value at the price of one day.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MoneyOn {
    /// The UTC day.
    #[schemars(with = "String")]
    pub date: NaiveDate,
    /// The value.
    #[serde(flatten)]
    pub value: Money,
}

/// What somebody once said of where a transaction stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TransactionState {
    /// When it was asked.
    pub at: Timestamp,
    /// Who said it.
    pub explorer: String,
    /// `confirmed`, `mempool` or `gone`.
    pub state: &'static str,
    /// Height of the block.
    pub block_height: Option<u32>,
    /// Its hash.
    pub block_hash: Option<String>,
    /// Its time.
    pub block_time: Option<Timestamp>,
}

/// An input.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Input {
    /// Its place.
    pub vin: usize,
    /// The transaction whose output is spent.
    pub prev_txid: Option<String>,
    /// Which output.
    pub prev_vout: Option<u32>,
    /// That transaction's page for people.
    pub prev_page: Option<String>,
    /// Newly mined coins.
    pub coinbase: bool,
    /// Whose output it was.
    #[schemars(with = "Option<String>")]
    pub address: Option<Address>,
    /// That address's page for people.
    pub address_page: Option<String>,
    /// How much.
    pub sats: Option<u64>,
    /// What it was worth.
    pub value: Option<Money>,
    /// The family that watches the address.
    pub watched: Option<Watched>,
    /// Whose it is, what counts first.
    pub labels: Vec<WeighedLabel>,
}

/// An output.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Output {
    /// Its place.
    pub vout: usize,
    /// Whom it pays.
    #[schemars(with = "Option<String>")]
    pub address: Option<Address>,
    /// That address's page for people.
    pub address_page: Option<String>,
    /// How much.
    pub sats: u64,
    /// What it was worth.
    pub value: Option<Money>,
    /// `unspent`, `spent`, `unrecorded`, or `unknown` where nobody could be asked.
    pub fate: &'static str,
    /// What spends it; null where it is not spent, and where nobody tells.
    pub spent_by: Option<SpentBy>,
    /// The family that watches the address.
    pub watched: Option<Watched>,
    /// Whose it is, what counts first.
    pub labels: Vec<WeighedLabel>,
}

/// What spends an output.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SpentBy {
    /// Its page for people.
    pub page: Option<String>,
    /// The transaction.
    pub txid: String,
    /// Which of its inputs.
    pub vin: Option<u32>,
}

impl Transaction {
    /// The document of what is known of a transaction. Pages for people are the surface's to add.
    pub fn of(known: &TransactionFacts<'_>) -> Self {
        let TransactionFacts { tx, figures, question, prices, .. } = known;
        let (block, money) = (tx.state.block(), |value: Option<_>| value.map(|value| Money::of(Some(value))));
        let held = known.held.as_ref();
        let inputs = tx.inputs.iter().zip(&figures.inputs).enumerate().map(|(vin, (input, value))| Input {
            vin,
            prev_txid: input.prev_txid.map(|txid| txid.to_string()),
            prev_vout: input.prev_vout,
            prev_page: None,
            coinbase: input.coinbase,
            address: input.address.clone(),
            address_page: None,
            sats: input.value.map(Amount::to_sat),
            value: money(*value),
            watched: Watched::of(input.address.as_ref(), known.catalog),
            labels: WeighedLabel::of_address(input.address.as_ref(), known.labels),
        });
        let outputs = tx.outputs.iter().zip(&figures.outputs).enumerate().map(|(vout, (output, value))| {
            let (fate, spent_by) = outspend_of(known.outspends.and_then(|all| all.get(vout)));
            Output {
                vout,
                address: output.address.clone(),
                address_page: None,
                sats: output.value.to_sat(),
                value: money(*value),
                fate,
                spent_by,
                watched: Watched::of(output.address.as_ref(), known.catalog),
                labels: WeighedLabel::of_address(output.address.as_ref(), known.labels),
            }
        });
        Self {
            page: None,
            txid: tx.txid.to_string(),
            state: tx.state.name(),
            block_height: block.map(|b| b.height),
            block_hash: block.and_then(|b| b.hash).map(|hash| hash.to_string()),
            block_time: block.map(|b| Timestamp(b.time)),
            first_seen: tx.first_seen.map(Timestamp),
            version: tx.version,
            lock_time: tx.lock_time,
            size: tx.size,
            explorer: known.explorer.to_owned(),
            url: known.url.to_owned(),
            recomputed: known.recomputed,
            trust: held.map(|(_, trust, _)| *trust),
            replaced_by: held.and_then(|(.., by)| *by).map(|txid| txid.to_string()),
            history: held.map(|(history, ..)| history.iter().map(TransactionState::from).collect()),
            time_basis: question.basis,
            time_zone: question.zone.name().to_owned(),
            time: figures.time.map(Timestamp),
            price_day: figures.day,
            currency: prices.currency().code().to_owned(),
            spent_sats: figures.spent.map(Amount::to_sat),
            paid_sats: figures.paid.map(Amount::to_sat),
            fee_sats: figures.fee.map(Amount::to_sat),
            paid_value: money(figures.paid_value),
            fee_value: money(figures.fee_value),
            as_of_value: figures.as_of.as_ref().map(|at| MoneyOn { date: at.date, value: Money::of(Some(at.value)) }),
            inputs: inputs.collect(),
            outputs: outputs.collect(),
            price_source: figures.price_source(prices),
            caveats: caveats(known),
        }
    }
}

impl From<&Observation> for TransactionState {
    fn from(one: &Observation) -> Self {
        let block = one.block();
        Self {
            at: Timestamp(one.at),
            explorer: one.explorer.clone(),
            state: one.state.name(),
            block_height: block.map(|b| b.height),
            block_hash: block.and_then(|b| b.hash).map(|hash| hash.to_string()),
            block_time: block.map(|b| Timestamp(b.time)),
        }
    }
}

fn outspend_of(outspend: Option<&Outspend>) -> (&'static str, Option<SpentBy>) {
    match outspend {
        None => ("unknown", None),
        Some(Outspend::Unspent) => ("unspent", None),
        Some(Outspend::Spent { txid, vin }) => {
            ("spent", Some(SpentBy { page: None, txid: txid.to_string(), vin: *vin }))
        }
        Some(Outspend::SpentBySomebody) => ("spent", None),
        Some(Outspend::Unrecorded) => ("unrecorded", None),
    }
}

fn caveats(known: &TransactionFacts<'_>) -> Vec<Caveat> {
    let mut out = Vec::new();
    let untold = known.tx.inputs.iter().filter(|i| !i.coinbase && i.value.is_none()).count();
    if untold > 0 {
        out.push(Code::FeeUnknown.with([("inputs", untold.into())]));
    }
    if known.tx.inputs.iter().any(|i| i.coinbase) {
        out.push(Code::NewlyMined.alone());
    }
    if known.tx.state == State::Mempool {
        out.push(Code::Replaceable.alone());
    }
    if let Some(moment) = known.question.as_of
        && known.figures.as_of.is_none()
    {
        let later = known.figures.time.is_none_or(|t| t > moment.last_second(known.question.zone));
        let code = if later { Code::NotMadeYet } else { Code::NoPriceOnDay };
        out.push(code.with([("day", moment.price_day().to_string().into())]));
    }
    if known.outspends.is_none() {
        out.push(Code::OutspendsUnknown.alone());
    }
    out
}
