//! What the handler works with, built once at cold start.

use std::sync::{Arc, OnceLock};

use aws::{Aws, GlueCatalog, RandomIds, S3Store, SystemClock};
use domain::settings::{InvalidSetting, Settings};

use crate::{compactor::Compactor, vacuum::Vacuum};

/// The service on AWS.
#[derive(Debug)]
pub struct Context {
    pub(crate) compactor: Compactor<S3Store, SystemClock, RandomIds>,
    vacuum: OnceLock<Vacuum<S3Store, GlueCatalog, SystemClock>>,
    aws: Aws,
    settings: Settings,
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
        let compactor = Compactor::new(store, Arc::new(SystemClock), Arc::new(RandomIds), settings);
        Self { compactor, vacuum: OnceLock::new(), aws: aws.clone(), settings: settings.clone() }
    }

    /// The vacuum. Its catalog is made when it is first asked for: most invocations never do.
    pub(crate) fn vacuum(&self) -> &Vacuum<S3Store, GlueCatalog, SystemClock> {
        self.vacuum.get_or_init(|| {
            let (store, clock) = (Arc::clone(&self.compactor.store), Arc::clone(&self.compactor.clock));
            Vacuum::new(store, Arc::new(self.aws.catalog(&self.settings)), clock, &self.settings)
        })
    }
}
