//! The record of a family that the program carries, read into memory.

use anyhow::{Context as _, Result};

use super::{Context, Plan, mirror, round};
use crate::domain::Family;
use crate::explorer::Explorer;
use crate::store::{SharedStore, Store};
use crate::sync::Options;

/// A database that is no file, with the built-in record of this family in it and no other.
pub async fn carried(context: &Context, family: &Family) -> Result<Store> {
    let mut store = Store::in_memory()?;
    mirror(&mut store, &context.price_sources()?)?;
    let (shared, plan) = (SharedStore::new(store), Plan::of_record(&[family]));
    let (explorers, options) = ([Explorer::built_in(context.clock)], Options::by_address((context.clock)()));
    round(&shared, &explorers, &[family], options, Some(&plan), &|_| (), context.clock).await?;
    shared.into_inner().context("the record is still being read")
}
