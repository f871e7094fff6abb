use bitcoin::hashes::{Hash, sha256};
use serde_json::{Value, json};

use super::told::{Told, clean};
use crate::domain::{Amount, Time, format, rfc3339};

/// Why somebody is told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Something happened.
    Event,
    /// A payment was seen that no block holds yet.
    Waiting,
    /// A payment that was told as waiting is in a block.
    Confirmed,
    /// A payment that was told as waiting is not found any more.
    Gone,
    /// What was told before does not stand any more.
    Correction,
    /// Somebody wants to know whether notices arrive.
    Test,
}

/// What somebody is told: all that happened to a family's coins in one transaction.
#[derive(Clone, Debug)]
pub struct Message {
    /// The same for the same notice, also when it is sent again: 32 hexadecimal digits. What becomes of a payment that waited comes under the
    /// id that it was told by.
    pub id: String,
    /// The same for the same message alone, by which a receiver may know one that it has.
    pub delivery: String,
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
    /// Of a digest: the messages that it stands for.
    parts: Vec<Message>,
}

/// Most payments of a digest that are told one by one.
const SHOWN: usize = 40;

impl Occasion {
    /// Those that stand in the database.
    const KEPT: [Self; 5] = [Self::Event, Self::Waiting, Self::Confirmed, Self::Gone, Self::Correction];

    /// The one of that name in the database.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::KEPT.into_iter().find(|one| one.name() == name)
    }

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Waiting => "waiting",
            Self::Confirmed => "confirmed",
            Self::Gone => "gone",
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
        let delivery = hash(&text);
        let id = match told.first() {
            Some(first) if first.payment.is_some() => hash(&format!("payment|{family}|{}", first.txid)),
            _ => delivery.clone(),
        };
        let (family, title, parts) = (family.to_owned(), clean(title), Vec::new());
        Some(Self { id, delivery, occasion, family, title, made_at, events, template: None, told, parts })
    }

    /// One message for many about payments, in their order; `None` of none.
    pub(super) fn digest(parts: Vec<Self>) -> Option<Self> {
        let last = parts.last()?;
        let ids: Vec<&str> = parts.iter().map(|part| part.delivery.as_str()).collect();
        let id = hash(&format!("digest|{}", ids.join("|")));
        let (mut families, mut titles): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        for part in parts.iter().filter(|part| !part.family.is_empty()) {
            if !families.contains(&part.family.as_str()) {
                families.push(&part.family);
                titles.push(&part.title);
            }
        }
        let family = if let [one] = families[..] { one.to_owned() } else { String::new() };
        let title = if titles.len() > 3 { format!("{} families", titles.len()) } else { titles.join(", ") };
        let (made_at, delivery) = (last.made_at, id.clone());
        let events = parts.iter().flat_map(|part| part.events.iter().cloned()).collect();
        let (occasion, told) = (Occasion::Event, Vec::new());
        Some(Self { id, delivery, occasion, family, title, made_at, events, template: None, told, parts })
    }

    /// A message that says that notices arrive.
    pub fn test(now: Time) -> Self {
        let id = hash(&format!("test|{}", now.timestamp()));
        Self {
            delivery: id.clone(),
            id,
            occasion: Occasion::Test,
            family: String::new(),
            title: "ransomtrail".to_owned(),
            made_at: now,
            events: Vec::new(),
            template: None,
            told: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// What kind of message it is, in JSON.
    fn kind(&self) -> &'static str {
        match self.occasion {
            _ if !self.parts.is_empty() => "digest",
            Occasion::Gone if self.replaced_by().is_some() => "replaced",
            occasion => occasion.name(),
        }
    }

    /// What took the place of a payment that is gone.
    fn replaced_by(&self) -> Option<&str> {
        self.told.iter().find_map(|told| told.replaced_by.as_deref())
    }

    /// The news in one line.
    pub fn headline(&self) -> String {
        if !self.parts.is_empty() {
            return format!("{}: {}", self.title, format::count(self.parts.len(), "payment", "payments"));
        }
        let Some(first) = self.told.first() else {
            return "ransomtrail: a test, notices arrive here".to_owned();
        };
        let before = match self.occasion {
            Occasion::Event | Occasion::Test => "",
            Occasion::Waiting => "Waiting: ",
            Occasion::Confirmed => "Confirmed: ",
            Occasion::Gone if self.replaced_by().is_some() => "Replaced: ",
            Occasion::Gone => "Gone: ",
            Occasion::Correction => "Correction: ",
        };
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
        if !self.parts.is_empty() {
            return self.listed();
        }
        if self.told.is_empty() {
            return vec!["Nothing happened. This is what a notice looks like when it comes.".to_owned()];
        }
        let mut out = Vec::new();
        match (self.occasion, self.replaced_by()) {
            (Occasion::Waiting, _) => out.push("It waits for a block, and may still be replaced.".to_owned()),
            (Occasion::Confirmed, _) => out.push("It was told as waiting, and is in a block now.".to_owned()),
            (Occasion::Gone, Some(by)) => out.push(format!("It was told as waiting, and {by} took its place.")),
            (Occasion::Gone, None) => out.push("It was told as waiting, and is not found any more.".to_owned()),
            _ => {}
        }
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
        if let Some(paid) = self.told.last().and_then(|told| told.payment.as_ref()) {
            let without = if self.occasion == Occasion::Waiting { ", without it" } else { "" };
            let received = format::btc(Amount::from_sat(paid.received_sats), 8);
            out.push(format!("received so far{without}: {received} BTC"));
        }
        if let Some(first) = self.told.first() {
            out.push(match first.block_height {
                Some(height) => format!("{}, block {}", first.when(), format::grouped(u64::from(height))),
                None => format!("first seen {}", first.when()),
            });
            out.push(format!("transaction {}", first.txid));
            if let Some(start) = first.path.first().filter(|_| first.hop > 0) {
                let hops = format::count(first.hop as usize, "hop", "hops");
                out.push(format!("{hops} after the withdrawal {start}"));
            }
        }
        out
    }

    /// Of a digest: what each of its messages says, as far as there is room, and what had come in by the last.
    fn listed(&self) -> Vec<String> {
        let line = |part: &Self| {
            let txid = part.told.first().map_or("", |told| told.txid.as_str());
            format!("{}, transaction {txid}", part.headline())
        };
        let mut out: Vec<String> = self.parts.iter().take(SHOWN).map(line).collect();
        if let Some(more) = self.parts.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            out.push(format!("and {more} more"));
        }
        if let Some(paid) = self.parts.iter().rev().find_map(|part| part.told.last()?.payment.as_ref()) {
            let received = format::btc(Amount::from_sat(paid.received_sats), 8);
            out.push(format!("received so far: {received} BTC"));
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
            "type": self.kind(),
            "family": if self.family.is_empty() { Value::Null } else { self.family.clone().into() },
            "title": self.title,
            "headline": self.headline(),
            "text": self.lines().join("\n"),
            "made_at": rfc3339(self.made_at),
            "events": self.events,
        })
    }
}

/// 32 hexadecimal digits that stand for a text.
fn hash(text: &str) -> String {
    let mut hash = sha256::Hash::hash(text.as_bytes()).to_string();
    hash.truncate(32);
    hash
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::parse_instant;

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

    fn payment(occasion: Occasion, txid: &str, more: &str) -> Message {
        let body = format!(
            r#"{{"kind":"payment","txid":"{txid}","time":"2026-11-28T10:00:00Z","block_height":null,"sats":17000000,"value":null,
            "currency":"USD","label":null,"category":null,"hop":0,"path":["{txid}"],"rule":"pays"{more},"payment":{{"class":"demand",
            "received_sats":5200000000,"last_known":{{"price_day":"2026-11-27","low":"1","close":"15300.5","high":"2"}}}}}}"#
        );
        let at = parse_instant("2026-11-28T11:00:00Z").unwrap();
        Message::new(occasion, ("wannacry", "WannaCry"), at, &[&body]).unwrap()
    }

    #[test]
    fn a_payment_is_told_and_what_becomes_of_it() {
        let waiting = payment(Occasion::Waiting, "aa", "");
        assert_eq!(waiting.headline(), "Waiting: WannaCry: 0.17000000 BTC paid in (demand)");
        assert_eq!(
            waiting.lines().join("\n"),
            "It waits for a block, and may still be replaced.\nwhy: pays\n\
             worth USD 15,300.50 at the last known price, of 27 Nov 2026\nreceived so far, without it: 52.00000000 BTC\n\
             first seen 28 Nov 2026, 10:00 UTC\ntransaction aa"
        );
        let confirmed = payment(Occasion::Confirmed, "aa", "");
        assert_eq!((waiting.id == confirmed.id, waiting.delivery == confirmed.delivery), (true, false));
        let gone = payment(Occasion::Gone, "aa", "");
        assert!(gone.headline().starts_with("Gone: ") && gone.text().contains("not found any more"), "{}", gone.text());
        let replaced = payment(Occasion::Gone, "aa", r#","replaced_by":"bb""#);
        assert!(replaced.headline().starts_with("Replaced: "), "{}", replaced.headline());
        assert!(replaced.text().contains("and bb took its place"), "{}", replaced.text());
    }

    #[test]
    fn a_digest_lists_what_there_is_room_for() {
        let parts: Vec<Message> = (10..60).map(|n| payment(Occasion::Event, &n.to_string(), "")).collect();
        let digest = Message::digest(parts.clone()).unwrap();
        assert_eq!((digest.headline().as_str(), digest.events.len()), ("WannaCry: 50 payments", 50));
        let lines = digest.lines();
        assert_eq!(lines[0], "WannaCry: 0.17000000 BTC paid in (demand), transaction 10");
        assert_eq!((lines[40].as_str(), lines[41].as_str()), ("and 10 more", "received so far: 52.00000000 BTC"));
        assert_eq!(
            (digest.json()["type"].as_str(), digest.json()["family"].as_str()),
            (Some("digest"), Some("wannacry"))
        );
        assert_eq!(digest.id, Message::digest(parts).unwrap().id, "the same when it is sent again");
        assert!(Message::digest(Vec::new()).is_none());
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
