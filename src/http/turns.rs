use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use super::Pace;
use super::wait::Clock;

/// Who may ask when: one [`Host`] a host, shared by all tasks.
#[derive(Debug)]
pub(super) struct Turns {
    pace: Pace,
    paces: BTreeMap<String, Pace>,
    clock: Clock,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

/// The pace of one host, and the time before which it wants no request.
#[derive(Debug)]
pub(super) struct Host {
    limiter: RateLimiter<NotKeyed, InMemoryState, Clock, NoOpMiddleware<Duration>>,
    /// A governor's quota is fixed when it is made, so what the server asks for is kept beside it.
    not_before: Mutex<Duration>,
}

impl Turns {
    pub(super) fn new(pace: Pace, paces: BTreeMap<String, Pace>, clock: Clock) -> Self {
        Self { pace, paces, clock, hosts: Mutex::default() }
    }

    pub(super) fn host(&self, name: &str) -> Arc<Host> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(name) {
            return host.clone();
        }
        let pace = self.paces.get(name).copied().unwrap_or(self.pace);
        let host = Arc::new(Host::new(pace, self.clock.clone()));
        hosts.insert(name.to_owned(), host.clone());
        host
    }
}

impl Host {
    fn new(pace: Pace, clock: Clock) -> Self {
        let burst = pace.burst();
        let quota = Quota::with_period(pace.every()).unwrap_or_else(|| Quota::per_second(burst)).allow_burst(burst);
        Self { limiter: RateLimiter::direct_with_clock(quota, clock), not_before: Mutex::default() }
    }

    /// Waits until the host may be asked, and takes the turn.
    pub(super) async fn turn(&self, clock: &Clock) {
        loop {
            let now = clock.now();
            let not_before = *self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
            let wait = if not_before > now {
                not_before - now
            } else {
                match self.limiter.check() {
                    Ok(()) => return,
                    Err(not_until) => not_until.wait_time_from(now),
                }
            };
            clock.sleep(wait).await;
        }
    }

    /// Nobody asks before `until`.
    pub(super) fn hold(&self, until: Duration) {
        let mut not_before = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        *not_before = until.max(*not_before);
    }
}
