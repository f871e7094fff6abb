//! What `sync --onward` adds: the withdrawals of each family followed on, within a budget.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};

use super::trace::Limits;
use super::{Answer, Context, context};
use crate::domain::{Address, Family, format};
use crate::explorer::Explorer;
use crate::store::{SharedStore, Store};
use crate::sync::{self, Budget, Onward};

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

/// A family's withdrawals are asked on with so many requests, if nothing else is wanted.
const REQUESTS: usize = 500;

/// Follows each family's withdrawals where that is wanted, or costs nothing.
pub(super) fn follow(
    context: &Context,
    store: Store,
    families: &[&Family],
    explorers: &[Explorer],
    args: OnwardArgs,
) -> Result<(Store, Vec<(String, Onward)>)> {
    let recorded = explorers.iter().all(Explorer::is_recorded);
    if !args.onward && !recorded {
        return Ok((store, Vec::new()));
    }
    let labels = context.services()?;
    // The recorded trail is stored whole, also behind the services where a trace stops.
    let labels: crate::trace::Labels<'_> = if recorded { &|_| None } else { &labels };
    let budget = Budget {
        rules: args.limits.rules(),
        requests: if recorded { None } else { Some(args.max_requests.unwrap_or(REQUESTS)) },
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let shared = SharedStore::new(store);
    let mut out = Vec::new();
    for family in families {
        let addresses: Vec<Address> = family.addresses.iter().map(|a| a.address.clone()).collect();
        let subject = (family.name.as_str(), addresses.as_slice());
        let done = runtime.block_on(sync::onward(&shared, explorers, subject, &budget, labels, context::now()))?;
        out.push((family.name.clone(), done));
    }
    drop(runtime);
    let store = shared.into_inner().ok_or_else(|| anyhow::anyhow!("the database is still in use"))?;
    Ok((store, out))
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
