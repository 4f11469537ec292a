//! What the handler works with, built once at cold start.

use std::sync::Arc;

use aws::{Aws, GlueCatalog, RandomIds, S3Store, SystemClock};
use domain::settings::RegisterFunction;

use crate::service::Register;

/// The service on AWS.
#[derive(Debug)]
pub struct Context {
    pub(crate) register: Register<S3Store, GlueCatalog, SystemClock, RandomIds>,
}

impl Context {
    /// Makes the clients; asks nobody anything yet.
    pub fn new(aws: &Aws, settings: &RegisterFunction) -> Self {
        let RegisterFunction { bucket, database } = settings;
        let (store, catalog) = (aws.store_in(bucket), aws.catalog_of(bucket, database));
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
        Self { register: Register::new(Arc::new(store), Arc::new(catalog), clock, ids) }
    }
}
