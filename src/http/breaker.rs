use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::HttpOptions;

/// Longest rest of a host that does not ask for one itself, unless the cool-down alone is longer.
const LONGEST_REST: Duration = Duration::from_secs(3600);
/// Longest rest that a host can ask for: one request a day harms nobody, and a mistaken date does not end a long watch.
const LONGEST_ASKED: Duration = Duration::from_secs(24 * 3600);

/// Leaves a host alone that keeps failing. Closed, requests pass; open, the host rests; after the rest one trial request
/// passes, and what becomes of it decides.
#[derive(Debug)]
pub(super) struct Breaker {
    failures: u32,
    cool_down: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Requests in a row that failed for good.
    in_a_row: u32,
    /// Rests since the last answer.
    rests: u32,
    /// End of the rest; it stands until a trial is answered.
    until: Option<Duration>,
    /// Whether the trial is on its way.
    trial: bool,
    /// What the last failure said.
    last: String,
}

/// Why no request passes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rest {
    /// How long it still lasts; at least a second.
    pub left: Duration,
    /// Failures in a row that led to it.
    pub failures: u32,
    /// What the last of them said.
    pub last: String,
}

/// The leave to send one request, with its retries; it wants to know how that ended.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    trial: bool,
}

impl Breaker {
    pub(super) fn new(options: &HttpOptions) -> Self {
        Self { failures: options.breaker_failures.get(), cool_down: options.cool_down, state: Mutex::default() }
    }

    /// Lets a request pass, or says how long the host rests.
    pub(super) fn admit(&self, now: Duration) -> Result<Pass<'_>, Rest> {
        let mut state = self.state();
        let trial = match state.until {
            None => false,
            Some(until) if until <= now && !state.trial => true,
            Some(_) => return Err(state.rest(now)),
        };
        state.trial = trial;
        Ok(Pass { breaker: self, trial })
    }

    /// How long the host still rests.
    pub(super) fn resting_for(&self, now: Duration) -> Option<Duration> {
        self.state().until.and_then(|until| until.checked_sub(now)).filter(|left| !left.is_zero())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn rest(&self, now: Duration) -> Rest {
        let left = self.until.unwrap_or_default().saturating_sub(now).max(Duration::from_secs(1));
        Rest { left, failures: self.in_a_row, last: self.last.clone() }
    }
}

impl Pass<'_> {
    /// Whether the host is asked whether it is well again. A trial is one try: the rest is the backoff.
    pub(super) fn is_trial(&self) -> bool {
        self.trial
    }

    /// Whether the host rests by now, because others failed on it meanwhile.
    pub(super) fn check(&self, now: Duration) -> Result<(), Rest> {
        let state = self.breaker.state();
        if self.trial || state.until.is_none() { Ok(()) } else { Err(state.rest(now)) }
    }

    /// The host answered.
    pub(super) fn answered(mut self) {
        let mut state = self.breaker.state();
        // What was on its way when the rest began does not end it.
        if self.trial || state.until.is_none() {
            *state = State::default();
        }
        drop(state);
        self.trial = false;
    }

    /// The request failed for good; the host may have `asked` for a longer rest than a request can wait.
    pub(super) fn failed(mut self, now: Duration, said: String, asked: Option<Duration>) {
        let Breaker { failures, cool_down, .. } = *self.breaker;
        let mut state = self.breaker.state();
        let asked = asked.map(|asked| asked.min(LONGEST_ASKED));
        if state.until.is_some() && !self.trial {
            // It was on its way when the rest began: it tells nothing new, unless the host says for how long.
            state.until = state.until.max(asked.map(|asked| now + asked));
            return;
        }
        state.in_a_row += 1;
        state.last = said;
        let worn = self.trial || state.in_a_row >= failures;
        let own = worn.then(|| {
            let doubled = cool_down.saturating_mul(1 << state.rests.min(16));
            doubled.min(LONGEST_REST.max(cool_down))
        });
        if let Some(rest) = own.max(asked) {
            state.until = Some(now.saturating_add(rest));
            state.rests += 1;
        }
        state.trial = false;
        drop(state);
        self.trial = false;
    }
}

impl Drop for Pass<'_> {
    /// A trial that was called off makes room for another.
    fn drop(&mut self) {
        if self.trial {
            self.breaker.state().trial = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Breaker {
        Breaker::new(&HttpOptions::default())
    }

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Fails once at `now`; the rest that follows, in seconds.
    fn fail(breaker: &Breaker, now: Duration, asked: Option<u64>) -> Option<u64> {
        breaker.admit(now).unwrap().failed(now, "said".into(), asked.map(secs));
        breaker.resting_for(now).map(|left| left.as_secs())
    }

    #[test]
    fn rests_longer_after_each_failed_trial() {
        let breaker = breaker();
        let mut now = secs(0);
        assert_eq!((fail(&breaker, now, None), fail(&breaker, now, None)), (None, None));
        for rest in [300, 600, 1200, 2400, 3600, 3600] {
            assert_eq!(fail(&breaker, now, None), Some(rest));
            now += secs(rest - 1);
            assert_eq!(breaker.admit(now).unwrap_err().left, secs(1));
            now += secs(1);
        }
        breaker.admit(now).unwrap().answered();
        assert_eq!((fail(&breaker, now, None), fail(&breaker, now, None)), (None, None));
        assert_eq!(fail(&breaker, now, None), Some(300), "an answer forgives everything");
    }

    #[test]
    fn only_failures_in_a_row_count() {
        let breaker = breaker();
        for _ in 0..5 {
            assert_eq!((fail(&breaker, secs(0), None), fail(&breaker, secs(0), None)), (None, None));
            breaker.admit(secs(0)).unwrap().answered();
        }
    }

    #[test]
    fn one_trial_at_a_time() {
        let breaker = breaker();
        assert_eq!(fail(&breaker, secs(0), Some(100)), Some(100));
        let trial = breaker.admit(secs(100)).unwrap();
        assert!(trial.is_trial());
        let rest = Rest { left: secs(1), failures: 1, last: "said".into() };
        assert_eq!(breaker.admit(secs(100)).unwrap_err(), rest);
        drop(trial);
        assert!(breaker.admit(secs(100)).unwrap().is_trial(), "the first was called off");
    }

    #[test]
    fn a_host_names_its_own_rest() {
        let check = |asked: u64, rest: u64| assert_eq!(fail(&breaker(), secs(7), Some(asked)), Some(rest), "{asked}");
        check(90, 90);
        check(86_400, 86_400);
        check(u64::MAX, 86_400);
        let breaker = breaker();
        assert_eq!(fail(&breaker, secs(0), Some(100)), Some(100));
        assert_eq!(fail(&breaker, secs(100), Some(70)), Some(600), "the longer of the host's and ours");
    }

    /// Requests on their way when the rest begins neither end nor lengthen it, unless the host says so.
    #[test]
    fn stragglers() {
        let breaker = breaker();
        let pass = || breaker.admit(secs(0)).unwrap();
        let [good, bad, worse] = [pass(), pass(), pass()];
        for _ in 0..3 {
            fail(&breaker, secs(0), None);
        }
        assert_eq!(bad.check(secs(20)).unwrap_err().left, secs(280));
        good.answered();
        bad.failed(secs(20), "late".into(), None);
        assert_eq!(breaker.admit(secs(20)).unwrap_err(), Rest { left: secs(280), failures: 3, last: "said".into() });
        worse.failed(secs(20), "late".into(), Some(secs(1000)));
        assert_eq!(breaker.resting_for(secs(20)), Some(secs(1000)));
    }
}
