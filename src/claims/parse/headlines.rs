//! Sentences as newspapers write them, which a quick reading gets wrong.

use super::*;
use crate::claims::Part;

#[test]
fn numbers_are_not_cut_in_two() {
    let check =
        |text: &str, expect: &str| assert_eq!(parse(text).map(|q| q.to_string()), Ok(expect.to_owned()), "{text}");
    check(".3 bitcoin", "between 0.25 and 0.35 BTC");
    check("$.5 million", "between 450,000 and 550,000 US dollars");
    check("$1.5 m", "between 1,450,000 and 1,550,000 US dollars");
    check("$5 mil", "between 4,500,000 and 5,500,000 US dollars");
    check("$5mm", "between 4,500,000 and 5,500,000 US dollars");
    check("a million and a half", "between 1,450,000 and 1,550,000 US dollars");
    check("USD140,000", "between 135,000 and 145,000 US dollars");
    check("$US140,000", "between 135,000 and 145,000 US dollars");
    check("BTC52.2", "between 51.678 and 52.722 BTC");
    check("３５２ outputs", "exactly 352 payments");
    check("between three and four hundred payments", "between 300 and 400 payments");
    check("300 to four hundred payments", "between 300 and 400 payments");
    check("five or six hundred thousand dollars", "between 500,000 and 600,000 US dollars");
    check("two or three dozen payments", "between 24 and 36 payments");
    check("On 2017-08-03 $140,000 was withdrawn", "between 135,000 and 145,000 US dollars");
    check("in 2017 $140,000 was collected", "between 135,000 and 145,000 US dollars");
    check("three bitcoin wallets took $140,000", "between 135,000 and 145,000 US dollars");
    check("a seven-figure sum in euros", "between 1,000,000 and 9,999,999.99 euros");
    check("less than seven figures", "less than 1,000,000 US dollars");
    check("well short of $1 million", "less than 1,000,000 US dollars");
    check("approaching $100,000", "between 90,000 and 110,000 US dollars");
    check("as few as 200 payments", "at least 200 payments");
    check("$140,000 at the very least", "at least 140,000 US dollars");
    check("$140,000 tops", "at most 140,000 US dollars");
    check("extorted over $6 million and caused over $30 million in losses", "more than 6,000,000 US dollars");
}

#[test]
fn what_would_be_misread_is_refused() {
    let check = |expect: &str, all: &[&str]| {
        for text in all {
            let error = parse(text).map(|q| q.to_string()).expect_err(text).to_string();
            assert!(error.contains(expect), "{text}: {error:?} does not say {expect:?}");
        }
    };
    check(
        "not a number that can be read",
        &[
            "$1 40 000",
            "$140, 000",
            "10^6 dollars",
            "2 1/2 million dollars",
            "1½ million dollars",
            "$140,000 ± 5,000",
            "$5 milion",
            "€5 miljoen",
            "$12 crore",
            "a double-digit million sum",
            "fifty-two point two bitcoin",
            "CN¥ 900,000",
        ],
    );
    check(
        "only a part or a multiple",
        &[
            "half of the $140,000",
            "more than 50 percent of $140,000",
            "about a third of the $140,000",
            "two thirds of a million dollars",
            "3/4 of a million dollars",
            "twice the $140,000",
            "ten times more than $140,000",
            "most of the 52 bitcoin",
            "another 9.67 bitcoins",
            "$70,000 more",
            "just 0.1 BTC remained",
            "rose from $70,000 to $140,000",
        ],
    );
    check(
        "is denied",
        &[
            "nowhere near $1 million",
            "nothing like $1 million",
            "didn't make at least $100,000",
            "failed to collect $100,000",
            "no millions of dollars",
        ],
    );
    check(
        "is what one victim pays",
        &[
            "$300 worth of bitcoin per machine",
            "$300/machine",
            "each victim paid $300",
            "Colonial Pipeline paid a $4.4 million ransom",
            "a ransom payment of 75 bitcoin",
        ],
    );
    check("a demand or a rate", &["victims were told to pay $300", "an average of $300", "required $300"]);
    check("damage, a cost or a reward", &["$4 billion in damage", "WannaCry cost the NHS £92m", "a $5 million reward"]);
    check("from where to where", &["$135-145,000"]);
    check("no quantity", &["the three bitcoin wallets were emptied", "one bitcoin address"]);
    check("no rates of", &["R$ 5 million", "SEK 500,000", "500,000 kr"]);
}

#[test]
fn a_part_of_the_take_is_told_from_the_whole() {
    let check = |text: &str, expect: Option<Part>| assert_eq!(parse(text).unwrap().part, expect, "{text}");
    check("WannaCry made 9.67 bitcoin on Saturday", Some(Part::Time));
    check("NetWalker operators have earned $25 million in five months", Some(Part::Time));
    check("Conti made $180 million in 2021", Some(Part::Time));
    check("Colonial Pipeline paid 75 bitcoin", Some(Part::Payer));
    check("a transfer of 3.96983955 Bitcoin", Some(Part::Transfer));
    check("victims have forked out $70,000 in a week", Some(Part::Time));
    check("victims paid 20 bitcoin", None);
    check("WannaCry had made $50,000 by Friday", None);
    check("they moved 52 bitcoin a week after the attack", None);
    check("$5.9 million since late 2015", None);
}

#[test]
fn what_lies_in_the_wallets_and_what_leaves_them_is_told_from_what_came_in() {
    let check = |text: &str, unit: Unit, expect: &[Basis]| {
        let read = parse(text).unwrap();
        assert_eq!((read.unit, read.named.as_slice()), (unit, expect), "{text}");
    };
    check("the balance was 0.186 BTC", Unit::Bitcoin, &[Basis::CoinsLeft]);
    check("the attackers still have 52 bitcoin in the wallets", Unit::Bitcoin, &[Basis::CoinsLeft]);
    check("the wallets hold 52 bitcoins", Unit::Bitcoin, &[Basis::CoinsLeft]);
    check("51.9 bitcoin were moved out in August", Unit::Bitcoin, &[Basis::CoinsWithdrawn]);
    check("The wallets were emptied in six transactions", Unit::Withdrawals, &[]);
    check("the money left the wallets in six transactions", Unit::Withdrawals, &[]);
    check("six outgoing transactions", Unit::Withdrawals, &[]);
    check("six transactions", Unit::Transactions, &[Basis::Transactions]);
    let said = parse("the attackers still have $140,000 in the wallets").unwrap_err().to_string();
    assert!(said.contains("lies in the wallets") && said.contains("give it in bitcoin"), "{said}");
}
