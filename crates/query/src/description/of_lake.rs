//! What the description of the API depends on.

use axum::http::HeaderMap;
use domain::Dataset;
use utoipa::openapi::OpenApi;

use super::openapi::{self, Facts, NamedOperation};
use crate::{access::Gate, ports::Ports, service::Api};

impl<P: Ports> Api<P> {
    /// The description, with the datasets and named queries that a request with these headers may see. Who does not
    /// get in reads it too, without any name of this lake; so does everybody while the lake is out of reach, which the
    /// log says.
    pub(crate) async fn description(&self, headers: &HeaderMap) -> OpenApi {
        let caller = self.caller(headers).await.ok();
        let datasets = self.definitions().await.ok();
        let queries = self.queries().await.ok();
        let seen = caller.as_ref().zip(datasets.as_deref());
        let seen = seen.into_iter().flat_map(|(caller, datasets)| {
            datasets.iter().filter(move |(name, _)| caller.sees(name)).map(|(_, accepted)| &accepted.dataset)
        });
        let datasets: Vec<&Dataset> = seen.collect();
        let named = match caller.as_ref().zip(queries.as_deref()) {
            None => Vec::new(),
            Some((caller, queries)) => queries.seen_by(caller).map(NamedOperation::of).collect(),
        };
        let keys = self.gate().await != Ok(Gate::Open);
        openapi::document(&Facts { settings: &self.settings, datasets: &datasets, named: &named, keys })
    }
}
