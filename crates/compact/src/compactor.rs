//! What compacts partitions: the ports it works through and the limits it keeps. What it does is in the modules that are
//! named for it.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::{
    port::{Clock, Ids, ObjectStore},
    settings::CompactSettings,
};

use crate::{limits::Limits, turns::Turns, workers::Workers};

/// Compacts partitions through the ports.
#[derive(Debug)]
pub struct Compactor<S, K, I> {
    pub(crate) store: Arc<S>,
    pub(crate) clock: Arc<K>,
    pub(crate) ids: Arc<I>,
    pub(crate) limits: Limits,
    pub(crate) grace: TimeDelta,
    pub(crate) turns: Turns,
    pub(crate) workers: Workers,
}

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// A service over these ports.
    pub fn new(store: Arc<S>, clock: Arc<K>, ids: Arc<I>, settings: &impl AsRef<CompactSettings>) -> Self {
        let settings = settings.as_ref();
        Self {
            store,
            clock,
            ids,
            limits: Limits::new(settings),
            grace: settings.grace,
            turns: Turns::default(),
            workers: Workers::new(settings.threads),
        }
    }

    /// With row groups of at most so many rows (at least one), instead of 98,304. Tests make them small, since twins are
    /// looked for by row group.
    #[must_use]
    pub fn with_row_groups_of(self, rows: u64) -> Self {
        Self { limits: Limits { row_group_rows: rows.max(1), ..self.limits }, ..self }
    }
}
