//! The HTTP API on threads of its own: to render a large result takes seconds without a pause, and health checks, the
//! AWS side and a stop of the lake must not wait for that.

use std::{panic::resume_unwind, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode},
};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use tokio::task::{JoinError, JoinHandle};

use super::Lambdas;
use crate::lake::measures;

/// It is answered where the request came in, as the page for Prometheus is.
const HEALTHZ: &str = "/healthz";

/// An answer that nobody makes any more once nobody waits for it: the query behind it is then stopped.
struct Answering(JoinHandle<Response<Body>>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(super) fn router(lambdas: Arc<Lambdas>) -> Router {
    let recorder = lambdas.measures.recorder();
    let api = query::measured(lambdas.query.context.router(), move |answered| {
        recorder.record("query", answered);
    });
    Router::new().fallback(move |request: Request<Body>| answered(Arc::clone(&lambdas), api.clone(), request))
}

async fn answered(lambdas: Arc<Lambdas>, api: Router, request: Request<Body>) -> Response<Body> {
    if request.uri().path() == HEALTHZ {
        return answer(api, request).await;
    }
    if measures::is_asked_for(request.method(), request.uri().path()) {
        return lambdas.measures.answer().await;
    }
    let mut answering = Answering(lambdas.query.invoke(|_| answer(api, request)));
    match (&mut answering.0).await.map_err(JoinError::try_into_panic) {
        Ok(response) => response,
        // It ends the connection, as it would on the server's threads.
        Err(Ok(panicked)) => resume_unwind(panicked),
        Err(Err(_ended)) => {
            let mut response = Response::new(Body::from("the lake is stopping"));
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response
        }
    }
}

async fn answer(api: Router, request: Request<Body>) -> Response<Body> {
    let Ok(response) = TowerToHyperService::new(api).call(request).await;
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// An answer that is being made does not go on when its request is gone.
    #[tokio::test]
    async fn who_leaves_ends_the_answer() {
        let (kept, ends) = tokio::sync::oneshot::channel::<()>();
        let answering = Answering(tokio::spawn(async move {
            let _until_dropped = kept;
            std::future::pending().await
        }));
        drop(answering);
        let ended = tokio::time::timeout(Duration::from_secs(60), ends).await;
        assert!(ended.unwrap().is_err());
    }
}
