//! Configuration and clients, built once at cold start.

use std::sync::Arc;

use aws::{AthenaEngine, Aws, GlueCatalog, RandomIds, S3Store, SystemClock};
use domain::settings::{InvalidSetting, Settings};

use crate::{service::Api, settings::ApiSettings};

/// The API on AWS.
pub(crate) type AwsApi = Api<S3Store, GlueCatalog, AthenaEngine, SystemClock, RandomIds>;

/// What every request of this process shares.
#[derive(Debug, Clone)]
pub struct Context {
    pub(crate) api: Arc<AwsApi>,
}

impl Context {
    /// Reads the environment. Bad configuration fails here, with a message that names the variable.
    pub async fn try_from_env() -> Result<Self, InvalidSetting> {
        let settings = aws::settings()?;
        aws::init_telemetry(&settings)?;
        Ok(Self::new(&Aws::from_environment().await, &settings))
    }

    /// The API with these clients.
    pub fn new(aws: &Aws, settings: &Settings) -> Self {
        let api = Api::new(
            aws.store(settings),
            aws.catalog(settings),
            aws.engine(settings),
            SystemClock,
            RandomIds,
            ApiSettings::from(settings),
        );
        Self { api: Arc::new(api) }
    }

    /// The API's router, to be served by whoever holds this context.
    pub fn router(&self) -> axum::Router {
        crate::routes::router(Arc::clone(&self.api))
    }
}
