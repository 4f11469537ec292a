//! What the handler works with, built once at cold start.

use std::sync::Arc;

use aws::{Aws, S3Store, SystemClock};
use domain::settings::IngestFunction;

use crate::service::Ingest;

/// The service on AWS.
#[derive(Debug)]
pub struct Context {
    pub(crate) ingest: Ingest<S3Store, SystemClock>,
}

impl Context {
    /// Makes the clients; asks nobody anything yet.
    pub fn new(aws: &Aws, settings: &IngestFunction) -> Self {
        let store = Arc::new(aws.store_in(&settings.bucket));
        Self { ingest: Ingest::new(store, Arc::new(SystemClock), &settings.ingest) }
    }
}
