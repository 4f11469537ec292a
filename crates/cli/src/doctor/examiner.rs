//! What a doctor looks with. Where it looks is in the modules that are named for it.

use chrono::TimeDelta;

use super::scope::Scope;

/// How many things are looked at at the same time.
pub(super) const READS: usize = 16;

/// What is looked at, and through which ports.
#[derive(Debug)]
pub(super) struct Examiner<'a, S, C, K> {
    pub(super) store: &'a S,
    pub(super) catalog: &'a C,
    pub(super) clock: &'a K,
    pub(super) retention: TimeDelta,
    pub(super) scope: &'a Scope,
}
