use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::HeaderName;
use toml::Spanned;
use toml::de::DeValue;

use super::reader::{Section, Source};
use super::{ConfigError, SecretSource, parse_duration, parse_name, secrets, table};
use crate::domain::{EventKind, link, one_of};

/// Who is told when coins move: a `[[notify]]` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotifyConfig {
    /// Its name in output; what was sent to it is remembered under it.
    pub name: String,
    /// How it is told.
    pub channel: ChannelConfig,
    /// Names of the families that it is told of; empty for all.
    pub families: Vec<String>,
    /// The kinds of events that it is told of.
    pub events: Vec<EventKind>,
}

/// How somebody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelConfig {
    /// A POST to a URL.
    Webhook {
        /// What the body looks like: `json`, `slack`, `mattermost` or `discord`.
        shape: String,
        /// Where the URL is found. Those of chat services are secrets.
        url: SecretSource,
        /// Headers to send, and where their values are found.
        headers: Vec<(HeaderName, SecretSource)>,
        /// Whether plain http is fine beyond this machine.
        allow_http: bool,
    },
    /// A letter.
    Email {
        /// `smtp.example.org:465`.
        host: String,
        /// Port.
        port: u16,
        /// How the connection is encrypted.
        tls: MailTls,
        /// Who logs in, and where the password is found.
        login: Option<(String, SecretSource)>,
        /// Who writes.
        from: String,
        /// Who reads.
        to: Vec<String>,
        /// Whether letters may go around the proxy that the others are told through.
        around_proxy: bool,
    },
    /// A feed in a file, for a web server to show.
    Atom {
        /// The file; a relative path starts at the folder of the configuration file.
        file: PathBuf,
        /// Where the feed will be found, if that is known.
        url: Option<String>,
    },
    /// A program that is run and reads the notice as JSON from its standard input.
    Command {
        /// The program and its arguments; no shell reads them.
        run: Vec<String>,
        /// The environment variables that it gets to see, beside PATH, HOME, LANG and TZ.
        env: Vec<String>,
        /// How long it may take.
        timeout: Duration,
    },
}

/// How a connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// From the first byte, as on port 465.
    Implicit,
    /// After a STARTTLS, without which nothing is sent, as on port 587.
    Starttls,
    /// Not at all: on this machine alone.
    None,
}

/// Keys of every block.
const SHARED: &[&str] = &["name", "kind", "families", "events"];
/// The kinds of channels and the keys of each.
const KINDS: &[(&str, &[&str])] = &[
    ("webhook", &["url", "headers", "allow_http"]),
    ("slack", &["url", "headers", "allow_http"]),
    ("mattermost", &["url", "headers", "allow_http"]),
    ("discord", &["url", "headers", "allow_http"]),
    ("email", &["server", "tls", "user", "password", "from", "to", "around_proxy"]),
    ("atom", &["file", "url"]),
    ("command", &["run", "env", "timeout"]),
];

pub(super) fn read(source: &Source<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<NotifyConfig>, ConfigError> {
    let blocks = value
        .get_ref()
        .as_array()
        .ok_or_else(|| source.error(value.span(), "write [[notify]] with two brackets, once a receiver"))?;
    let mut out: Vec<NotifyConfig> = Vec::new();
    for block in blocks.iter() {
        let one = block_of(source, block)?;
        if out.iter().any(|other| other.name == one.name) {
            return Err(source.error(block.span(), format!("\"{}\" is the name of another [[notify]]", one.name)));
        }
        out.push(one);
    }
    Ok(out)
}

fn block_of(source: &Source<'_>, block: &Spanned<DeValue<'_>>) -> Result<NotifyConfig, ConfigError> {
    let content = table(source, block, "[[notify]]")?;
    let every: Vec<&str> =
        SHARED.iter().copied().chain(KINDS.iter().flat_map(|(_, keys)| keys.iter().copied())).collect();
    let open = Section::new(source, "[[notify]]", block.span(), content, &every)?;
    let kind = open.required("kind", |text| one_of("way to tell anybody", text, KINDS, |(name, _)| name))?;
    let (kind, keys) = *kind;
    let known: Vec<&str> = SHARED.iter().chain(keys).copied().collect();
    let section = Section::new(source, "[[notify]]", block.span(), content, &known)?;
    let channel = match kind {
        "email" => email(&section)?,
        "atom" => ChannelConfig::Atom {
            file: section.required("file", |text| parse_name(text).map(PathBuf::from))?,
            url: section.text("url", |text| link::web(text).map_err(|bad| bad.to_string()))?,
        },
        "command" => command(&section)?,
        shape => ChannelConfig::Webhook {
            shape: if shape == "webhook" { "json" } else { shape }.to_owned(),
            url: section.required("url", SecretSource::parse)?,
            headers: secrets::read_headers(&section)?,
            allow_http: section.flag("allow_http")?.unwrap_or(false),
        },
    };
    let mut events = Vec::new();
    for text in section.texts("events")?.unwrap_or_default() {
        events.push(text.parse().map_err(|reason: String| section.error("events", reason))?);
    }
    Ok(NotifyConfig {
        name: section.text("name", parse_name)?.unwrap_or_else(|| kind.to_owned()),
        channel,
        families: section.texts("families")?.unwrap_or_default().into_iter().map(str::to_owned).collect(),
        events: if events.is_empty() { EventKind::CASH_OUT.to_vec() } else { events },
    })
}

fn email(section: &Section<'_>) -> Result<ChannelConfig, ConfigError> {
    let (host, port) = section.required("server", |text| {
        let bad = || format!("\"{text}\" is not a server; write it like smtp.example.org:465");
        let (host, port) = text.rsplit_once(':').ok_or_else(bad)?;
        Ok((host.to_owned(), port.parse::<u16>().ok().filter(|_| !host.is_empty()).ok_or_else(bad)?))
    })?;
    let tls = section.text("tls", |text| match text {
        "implicit" => Ok(MailTls::Implicit),
        "starttls" => Ok(MailTls::Starttls),
        "none" => Ok(MailTls::None),
        _ => Err(format!("\"{text}\" is not known; write implicit (port 465), starttls (port 587) or none")),
    })?;
    let tls = tls.unwrap_or(if port == 587 { MailTls::Starttls } else { MailTls::Implicit });
    let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&host.as_str());
    if tls == MailTls::None && !is_here {
        return Err(section.error("tls", "without encryption only a server on this machine is written to"));
    }
    let user = section.text("user", parse_name)?;
    let password = section.text("password", SecretSource::parse)?;
    let login = match (user, password) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        _ => return Err(section.error("user", "user and password go together")),
    };
    let to = section.texts("to")?.unwrap_or_default();
    if to.is_empty() {
        return Err(section.error("to", "name one reader at least, like to = [\"desk@example.org\"]"));
    }
    let from = section.required("from", parse_name)?;
    let around_proxy = section.flag("around_proxy")?.unwrap_or(false);
    let to = to.into_iter().map(str::to_owned).collect();
    Ok(ChannelConfig::Email { host, port, tls, login, from, to, around_proxy })
}

fn command(section: &Section<'_>) -> Result<ChannelConfig, ConfigError> {
    let run: Vec<String> = section.texts("run")?.unwrap_or_default().into_iter().map(str::to_owned).collect();
    if run.first().is_none_or(|program| program.is_empty()) {
        return Err(
            section.error("run", "name the program and its arguments, like run = [\"/usr/local/bin/tell\", \"desk\"]")
        );
    }
    let timeout = section.text("timeout", parse_duration)?.unwrap_or(Duration::from_secs(60));
    let env: Vec<String> = section.texts("env")?.unwrap_or_default().into_iter().map(str::to_owned).collect();
    if !env.iter().all(|name| secrets::is_variable(name)) {
        return Err(section.error(
            "env",
            "takes the names of environment variables: letters, digits and _; values stay out of this file",
        ));
    }
    Ok(ChannelConfig::Command { run, env, timeout })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn read(text: &str) -> Result<Vec<NotifyConfig>, String> {
        Config::parse(text, "x.toml").map(|config| config.notify).map_err(|error| error.to_string())
    }

    #[test]
    fn reads() {
        let slack = read("[[notify]]\nkind = \"slack\"\nurl = \"env:SLACK\"\nevents = [\"withdrawal\"]").unwrap();
        let expect = ChannelConfig::Webhook {
            shape: "slack".to_owned(),
            url: SecretSource::Env("SLACK".to_owned()),
            headers: Vec::new(),
            allow_http: false,
        };
        assert_eq!((slack[0].name.as_str(), &slack[0].channel), ("slack", &expect));
        assert_eq!((slack[0].families.len(), slack[0].events.as_slice()), (0, &[EventKind::Withdrawal][..]));
        let mail = "[[notify]]\nname = \"desk\"\nkind = \"email\"\nserver = \"smtp.example.org:587\"\nfrom = \"a@b.example\"\n\
                    to = [\"c@d.example\"]\nuser = \"a\"\npassword = \"file:mail\"\nfamilies = [\"wannacry\"]";
        let mail = read(mail).unwrap().remove(0);
        assert!(matches!(mail.channel, ChannelConfig::Email { tls: MailTls::Starttls, port: 587, login: Some(_), .. }));
        assert_eq!((mail.families, mail.events), (vec!["wannacry".to_owned()], EventKind::CASH_OUT.to_vec()));
        assert_eq!(Config::parse("[events]\nsleep = \"90d\"", "x").unwrap().events.sleep.as_secs(), 90 * 86_400);
    }

    #[test]
    fn complaints_name_the_key_and_show_no_secret() {
        let check = |text: &str, expect: &str| {
            let said = read(&format!("[[notify]]\n{text}")).unwrap_err();
            assert!(said.starts_with("x.toml: line ") && said.contains(expect) && !said.contains("hunter2"), "{said}");
        };
        check("name = \"x\"", "[[notify]] needs a kind");
        check("kind = \"pigeon\"", "no way to tell anybody \"pigeon\"; there are webhook, slack");
        check("kind = \"slack\"", "needs a url");
        check("kind = \"slack\"\nurl = \"https://hooks.example/hunter2\"", "secrets do not belong in this file");
        check("kind = \"atom\"\nfile = \"x.xml\"\npassword = \"env:X\"", "unknown key \"password\" in [[notify]]");
        check("kind = \"atom\"\nfile = \"x.xml\"\nevents = [\"party\"]", "events: no kind of event \"party\"");
        for url in ["javascript:alert(1)", "data:text/html,x", "coins.xml", "https://a:hunter@b.example/"] {
            check(&format!("kind = \"atom\"\nfile = \"x.xml\"\nurl = \"{url}\""), "url: ");
        }
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
        let twice =
            read("[[notify]]\nkind = \"atom\"\nfile = \"a\"\n[[notify]]\nkind = \"atom\"\nfile = \"b\"").unwrap_err();
        assert!(twice.contains("\"atom\" is the name of another [[notify]]"), "{twice}");
        assert!(read("notify = 3").unwrap_err().contains("write [[notify]] with two brackets"));
    }
}
