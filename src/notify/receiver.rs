use std::sync::Arc;

use super::template::Template;
use super::{AtMost, CHANNELS, Channel, Failure, Key, Means, Message, Telling, request};
use crate::config::{ConfigError, Section, parse_name};
use crate::domain::{Amount, EventKind, one_of};
use crate::store::ReceiverRecord;

/// Somebody who wants to be told: a `[[notify]]` block.
#[derive(Clone, Debug)]
pub struct Receiver {
    /// Its name in output; what was sent to it is remembered under it.
    pub name: String,
    /// The families that it is told of; empty for all.
    pub families: Vec<String>,
    /// The kinds of events that it is told of.
    pub events: Vec<EventKind>,
    /// Whether it hears of payments that wait for a block.
    pub waiting: bool,
    /// It hears of no smaller payment.
    pub min: Amount,
    /// How many messages about payments it wants; `None`: one each.
    pub at_most: Option<AtMost>,
    /// The words that it is told in; `None` for ours.
    pub template: Option<Arc<Template>>,
    /// How it is told.
    pub channel: &'static Channel,
    /// The same, with its settings.
    pub telling: Arc<Telling>,
}

/// Who is told, and what that takes.
#[derive(Debug)]
pub struct Desk {
    /// Who.
    pub receivers: Vec<Receiver>,
    /// With what.
    pub means: Means,
}

/// The keys of every block.
pub const KEYS: &[Key] = &[
    Key { name: "kind", example: "\"slack\"", without: None, about: "how somebody is told: one of the channels below" },
    Key {
        name: "name",
        example: "\"desk\"",
        without: Some("the kind"),
        about: "its name in output; what was sent to it is remembered under it",
    },
    Key { name: "families", example: "[\"wannacry\"]", without: Some("all"), about: "the families that it is told of" },
    Key {
        name: "events",
        example: "[\"withdrawal\", \"arrival\", \"awakening\", \"movement\", \"payment\"]",
        without: Some("withdrawal, arrival, awakening"),
        about: "the kinds of events that it is told of",
    },
    Key {
        name: "waiting",
        example: "true",
        without: Some("false"),
        about: "whether it hears of payments that wait for a block, and then of what becomes of them",
    },
    Key { name: "min", example: "\"0.1 BTC\"", without: Some("all"), about: "the smallest payment that it hears of" },
    Key {
        name: "at_most",
        example: "\"10 an hour\"",
        without: Some("one each"),
        about: "so many messages about payments; the last of them sums up what is left",
    },
    Key {
        name: "template",
        example: "\"{{ title }}, block {{ events[0].block_height }}: {{ text }}\"",
        without: Some("our own words"),
        about: "the text below the headline, in the language of Jinja, from the fields of what is sent",
    },
];

/// Reads a block. Which further keys it may have, its channel says.
pub fn read(section: &Section<'_>, before: &[Receiver]) -> Result<Receiver, ConfigError> {
    let channel = section.required("kind", |text| one_of("way to tell anybody", text, CHANNELS, |one| one.name))?;
    let known: Vec<&str> = KEYS.iter().chain(channel.keys).map(|key| key.name).collect();
    section.only(&known)?;
    let mut events = Vec::new();
    for text in section.texts("events")?.unwrap_or_default() {
        events.push(text.parse().map_err(|reason: String| section.error("events", reason))?);
    }
    let name = section.text("name", parse_name)?.unwrap_or_else(|| channel.name.to_owned());
    if before.iter().any(|other| other.name == name) {
        return Err(section.error("name", format!("\"{name}\" is the name of another [[notify]]")));
    }
    Ok(Receiver {
        name,
        families: section.texts("families")?.unwrap_or_default().into_iter().map(str::to_owned).collect(),
        events: if events.is_empty() { EventKind::CASH_OUT.to_vec() } else { events },
        waiting: section.flag("waiting")?.unwrap_or(false),
        min: section
            .text("min", |text| {
                text.parse().map_err(|_| format!("\"{text}\" is no amount; write it like \"0.1 BTC\""))
            })?
            .unwrap_or(Amount::ZERO),
        at_most: section.text("at_most", str::parse)?,
        template: section.text("template", Template::parse)?.map(Arc::new),
        channel,
        telling: Arc::new((channel.read)(section)?),
    })
}

impl Receiver {
    /// What the database has to know of it.
    pub fn record(&self) -> ReceiverRecord {
        let (name, kinds) = (self.name.clone(), self.events.clone());
        ReceiverRecord { name, kinds, waiting: self.waiting, min: self.min.to_sat() }
    }

    /// Whether it is told of that family.
    pub fn wants(&self, family: &str) -> bool {
        self.families.is_empty() || self.families.iter().any(|name| name == family)
    }

    /// The message in the words that it wants.
    pub(super) fn worded(&self, message: Message) -> Result<Message, Failure> {
        match &self.template {
            // It would fail the same way the next time.
            Some(template) => template.put(message).map_err(|why| Failure { why, refused: true }),
            None => Ok(message),
        }
    }

    /// Tells it something. Nothing is written to a feed, which shows what is kept.
    pub async fn tell(&self, message: &Message, means: &Means) -> Result<(), Failure> {
        match &*self.telling {
            Telling::Request(write) => {
                let request = write(message, means)?;
                let http = means.http.as_ref().ok_or_else(|| "nobody may be asked".to_owned())?;
                request::send(http, request, &message.delivery).await
            }
            Telling::Feed(feed) => Ok(feed.can_write(&means.folder)?),
            Telling::Own(tell) => tell(message, means).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn receivers(text: &str) -> Result<Vec<Receiver>, String> {
        Config::parse_receivers(text, "x.toml", read).map_err(|error| error.to_string())
    }

    /// A block with the examples of these keys.
    fn block<'a>(channel: &Channel, keys: impl Iterator<Item = &'a Key>) -> String {
        let lines: Vec<String> = keys.map(|key| format!("{} = {}\n", key.name, key.example)).collect();
        format!("[[notify]]\nkind = \"{}\"\n{}", channel.name, lines.concat())
    }

    /// Every channel is as its keys say: which have to be there, which need not be, and which are secrets.
    #[test]
    fn channels_are_read_as_their_keys_say() {
        for channel in CHANNELS {
            let all = || channel.keys.iter();
            let shared = KEYS.iter().filter(|key| key.name != "kind");
            let whole = receivers(&block(channel, shared.chain(all()))).unwrap().remove(0);
            assert_eq!(
                (whole.name.as_str(), whole.families, whole.events.len()),
                ("desk", vec!["wannacry".to_owned()], 5)
            );
            let needed = || all().filter(|key| key.without.is_none());
            let bare = receivers(&block(channel, needed())).unwrap().remove(0);
            assert_eq!((bare.name.as_str(), bare.channel.name), (channel.name, channel.name));
            assert_eq!((bare.families.len(), bare.events.as_slice()), (0, EventKind::CASH_OUT.as_slice()));
            for key in needed() {
                let said = receivers(&block(channel, needed().filter(|other| other.name != key.name))).unwrap_err();
                assert!(said.starts_with("x.toml: line ") && said.contains(key.name), "{}: {said}", channel.name);
            }
            for key in all().filter(|key| key.example.contains("\"env:") || key.example.contains("\"file:")) {
                let text = block(channel, all()).replace(key.example, "\"hunter2\"");
                let said = receivers(&text).unwrap_err();
                let expect = "secrets do not belong in this file";
                assert!(said.contains(expect) && !said.contains("hunter2"), "{}: {}: {said}", channel.name, key.name);
            }
            let said = receivers(&block(channel, needed()).replace("kind", "zebra = 1\nkind")).unwrap_err();
            assert!(said.contains("unknown key \"zebra\" in [[notify]]"), "{said}");
        }
    }

    #[test]
    fn complaints_name_the_key_and_show_no_secret() {
        let check = |text: &str, expect: &str| {
            let said = receivers(&format!("[[notify]]\n{text}")).unwrap_err();
            assert!(said.starts_with("x.toml: line ") && said.contains(expect) && !said.contains("hunter2"), "{said}");
        };
        check("name = \"x\"", "[[notify]] needs a kind");
        check("kind = \"pigeon\"", "no way to tell anybody \"pigeon\"; there are webhook, slack");
        check("kind = \"slack\"", "needs a url");
        check("kind = \"slack\"\nurl = \"http://localhost.example/hunter2\"", "secrets do not belong in this file");
        check("kind = \"slack\"\nurl = \"https://hooks.example/hunter2\"", "secrets do not belong in this file");
        check("kind = \"atom\"\nfile = \"x.xml\"\npassword = \"env:X\"", "unknown key \"password\" in [[notify]]");
        check("kind = \"atom\"\nfile = \"x.xml\"\nevents = [\"party\"]", "events: no kind of event \"party\"");
        for url in ["javascript:alert(1)", "data:text/html,x", "coins.xml", "https://a:hunter@b.example/"] {
            check(&format!("kind = \"atom\"\nfile = \"x.xml\"\nurl = \"{url}\""), "url: ");
        }
        let atom = "kind = \"atom\"\nfile = \"x.xml\"";
        check(
            &format!("{atom}\ntemplate = \"{{{{ titel }}}}\""),
            "template: no word \"titel\"; did you mean \"title\"?",
        );
        check(&format!("{atom}\ntemplate = \"{{{{ title\""), "template: ");
        check(&format!("{atom}\nmin = \"0.1\""), "min: \"0.1\" is no amount; write it like \"0.1 BTC\"");
        check(&format!("{atom}\nat_most = \"ten\""), "at_most: \"ten\" is not so many in a time");
        check("kind = \"email\"\nserver = \"smtp.example.org\"", "write it like smtp.example.org:465");
        check("kind = \"email\"\nserver = \"smtp.example.org:25\"\ntls = \"none\"", "only a server on this machine");
        check(
            "kind = \"email\"\nserver = \"localhost:25\"\ntls = \"none\"\nuser = \"x\"",
            "user and password go together",
        );
        check("kind = \"email\"\nserver = \"localhost:465\"\nfrom = \"a@b.example\"", "name one reader at least");
        check("kind = \"command\"\nrun = []", "name the program");
        check("kind = \"command\"\nrun = [\"x\"]\nenv = [\"A=hunter2\"]", "takes the names of environment variables");
        check("kind = \"command\"\nrun = [\"x\"]\nenv = \"A\"", "expected a list of texts");
        check("kind = \"slack\"\nurl = \"env:X\"\naround_proxy = true", "unknown key \"around_proxy\"");
        let twice = receivers("[[notify]]\nkind = \"atom\"\nfile = \"a\"\n[[notify]]\nkind = \"atom\"\nfile = \"b\"")
            .unwrap_err();
        assert!(twice.contains("\"atom\" is the name of another [[notify]]"), "{twice}");
        assert!(receivers("notify = 3").unwrap_err().contains("write [[notify]] with two brackets"));
    }
}
