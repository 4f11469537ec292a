//! The page for Prometheus, on a port of its own: whoever reaches the API's port, through an ingress or a load balancer, does not
//! reach this one, and so it asks for no key.

use std::{future::pending, net::SocketAddr, sync::Arc};

use axum::{Router, http::header, routing::get};
use domain::{
    metric::prometheus::BUILD_INFO,
    recorder::{CONTENT_TYPE, Recorder},
    settings::Settings,
    version,
};
use tokio::net::TcpListener;

use crate::{error::ServerError, serve::serve};

/// How many connections it has open at once: some scrapers, and a person.
const CONNECTIONS: usize = 16;

/// The measurements of this process, and where they are shown.
#[derive(Debug)]
pub(crate) struct Metrics {
    recorder: Arc<Recorder>,
    listener: TcpListener,
}

impl Metrics {
    /// Listens at the address of the settings; `None` if they have none.
    pub(crate) async fn listen(settings: &Settings) -> Result<Option<Self>, ServerError> {
        let exposition = &settings.exposition;
        let Some(address) = exposition.listen else { return Ok(None) };
        let setting = domain::settings::METRICS_LISTEN.name;
        let unusable = |source| ServerError::Listen { setting, address, source };
        let listener = TcpListener::bind(address).await.map_err(unusable)?;
        let address: SocketAddr = listener.local_addr().map_err(unusable)?;
        tracing::info!(%address, "the metrics are at /metrics");
        let labels = (exposition.system.as_str(), exposition.environment.as_str());
        let recorder = Recorder::new(labels, &["query"], &[&BUILD_INFO]);
        recorder.add(&BUILD_INFO, &[version::VERSION, version::COMMIT.unwrap_or("unknown")], 1);
        Ok(Some(Self { recorder: Arc::new(recorder), listener }))
    }

    /// The API's router, whose requests are measured.
    pub(crate) fn measured(&self, router: Router) -> Router {
        let recorder = Arc::clone(&self.recorder);
        query::measured(router, move |answered| recorder.record("query", answered))
    }

    /// Shows the measurements as long as it is polled: also while the server stops.
    pub(crate) async fn serve(self, settings: &Settings) {
        let Self { recorder, listener } = self;
        let page = move || {
            let recorder = Arc::clone(&recorder);
            async move { ([(header::CONTENT_TYPE, CONTENT_TYPE)], recorder.text()) }
        };
        let router = Router::new().route("/metrics", get(page));
        let mut settings = settings.clone();
        settings.server.max_connections = CONNECTIONS;
        serve(listener, router, &settings, pending()).await;
    }
}
