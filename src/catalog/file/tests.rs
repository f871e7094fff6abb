use super::*;

const GOOD: &str = r#"name = "try-one"
title = "Try One"
summary = "A family for tests."
active = { from = 2017-05-12 }

[[demands]]
usd = "300"
from = 2017-05-12
to = 2017-05-15

[sources.press]
title = "A newspaper"

[[addresses]]
source = "press"
list = [
  "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw",
  "13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94",
]
"#;

#[test]
fn a_good_file_is_read() {
    let file = parse(GOOD).unwrap();
    assert_eq!(file.family.addresses.len(), 2);
    assert_eq!(file.lines, [17, 18]);
    assert_eq!(file.family.demands[0].tolerance, Decimal::new(1, 1));
}

#[test]
fn addresses_may_play_another_part() {
    let block = |role: &str, address: &str| {
        format!("[[addresses]]\nsource = \"press\"\nrole = \"{role}\"\nlist = [\"{address}\"]\n")
    };
    let first = "115p7UMMngoj1pMvkpHijcRdfJNXj6LrLn";
    let file = parse(&format!("{GOOD}{}", block("seizure", first))).unwrap();
    let (family, lines) = (file.family, file.lines);
    assert_eq!((family.addresses.len(), family.stations.len(), family.watched().count()), (2, 1, 3));
    assert_eq!((family.stations[0].role, lines.as_slice()), (Role::Seizure, [17, 18, 23].as_slice()));
    let said = parse(&format!("{GOOD}{}", block("wallet", first))).map(|_| ()).unwrap_err().to_string();
    assert_eq!(said, "line 22: no role \"wallet\"; there are ransom, collector, seizure, salary, reimbursement");
    let lone = format!("{}{}", &GOOD[..GOOD.find("[[addresses]]").unwrap()], block("salary", first));
    assert!(parse(&lone).map(|_| ()).unwrap_err().to_string().contains("at least one address that took ransom"));
}

#[test]
fn what_acts_is_written_out() {
    let text = GOOD.replace("Try One", "Try\u{202e} \\u001b[2J").replace("for tests", "for\u{200b} tests");
    let family = parse(&text).unwrap().family;
    assert_eq!(
        (family.title.as_str(), family.summary.as_str()),
        ("Try\\u{202e} \\u{1b}[2J", "A family for\\u{200b} tests.")
    );
}

#[test]
fn a_bad_file_is_refused_with_line_and_reason() {
    let check = |from: &str, to: &str, expect: &str| {
        assert!(GOOD.contains(from), "{from}");
        let error = parse(&GOOD.replacen(from, to, 1)).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expect), "{error:?} does not say {expect:?}");
    };
    check("12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMx", "line 17: \"12t9");
    check("12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "line 17");
    check("12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", "13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94", "line 18: 13AM4V");
    check("source = \"press\"", "source = \"radio\"", "line 15: no source \"radio\"");
    check("source = \"press\"\n", "", "missing field `source`");
    check("usd = \"300\"", "usd = \"-3\"", "line 7: \"-3\" is not a positive");
    check("usd = \"300\"", "", "either usd or btc");
    check("to = 2017-05-15", "to = 2017-05-11", "ends before it begins");
    check("{ from = 2017-05-12 }", "{ from = 2017-05-12, to = 2016-05-12 }", "line 4: it ends before it begins");
    check("from = 2017-05-12\nto", "from = 2017-05-12T00:00:00\nto", "is not a day");
    let fact = |what: &str| format!("[[facts]]\n{what}\nby = \"a newspaper\"\nsource = \"press\"\n\n[sources.press]");
    check("[sources.press]", &fact("machines = 5\ncountries = 2"), "line 11: a fact is one of");
    check("[sources.press]", &fact("machines = 0"), "line 11: leave out");
    check("[sources.press]", &fact("first_day = 2017-05-12T00:00:00"), "is not a day");
    check("[sources.press]", &fact("machines = 5").replace("\"press\"", "\"radio\""), "line 14: no source \"radio\"");
    check("try-one", "Try One", "line 1: a name has");
    check("title", "tilte", "line 2: unknown field");
    let long = |most: usize| "x".repeat(most + 1);
    check("Try One", &long(300), "line 2: the title has more than 300 characters");
    check("A family for tests.", &long(2_000), "line 3: the summary has more than 2000 characters");
    check("A newspaper", &long(300), "line 12: the title has");
    check("try-one", &long(200), "line 1: the name has more than 200 characters");
    check("to = 2017-05-15", &format!("note = \"{}\"", long(4_000)), "line 9: the note has");
    let url = |url: &str| format!("\"A newspaper\"\nurl = \"{url}\"");
    check("\"A newspaper\"", &url("javascript:alert(1)"), "line 13: \"javascript:alert(1)\" is no web page");
    check("\"A newspaper\"", &url("data:text/html,x"), "line 13: ");
    check("\"A newspaper\"", &url("https://x.example/\\u202e"), "line 13: ");
    let reading = "\"A newspaper\"\n[[links]]\ntitle = \"x\"\nurl = \"vbscript:x\"";
    check("\"A newspaper\"", reading, "line 15: \"vbscript:x\" is no web page");
    check("[sources.press]", "[sources.press", "line 11");
}
