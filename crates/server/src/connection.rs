//! One connection: requests in, answers out, until its client or the server's stop ends it.

use std::{convert::Infallible, pin::pin, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode},
};
use domain::port::Clock;
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{net::TcpStream, sync::watch};

use crate::readiness::{self, READYZ};

/// How long a connection may wait for the head of its next request. Load balancers keep a connection for a minute, and
/// have to be the ones that close it: else they send a request into its end.
const HEAD: Duration = Duration::from_secs(75);

/// What is left of a server's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It serves.
    Serving,
    /// It is asked to stop: it serves, and says that it is not ready.
    Draining,
    /// It finishes the requests that are under way.
    Stopping,
}

/// What answers on every connection.
#[derive(Debug, Clone)]
pub(crate) struct Answering {
    pub(crate) router: Router,
    /// How long a request may take, its body included.
    pub(crate) longest: Duration,
    pub(crate) phase: watch::Receiver<Phase>,
}

impl Answering {
    async fn answer(self, request: Request<Incoming>) -> Response<Body> {
        if *self.phase.borrow() != Phase::Serving && request.uri().path() == READYZ {
            return readiness::stopping();
        }
        let service = TowerToHyperService::new(self.router);
        tokio::select! {
            biased;
            answer = service.call(request) => {
                let Ok(response) = answer;
                response
            }
            () = aws::SystemClock.sleep(self.longest) => {
                tracing::error!("a request took too long and was given up");
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::GATEWAY_TIMEOUT;
                response
            }
        }
    }
}

/// Serves one connection.
pub(crate) async fn serve(stream: TcpStream, answering: Answering) {
    // An answer in two writes does not wait for the client's acknowledgement of the first.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = domain::chain(&error), "a connection keeps Nagle's algorithm");
    }
    let mut phase = answering.phase.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let answering = answering.clone();
        async move { Ok::<_, Infallible>(answering.answer(request).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let mut server = pin!(http.serve_connection(TokioIo::new(stream), service));
    // An error means that the server is gone: it stops.
    let stopping = async { phase.wait_for(|phase| *phase == Phase::Stopping).await.is_ok() };
    let ended = tokio::select! {
        ended = server.as_mut() => ended,
        _stopping = stopping => {
            server.as_mut().graceful_shutdown();
            server.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = domain::chain(&error), "a connection ended early");
    }
}
