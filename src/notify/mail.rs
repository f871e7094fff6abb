use std::fmt;
use std::time::{Duration, SystemTime};

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::Auth;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::Message;
use crate::config::MailTls;
use crate::domain::format::on_a_line;
use crate::http::{self, Secret};

/// How long a mail server may take for each of its answers.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A mail server, who writes and who reads.
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    server: String,
    secrets: Vec<Secret>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl Mail {
    /// A mail server to write through. The error says which address is none; nothing is sent yet.
    pub fn new(
        (host, port): (&str, u16),
        tls: MailTls,
        login: Option<(String, Secret)>,
        from: &str,
        to: &[String],
    ) -> Result<Self, String> {
        let mailbox =
            |text: &str| text.parse::<Mailbox>().map_err(|error| format!("\"{text}\" is no address: {error}"));
        let builder = match tls {
            MailTls::Implicit => AsyncSmtpTransport::<Tokio1Executor>::relay(host),
            MailTls::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host),
            MailTls::None => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)),
        };
        let mut builder = builder.map_err(|error| format!("{host}: {error}"))?.port(port).timeout(Some(TIMEOUT));
        let mut secrets = Vec::new();
        if let Some((user, secret)) = login {
            let credentials = Credentials::new(user, secret.expose().to_owned());
            secrets.extend(encoded(&credentials));
            secrets.push(secret);
            builder = builder.credentials(credentials);
        }
        Ok(Self {
            transport: builder.build(),
            server: format!("{host}:{port}"),
            secrets,
            from: mailbox(from)?,
            to: to.iter().map(|text| mailbox(text)).collect::<Result<_, _>>()?,
        })
    }

    /// Writes to every reader in one letter.
    pub(super) async fn send(&self, message: &Message) -> Result<(), String> {
        let domain = self.from.email.domain();
        let mut letter = lettre::Message::builder()
            .from(self.from.clone())
            .subject(message.headline())
            .date(SystemTime::from(message.made_at))
            // The same letter sent again is the same letter: mail programs show it once.
            .message_id(Some(format!("<{}@{domain}>", message.id)))
            .header(ContentType::TEXT_PLAIN);
        for reader in &self.to {
            letter = letter.to(reader.clone());
        }
        let letter = letter.body(message.text()).map_err(|error| error.to_string())?;
        match self.transport.send(letter).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.said(&error)),
        }
    }

    /// What went wrong, without the password that a server may repeat.
    fn said(&self, error: &lettre::transport::smtp::Error) -> String {
        let mut text = format!("{}: {error}", self.server);
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            let inner_text = inner.to_string();
            if !text.contains(&inner_text) {
                text = format!("{text}: {inner_text}");
            }
            cause = inner.source();
        }
        let query = self.secrets.iter().map(|secret| (String::new(), secret.clone())).collect();
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

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("server", &self.server).field("to", &self.to).finish_non_exhaustive()
    }
}
