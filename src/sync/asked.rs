//! Errors of two kinds, in one another.

use crate::explorer::AskError;
use crate::store::StoreError;

/// Outer error: the store, which ends the round. Inner error: the explorer, which sends the address to the next one.
pub(super) type Asked<T> = Result<Result<T, AskError>, StoreError>;

/// Hands an explorer's error to the caller, like `?` one level further in.
macro_rules! ask {
    ($asked:expr) => {
        match $asked {
            Ok(value) => value,
            Err(error) => return Ok(Err(error)),
        }
    };
}
pub(super) use ask;
