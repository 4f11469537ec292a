//! The API in a standing process: each request is measured, as the runtime measures each invocation of a Lambda.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
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

/// A request that was answered, or whose answer ended in a panic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What the answer says of itself; where there is none, its status is 0.
    pub done: Done,
    /// How long it took until the answer was made. Its client may still be taking it.
    pub took: Duration,
    /// Whether it was the first one of the process.
    pub cold: bool,
    /// Whether it ended in a panic.
    pub broken_off: bool,
}

impl Facts for Answered {
    fn each(&self, number: &mut dyn FnMut(&'static Metric, u64)) {
        number(&metric::INVOCATIONS, 1);
        number(&metric::INVOCATIONS_BROKEN_OFF, self.broken_off.into());
        number(&metric::COLD_STARTS, self.cold.into());
        number(&metric::INVOCATION_MS, u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX));
        self.done.each(number);
    }
}

/// The router, which tells of every request when it has answered it, or could not for a panic. Health checks are left out: an
/// orchestrator sends one every few seconds, and they would hide what callers get. So are requests whose client is gone before
/// the answer.
pub fn measured(router: Router, tell: impl Fn(&Answered) + Clone + Send + Sync + 'static) -> Router {
    let warm = Arc::new(AtomicBool::new(false));
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let (tell, warm) = (tell.clone(), Arc::clone(&warm));
        async move {
            if is_health_check(request.method(), request.uri().path()) {
                return next.run(request).await;
            }
            let cold = !warm.swap(true, Ordering::Relaxed);
            let mut watch = Watch { tell, begun: Instant::now(), cold, done: None };
            let response = next.run(request).await;
            watch.done = Some(Done::of(&response));
            response
        }
    }))
}

/// Tells of a request when it is over. Dropped without an answer, its client is gone: unless that is a panic, nothing is told.
struct Watch<T: Fn(&Answered)> {
    tell: T,
    begun: Instant,
    cold: bool,
    done: Option<Done>,
}

impl<T: Fn(&Answered)> Drop for Watch<T> {
    fn drop(&mut self) {
        let broken_off = self.done.is_none() && thread::panicking();
        if self.done.is_some() || broken_off {
            let (done, took, cold) = (self.done.take().unwrap_or_default(), self.begun.elapsed(), self.cold);
            (self.tell)(&Answered { done, took, cold, broken_off });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        sync::{Mutex, PoisonError},
    };

    use axum::{body::Body, http::StatusCode, routing::get};
    use tower::ServiceExt;

    use super::*;

    async fn defect() -> StatusCode {
        panic!("a defect")
    }

    #[tokio::test]
    async fn every_request_is_told_of_but_health_checks_and_those_whose_client_is_gone() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = {
            let told = Arc::clone(&told);
            move |answered: &Answered| {
                told.lock().unwrap_or_else(PoisonError::into_inner).push(answered.clone());
            }
        };
        let router = Router::new()
            .route("/healthz", get(async || "ok"))
            .route("/readyz", get(async || StatusCode::SERVICE_UNAVAILABLE))
            .route("/v1/datasets", get(async || "[]"))
            .route("/v1/queries", get(async || StatusCode::BAD_GATEWAY))
            .route("/defect", get(defect))
            .route("/slow", get(async || pending::<StatusCode>().await))
            .fallback(async || StatusCode::NOT_FOUND);
        let router = measured(router, tell);
        let ask = |path: &str| {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            tokio::spawn(router.clone().oneshot(request))
        };
        for path in ["/healthz", "/v1/datasets", "/readyz", "/v1/queries", "/nowhere", "/healthz/"] {
            ask(path).await.unwrap().unwrap();
        }
        assert!(ask("/defect").await.unwrap_err().is_panic());
        let gone = ask("/slow");
        tokio::task::yield_now().await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        let told = told.lock().unwrap();
        let found: Vec<_> = told.iter().map(|of| (of.done.status, of.cold, of.broken_off)).collect();
        let expected = [
            (200, true, false),
            (502, false, false),
            (404, false, false),
            (404, false, false),
            (0, false, true),
        ];
        assert_eq!(found, expected);
    }
}
