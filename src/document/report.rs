use anyhow::Result;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Event, Family, Frame, Payment, Summary, Trail, TrailSubject, Verified, Withdrawal};
use crate::casebook::Case;
use crate::claims;
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
    pub verdict: Verified,
}

impl Report {
    /// What a case holds, with a claim of the reader's own.
    pub fn of(case: &Case<'_>, own: Option<&claims::Verified>) -> Result<Self> {
        let (account, family) = (case.account()?, case.family());
        let frame = Frame::of(account);
        let own = own.map(|said| (None, said.on_text(), None, said.clone()));
        let published = case.published()?.into_iter().map(|(one, said)| {
            let when = match one.when {
                Moment::Day(day) => day.to_string(),
                Moment::Instant(time) => rfc3339(time),
            };
            (Some(one.who), Some(when), Some(one.link), said)
        });
        let claims = own
            .into_iter()
            .chain(published)
            .map(|(who, when, link, said)| Ok(ReportClaim { who, when, link, verdict: Verified::of(&said)? }));
        let followed = case.trace(case.inquiry().rules.policy)?;
        Ok(Self {
            family: family.into(),
            summary: Summary::of(account),
            share: family.machines().and_then(|machines| figures::paying_share(account, machines)),
            claims: claims.collect::<Result<_>>()?,
            payments: account.payments.iter().map(|one| Payment::of(one, frame)).collect(),
            withdrawals: account.withdrawals.iter().map(|one| Withdrawal::of(one, frame)).collect(),
            events: case.events()?.iter().map(|one| Event::of(one, frame)).collect(),
            trail: Trail::of(&followed, TrailSubject::family(&family.name)),
        })
    }
}
