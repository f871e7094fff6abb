use proptest::prelude::*;

use super::*;
use crate::claims::{Bound, Interval};

/// Sentence, unit, least, most; `-` where a side is open. An `>` or `<` before a number leaves the number itself out.
static SENTENCES: &[(&str, &str, &str, &str)] = &[
    // What was said of WannaCry.
    ("millions of dollars in cryptocurrencies such as bitcoin", "USD", "2000000", "-"),
    ("millions of dollars in bitcoin", "USD", "2000000", "-"),
    ("WannaCry made $140,000 in bitcoins from the victims who paid for the decryption keys", "USD", "135000", "145000"),
    ("In total, the hackers made about $140,000 in bitcoin from the operation", "USD", "126000", "154000"),
    ("those first transactions made up about $70,000, half of the total the accounts held", "USD", "63000", "77000"),
    ("There were a total of six withdrawals from the WannaCry bitcoin accounts", "withdrawals", "6", "6"),
    ("in seven separate transactions", "transactions", "7", "7"),
    ("around $140,000 worth of bitcoins have finally been withdrawn", "USD", "126000", "154000"),
    ("WannaCry hackers have withdrawn more than $142,000 worth of bitcoins", "USD", ">142000", "-"),
    ("WannaCry: hackers withdraw £108,000 of bitcoin ransom", "GBP", "106920", "109080"),
    ("a total of £108,953 worth of bitcoin was withdrawn", "GBP", "107863.47", "110042.53"),
    ("More than £108,000 in bitcoin paid by victims has been withdrawn", "GBP", ">108000", "-"),
    (
        "£105,000 worth of bitcoin has now been withdrawn from the WannaCry hackers' online wallets",
        "GBP",
        "103950",
        "106050",
    ),
    ("WannaCry Hackers Finally Cash Out $143,000 In Bitcoin Ransom", "USD", "141570", "144430"),
    (
        "The balance of the various accounts, which amounted to 52.2 BTC, was drained overnight",
        "BTC",
        "51.678",
        "52.722",
    ),
    ("WannaCry bitcoin wallets emptied as $143k ransom moved", "USD", "141570", "144430"),
    ("stuffed with more than $140,000 worth of the cryptocurrency", "USD", ">140000", "-"),
    ("just 8.2052332 BTC paid on Sat May 13 10:07:14 EEST", "BTC", "8.2052332", "8.2052332"),
    ("On Sunday, the total profit was over $ 32.000.", "USD", ">32000", "-"),
    ("the total ransom grew to $ 54.000 (16:00 hrs)", "USD", "53460", "54540"),
    ("In total, victims have paid more than $57,000.", "USD", ">57000", "-"),
    ("Hackers behind WannaCry just stole $66,000 in Bitcoin", "USD", "65340", "66660"),
    ("Only about $70,000 in payments were known to have been made as of Monday", "USD", "63000", "77000"),
    ("barely $71,000 in ransom had been paid", "USD", "70290", "71710"),
    (
        "More than $140,000 in Bitcoin has been paid out by victims of the global ransomware outbreak from May",
        "USD",
        ">140000",
        "-",
    ),
    ("a total of around $143,219.81 worth of bitcoin was withdrawn", "USD", "128897.829", "157541.791"),
    ("De meer dan 120.000 euro", "EUR", "115000", "125000"),
    ("52.19666422 BTC", "BTC", "52.19666422", "52.19666422"),
    ("the three wallets received 51.92690943 bitcoin", "BTC", "51.92690943", "51.92690943"),
    ("The three accounts made 5.78 bitcoin Friday", "BTC", "5.7222", "5.8378"),
    ("the worm hit 230,000 computers in 150 countries and took in 52 bitcoin", "BTC", "51.48", "52.52"),
    ("On 3 August 2017 the hackers collected $140,000", "USD", "135000", "145000"),
    ("338 victims paid", "payments", "338", "338"),
    ("more than 300 victims paid the ransom", "payments", ">300", "-"),
    ("more than 300 payments", "payments", ">300", "-"),
    ("six withdrawals", "withdrawals", "6", "6"),
    ("seven withdrawals", "withdrawals", "7", "7"),
    ("333 transactions", "transactions", "333", "333"),
    ("352 outputs", "payments", "352", "352"),
    ("they moved 52 bitcoin a week after the attack", "BTC", "51.48", "52.52"),
    // What was said of others.
    ("SamSam ransomware crew made nearly $6 million from ransom payments", "USD", "5400000", "6600000"),
    ("has earned its creators more than $5.9 million in ransom payments since late 2015", "USD", ">5900000", "-"),
    ("SamSam reportedly earned handlers over €5.1m", "EUR", ">5100000", "-"),
    ("since then, 2,795 bitcoins have been received", "BTC", "2767.05", "2822.95"),
    ("NetWalker operators have earned $25 million in five months", "USD", "24500000", "25500000"),
    ("Locky has made around $7.8 million in total", "USD", "7020000", "8580000"),
    ("the hackers removed about $10,000 from the bitcoin wallet", "USD", "9000", "11000"),
    ("moving more than $10,000 to a different wallet", "USD", ">10000", "-"),
    ("more than £8,000 worth of bitcoins", "GBP", ">8000", "-"),
    ("a transfer of 3.96983955 Bitcoin", "BTC", "3.96983955", "3.96983955"),
    ("The wallet was sent around four Bitcoins", "BTC", "3.6", "4.4"),
    ("approximately $10,000 in paid ransom disappearing from the account", "USD", "9000", "11000"),
    // Softened and sharpened.
    ("over $140,000", "USD", ">140000", "-"),
    ("nearly $1m", "USD", "900000", "1100000"),
    ("almost a million dollars", "USD", "900000", "1100000"),
    ("about 52 bitcoin", "BTC", "46.8", "57.2"),
    ("52.2 BTC", "BTC", "51.678", "52.722"),
    ("£108,953", "GBP", "107863.47", "110042.53"),
    ("GBP 108,953", "GBP", "107863.47", "110042.53"),
    ("300,000 euros", "EUR", "250000", "350000"),
    ("between 5 and 10 million", "USD", "5000000", "10000000"),
    ("at least US$140,000", "USD", "140000", "-"),
    ("no less than 52 BTC", "BTC", "52", "-"),
    ("upwards of $2 million", "USD", ">2000000", "-"),
    ("in excess of 2 million dollars", "USD", ">2000000", "-"),
    ("exceeding $100,000", "USD", ">100000", "-"),
    ("under $150,000", "USD", "-", "<150000"),
    ("less than $150,000 was paid", "USD", "-", "<150000"),
    ("fewer than 400 payments", "payments", "-", "<400"),
    ("no more than 400 payments", "payments", "-", "400"),
    ("up to $1 million", "USD", "-", "1000000"),
    ("as much as $1.5 million", "USD", "-", "1500000"),
    ("at most ten withdrawals", "withdrawals", "-", "10"),
    ("just over $140,000", "USD", "140000", "154000"),
    ("just under £110,000", "GBP", "99000", "110000"),
    ("an estimated $4 million", "USD", "3600000", "4400000"),
    ("roughly 50 bitcoins", "BTC", "45", "55"),
    ("some 340 payments", "payments", "306", "374"),
    ("close to $100,000", "USD", "90000", "110000"),
    ("exactly $95,396.61", "USD", "95396.61", "95396.61"),
    ("exactly 300 payments", "payments", "300", "300"),
    ("$140,000 or so", "USD", "126000", "154000"),
    ("$140,000-plus", "USD", "140000", "-"),
    ("300+ payments", "payments", "300", "-"),
    ("52 bitcoin or more", "BTC", "52", "-"),
    ("well over 300 ransom payments", "payments", ">300", "-"),
    // Bare figures.
    ("$140,000", "USD", "135000", "145000"),
    ("$1 million", "USD", "500000", "1500000"),
    ("$1.5 million", "USD", "1450000", "1550000"),
    ("$1.50 million", "USD", "1485000", "1515000"),
    ("$95,396.61", "USD", "94442.6439", "96350.5761"),
    ("300 payments", "payments", "250", "350"),
    ("12 payments", "payments", "12", "12"),
    ("a dozen payments", "payments", "12", "12"),
    ("ten withdrawals", "withdrawals", "10", "10"),
    ("one hundred and forty thousand dollars", "USD", "135000", "145000"),
    ("half a million dollars", "USD", "450000", "550000"),
    ("a quarter of a million pounds", "GBP", "245000", "255000"),
    ("two and a half million euros", "EUR", "2450000", "2550000"),
    ("twenty-one payments", "payments", "21", "21"),
    ("half a bitcoin", "BTC", "0.45", "0.55"),
    // Words for numbers that are not numbers.
    ("hundreds of thousands of dollars", "USD", "200000", "-"),
    ("tens of thousands of dollars in bitcoin", "USD", "20000", "-"),
    ("tens of millions", "USD", "20000000", "-"),
    ("raked in millions", "USD", "2000000", "-"),
    ("many millions of euros", "EUR", "2000000", "-"),
    ("several hundred thousand dollars", "USD", "300000", "-"),
    ("a few thousand dollars", "USD", "2000", "-"),
    ("a multi-million dollar haul", "USD", "2000000", "-"),
    ("a multimillion-dollar ransom scheme", "USD", "2000000", "-"),
    ("million-dollar ransomware", "USD", "500000", "1500000"),
    ("hundreds of payments", "payments", "200", "-"),
    ("dozens of bitcoins", "BTC", "24", "-"),
    ("a six-figure sum", "USD", "100000", "999999.99"),
    ("a six-figure payday for the people behind the ransomware attack", "USD", "100000", "999999.99"),
    ("six figures in euros", "EUR", "100000", "999999.99"),
    ("billions of dollars", "USD", "2000000000", "-"),
    // Units, signs and abbreviations.
    ("$140k", "USD", "135000", "145000"),
    ("1.2mn euros", "EUR", "1150000", "1250000"),
    ("$1.1bn", "USD", "1050000000", "1150000000"),
    ("2.5 mln USD", "USD", "2450000", "2550000"),
    ("U.S. $25 million", "USD", "24500000", "25500000"),
    ("CHF 1.2 million", "CHF", "1150000", "1250000"),
    ("C$150,000", "CAD", "145000", "155000"),
    ("$150,000 Canadian", "CAD", "145000", "155000"),
    ("A$190,000", "AUD", "185000", "195000"),
    ("¥16 million", "JPY", "15500000", "16500000"),
    ("₿52", "BTC", "51.48", "52.52"),
    ("52 XBT", "BTC", "51.48", "52.52"),
    ("186 mBTC", "BTC", "0.18414", "0.18786"),
    ("5,211,290,943 satoshis", "BTC", "52.11290943", "52.11290943"),
    ("335 bitcoin transactions", "transactions", "335", "335"),
    ("millions of bitcoins", "BTC", "2000000", "-"),
    // Separators.
    ("140.000 US-Dollar", "USD", "135000", "145000"),
    ("€140.000", "EUR", "135000", "145000"),
    ("140 000 euros", "EUR", "135000", "145000"),
    ("CHF 140'000", "CHF", "135000", "145000"),
    ("1.234.567,89 EUR", "EUR", "1222222.2111", "1246913.5689"),
    ("1,5 million euros", "EUR", "1450000", "1550000"),
    ("52,2 BTC", "BTC", "51.678", "52.722"),
    ("1.234 BTC", "BTC", "1.22166", "1.24634"),
    ("1,234 BTC", "BTC", "1221.66", "1246.34"),
    ("0,186 BTC", "BTC", "0.18414", "0.18786"),
    // Ranges.
    ("$5-10 million", "USD", "5000000", "10000000"),
    ("$5m to $10m", "USD", "5000000", "10000000"),
    ("$5m–$10m", "USD", "5000000", "10000000"),
    ("between $130,000 and $150,000", "USD", "130000", "150000"),
    ("between 500,000 and 1 million dollars", "USD", "500000", "1000000"),
    ("between five and ten million euros", "EUR", "5000000", "10000000"),
    ("from 50 to 60 bitcoin", "BTC", "50", "60"),
    ("six or seven withdrawals", "withdrawals", "6", "7"),
    ("300 to 400 payments", "payments", "300", "400"),
    ("about 300 to 400 payments", "payments", "270", "440"),
];

fn bound(text: &str) -> Option<Bound> {
    let open = text.starts_with(['>', '<']);
    let number = text.trim_start_matches(['>', '<']);
    (number != "-").then(|| Bound { at: number.parse().unwrap(), open })
}

#[test]
fn sentences_are_understood() {
    assert!(SENTENCES.len() > 140);
    let mut wrong = Vec::new();
    for (text, unit, min, max) in SENTENCES {
        let expect = Interval { min: bound(min), max: bound(max) };
        match parse(text) {
            Ok(read) if read.unit.name() == *unit && read.interval == expect => {}
            Ok(read) => wrong.push(format!("{text}: {read}")),
            Err(error) => wrong.push(format!("{text}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_meant_to_the_last_digit_is_exact() {
    let check = |text: &str, exact: bool| assert_eq!(parse(text).unwrap().exact, exact, "{text}");
    check("52.19666422 BTC", true);
    check("8.2052332 BTC", true);
    check("52.2 BTC", false);
    check("six withdrawals", true);
    check("300 payments", false);
    check("352 payments", true);
    check("$95,396.61", false);
    check("exactly $95,396.61", true);
    check("about six withdrawals", false);
}

#[test]
fn the_wording_may_name_a_basis() {
    let check = |text: &str, expect: &[Basis]| assert_eq!(parse(text).unwrap().named, expect, "{text}");
    check("$140,000", &[]);
    check("$140,000 was withdrawn", &[Basis::AtWithdrawal]);
    check("hackers cashed out $140,000 in bitcoin", &[Basis::AtWithdrawal]);
    check("$95,000 at the time of payment", &[Basis::AtReceipt]);
    check("bitcoin now worth $2 million", &[Basis::AsOf]);
    check("worth $1m at its peak", &[Basis::Peak]);
    check("51.92690943 BTC withdrawn", &[Basis::CoinsWithdrawn]);
    check("six withdrawals emptied the wallets", &[]);
    check("335 transactions", &[Basis::Transactions]);
    check("354 outputs", &[Basis::Outputs]);
    check("335 payments", &[]);
}

#[test]
fn what_cannot_be_understood_says_why() {
    let check = |text: &str, expect: &str| {
        let error = parse(text).map(|q| q.to_string()).expect_err(text).to_string();
        assert!(error.contains(expect), "{text}: {error:?} does not say {expect:?}");
    };
    check("", "write one quantity like");
    check("WannaCry was terrible", "no quantity");
    check("140,000", "no quantity");
    check("the attack hit 230,000 computers in 150 countries", "no quantity");
    check("hundreds of thousands of computers were infected", "no quantity");
    check("the worm hit 200,000 victims in 150 countries", "no quantity");
    check("52 bitcoin worth $140,000", "\"52 bitcoin\" and \"$140,000\"; give one");
    check("about 215 payments of $200 or more", "\"215 payments\" and \"$200\"");
    check("between 500 and 1 million dollars", "from where to where");
    check("$140,000 in six withdrawals", "\"$140,000\" and \"six withdrawals\"");
    check("5 million rubles", "no rates of rubles");
    check("300 monero", "no rates of monero");
    check("5 bitcoin cash", "no rates of bitcoin cash");
    check("$1,23,456", "not a number that can be read");
    check("$1.2.3", "not a number that can be read");
    check("$12345678901234567890", "not a number that can be read");
    check("900000 trillion dollars", "not a number that can be read");
    check("they did not collect $140,000", "is denied");
    check("WannaCry never made millions", "is denied");
    check("demanding $300 in bitcoin", "is a demand or a rate");
    check("$300 per computer", "is a demand or a rate");
    check("-5 BTC", "less than nothing");
    check("between 10 and 5 million dollars", "from where to where");
    check("up to millions of dollars", "from where to where");
    check("in 2017", "no quantity");
}

/// Quantities as the program writes them.
fn quantities() -> impl Strategy<Value = Quantity> {
    let units = prop::sample::select(vec![
        Unit::Money(Currency::Usd),
        Unit::Money(Currency::Eur),
        Unit::Money(Currency::Gbp),
        Unit::Money(Currency::Jpy),
        Unit::Money(Currency::Chf),
        Unit::Money(Currency::Cad),
        Unit::Money(Currency::Aud),
        Unit::Bitcoin,
        Unit::Payments,
        Unit::Transactions,
        Unit::Withdrawals,
    ]);
    let number = || (0_i64..100_000_000_000_000, 0_u32..9).prop_map(|(n, places)| Decimal::new(n, places).normalize());
    (units, number(), number(), 0..6).prop_map(|(unit, a, b, shape)| {
        let (low, high) = (a.min(b), a.max(b));
        let interval = match shape {
            0 => Interval::point(a),
            1 => Interval { min: Some(Bound { at: a, open: false }), max: None },
            2 => Interval { min: Some(Bound { at: a, open: true }), max: None },
            3 => Interval { min: None, max: Some(Bound { at: a, open: false }) },
            4 => Interval { min: None, max: Some(Bound { at: a, open: true }) },
            _ => Interval::between(low, high),
        };
        Quantity { unit, interval, exact: false, named: Vec::new(), victims: false, part: None, words: String::new() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back(quantity in quantities()) {
        let text = quantity.to_string();
        let read = parse(&text);
        prop_assert_eq!(read.map(|r| (r.unit, r.interval)), Ok((quantity.unit, quantity.interval)), "{}", text);
    }

    #[test]
    fn every_reading_reads_back(at in 0..SENTENCES.len()) {
        if let Ok(read) = parse(SENTENCES[at].0) {
            let text = read.to_string();
            prop_assert_eq!(parse(&text).map(|r| (r.unit, r.interval)), Ok((read.unit, read.interval)), "{}", text);
        }
    }

    #[test]
    fn no_text_breaks_it(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn no_pieces_break_it(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "$", "€", "5", "10", "1,234", "1.234", "-", "–", "million", "k", "m", "bn", "of", "a", "half", "and", "between",
                "to", "or", "hundred", "two", "twenty", "trillion", "billions", "bitcoin", "BTC", "payments", "about", "over", "not",
                "six", "figure", "multi", "quarter", "dozen", "999999999999999", "satoshis", "us", "dollars", "in", "+", "%", ".", "U.S.",
                "may", "2017", "’", "İ", "ß",
            ]),
            0..9,
        ),
        gap in prop::sample::select(vec!["", " "]),
    ) {
        let text = pieces.join(gap);
        if let Ok(read) = parse(&text) {
            prop_assert!(read.interval.min.is_some() || read.interval.max.is_some(), "{}", text);
            let again = parse(&read.to_string()).map(|r| (r.unit, r.interval));
            prop_assert_eq!(again, Ok((read.unit, read.interval)), "{} -> {}", text, read);
        }
    }
}
