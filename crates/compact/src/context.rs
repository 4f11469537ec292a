//! What the handler works with, built once at cold start.

use std::sync::Arc;

use aws::{Aws, RandomIds, S3Store, SystemClock};
use domain::settings::{InvalidSetting, Settings};

use crate::service::Compactor;

/// The service on AWS.
#[derive(Debug)]
pub struct Context {
    pub(crate) compactor: Compactor<S3Store, SystemClock, RandomIds>,
}

impl Context {
    /// Reads the environment. Bad configuration fails here, with a message that names the variable.
    pub async fn try_from_env() -> Result<Self, InvalidSetting> {
        let settings = aws::settings()?;
        aws::init_telemetry(&settings)?;
        Ok(Self::new(&Aws::from_environment().await, &settings))
    }

    /// Makes the clients; asks nobody anything yet.
    pub fn new(aws: &Aws, settings: &Settings) -> Self {
        let store = Arc::new(aws.store(settings));
        let compactor = Compactor::new(store, Arc::new(SystemClock), Arc::new(RandomIds), settings);
        Self { compactor }
    }
}
