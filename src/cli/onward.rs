//! The flags of `sync` and `watch` about following withdrawals onward, and what `sync` says of it.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};

use super::trace::Limits;
use super::{Answer, Context};
use crate::catalog::Catalog;
use crate::config::{OnwardConfig, OnwardLimits};
use crate::domain::{Family, format};
use crate::explorer::Explorer;
use crate::sync::Onward;
use crate::work::{Plan, must_ask};

/// Flags of `sync` about following onward.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct OnwardArgs {
    /// Follow what was withdrawn onward, hop by hop (the built-in record always does)
    #[arg(long)]
    onward: bool,
    #[command(flatten)]
    limits: Limits,
    /// With --onward: ask at most so many requests a family [default: 500]
    #[arg(long, value_name = "N")]
    max_requests: Option<usize>,
}

/// Flags of `watch` about following onward.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct WatchOnwardArgs {
    /// Follow what was withdrawn onward in each round, hop by hop [default: yes, unless the configuration says otherwise]
    #[arg(long, overrides_with = "no_onward")]
    onward: bool,
    /// Leave what was withdrawn alone
    #[arg(long, overrides_with = "onward")]
    no_onward: bool,
}

impl OnwardArgs {
    /// Who asks what became of a coin tells whom he watches.
    pub fn check(self, explorers: &[Explorer]) -> Result<()> {
        if self.onward { must_ask(explorers, "--onward asks what became of coins, and that") } else { Ok(()) }
    }

    /// Whose coins the round follows, and how far.
    pub fn plan(
        self,
        context: &Context,
        catalog: &Catalog,
        chosen: &[&Family],
        explorers: &[Explorer],
    ) -> Result<Plan> {
        let limits = |configured: OnwardLimits| {
            (self.limits.rules(configured), self.max_requests.unwrap_or(configured.max_requests))
        };
        Plan::of_sync(context, catalog, chosen, explorers, self.onward, limits)
    }
}

impl WatchOnwardArgs {
    /// Whether withdrawals are followed.
    pub fn follows(self, configured: &OnwardConfig) -> bool {
        self.onward || configured.follow && !self.no_onward
    }
}

/// Adds what following onward did to the answer of `sync`.
pub(super) fn report(answer: &mut Answer, followed: &[(String, Onward)]) {
    for (family, done) in followed {
        let ends: Vec<String> = done.ends.iter().map(|(stop, count)| format!("{count} {stop}")).collect();
        let new = format::count(done.new, "new transaction", "new transactions");
        let ends =
            if ends.is_empty() { "nothing was withdrawn".to_owned() } else { format!("ends: {}", ends.join(", ")) };
        let _ = writeln!(answer.text, "onward {family}: {new}; {ends}");
        if done.not_asked > 0 {
            let ends = format::count(done.not_asked, "end was", "ends were");
            answer.notes.push(format!("{ends} not asked about; the next sync --onward goes on from there"));
        }
        answer.notes.extend(done.warnings.iter().map(|warning| format!("warning: {warning}")));
        answer.notes.extend(done.refused.iter().map(|refusal| format!("warning: {refusal}")));
        answer.notes.extend(done.failures.iter().map(|failure| format!("warning: {failure}")));
        // Used up as ordered is no failure; nobody left to ask is.
        answer.failed |= done.not_asked > 0 && !done.failures.is_empty();
    }
    if let Value::Object(object) = &mut answer.json {
        object.insert("onward".to_owned(), followed.iter().map(as_json).collect());
    }
}

fn as_json((family, done): &(String, Onward)) -> Value {
    let ends: serde_json::Map<String, Value> =
        done.ends.iter().map(|(stop, count)| (stop.name().to_owned(), (*count).into())).collect();
    json!({
        "family": family, "new": done.new, "requests": done.requests, "ends": ends, "not_asked": done.not_asked,
        "failures": done.failures.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "refused": done.refused.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
