//! The paths that the router serves and the description names.

pub(crate) const OPENAPI: &str = "/openapi.json";
pub(crate) const DOCS: &str = "/docs";
pub(crate) const HEALTHZ: &str = "/healthz";
pub(crate) const READYZ: &str = "/readyz";
pub(crate) const DATASETS: &str = "/v1/datasets";
pub(crate) const DATASET: &str = "/v1/datasets/{dataset}";
pub(crate) const ROWS: &str = "/v1/datasets/{dataset}/rows";
pub(crate) const NAMED: &str = "/v1/named-queries";
pub(crate) const NAMED_ROWS: &str = "/v1/named-queries/{name}/rows";
pub(crate) const QUERIES: &str = "/v1/queries";
pub(crate) const QUERY: &str = "/v1/queries/{id}";
pub(crate) const QUERY_ROWS: &str = "/v1/queries/{id}/rows";

/// The paths there are.
pub(crate) const AVAILABLE: [&str; 12] =
    [HEALTHZ, READYZ, DATASETS, DATASET, ROWS, NAMED, NAMED_ROWS, QUERIES, QUERY, QUERY_ROWS, OPENAPI, DOCS];
