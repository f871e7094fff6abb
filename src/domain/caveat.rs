//! What a reader must know before printing a number, as data: a code, what it is about, and the values that it speaks of. Each surface puts it into
//! words by a table of sentences; here is the English one.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Amount, Decimal, format};

/// One thing that a reader must know. Two of them say the same sort of thing where their codes are equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Caveat {
    /// What it says.
    pub code: Code,
    /// What it is about.
    pub about: About,
    /// Counts and satoshis as integers, days and moments as ISO text, names.
    pub values: BTreeMap<String, Value>,
    /// The sentence in English; only where people read, as on the terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What a caveat is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// Whether the ledger can answer the question.
    Ledger,
    /// The coins that figures count.
    Coins,
    /// Prices; it says nothing of the coins.
    Prices,
    /// The wording of a claim.
    Claim,
    /// Where coins went.
    Trail,
    /// A single transaction.
    Transaction,
}

/// Makes the codes and the English table of these rows: code, what it is about, sentence.
///
/// In a sentence `{x}` is the value x; `{x:day}` a day in print, `{x:btc}` satoshis as bitcoin, `{x:cents}` money, `{x:few}` the first of a list;
/// `{x|one|many}` a count with its noun, `{x?one|many}` the noun alone.
macro_rules! caveats {
    ($($code:ident, $about:ident, $text:literal;)+) => {
        /// What a caveat says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Code { $(#[doc = $text] $code,)+ }

        /// Every caveat in English.
        pub static ENGLISH: &[(Code, About, &str)] = &[$((Code::$code, About::$about, $text),)+];
    };
}

caveats! {
    Sample, Ledger, "the addresses are a sample: {of}";
    FromBlocks, Ledger, "{addresses|address is|addresses are} known from blocks alone, since following began; what came before is unknown, and no totals were compared";
    NeverAsked, Ledger, "{never} of {addresses|address|addresses} never asked about; their money is unknown";
    NotReconciled, Ledger, "the ledger differs from the explorer's totals for {addresses|address|addresses} ({addresses:few})";
    RecordedTo, Ledger, "the ledger is complete to {to:day} only; payments and withdrawals after that are unknown";
    WeekNotRecorded, Ledger, "not every ledger is recorded to the end of {week}; run: ransomtrail sync";
    NoPrice, Prices, "{payments|payment|payments} and {withdrawals|withdrawal|withdrawals} have no price for their day and are not in the values";
    NoPriceAsOf, Prices, "no price is known for {day}; the value of the coins on that day is unknown";
    NoRate, Prices, "{payments|payment|payments} and {withdrawals|withdrawal|withdrawals} have no exchange rate of {currency} for their day and are not in the values";
    NoRateAsOf, Prices, "no exchange rate of {currency} is known for {day}; the value of the coins on that day is unknown";
    AskPrices, Prices, "the newest prices are asked for with: ransomtrail prices --update";
    OtherAtReceipt, Prices, "{source} tells other prices than Mt. Gox, whose are used; by it received is {low:cents} – {close:cents} – {high:cents} {currency} at receipt";
    OtherAtWithdrawal, Prices, "{source} tells other prices than Mt. Gox, whose are used; by it withdrawn is {low:cents} – {close:cents} – {high:cents} {currency} at withdrawal";
    OtherAsOf, Prices, "{source} tells other prices than Mt. Gox, whose are used; by it received is {low:cents} – {close:cents} – {high:cents} {currency} on {day}";
    OtherPeak, Prices, "{source} tells other prices than Mt. Gox, whose are used; by it the highest day, {day}, is {low:cents} – {close:cents} – {high:cents} {currency}";
    OneCopy, Prices, "{days|price rests|prices rest} on one public copy of the source";
    OneSource, Prices, "low and high of {days|day are|days are} the word of one price source";
    ExtremePrice, Prices, "on {day} {source} tells a {what} of {told:cents} US dollars, {other} none beyond {counts:cents}; the second is used";
    MoreExtremePrices, Prices, "a second source does not support {prices|further low or high|further lows and highs}, and its own are used; run: ransomtrail prices";
    PeakInPart, Prices, "{days|day has|days have} no price; the highest day is that of the days that have one";
    PricesDisagree, Prices, "price sources disagree on {day}: {used} closes at {close:cents} US dollars, {other} at {other_close:cents} ({percent} % apart); the first is used";
    MorePricesDisagree, Prices, "sources disagree on {prices|further price|further prices} of the days used; run: ransomtrail prices";
    WithdrawnUnknown, Coins, "nobody told the value of {coins|spent coin|spent coins}; what was withdrawn and what is left are unknown";
    LeftUnknown, Coins, "nobody told the value of {coins|spent coin|spent coins}; what is left is unknown";
    PaymentsMissing, Coins, "the ledger holds more spends than payments; what is left is unknown";
    Joined, Coins, "coins of other addresses joined the family's in {transactions|transaction|transactions}: they are no income, and withdrawn may exceed received where they leave";
    NotFirstSeen, Coins, "{payments|payment|payments} and {withdrawals|withdrawal|withdrawals} without a first-seen time are placed by block time";
    WaitingInPart, Coins, "more waits for {addresses|address|addresses} than was read: what waits is at least what is shown";
    WorkByFloor, Coins, "{payments|payment is|payments are} proven by blocks above {height}, whose work was checked against a floor only";
    Unconfirmed, Coins, "{outputs|unconfirmed payment|unconfirmed payments}, not counted";
    BeingSpent, Coins, "{outputs|output is|outputs are} being spent by unconfirmed transactions, and counted as still there";
    NothingLinked, Coins, "no recorded transaction spends from another address together with the family's; +MI and -OW see no further than the record";
    LinkedInPart, Coins, "+MI counts {addresses|linked address|linked addresses} by the recorded transactions alone: clusters, and what their addresses received, may be larger";
    OwnWithdrawals, Coins, "withdrawals are those of the family's own addresses";
    LowerBound, Coins, "what the {addresses|tracked address|tracked addresses} show is a lower bound: others that nobody tracks may have been used as well";
    ClockDecides, Coins, "the time basis decides: by block time and by first-seen time the verdict differs";
    WithdrawnByThen, Coins, "coins had been withdrawn by then; at prices of later days they are counted as if they had been kept";
    AfterEmptied, Coins, "{outputs|payment|payments} ({sats:btc} BTC) came after the wallets had been emptied, and {outputs?counts|count} as received";
    CountedAs, Coins, "counted as {counting}: {meaning}";
    NoDay, Claim, "no day was given for the claim; it is held against all that is recorded";
    NoVictims, Claim, "a payment is not a victim: one may pay several times, or pay for several";
    AtMost, Claim, "the claim names a most, and a lower bound can break it but never prove it";
    ByPolicy, Trail, "coins that mixed with others are told apart by an assumption, and labels name only what somebody published";
    Poison, Trail, "poison conserves nothing: its sums count the same coin many times";
    TrailRecordedTo, Trail, "the question reaches to {until}, and the ledger is complete to {to}";
    TrailNotRecorded, Trail, "the question reaches to {until}, and the ledger is complete to no moment that is known";
    BreaksOff, Trail, "the record breaks off at {ends|end|ends} with {sats:btc} BTC, which may be spent or not; ransomtrail sync --onward asks on";
    FeeUnknown, Transaction, "the value of {inputs|input is|inputs are} not told; so the fee is unknown";
    NewlyMined, Transaction, "newly mined coins: nothing is spent, and there is no fee to pay";
    Replaceable, Transaction, "a transaction that waits may be replaced, and some servers go on telling of it";
    NotMadeYet, Transaction, "it was not made yet on {day:day}";
    NoPriceOnDay, Transaction, "no price for {day:day}";
    OutspendsUnknown, Transaction, "what became of the outputs could not be had";
}

impl Code {
    /// The caveat, with the values that its sentence speaks of.
    pub fn with<const N: usize>(self, values: [(&str, Value); N]) -> Caveat {
        let row = ENGLISH.iter().find(|row| row.0 == self);
        let about = row.map_or(About::Ledger, |row| row.1);
        Caveat { code: self, about, values: values.map(|(name, value)| (name.to_owned(), value)).into(), text: None }
    }

    /// The caveat, where its sentence needs no value.
    pub fn alone(self) -> Caveat {
        self.with([])
    }
}

impl Caveat {
    /// The value that stands for a place in a sentence.
    fn filled(&self, place: &str) -> String {
        let (name, way) = place.split_at(place.find([':', '|', '?']).unwrap_or(place.len()));
        let value = self.values.get(name);
        let text = value.and_then(Value::as_str);
        let number = value.and_then(|value| value.as_u64().or_else(|| Some(value.as_array()?.len() as u64)));
        let noun = |nouns: &str| {
            let (one, many) = nouns.split_once('|').unwrap_or_default();
            if number == Some(1) { one.to_owned() } else { many.to_owned() }
        };
        let said = match (way.chars().next(), way.get(1..).unwrap_or_default()) {
            (Some('|'), nouns) => number.map(|number| format!("{} {}", format::grouped(number), noun(nouns))),
            (Some('?'), nouns) => Some(noun(nouns)),
            (_, "day") => text.and_then(|text| text.parse().ok()).map(format::day),
            (_, "btc") => number.map(|sats| format::btc(Amount::from_sat(sats), 8)),
            (_, "cents") => text.and_then(|text| text.parse::<Decimal>().ok()).map(format::cents),
            (_, "few") => value.and_then(Value::as_array).map(|all| few(all)),
            _ => text.map(str::to_owned).or(number.map(format::grouped)),
        };
        debug_assert!(said.is_some(), "{:?} has no {name}", self.code);
        said.unwrap_or_else(|| "unknown".to_owned())
    }
}

/// The first three of a list, and whether there are more.
fn few(all: &[Value]) -> String {
    let more = if all.len() > 3 { ", …" } else { "" };
    all.iter().filter_map(Value::as_str).take(3).collect::<Vec<_>>().join(", ") + more
}

/// The sentence in English.
impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = ENGLISH.iter().find(|row| row.0 == self.code).map_or("", |row| row.2);
        for (n, part) in sentence.split(['{', '}']).enumerate() {
            f.write_str(&if n % 2 == 0 { part.to_owned() } else { self.filled(part) })?;
        }
        Ok(())
    }
}

/// Adds its sentence to every caveat of a document, for people who read the JSON.
pub fn put_into_words(document: &mut Value) {
    match document {
        Value::Array(rows) => rows.iter_mut().for_each(put_into_words),
        Value::Object(fields) => {
            for (name, field) in fields {
                if name != "caveats" {
                    put_into_words(field);
                    continue;
                }
                for one in field.as_array_mut().into_iter().flatten() {
                    if let Ok(caveat) = Caveat::deserialize(&*one) {
                        one["text"] = caveat.to_string().into();
                    }
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_caveat_is_data_and_its_sentence_follows_from_it() {
        let check = |caveat: Caveat, data: Value, text: &str| {
            assert_eq!(serde_json::to_value(&caveat).unwrap(), data);
            assert_eq!(caveat.to_string(), text);
            let mut document = json!({ "a": [{ "caveats": [data] }] });
            put_into_words(&mut document);
            assert_eq!(document["a"][0]["caveats"][0]["text"], text);
        };
        check(
            Code::AfterEmptied.with([("outputs", 1.into()), ("sats", 150_000_000.into())]),
            json!({ "code": "after-emptied", "about": "coins", "values": { "outputs": 1, "sats": 150_000_000 } }),
            "1 payment (1.50000000 BTC) came after the wallets had been emptied, and counts as received",
        );
        check(
            Code::NotReconciled.with([("addresses", ["a", "b", "c", "d"].as_slice().into())]),
            json!({ "code": "not-reconciled", "about": "ledger", "values": { "addresses": ["a", "b", "c", "d"] } }),
            "the ledger differs from the explorer's totals for 4 addresses (a, b, c, …)",
        );
        check(
            Code::RecordedTo.with([("to", "2017-09-17".into())]),
            json!({ "code": "recorded-to", "about": "ledger", "values": { "to": "2017-09-17" } }),
            "the ledger is complete to 17 Sep 2017 only; payments and withdrawals after that are unknown",
        );
        check(
            Code::NoDay.alone(),
            json!({ "code": "no-day", "about": "claim", "values": {} }),
            "no day was given for the claim; it is held against all that is recorded",
        );
        let named = Code::Sample.with([("of", "{of} x".into())]);
        assert_eq!(named.to_string(), "the addresses are a sample: {of} x", "what a value says is no place");
    }

    #[test]
    fn every_sentence_can_be_filled() {
        for (code, about, sentence) in ENGLISH {
            let places: Vec<&str> = sentence.split(['{', '}']).skip(1).step_by(2).collect();
            let value = |place: &str| match place.split_once([':', '|', '?']) {
                Some((_, "day")) => json!("2017-05-12"),
                Some((_, "cents")) => json!("1234.5"),
                Some((_, "few")) => json!(["x"]),
                Some(_) => json!(2),
                None => json!("x"),
            };
            let values =
                places.iter().map(|place| (place.split([':', '|', '?']).next().unwrap().to_owned(), value(place)));
            let caveat = Caveat { code: *code, about: *about, values: values.collect(), text: None };
            let text = caveat.to_string();
            assert!(!text.contains(['{', '}', '|']), "{code:?}: {text}");
        }
    }
}
