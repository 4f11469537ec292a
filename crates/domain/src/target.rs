//! Where commits are published, so that somebody outside can resolve a partition.
//!
//! The bucket is the truth, and a target is a projection of it. `register` publishes each head to every target, and can
//! make a target again from nothing. The vacuum asks every target what it names, and keeps what any of them names. The
//! first target is a catalog in Hive's style, Glue: [`CatalogTarget`].
//!
//! Targets know nothing of each other. One that is behind, down or empty holds up no other: each gets its heads at its
//! own pace. It does hold up the vacuum, since its readers may still resolve what it named last.

mod catalog;
mod projection;

use std::{collections::BTreeMap, fmt};

use futures::future::BoxFuture;

use crate::{
    commit::Commit, name::DatasetName, partition::Partition, port::CatalogError, run::Expired,
    schemas::Accepted,
};

pub use catalog::CatalogTarget;
pub use projection::{columns, entry, table, with_others};

/// Whether a run may still change something. A target asks right before each change, since time may have passed since
/// its last look: see [`Run::may_change`](crate::run::Run::may_change).
pub type Permit<'a> = &'a (dyn Fn() -> Result<(), Expired> + Send + Sync);

/// A place where commits are published.
///
/// Writes need no condition. A late write may put an older generation over a newer one: whoever wrote looks once more at
/// what the target names, then at the head, and publishes again if they differ.
///
/// A change takes effect within minutes of its permit, or never.
pub trait Target: fmt::Debug + Send + Sync + 'static {
    /// What logs call it.
    fn name(&self) -> &'static str;

    /// Makes the target follow this definition, in one attempt. A newer definition that it follows already stays.
    /// `NotFound` if the target itself is missing, as a database that nobody has made. What somebody else changed at the
    /// same time is `Conflict` or `AlreadyExists`: the same call works later.
    fn define<'a>(
        &'a self,
        accepted: &'a Accepted,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<(), TargetError>>;

    /// Makes the target name the head, and nothing else of its partition, under this definition; in one attempt. Answers
    /// whether it was changed: `false` only if the target was seen to be so before anything was sent to change it. (A
    /// write that is sent again, and then finds its own first attempt, is a change: its caller has to look once more.)
    /// `NotFound` if the target has to be told the definition first. After any other error nobody knows whether it was
    /// done, or will be.
    fn publish<'a>(
        &'a self,
        head: &'a Commit,
        accepted: &'a Accepted,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<bool, TargetError>>;

    /// All that readers of this target may resolve for the partition from now on, unless it is published again. Empty
    /// while it names nothing, also where it knows no such dataset.
    fn named<'a>(
        &'a self,
        dataset: &'a DatasetName,
        partition: &'a Partition,
    ) -> BoxFuture<'a, Result<Vec<Naming>, TargetError>>;

    /// The same of all partitions of a dataset of which it names something.
    fn all_named<'a>(
        &'a self,
        dataset: &'a DatasetName,
    ) -> BoxFuture<'a, Result<BTreeMap<Partition, Vec<Naming>>, TargetError>>;

    /// The dataset is dropped: forgets the definition, and names nothing of it. No error if there is nothing to forget.
    fn withdraw<'a>(&'a self, dataset: &'a DatasetName) -> BoxFuture<'a, Result<(), TargetError>>;
}

/// What a target names of a partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Naming {
    /// The location: of a generation, its key prefix. What somebody's hand put there may be anything.
    pub location: String,
    /// The version of the definition under which it was published; `None` where nobody knows.
    pub schema_version: Option<u32>,
}

impl Naming {
    /// What a target names that this head was published to.
    pub fn of(head: &Commit, schema_version: u32) -> Self {
        Self { location: head.location.clone(), schema_version: Some(schema_version) }
    }
}

/// Why a target did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// What the target answered, or did not answer.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The run may change nothing any more.
    #[error(transparent)]
    Expired(#[from] Expired),
}
