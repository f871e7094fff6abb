use std::path::PathBuf;

use reqwest::header::HeaderName;

use super::ConfigError;
use super::reader::Section;

/// Where a value that is not for everybody's eyes is found. This room only reads the reference; the command line
/// fetches the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// `env:NAME`: the environment variable of that name.
    Env(String),
    /// `file:/path`: the content of a file; a relative path starts at the folder of the configuration file.
    File(PathBuf),
    /// `plain:text`: the text itself, which is no secret.
    Plain(String),
}

/// Headers that the transport writes itself; another value would break the request.
const OURS: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "proxy-authorization",
    "range",
    "te",
    "transfer-encoding",
    "upgrade",
];

impl SecretSource {
    /// Reads a reference. What is not one may be a secret that somebody pasted, so that no message repeats it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix("env:") {
            if is_variable(name) {
                return Ok(Self::Env(name.to_owned()));
            }
            return Err("after env: goes the name of an environment variable: letters, digits and _".to_owned());
        }
        match (text.strip_prefix("file:"), text.strip_prefix("plain:")) {
            (Some(""), _) => Err("after file: goes the path of a file".to_owned()),
            (Some(path), _) => Ok(Self::File(path.into())),
            (_, Some(value)) => Ok(Self::Plain(value.to_owned())),
            _ => {
                Err("secrets do not belong in this file; write \"env:NAME\" or \"file:/path\" to say where the value \
                      is found, or put plain: before a value that everybody may read"
                    .to_owned())
            }
        }
    }
}

/// Whether an environment variable can have this name.
pub fn is_variable(name: &str) -> bool {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The `headers` table of a block.
pub fn read_headers(block: &Section<'_>) -> Result<Vec<(HeaderName, SecretSource)>, ConfigError> {
    let mut headers: Vec<(HeaderName, SecretSource)> = Vec::new();
    block.each("headers", |name, text| {
        let known: HeaderName = name.parse().map_err(|_| format!("\"{name}\" is not the name of a header"))?;
        if known == "user-agent" {
            return Err("User-Agent: set user_agent in [http] instead".to_owned());
        }
        if OURS.contains(&known.as_str()) {
            return Err(format!("{name} is written by the program itself"));
        }
        if headers.iter().any(|(other, _)| *other == known) {
            return Err(format!("{name} stands there twice"));
        }
        headers.push((known, SecretSource::parse(text).map_err(|reason| format!("{name}: {reason}"))?));
        Ok(())
    })?;
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let check = |text: &str, expect: SecretSource| assert_eq!(SecretSource::parse(text), Ok(expect), "{text}");
        check("env:BLOCKCYPHER_TOKEN", SecretSource::Env("BLOCKCYPHER_TOKEN".into()));
        check("env:_x1", SecretSource::Env("_x1".into()));
        check("file:/run/secrets/key", SecretSource::File("/run/secrets/key".into()));
        check("file:keys/one", SecretSource::File("keys/one".into()));
        check("plain:newsroom", SecretSource::Plain("newsroom".into()));
        check("plain:", SecretSource::Plain(String::new()));
    }

    #[test]
    fn what_may_be_a_secret_is_not_repeated() {
        for (text, expect) in [
            ("hunter2", "secrets do not belong in this file"),
            ("", "secrets do not belong in this file"),
            ("ENV:hunter2", "secrets do not belong in this file"),
            ("env:hunter-2", "name of an environment variable"),
            ("env:2hunter2", "name of an environment variable"),
            ("env:", "name of an environment variable"),
            ("env: hunter2", "name of an environment variable"),
            ("file:", "path of a file"),
        ] {
            let said = SecretSource::parse(text).unwrap_err();
            assert!(said.contains(expect) && !said.contains("hunter"), "{text}: {said}");
        }
    }
}
