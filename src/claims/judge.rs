//! What a value says to a claim. Where one claim lies within another, its verdict is never milder; where a value falls short of a
//! number, it falls short of more than that number no less.

use super::measure::{Grows, Measured};
use super::{Clause, Known, Row, Standing, Subject, Verdict};
use crate::domain::{Decimal, Family, TimeBasis, Value};

/// What is known of the answer to a claim beside its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge<'a> {
    clause: &'a Clause,
    /// Less than what is said contradicts it: it is said of the tracked addresses, or the family has no others.
    all_there_is: bool,
}

/// How well the ledger knows an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Knowledge {
    /// It is complete to the moment asked about, the trail as well where that answers.
    pub complete: bool,
    /// Rows that may have been seen before the moment asked about, by a clock that nobody told for them.
    pub untold: usize,
}

impl<'a> Judge<'a> {
    pub fn of(clause: &'a Clause, family: &Family) -> Self {
        let all_there_is = clause.subject == Subject::Addresses || family.complete.is_some();
        Self { clause, all_there_is }
    }

    /// The verdict on a value, as the ledger knows it.
    pub fn verdict(&self, one: &Measured, complete: bool) -> Verdict {
        let Some(value) = one.value else { return Verdict::CannotCheck };
        let firm = if self.all_there_is && complete { Verdict::Contradicted } else { Verdict::NotSupported };
        let grows = self.clause.measure.grows;
        match (self.standing(&value), grows) {
            (Standing::Overlaps, _) => Verdict::Supported,
            // One victim may pay several times, and several may pay together.
            (Standing::Above, _) if self.clause.victims => Verdict::CannotCheck,
            (Standing::Below, _) if self.clause.victims => Verdict::NotSupported,
            (Standing::Above, Grows::Up) | (Standing::Below, Grows::Down) => Verdict::Contradicted,
            // What is missing could make up for it.
            _ if one.missing.is_some() => Verdict::CannotCheck,
            // More is there than is said, on these addresses alone; unless some left since.
            (Standing::Above, Grows::State) if complete => Verdict::Contradicted,
            (Standing::Above, Grows::State) => Verdict::NotSupported,
            _ => firm,
        }
    }

    fn standing(&self, value: &Value) -> Standing {
        self.clause.interval.against(value.low, value.high)
    }

    /// A row for the table.
    pub fn row(&self, one: Measured, known: Known, time_basis: TimeBasis, knowledge: Knowledge) -> Row {
        let mut verdict = self.verdict(&one, knowledge.complete);
        let mut missing = one.missing;
        if self.clause.victims && verdict == Verdict::CannotCheck && one.value.is_some() {
            missing = Some("the chain counts payments, and one victim may pay several times".to_owned());
        }
        if knowledge.untold > 0 {
            verdict = Verdict::CannotCheck;
            missing = Some("rows of later blocks have no first-seen time, and may have been seen before".to_owned());
        }
        let (factor, difference) = one.value.map_or((None, None), |value| self.miss(&value));
        Row {
            basis: one.basis,
            time_basis,
            known,
            what: one.what.unwrap_or(one.basis.words()),
            day: one.day,
            unit: self.clause.unit,
            value: one.value,
            verdict,
            factor,
            difference,
            missing,
            note: one.note,
            supported_from: one.supported_from,
        }
    }

    /// By what factor and by how much the claim misses the value: the nearest end of the one against the nearest of the other.
    fn miss(&self, value: &Value) -> (Option<Decimal>, Option<Decimal>) {
        let interval = &self.clause.interval;
        let ends = match self.standing(value) {
            Standing::Overlaps => None,
            Standing::Below => interval.min.map(|min| (min.at, value.high)),
            Standing::Above => interval.max.map(|max| (max.at, value.low)),
        };
        let Some((claimed, shown)) = ends else { return (None, None) };
        (claimed.checked_div(shown), claimed.checked_sub(shown))
    }
}
