//! Fetches the headers and tokens that the configuration only refers to. No message shows what was found.

use std::env::VarError;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Result, bail};
use reqwest::header::HeaderName;

use super::output::Usage;
use crate::config::{ExplorerConfig, SecretSource};
use crate::http::{Credentials, Secret};

/// Most bytes of a file with a secret; a larger one is the wrong file.
const LARGEST: u64 = 8 * 1024;

/// What an explorer wants to be shown. A relative path starts at `folder`, where the configuration file is.
pub(super) fn credentials(explorer: &ExplorerConfig, folder: &Path) -> Result<Credentials> {
    let who = format!("explorer \"{}\"", explorer.name);
    let mut credentials = headers(&explorer.headers, folder, &who)?;
    if let Some(source) = &explorer.token {
        credentials.query.push(("token".to_owned(), secret(source, folder, &format!("{who}: token"))?));
    }
    Ok(credentials)
}

/// Headers with their values; `who` says in errors who wants them.
pub(super) fn headers(sources: &[(HeaderName, SecretSource)], folder: &Path, who: &str) -> Result<Credentials> {
    let mut credentials = Credentials::default();
    for (name, source) in sources {
        let wanted = format!("{who}: header {name}");
        let secret = secret(source, folder, &wanted)?;
        if !secret.fits_a_header() {
            bail!(Usage(format!("{wanted}: {} holds characters that no header can have", place(source, folder))));
        }
        credentials.headers.push((name.clone(), secret));
    }
    Ok(credentials)
}

/// The value that a reference leads to; `wanted` says in errors what it is for.
pub(super) fn secret(source: &SecretSource, folder: &Path, wanted: &str) -> Result<Secret> {
    let found = match source {
        SecretSource::Plain(text) => return Ok(Secret::plain(text)),
        SecretSource::Env(name) => variable(name),
        SecretSource::File(path) => content(&folder.join(path)),
    };
    match found {
        Ok(text) if text.trim().is_empty() => bail!(Usage(format!("{wanted}: {} is empty", place(source, folder)))),
        // Editors and `echo` end a file with a line break.
        Ok(text) => Ok(Secret::new(text.trim())),
        Err(reason) => bail!(Usage(format!("{wanted}: {} {reason}", place(source, folder)))),
    }
}

fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| match error {
        VarError::NotPresent => "is not set".to_owned(),
        // Its text would show the value.
        VarError::NotUnicode(_) => "is not UTF-8".to_owned(),
    })
}

fn content(path: &Path) -> Result<String, String> {
    let read = || {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error: std::io::Error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("is larger than {LARGEST} bytes; name a file that holds the value alone"));
    }
    String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())
}

/// Where the value should be.
fn place(source: &SecretSource, folder: &Path) -> String {
    match source {
        SecretSource::Env(name) => format!("the environment variable {name}"),
        SecretSource::File(path) => format!("the file {}", folder.join(path).display()),
        SecretSource::Plain(_) => "its plain value".to_owned(),
    }
}
