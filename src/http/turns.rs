use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use super::breaker::Breaker;
use super::statistics::{HostStatistics, Tally};
use super::wait::Clock;
use super::{HttpOptions, Pace};

/// Who may ask when: one [`Host`] a host, shared by all tasks.
pub(super) struct Turns {
    options: HttpOptions,
    clock: Clock,
    hosts: Mutex<BTreeMap<String, Arc<Host>>>,
}

/// The pace of one host, the time before which it wants no request, whether it rests, and how it behaved.
pub(super) struct Host {
    limiter: RateLimiter<NotKeyed, InMemoryState, Clock, NoOpMiddleware<Duration>>,
    /// A governor's quota is fixed when it is made, so what the server asks for is kept beside it.
    not_before: Mutex<Duration>,
    pub breaker: Breaker,
    pub tally: Tally,
}

impl Turns {
    pub(super) fn new(options: HttpOptions, clock: Clock) -> Self {
        Self { options, clock, hosts: Mutex::default() }
    }

    pub(super) fn host(&self, name: &str) -> Arc<Host> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(name) {
            return host.clone();
        }
        let host = Arc::new(Host::new(self.options.pace_of(name), Breaker::new(&self.options), self.clock.clone()));
        hosts.insert(name.to_owned(), host.clone());
        host
    }

    /// How each host behaved, by `count`, in the order of their names.
    pub(super) fn statistics(&self, count: fn(&Tally) -> HostStatistics) -> Vec<HostStatistics> {
        let now = self.clock.now();
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |(name, host): (&String, &Arc<Host>)| HostStatistics {
            host: name.clone(),
            resting_for: host.breaker.resting_for(now),
            ..count(&host.tally)
        };
        hosts.iter().map(of).collect()
    }
}

impl Host {
    fn new(pace: Pace, breaker: Breaker, clock: Clock) -> Self {
        let burst = pace.burst();
        let quota = Quota::with_period(pace.every()).unwrap_or_else(|| Quota::per_second(burst)).allow_burst(burst);
        let limiter = RateLimiter::direct_with_clock(quota, clock);
        Self { limiter, not_before: Mutex::default(), breaker, tally: Tally::default() }
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
