//! `incidents`: what was told and cannot be true, with the answers that told it.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};

use super::{Answer, Context};
use crate::document::{AnswerBody, Incident, IncidentAnswer};
use crate::domain::{format, rfc3339, words};

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
    let mut incidents: Vec<Incident> = store.incidents()?.into_iter().map(Incident::from).collect();
    if let Some(id) = args.answer {
        let at = incidents.iter().position(|i| i.id == id);
        let at = at.with_context(|| format!("there is no incident {id}; ransomtrail incidents lists all"))?;
        let incident = incidents.swap_remove(at);
        let body = store.kept_answer(&incident.answer_sha256)?;
        let body = AnswerBody::of(body.with_context(|| format!("the answer of incident {id} was not kept"))?);
        let text = match &body {
            // What a server sends does not move the cursor of whoever looks at it.
            AnswerBody::Text(text) => words::shown_lines(text).into_owned(),
            AnswerBody::Hex(hex) => hex.clone(),
        };
        return Ok(Answer::of(text, &IncidentAnswer { incident, body })?);
    }
    let mut text = String::new();
    for one in &incidents {
        let subject = one.txid.as_deref().or(one.address.as_deref()).unwrap_or("");
        let times = if one.times > 1 {
            format!(", {} times, last {}", one.times, rfc3339(one.last_at.0))
        } else {
            String::new()
        };
        writeln!(
            text,
            "{:>4}  {}  {:<13} {} {subject}{times}",
            one.id,
            rfc3339(one.first_at.0),
            one.kind,
            one.explorer
        )?;
        writeln!(text, "      {}", one.what)?;
    }
    if incidents.is_empty() {
        text.push_str("no incidents: nothing was told that cannot be true\n");
    } else {
        let all = format::count(incidents.len(), "incident", "incidents");
        writeln!(text, "\n{all}; ransomtrail incidents --answer NUMBER prints what was told")?;
    }
    Ok(Answer::of(text, &incidents)?)
}
