//! The API in a standing process: each request is measured, as the runtime measures each invocation of a Lambda.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
};
use domain::{
    facts::Facts,
    metric::{self, Metric},
};

use crate::{connection::reserved::is_health_check, done::Done};

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What the answer says of itself.
    pub done: Done,
    /// How long it took until the answer was made. Its client may still be taking it.
    pub took: Duration,
    /// Whether it was the first one of the process.
    pub cold: bool,
}

impl Facts for Answered {
    fn each(&self, number: &mut dyn FnMut(&'static Metric, u64)) {
        number(&metric::INVOCATIONS, 1);
        number(&metric::COLD_STARTS, self.cold.into());
        number(&metric::INVOCATION_MS, u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX));
        self.done.each(number);
    }
}

/// The router, which tells of every request that it has answered. Health checks are left out: an orchestrator sends one every
/// few seconds, and they would hide what callers get. So are requests whose client is gone before the answer.
pub fn measured(router: Router, tell: impl Fn(&Answered) + Clone + Send + Sync + 'static) -> Router {
    let warm = Arc::new(AtomicBool::new(false));
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let (tell, warm) = (tell.clone(), Arc::clone(&warm));
        async move {
            if is_health_check(request.method(), request.uri().path()) {
                return next.run(request).await;
            }
            let begun = Instant::now();
            let response = next.run(request).await;
            let cold = !warm.swap(true, Ordering::Relaxed);
            tell(&Answered { done: Done::of(&response), took: begun.elapsed(), cold });
            response
        }
    }))
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use axum::{body::Body, http::StatusCode, routing::get};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn every_request_is_told_of_but_health_checks() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = {
            let told = Arc::clone(&told);
            move |answered: &Answered| {
                told.lock().unwrap_or_else(PoisonError::into_inner).push(answered.clone())
            }
        };
        let router = Router::new()
            .route("/healthz", get(async || "ok"))
            .route("/readyz", get(async || StatusCode::SERVICE_UNAVAILABLE))
            .route("/v1/datasets", get(async || "[]"))
            .route("/v1/queries", get(async || StatusCode::BAD_GATEWAY))
            .fallback(async || StatusCode::NOT_FOUND);
        let router = measured(router, tell);
        for path in ["/healthz", "/v1/datasets", "/readyz", "/v1/queries", "/nowhere", "/healthz/"] {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap();
        }
        let told = told.lock().unwrap();
        let found: Vec<(u16, bool)> = told.iter().map(|of| (of.done.status, of.cold)).collect();
        assert_eq!(found, [(200, true), (502, false), (404, false), (404, false)]);
    }
}
