use bitcoin::hashes::{Hash, sha256};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::{Amount, Decimal, EventKind, Time, format, parse_instant, rfc3339};

/// Why somebody is told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Something happened.
    Event,
    /// What was told before does not stand any more.
    Correction,
    /// Somebody wants to know whether notices arrive.
    Test,
}

/// What somebody is told: all that happened to a family's coins in one transaction.
#[derive(Clone, Debug)]
pub struct Message {
    /// The same for the same notice, also when it is sent again: 32 hexadecimal digits.
    pub id: String,
    /// Why.
    pub occasion: Occasion,
    /// Name of the family.
    pub family: String,
    /// How it is called in print.
    pub title: String,
    /// When there was something to tell.
    pub made_at: Time,
    /// What happened, as `events --json` has it.
    pub events: Vec<Value>,
    /// The text that a receiver's template made of it.
    pub(super) template: Option<String>,
    told: Vec<Told>,
}

/// What the text needs of an event.
#[derive(Clone, Debug, Deserialize)]
struct Told {
    kind: String,
    txid: String,
    time: String,
    block_height: u32,
    /// `None` where it is unknown how much left.
    sats: Option<u64>,
    value: Option<Worth>,
    currency: String,
    label: Option<String>,
    category: Option<String>,
    hop: u32,
    path: Vec<String>,
    rule: String,
    /// Of a correction: whether the transaction itself stands.
    stands: Option<u8>,
}

#[derive(Clone, Debug, Deserialize)]
struct Worth {
    low: String,
    close: String,
    high: String,
}

impl Occasion {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Correction => "correction",
            Self::Test => "test",
        }
    }
}

impl Message {
    /// A message of events in the shape of `events --json`; `None` where one of them is not.
    pub fn new(occasion: Occasion, (family, title): (&str, &str), made_at: Time, bodies: &[&str]) -> Option<Self> {
        let events: Vec<Value> = bodies.iter().map(|body| serde_json::from_str(body)).collect::<Result<_, _>>().ok()?;
        let told: Vec<Told> = bodies.iter().map(|body| serde_json::from_str(body)).collect::<Result<_, _>>().ok()?;
        let told: Vec<Told> = told.into_iter().map(Told::clean).collect();
        let keys = told.iter().map(|told| format!("{}:{}", told.kind, told.txid));
        let text =
            format!("{}|{family}|{}|{}", occasion.name(), made_at.timestamp(), keys.collect::<Vec<_>>().join("|"));
        let mut id = sha256::Hash::hash(text.as_bytes()).to_string();
        id.truncate(32);
        let (family, title) = (family.to_owned(), clean(title));
        Some(Self { id, occasion, family, title, made_at, events, template: None, told })
    }

    /// A message that says that notices arrive.
    pub fn test(now: Time) -> Self {
        let mut id = sha256::Hash::hash(format!("test|{}", now.timestamp()).as_bytes()).to_string();
        id.truncate(32);
        let (family, title) = (String::new(), "ransomtrail".to_owned());
        Self {
            id,
            occasion: Occasion::Test,
            family,
            title,
            made_at: now,
            events: Vec::new(),
            template: None,
            told: Vec::new(),
        }
    }

    /// The news in one line.
    pub fn headline(&self) -> String {
        let Some(first) = self.told.first() else {
            return "ransomtrail: a test, notices arrive here".to_owned();
        };
        let before = if self.occasion == Occasion::Correction { "Correction: " } else { "" };
        let more = match self.told.len() - 1 {
            0 => String::new(),
            more => format!(", and {} in the same transaction", format::count(more, "more event", "more events")),
        };
        format!("{before}{}: {}{more}", self.title, first.what())
    }

    /// All of it for people, without the headline. No line holds anything that a chat could take for markup but what the catalogue and
    /// the labels call by name.
    pub fn lines(&self) -> Vec<String> {
        if let Some(text) = &self.template {
            return text.lines().map(str::to_owned).collect();
        }
        if self.told.is_empty() {
            return vec!["Nothing happened. This is what a notice looks like when it comes.".to_owned()];
        }
        let mut out = Vec::new();
        if self.occasion == Occasion::Correction {
            out.push(match self.told.iter().any(|told| told.stands == Some(1)) {
                true => "This no longer counts as an event: labels or settings have changed since.".to_owned(),
                false => "This does not stand: the transaction is in no block any more.".to_owned(),
            });
        }
        for told in &self.told {
            if self.told.len() > 1 {
                out.push(format!("{}: {}", told.kind, told.what()));
            }
            out.push(format!("why: {}", told.rule));
            out.push(told.worth());
        }
        if let Some(first) = self.told.first() {
            out.push(format!("{}, block {}", first.when(), format::grouped(u64::from(first.block_height))));
            out.push(format!("transaction {}", first.txid));
            if let Some(start) = first.path.first().filter(|_| first.hop > 0) {
                let hops = format::count(first.hop as usize, "hop", "hops");
                out.push(format!("{hops} after the withdrawal {start}"));
            }
        }
        out
    }

    /// Headline and lines.
    pub fn text(&self) -> String {
        format!("{}\n\n{}\n", self.headline(), self.lines().join("\n"))
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id,
            "type": self.occasion.name(),
            "family": if self.family.is_empty() { Value::Null } else { self.family.clone().into() },
            "title": self.title,
            "headline": self.headline(),
            "text": self.lines().join("\n"),
            "made_at": rfc3339(self.made_at),
            "events": self.events,
        })
    }
}

/// What somebody else named, for a subject line and for XML, neither of which takes every character.
fn clean(text: &str) -> String {
    format::on_a_line(text)
}

impl Told {
    fn clean(self) -> Self {
        let (label, category) = (self.label.as_deref().map(clean), self.category.as_deref().map(clean));
        Self { label, category, rule: clean(&self.rule), ..self }
    }

    fn what(&self) -> String {
        let btc = self.sats.map_or("an unknown amount of".to_owned(), |sats| format::btc(Amount::from_sat(sats), 8));
        match self.kind.parse() {
            Ok(EventKind::Withdrawal) => format!("{btc} BTC withdrawn"),
            Ok(EventKind::Arrival) => {
                let service = self.label.as_deref().unwrap_or("a service");
                let category = self.category.as_ref().map_or(String::new(), |category| format!(" ({category})"));
                format!("{btc} BTC arrived at {service}{category}")
            }
            Ok(EventKind::Awakening) => format!("{btc} BTC moved after a long rest"),
            Ok(EventKind::Movement) | Err(_) => format!("{btc} BTC moved on"),
        }
    }

    fn worth(&self) -> String {
        match &self.value {
            Some(Worth { low, close, high }) => {
                let money = |text: &str| text.parse::<Decimal>().map_or_else(|_| text.to_owned(), format::cents);
                let (code, low, close, high) = (&self.currency, money(low), money(close), money(high));
                format!("worth {code} {low} to {high} that day, {close} at its close")
            }
            None => "worth unknown: there is no price for that day".to_owned(),
        }
    }

    fn when(&self) -> String {
        match parse_instant(&self.time) {
            Ok(time) => format!("{}, {} UTC", format::day(time.date_naive()), time.format("%H:%M")),
            Err(_) => self.time.clone(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn arrival(occasion: Occasion) -> Message {
        let body = r#"{"kind":"arrival","txid":"340b","time":"2017-08-03T10:00:00Z","block_height":478912,"sats":183760000,
            "value":{"low":"4934.22","close":"5154.00","high":"5169.76"},"currency":"USD","label":"ShapeShift <b>",
            "category":"swap service","hop":2,"path":["aa","bb","340b"],"rule":"all of it","stands":0}"#;
        let at = parse_instant("2017-08-03T11:00:00Z").unwrap();
        Message::new(occasion, ("wannacry", "WannaCry"), at, &[body]).unwrap()
    }

    #[test]
    fn says_what_happened() {
        let message = arrival(Occasion::Event);
        assert_eq!(message.headline(), "WannaCry: 1.83760000 BTC arrived at ShapeShift <b> (swap service)");
        let lines = message.lines().join("\n");
        assert_eq!(
            lines,
            "why: all of it\nworth USD 4,934.22 to 5,169.76 that day, 5,154.00 at its close\n\
             3 Aug 2017, 10:00 UTC, block 478,912\ntransaction 340b\n2 hops after the withdrawal aa"
        );
        let correction = arrival(Occasion::Correction);
        assert!(correction.headline().starts_with("Correction: WannaCry: 1.8376"), "{}", correction.headline());
        assert!(correction.text().contains("in no block any more"), "{}", correction.text());
        assert_ne!(message.id, correction.id);
        assert_eq!(message.id, arrival(Occasion::Event).id, "the same when it is sent again");
        assert!(Message::new(Occasion::Event, ("x", "X"), message.made_at, &["{}"]).is_none());
    }

    #[test]
    fn no_name_breaks_a_line_or_a_feed() {
        let body = r#"{"kind":"arrival","txid":"340b","time":"2017-08-03T10:00:00Z","block_height":1,"sats":1,"value":null,
            "currency":"USD","label":"Bad\r\nBcc: x\u0000\uffff","category":"a\u001bb","hop":0,"path":["340b"],"rule":"why\u0008"}"#;
        let at = parse_instant("2017-08-03T11:00:00Z").unwrap();
        let message = Message::new(Occasion::Event, ("x", "T\nSubject: y"), at, &[body]).unwrap();
        let text = format!("{}{}", message.headline(), message.lines().concat());
        assert!(!text.contains(crate::domain::words::acts), "{text:?}");
        let headline = "T Subject: y: 0.00000001 BTC arrived at Bad  Bcc: x\\u{0}\\u{ffff} (a\\u{1b}b)";
        assert_eq!(message.headline(), headline);
    }
}
