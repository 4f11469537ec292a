//! What a test arranges to happen, and what it counts.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::Mutex,
};

use crate::{memory::lock, port::CatalogError};

type Hook = Box<dyn FnOnce() + Send>;

/// How an operation was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// How often it was called.
    pub calls: usize,
    /// Items of all calls; 1 for each where there are no batches.
    pub items: usize,
    /// Items of the largest call.
    pub largest: usize,
}

#[derive(Default)]
pub(super) struct Script {
    calls: Mutex<BTreeMap<&'static str, Calls>>,
    items: Mutex<BTreeMap<Vec<String>, VecDeque<CatalogError>>>,
    before_writes: Mutex<VecDeque<Hook>>,
}

impl Script {
    pub(super) fn count(&self, operation: &'static str, items: usize) {
        let mut calls = lock(&self.calls);
        let counted = calls.entry(operation).or_default();
        counted.calls += 1;
        counted.items += items;
        counted.largest = counted.largest.max(items);
    }

    pub(super) fn calls(&self, operation: &str) -> Calls {
        lock(&self.calls).get(operation).copied().unwrap_or_default()
    }

    pub(super) fn forget_calls(&self) {
        lock(&self.calls).clear();
    }

    pub(super) fn refuse(&self, values: &[String], error: CatalogError) {
        lock(&self.items).entry(values.to_vec()).or_default().push_back(error);
    }

    /// The error that this item is to have now.
    pub(super) fn refusal(&self, values: &[String]) -> Option<CatalogError> {
        lock(&self.items).get_mut(values)?.pop_front()
    }

    pub(super) fn before_write(&self, hook: Hook) {
        lock(&self.before_writes).push_back(hook);
    }

    /// Runs what was arranged for this write. No lock is held meanwhile: it may use the catalog.
    pub(super) fn run_hook(&self) {
        let hook = lock(&self.before_writes).pop_front();
        if let Some(hook) = hook {
            hook();
        }
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("calls", &self.calls)
            .field("items", &self.items)
            .finish_non_exhaustive()
    }
}
