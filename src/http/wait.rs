use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How waiting is done: for the pace of a host, before a retry, and where a server asks for it.
#[derive(Clone, Debug, Default)]
pub enum Wait {
    /// By sleeping.
    #[default]
    Real,
    /// Not at all: each wait is written down, and time goes on by just that much. Tests need no sleeps.
    Recorded(Arc<Mutex<Vec<Duration>>>),
}

/// A monotonic clock that agrees with the waits, real or recorded. It counts from its making.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    started: Instant,
    wait: Wait,
}

impl Clock {
    pub(super) fn new(wait: Wait) -> Self {
        Self { started: Instant::now(), wait }
    }

    pub(super) fn now(&self) -> Duration {
        match &self.wait {
            Wait::Real => self.started.elapsed(),
            Wait::Recorded(waits) => waits.lock().unwrap_or_else(PoisonError::into_inner).iter().sum(),
        }
    }

    pub(super) async fn sleep(&self, duration: Duration) {
        match &self.wait {
            Wait::Real => tokio::time::sleep(duration).await,
            Wait::Recorded(waits) => waits.lock().unwrap_or_else(PoisonError::into_inner).push(duration),
        }
    }
}

impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Clock::now(self)
    }
}
