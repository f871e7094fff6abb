use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::Auth;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::{Channel, Failure, Key, Means, Message, Telling, is_here};
use crate::config::{ConfigError, SecretSource, Section, parse_name};
use crate::domain::format::on_a_line;
use crate::http::{self, Secret};

pub(super) const CHANNEL: Channel = Channel {
    name: "email",
    about: "a letter, by SMTP",
    keys: &[
        Key {
            name: "server",
            example: "\"smtp.example.org:465\"",
            without: None,
            about: "the mail server and its port",
        },
        Key {
            name: "tls",
            example: "\"implicit\"",
            without: Some("implicit; with port 587 starttls"),
            about: "implicit: encrypted from the first byte; starttls: before anything is sent; none: on this machine alone",
        },
        Key { name: "user", example: "\"trail\"", without: Some("no login"), about: "who logs in" },
        Key {
            name: "password",
            example: "\"file:/etc/ransomtrail/mail-password\"",
            without: Some("no login"),
            about: "where the password is found",
        },
        Key { name: "from", example: "\"ransomtrail <trail@example.org>\"", without: None, about: "who writes" },
        Key { name: "to", example: "[\"desk@example.org\"]", without: None, about: "who reads" },
        Key {
            name: "around_proxy",
            example: "false",
            without: Some("false"),
            about: "mail goes through no proxy; where one is set, this has to be true",
        },
    ],
    asks: true,
    read,
};

/// How long a mail server may take for each of its answers.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How a connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tls {
    /// From the first byte, as on port 465.
    Implicit,
    /// After a STARTTLS, without which nothing is sent, as on port 587.
    Starttls,
    /// Not at all: on this machine alone.
    None,
}

/// A mail server, who writes and who reads.
struct Mail {
    host: String,
    port: u16,
    tls: Tls,
    login: Option<(String, SecretSource)>,
    from: Mailbox,
    to: Vec<Mailbox>,
    around_proxy: bool,
}

fn read(section: &Section<'_>) -> Result<Telling, ConfigError> {
    let (host, port) = section.required("server", |text| {
        let bad = || format!("\"{text}\" is not a server; write it like smtp.example.org:465");
        let (host, port) = text.rsplit_once(':').ok_or_else(bad)?;
        Ok((host.to_owned(), port.parse::<u16>().ok().filter(|_| !host.is_empty()).ok_or_else(bad)?))
    })?;
    let tls = section.text("tls", |text| match text {
        "implicit" => Ok(Tls::Implicit),
        "starttls" => Ok(Tls::Starttls),
        "none" => Ok(Tls::None),
        _ => Err(format!("\"{text}\" is not known; write implicit (port 465), starttls (port 587) or none")),
    })?;
    let tls = tls.unwrap_or(if port == 587 { Tls::Starttls } else { Tls::Implicit });
    if tls == Tls::None && !is_here(&host) {
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
    let to = to.into_iter().map(mailbox).collect::<Result<_, _>>().map_err(|reason| section.error("to", reason))?;
    let from = section.required("from", mailbox)?;
    let around_proxy = section.flag("around_proxy")?.unwrap_or(false);
    let mail = Arc::new(Mail { host, port, tls, login, from, to, around_proxy });
    Ok(Telling::Own(Box::new(move |message, means| {
        let mail = mail.clone();
        async move { mail.send(message, means).await }.boxed()
    })))
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|error| format!("\"{text}\" is no address: {error}"))
}

impl Mail {
    /// Writes to every reader in one letter.
    async fn send(&self, message: &Message, means: &Means) -> Result<(), Failure> {
        let (host, domain) = (&self.host, self.from.email.domain());
        if means.proxied && !self.around_proxy && !is_here(host) {
            return Err(Failure::from(format!(
                "mail cannot go through the proxy, and would show {host} where it comes from; set around_proxy = true beside \
                 server to send it all the same, or tell them by a webhook"
            )));
        }
        let builder = match self.tls {
            Tls::Implicit => AsyncSmtpTransport::<Tokio1Executor>::relay(host),
            Tls::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host),
            Tls::None => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)),
        };
        let mut builder = builder.map_err(|error| format!("{host}: {error}"))?.port(self.port).timeout(Some(TIMEOUT));
        let mut secrets = Vec::new();
        if let Some((user, source)) = &self.login {
            let secret = means.secret(source, "password")?;
            let credentials = Credentials::new(user.clone(), secret.expose().to_owned());
            secrets.extend(encoded(&credentials));
            secrets.push(secret);
            builder = builder.credentials(credentials);
        }
        let mut letter = lettre::Message::builder()
            .from(self.from.clone())
            .subject(message.headline())
            .date(SystemTime::from(message.made_at))
            // The same letter sent again is the same letter: mail programs show it once.
            .message_id(Some(format!("<{}@{domain}>", message.delivery)))
            .header(ContentType::TEXT_PLAIN);
        for reader in &self.to {
            letter = letter.to(reader.clone());
        }
        let letter = letter.body(message.text()).map_err(|error| error.to_string())?;
        match builder.build().send(letter).await {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure { why: self.said(&error, secrets), refused: error.is_permanent() }),
        }
    }

    /// What went wrong, without the password that a server may repeat.
    fn said(&self, error: &lettre::transport::smtp::Error, secrets: Vec<Secret>) -> String {
        let mut text = format!("{}:{}: {error}", self.host, self.port);
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            let inner_text = inner.to_string();
            if !text.contains(&inner_text) {
                text = format!("{text}: {inner_text}");
            }
            cause = inner.source();
        }
        let query = secrets.into_iter().map(|secret| (String::new(), secret)).collect();
        on_a_line(&http::Credentials { headers: Vec::new(), query }.scrub(&text))
    }
}

/// A login as it is sent. A server that does not understand a line may repeat it.
fn encoded(credentials: &Credentials) -> Vec<Secret> {
    let ways = [(Mechanism::Plain, None), (Mechanism::Login, Some("Password")), (Mechanism::Xoauth2, None)];
    let sent = ways.into_iter().filter_map(|(way, asked)| {
        Auth::new(way, credentials.clone(), asked.map(str::to_owned)).ok().map(|command| command.to_string())
    });
    sent.filter_map(|line| line.split_whitespace().last().map(Secret::new)).collect()
}
