//! What the handler works with, built once at cold start.

use std::sync::{Arc, OnceLock};

use aws::{Aws, GlueCatalog, RandomIds, S3Store, SystemClock};
use domain::settings::CompactFunction;

use crate::{compactor::Compactor, vacuum::Vacuum};

/// The service on AWS.
#[derive(Debug)]
pub struct Context {
    pub(crate) compactor: Compactor<S3Store, SystemClock, RandomIds>,
    vacuum: OnceLock<Vacuum<S3Store, GlueCatalog, SystemClock>>,
    aws: Aws,
    settings: CompactFunction,
}

impl Context {
    /// Makes the clients; asks nobody anything yet.
    pub fn new(aws: &Aws, settings: &CompactFunction) -> Self {
        let store = Arc::new(aws.store_in(&settings.bucket));
        let compactor = Compactor::new(store, Arc::new(SystemClock), Arc::new(RandomIds), &settings.compact);
        Self { compactor, vacuum: OnceLock::new(), aws: aws.clone(), settings: settings.clone() }
    }

    /// The vacuum. Its catalog is made when it is first asked for: most invocations never do.
    pub(crate) fn vacuum(&self) -> &Vacuum<S3Store, GlueCatalog, SystemClock> {
        self.vacuum.get_or_init(|| {
            let (store, clock) = (Arc::clone(&self.compactor.store), Arc::clone(&self.compactor.clock));
            let CompactFunction { bucket, database, compact } = &self.settings;
            Vacuum::new(store, Arc::new(self.aws.catalog_of(bucket, database)), clock, compact)
        })
    }
}
