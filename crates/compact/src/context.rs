//! What the handler works with, built once at cold start.

use std::sync::Arc;

use aws::{Aws, RandomIds, S3Store, SystemClock};
use domain::settings::Settings;

use crate::service::Compactor;

/// The service on AWS.
#[derive(Debug)]
pub struct Context {
    pub(crate) compactor: Compactor<S3Store, SystemClock, RandomIds>,
}

impl Context {
    /// Makes the clients; asks nobody anything yet.
    pub fn new(aws: &Aws, settings: &Settings) -> Self {
        let store = Arc::new(aws.store(settings));
        let compactor = Compactor::new(store, Arc::new(SystemClock), Arc::new(RandomIds), settings);
        Self { compactor }
    }
}
