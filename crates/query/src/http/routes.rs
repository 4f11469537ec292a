//! The API as an axum `Router`: the Lambda, the local lake and a standing server all run this very one.
//!
//! Every request leaves one line in the log, with what it was about and no value of it. The headers in which an answer
//! says what it cost are listed at `response`.

mod authorize;
mod body;
mod datasets;
mod description;
mod every_request;
mod fallback;
mod named;
mod queries;
mod rows_response;
mod sql;

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    middleware,
    routing::{get, post},
};

use crate::{
    description::paths::{
        DATASET, DATASETS, DOCS, HEALTHZ, NAMED, NAMED_ROWS, OPENAPI, QUERIES, QUERY, QUERY_ROWS, READYZ,
        ROWS,
    },
    ports::Ports,
    service::Api,
};

#[cfg(feature = "sdk")]
pub(crate) use every_request::secure;
#[cfg(feature = "lambda")]
pub(crate) use every_request::url_too_long;

/// What every handler gets.
type Shared<P> = State<Arc<Api<P>>>;

/// The API's router.
pub fn router<P: Ports>(api: Arc<Api<P>>) -> Router {
    let query = get(queries::query::<P>).delete(queries::cancel::<P>);
    let authorized = middleware::from_fn_with_state(Arc::clone(&api), authorize::authorize::<P>);
    let router = Router::new()
        .route(DATASETS, get(datasets::datasets::<P>))
        .route(DATASET, get(datasets::dataset::<P>))
        .route(ROWS, get(datasets::rows::<P>))
        .route(NAMED, get(named::listing::<P>))
        .route(NAMED_ROWS, get(named::rows::<P>))
        .route(QUERIES, post(sql::sql::<P>))
        .route(QUERY, query)
        .route(QUERY_ROWS, get(queries::rows::<P>))
        // What is above needs to know who asks; what is below answers everybody.
        .route_layer(authorized)
        .route(OPENAPI, get(description::openapi::<P>))
        .route(DOCS, get(description::docs::<P>))
        .route(HEALTHZ, get(datasets::healthz))
        .route(READYZ, get(datasets::readyz::<P>))
        .method_not_allowed_fallback(fallback::method_not_allowed);
    router
        .fallback(fallback::unknown_path)
        .layer(middleware::from_fn_with_state(Arc::clone(&api), every_request::every_request::<P>))
        .with_state(api)
}

#[cfg(test)]
pub(crate) mod tests;
