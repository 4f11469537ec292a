//! Configuration and clients, built once at cold start.

use std::sync::Arc;

use aws::{AthenaEngine, Aws, GlueCatalog, RandomIds, S3Store, SystemClock};
use domain::settings::{AccessSettings, QueryFunction, Settings};

use crate::{access::Caller, service::Api, settings::ApiSettings};

/// The longest answer where no Lambda gives it, in bytes.
const LONGEST_ANSWER: usize = 256 * 1024 * 1024;
/// The highest `limit` there: an export takes all rows, page by page.
pub const MOST_ROWS: u64 = 1_000_000_000_000;

/// The API on AWS.
pub(crate) type AwsApi = Api<(S3Store, GlueCatalog, AthenaEngine, SystemClock, RandomIds)>;

/// What every request of this process shares.
#[derive(Debug, Clone)]
pub struct Context {
    pub(crate) api: Arc<AwsApi>,
}

impl Context {
    /// The API with these clients.
    pub fn new(aws: &Aws, settings: &QueryFunction) -> Self {
        Self::with_settings(aws, settings, ApiSettings::from(settings))
    }

    fn with_settings(aws: &Aws, settings: &QueryFunction, api: ApiSettings) -> Self {
        let api = Api::new(
            aws.store_in(&settings.bucket),
            aws.catalog_of(&settings.bucket, &settings.database),
            aws.engine_of(settings),
            SystemClock,
            RandomIds,
            api,
        );
        Self { api: Arc::new(api) }
    }

    /// The router for whoever has the credentials of these clients, who need no key on top: it asks for none, takes
    /// free SQL, and bounds an answer by 256 MiB and [`MOST_ROWS`] instead of by what a Lambda can reply.
    pub fn router_for_operators(aws: &Aws, settings: &Settings) -> axum::Router {
        let mut settings = QueryFunction::from(settings);
        settings.query.access = AccessSettings { open: true, free_sql: true };
        let mut api = ApiSettings::from(&settings);
        (api.max_body, api.max_reply) = (LONGEST_ANSWER, usize::MAX);
        api.max_rows = api.max_rows.max(MOST_ROWS);
        // Who may start queries by themselves takes no caller's place.
        api.limits.max_running = None;
        let context = Self::with_settings(aws, &settings, api);
        context.router().layer(axum::Extension(Caller::default()))
    }

    /// The API's router, to be served by whoever holds this context.
    pub fn router(&self) -> axum::Router {
        crate::http::routes::router(Arc::clone(&self.api))
    }
}
