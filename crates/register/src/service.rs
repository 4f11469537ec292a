use std::sync::Arc;

use domain::{
    port::{Catalog, Clock, Ids, ObjectStore},
    run::Run,
    target::Target,
};

use crate::error::RegisterError;

/// How often one thing is tried when others change it at the same time.
pub(crate) const ATTEMPTS: u32 = 20;

/// Brings the catalog, and whatever other targets there are, to what the bucket says, through the ports.
#[derive(Debug)]
pub struct Register<S, C, K, I> {
    pub(crate) store: Arc<S>,
    pub(crate) catalog: Arc<C>,
    pub(crate) clock: Arc<K>,
    pub(crate) ids: Arc<I>,
    /// Where commits are published besides the catalog.
    pub(crate) targets: Vec<Arc<dyn Target>>,
}

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// A service over these ports.
    pub fn new(store: Arc<S>, catalog: Arc<C>, clock: Arc<K>, ids: Arc<I>) -> Self {
        Self { store, catalog, clock, ids, targets: Vec::new() }
    }

    /// The same, which publishes to this target too.
    #[must_use]
    pub fn with_target(mut self, target: Arc<dyn Target>) -> Self {
        self.targets.push(target);
        self
    }

    /// To be asked before every change.
    pub(crate) fn may_change(&self, run: &Run) -> Result<(), RegisterError> {
        Ok(run.may_change(self.clock.now())?)
    }
}

#[cfg(test)]
mod tests;
