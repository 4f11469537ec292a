//! What the handler works with, built once at cold start.

use std::sync::Arc;

use aws::{Aws, GlueCatalog, RandomIds, S3Store, SystemClock};
use domain::settings::{InvalidSetting, Settings};

use crate::service::Register;

/// The service on AWS.
#[derive(Debug)]
pub struct Context {
    pub(crate) register: Register<S3Store, GlueCatalog, SystemClock, RandomIds>,
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
        let (store, catalog) = (aws.store(settings), aws.catalog(settings));
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
        Self { register: Register::new(Arc::new(store), Arc::new(catalog), clock, ids) }
    }
}
