use std::cell::Cell;

use anyhow::Result;

use super::judge::{Judge, Knowledge};
use super::measure::{Asked, Grows, Measured, Reads};
use super::span::{Given, Window, window};
use super::verdict::overall;
use super::{Checked, Claim, Clause, Evidence, Known, Row, Scope, Verdict, Verified, caveats, finding};
use crate::domain::{Moment, TimeBasis};
use crate::figures::{Account, Payment, Question};
use crate::price::Prices;

/// Holds a sentence against the family's ledger: each of its claims on every basis that its measure has, as known on its day and as
/// known now. Fails where the days of the sentence and those asked for have none in common.
pub fn verify(claim: &Claim, evidence: &dyn Evidence) -> Result<Verified> {
    let family = evidence.family();
    let mut out = Verified {
        claim: claim.text.clone(),
        on: claim.on,
        on_given: claim.on.is_some(),
        family: family.name.clone(),
        title: family.title.clone(),
        counting: evidence.counting(),
        recorded_to: None,
        claims: Vec::new(),
        not_checked: claim.reading.not_checked.clone(),
    };
    for clause in &claim.reading.claims {
        let prices = evidence.prices(clause.unit.currency().unwrap_or_default())?;
        let case = Case { claim, clause, evidence, prices: &prices };
        let addresses = Scope { from: None, ..claim.scope.clone() };
        let checked = match case.account(None, TimeBasis::Block, &addresses)? {
            Some(newest) => {
                out.recorded_to = newest.summary.recorded_to;
                // A claim without a date is held against all that is complete, not against today.
                let latest = newest.summary.recorded_to.unwrap_or(newest.summary.as_of);
                let on = claim.on.unwrap_or(Moment::Instant(latest));
                out.on = Some(on);
                case.check(on, &newest)?
            }
            None => None,
        };
        out.claims.push(checked.unwrap_or_else(|| case.unchecked()));
    }
    Ok(out)
}

/// One claim and what it is held against.
struct Case<'a> {
    claim: &'a Claim,
    clause: &'a Clause,
    evidence: &'a dyn Evidence,
    prices: &'a Prices,
}

impl Case<'_> {
    fn account(&self, as_of: Option<Moment>, basis: TimeBasis, scope: &Scope) -> Result<Option<Account>> {
        self.evidence.account(Question { as_of, basis, zone: self.evidence.zone() }, scope, self.prices)
    }

    /// Who gives the prices of then, and of all days since that are held against the claim as known now.
    fn price_source(&self, then: &Account) -> String {
        let asked = then.price_day();
        let first = then.payments.iter().map(Payment::price_day).min().map_or(asked, |first| first.min(asked));
        self.prices.source_between(first, self.prices.last_day().map_or(asked, |last| last.max(asked)))
    }

    /// Before anything is known: it cannot be checked, since nothing is recorded.
    fn unchecked(&self) -> Checked {
        let verdict = Verdict::CannotCheck;
        Checked {
            clause: self.clause.clone(),
            scope: self.claim.scope.words(),
            verdict,
            as_of: None,
            price_source: None,
            rows: Vec::new(),
            finding: finding::nothing(self.evidence.family()),
            later: None,
            caveats: Vec::new(),
        }
    }

    fn check(&self, on: Moment, all: &Account) -> Result<Option<Checked>> {
        let (zone, reads) = (self.evidence.zone(), self.clause.measure.reads);
        let first = all.summary.received.first.map(|time| time.with_timezone(&zone).date_naive());
        let given = Given { from: self.claim.scope.from, on, on_given: self.claim.on.is_some(), first, zone };
        let Some(window) = window(self.clause.span, given)? else { return Ok(None) };
        // What is left on a day is left of all that came before.
        let from = window.from.filter(|_| self.clause.measure.grows != Grows::State);
        let scope = Scope { from, ..self.claim.scope.clone() };
        // A span of days that is over gets no later payments: what is known now of it is what was known then.
        let last = window.closed.then_some(window.until);
        let open = |as_of, basis| self.account(as_of, basis, &scope);
        let (Some(then), Some(then_seen), Some(newest), Some(newest_seen), Some(all_seen)) = (
            open(Some(window.until), TimeBasis::Block)?,
            open(Some(window.until), TimeBasis::FirstSeen)?,
            open(last, TimeBasis::Block)?,
            open(last, TimeBasis::FirstSeen)?,
            open(None, TimeBasis::FirstSeen)?,
        ) else {
            return Ok(None);
        };

        let told = |untold| Knowledge { complete: true, untold };
        let (payments, spendings) = all_seen.untold_after(then.summary.as_of);
        let untold = match reads {
            Reads::Payments => payments,
            Reads::Withdrawals => spendings,
            Reads::Both | Reads::Trail => payments + spendings,
        };
        let mut rows = self.rows(&then, Known::Then, &then, &scope, told(0))?;
        let placed = self.rows(&then_seen, Known::Then, &then, &scope, told(0))?;
        let verdicts = |rows: &[Row]| rows.iter().map(|row| (row.basis, row.what, row.verdict)).collect::<Vec<_>>();
        let has_clocks = reads != Reads::Trail;
        let time_decides = has_clocks && verdicts(&rows) != verdicts(&placed);
        // A claim about a moment of the day is one of minutes: both clocks are shown. Else only where they part.
        let both = time_decides || (has_clocks && matches!(self.claim.on, Some(Moment::Instant(_))));
        if both {
            rows.extend(self.rows(&then_seen, Known::Then, &then, &scope, told(untold))?);
        }
        rows.extend(self.rows(&newest, Known::Now, &then, &scope, told(0))?);
        if both {
            rows.extend(self.rows(&newest_seen, Known::Now, &then_seen, &scope, told(0))?);
        }

        let mut out = Checked {
            scope: Scope { from: window.from, ..scope.clone() }.words_until(window.closed.then_some(window.until)),
            verdict: overall(&rows, &self.clause.named),
            as_of: Some(then.summary.as_of),
            price_source: self.clause.unit.currency().map(|_| self.price_source(&then)),
            rows,
            ..self.unchecked()
        };
        out.caveats = caveats::of(self.claim, self.evidence, &then, time_decides, &out);
        out.finding = finding::of(&out, &then, &self.frame(window));
        out.later = finding::later(&out);
        Ok(Some(out))
    }

    /// The rows of an account, as known then or now.
    fn rows(
        &self,
        account: &Account,
        known: Known,
        then: &Account,
        scope: &Scope,
        told: Knowledge,
    ) -> Result<Vec<Row>> {
        let summary = &account.summary;
        let reaches = summary.recorded_to.is_some_and(|to| known == Known::Now || to >= summary.as_of);
        let whole = Cell::new(true);
        let landed = |is_meant: super::measure::IsMeant<'_>| {
            let mut landed = self.evidence.landed(summary.as_of, scope, is_meant)?;
            let zone = self.evidence.zone();
            let begun = |time: crate::domain::Time| {
                scope.from.is_none_or(|from| time.with_timezone(&zone).date_naive() >= from)
            };
            landed.landings.retain(|one| one.time.is_none_or(begun));
            whole.set(landed.whole);
            Ok(landed)
        };
        let (clause, prices, day) = (self.clause, self.prices, then.price_day());
        let asked = Asked { clause, account, prices, known, day, landed: &landed };
        let measured: Vec<Measured> = (clause.measure.answer)(&asked)?;
        let judge = Judge::of(clause, self.evidence.family());
        let knowledge = Knowledge { complete: reaches && summary.reconciled() && whole.get(), ..told };
        let mut rows: Vec<Row> =
            measured.into_iter().map(|one| judge.row(one, known, account.question.basis, knowledge)).collect();
        rows.sort_by_key(|row| row.basis);
        Ok(rows)
    }

    /// The addresses and days that the finding speaks of.
    fn frame(&self, window: Window) -> finding::Frame {
        finding::Frame {
            addresses: self.claim.scope.addresses.iter().map(ToString::to_string).collect(),
            linked: self.evidence.counting().contains("+MI"),
            from: window.from.filter(|_| self.clause.measure.grows != Grows::State),
            until: window.until,
            dated: self.claim.on.is_some(),
        }
    }
}
