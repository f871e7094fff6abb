use anyhow::Result;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Event, Family, Frame, Payment, Summary, Trail, TrailSubject, Withdrawal};
use crate::casebook::Case;
use crate::claims::Verified;
use crate::domain::{Moment, rfc3339};
use crate::figures::{self, PayingShare};

/// What is known of a family, all together.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// The family, and what others say of it.
    pub family: Family,
    /// The totals.
    pub summary: Summary,
    /// Payments against infected machines; null where nobody said how many those are.
    pub share: Option<PayingShare>,
    /// What was claimed: by the reader, then by others in order of time.
    pub claims: Vec<ReportClaim>,
    /// Outputs to the family's addresses, in order of time.
    pub payments: Vec<Payment>,
    /// Transactions that spend from it and pay others, in order of time.
    pub withdrawals: Vec<Withdrawal>,
    /// Cash-out events, the newest first.
    pub events: Vec<Event>,
    /// Where what was withdrawn went, as `trace --json` has it.
    pub trail: Trail,
}

/// Something that was claimed, and how that stands to the chain.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReportClaim {
    /// Who said so; null where the reader asks.
    pub who: Option<String>,
    /// A day or a moment: when it was said, or which the reader asks about; null where that was not given.
    pub when: Option<String>,
    /// Where that can be read.
    pub link: Option<String>,
    /// What the chain says to it, as `verify --json` has it.
    #[schemars(with = "Value")]
    pub verdict: Verified,
}

impl Report {
    /// What a case holds, with a claim of the reader's own.
    pub fn of(case: &Case<'_>, own: Option<Verified>) -> Result<Self> {
        let (account, family) = (case.account()?, case.family());
        let frame = Frame::of(account);
        let own = own.map(|verdict| ReportClaim { who: None, when: verdict.on_text(), link: None, verdict });
        let published = case.published()?.into_iter().map(|(one, verdict)| {
            let when = match one.when {
                Moment::Day(day) => day.to_string(),
                Moment::Instant(time) => rfc3339(time),
            };
            ReportClaim { who: Some(one.who), when: Some(when), link: Some(one.link), verdict }
        });
        let followed = case.trace(case.inquiry().rules.policy)?;
        Ok(Self {
            family: family.into(),
            summary: Summary::of(account),
            share: family.machines().and_then(|machines| figures::paying_share(account, machines)),
            claims: own.into_iter().chain(published).collect(),
            payments: account.payments.iter().map(|one| Payment::of(one, frame)).collect(),
            withdrawals: account.withdrawals.iter().map(|one| Withdrawal::of(one, frame)).collect(),
            events: case.events()?.iter().map(|one| Event::of(one, frame)).collect(),
            trail: Trail::of(&followed, TrailSubject::family(&family.name)),
        })
    }
}
