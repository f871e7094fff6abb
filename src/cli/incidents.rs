//! `incidents`: what was told and cannot be true, with the answers that told it.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{Answer, Context};
use crate::domain::{Incident, format, rfc3339, words};

/// Flags of `incidents`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the answer that told it, as it came; bytes that are no text in hex
    #[arg(long, value_name = "NUMBER")]
    answer: Option<i64>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let Some(store) = context.existing_store()? else {
        bail!("nothing is recorded yet; run ransomtrail sync first");
    };
    let incidents = store.incidents()?;
    if let Some(id) = args.answer {
        let one = incidents.iter().find(|i| i.id == id);
        let one = one.with_context(|| format!("there is no incident {id}; ransomtrail incidents lists all"))?;
        let body = store.kept_answer(&one.sha256)?;
        let body = body.with_context(|| format!("the answer of incident {id} was not kept"))?;
        let (text, json) = match String::from_utf8(body) {
            // What a server sends does not move the cursor of whoever looks at it.
            Ok(text) => (words::shown_lines(&text).into_owned(), json!({ "incident": as_json(one), "answer": text })),
            Err(bytes) => {
                let hex = bytes.as_bytes().iter().map(|b| format!("{b:02x}")).collect::<String>();
                (hex.clone(), json!({ "incident": as_json(one), "answer_hex": hex }))
            }
        };
        return Ok(Answer::new(text, json));
    }
    let mut text = String::new();
    for one in &incidents {
        let subject = one.txid.as_deref().or(one.address.as_deref()).unwrap_or("");
        let times =
            if one.times > 1 { format!(", {} times, last {}", one.times, rfc3339(one.last_at)) } else { String::new() };
        writeln!(text, "{:>4}  {}  {:<13} {} {subject}{times}", one.id, rfc3339(one.first_at), one.kind, one.explorer)?;
        writeln!(text, "      {}", one.what)?;
    }
    if incidents.is_empty() {
        text.push_str("no incidents: nothing was told that cannot be true\n");
    } else {
        let all = format::count(incidents.len(), "incident", "incidents");
        writeln!(text, "\n{all}; ransomtrail incidents --answer NUMBER prints what was told")?;
    }
    Ok(Answer::new(text, Value::Array(incidents.iter().map(as_json).collect())))
}

pub(super) fn as_json(one: &Incident) -> Value {
    json!({
        "id": one.id, "kind": one.kind, "explorer": one.explorer, "url": one.url, "address": one.address, "txid": one.txid,
        "what": one.what, "times": one.times, "first_at": rfc3339(one.first_at), "last_at": rfc3339(one.last_at),
        "answer_sha256": one.sha256,
    })
}
