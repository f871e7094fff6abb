use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::HttpError;

/// How one host behaved. A request counts when it is sent, so that one on its way has no outcome yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostStatistics {
    /// Host, with its port where that is not the usual one.
    pub host: String,
    /// Tries sent.
    pub requests: u64,
    /// Tries answered, also by "there is no such thing" (404).
    pub answered: u64,
    /// Tries refused: 401, 402, 403, 429, 430, 451.
    pub refusals: u64,
    /// Tries that failed otherwise: no answer, half an answer, 5xx, more than the cap.
    pub failures: u64,
    /// From sending to the last byte, over all answered tries.
    pub latency_total: Duration,
    /// What the last refusal or failure said.
    pub last_failure: Option<String>,
    /// How long the host is not asked any more; `None` where it is asked.
    pub resting_for: Option<Duration>,
}

impl HostStatistics {
    /// Mean time of an answer; `None` where there was none.
    pub fn latency(&self) -> Option<Duration> {
        let answered = u32::try_from(self.answered).ok().filter(|answered| *answered > 0)?;
        Some(self.latency_total / answered)
    }
}

/// Counts what one host did.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    ever: HostStatistics,
    /// Since it was last taken.
    fresh: HostStatistics,
}

impl Tally {
    pub(super) fn sent(&self) {
        self.counts().each(|count| count.requests += 1);
    }

    /// A try ended after `latency`.
    pub(super) fn ended(&self, error: Option<&HttpError>, latency: Duration) {
        self.counts().each(|count| match error {
            Some(error) if !error.is_answer() => {
                let outcome = if error.is_refusal() { &mut count.refusals } else { &mut count.failures };
                *outcome += 1;
                count.last_failure = Some(error.to_string());
            }
            _ => {
                count.answered += 1;
                count.latency_total += latency;
            }
        });
    }

    pub(super) fn ever(&self) -> HostStatistics {
        self.counts().ever.clone()
    }

    pub(super) fn take(&self) -> HostStatistics {
        std::mem::take(&mut self.counts().fresh)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn each(&mut self, change: impl Fn(&mut HostStatistics)) {
        change(&mut self.ever);
        change(&mut self.fresh);
    }
}
