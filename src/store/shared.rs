use std::sync::{Arc, Mutex};

use super::{Store, StoreError};

/// The store for asynchronous code: each use runs on a thread that may block, and nothing is held across an await.
#[derive(Clone, Debug)]
pub struct SharedStore(Arc<Mutex<Store>>);

impl SharedStore {
    /// Shares a store.
    pub fn new(store: Store) -> Self {
        Self(Arc::new(Mutex::new(store)))
    }

    /// Runs `work` with the store.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = Arc::clone(&self.0);
        let job = tokio::task::spawn_blocking(move || {
            // A panic while the lock was held rolled its transaction back: the store is as it was before.
            let mut guard = store.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            work(&mut guard)
        });
        job.await.unwrap_or_else(|error| {
            Err(StoreError::Unusable { path: "database".to_owned(), reason: format!("work was broken off: {error}") })
        })
    }

    /// Gives the store back when nobody else holds it.
    pub fn into_inner(self) -> Option<Store> {
        let lock = Arc::into_inner(self.0)?;
        Some(lock.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
