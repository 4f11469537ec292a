//! What the handler works with, built once at cold start.

use std::sync::Arc;

use aws::{Aws, S3Store, SystemClock};
use domain::settings::{InvalidSetting, Settings};

use crate::service::Ingest;

/// The service on AWS.
#[derive(Debug)]
pub struct Context {
    pub(crate) ingest: Ingest<S3Store, SystemClock>,
}

impl Context {
    /// Reads the environment. Bad configuration fails here, with a message that names the variable.
    pub async fn try_from_env() -> Result<Self, InvalidSetting> {
        let settings = aws::settings()?;
        aws::init_telemetry(&settings)?;
        Ok(Self::new(&Aws::of_function(), &settings))
    }

    /// Makes the clients; asks nobody anything yet.
    pub fn new(aws: &Aws, settings: &Settings) -> Self {
        let store = Arc::new(aws.store(settings));
        Self { ingest: Ingest::new(store, Arc::new(SystemClock), settings) }
    }
}
