use std::time::Duration;

use chrono::TimeDelta;

use super::{ExplorerStatus, Status};
use crate::domain::{Time, format, rfc3339};

impl Status {
    /// What somebody should look at; nothing where all is well.
    pub(super) fn look(&self, now: Time, max_age: Duration) -> Vec<String> {
        let age = TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX);
        let mut out = Vec::new();
        let addresses =
            |count, one: &str, many: &str| format::count(count, &format!("address{one}"), &format!("addresses{many}"));
        match &self.round {
            None => out.push("no round was made yet".to_owned()),
            Some(round) => {
                if now - round.ended_at.0 > age {
                    out.push(format!("the last round ended {}", format::ago(round.ended_at.0, now)));
                }
                if round.not_asked > 0 {
                    out.push(format!("nobody answered for {} in the last round", addresses(round.not_asked, "", "")));
                }
            }
        }
        let unreconciled: usize = self.families.iter().map(|family| family.unreconciled.len()).sum();
        if unreconciled > 0 {
            out.push(format!("{} not reconciled", addresses(unreconciled, " is", " are")));
        }
        let never: usize = self.families.iter().map(|family| family.never_asked).sum();
        if never > 0 {
            out.push(format!("{} never asked about", addresses(never, " was", " were")));
        }
        // What only the built-in record tells ends where the record ends.
        for family in self.families.iter().filter(|family| family.live) {
            if let Some(to) = family.complete_to
                && now - to.0 > age.max(TimeDelta::days(1))
            {
                out.push(format!("{} is complete to {} only", family.family, rfc3339(to.0)));
            }
        }
        // Explorers that are not asked any more rest for ever.
        let asked = |e: &&ExplorerStatus| {
            e.last_answer_at.max(e.last_failure_at).is_some_and(|at| now - at.0 < TimeDelta::days(1))
        };
        let mut asked = self.explorers.iter().filter(asked).peekable();
        if asked.peek().is_some() && asked.all(|e| e.resting_until.is_some()) {
            out.push("every explorer rests after failures".to_owned());
        }
        for one in self.receivers.iter().filter(|one| one.refused > 0) {
            let (name, notices) = (&one.receiver, format::count(one.refused, "notice was", "notices were"));
            out.push(format!("{notices} refused by {name} and skipped (ransomtrail notify resend {name})"));
        }
        if !self.set_aside.is_empty() {
            out.push(format!("{} set aside", addresses(self.set_aside.len(), " is", " are")));
        }
        out
    }
}
