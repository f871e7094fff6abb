//! What is said of a sentence that was not understood.

use crate::claims::reading::{NotUnderstood, Refusal};
use crate::domain::words::shown;

/// Most characters of a sentence that a complaint repeats.
const SHOWN: usize = 200;

/// A refusal: the words in question, what was understood all the same, and what could be asked instead.
pub(super) fn refused(code: Refusal, words: &str, understood: Vec<String>) -> NotUnderstood {
    let clean = shown(words);
    let mut said: String = clean.chars().take(SHOWN).collect();
    if clean.chars().count() > SHOWN {
        said.push('…');
    }
    let (trouble, ask) = texts(code);
    let words = if trouble.contains("{}") { trouble.replace("{}", &said) } else { format!("{trouble}: {said}") };
    NotUnderstood { code, words, understood, ask: ask.to_owned() }
}

const TOTAL: &str = "give what came in, like \"$140,000\" or \"338 payments\"";

fn texts(code: Refusal) -> (&'static str, &'static str) {
    match code {
        Refusal::Nothing => (
            "no quantity of money, bitcoin, payments or withdrawals in \"{}\"",
            "write one like \"millions of dollars\", \"over $140,000\", \"about 52 bitcoin\", \"more than 300 payments\" or \"six withdrawals\"",
        ),
        Refusal::Long => ("a claim is a sentence", "give the sentence that has the quantity"),
        Refusal::Number => ("\"{}\" is not a number that can be read", "write it like 1,234.56 or 1.234,56"),
        Refusal::Range => {
            ("\"{}\" does not say from where to where", "write it like \"between 5 and 10 million euros\"")
        }
        Refusal::Negative => ("\"{}\" is less than nothing", "give a quantity that can have been received"),
        Refusal::Foreign => ("there are no rates for \"{}\"", "use USD, EUR, GBP, JPY, CHF, CAD, AUD or BTC"),
        Refusal::Denied => {
            ("the sentence denies something, with \"{}\"", "give what is claimed itself, like \"less than $100,000\"")
        }
        Refusal::Demand => ("\"{}\" is of what is demanded, and not of what was paid", TOTAL),
        Refusal::Damage => ("\"{}\" is of damage, a cost or a reward, and no chain shows those", TOTAL),
        Refusal::Victims => (
            "\"{}\" counts who was hit, and no chain shows that",
            "give a number of payments, or say how many victims paid",
        ),
        Refusal::Machines => ("\"{}\" counts what no chain shows", "give a number of payments, like \"338 payments\""),
        Refusal::Forecast => ("\"{}\" is of what may come", "give what has come in so far"),
        Refusal::Other => ("\"{}\" is not of the family that is looked at", "give what is said of this family alone"),
        Refusal::Who => ("no chain shows who did it: \"{}\"", TOTAL),
        Refusal::Change => ("\"{}\" is a part, a multiple or a change of something", "give the sum itself"),
        Refusal::Rate => (
            "\"{}\" is of a time of which no day is told",
            "name the days, like \"by 15 May 2017\" or \"in the first three days\"",
        ),
        Refusal::OneVictim => {
            ("\"{}\" is what one victim paid", "ask for a payment, like \"a payment of $600\", or give a total")
        }
        Refusal::UnknownWords => (
            "\"{}\" is not understood",
            "say it in fewer words, like \"$140,000 was withdrawn\" or \"the wallets received 52 bitcoin\"",
        ),
    }
}
