//! One connection: requests in, answers out, until its client or the server ends it.

use std::{convert::Infallible, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, Response},
};
use domain::{pace::Pace, port::Clock};
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

use crate::{
    framing,
    places::Place,
    received::{self, Received},
    seats::{self, Leave},
    stream::{self, Paced},
    unsent::Unsent,
    used::{Used, Waiting},
};

/// The path that a load balancer asks.
const READYZ: &str = "/readyz";

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
    /// Whether a client waits for a place: every connection whose head does not end is then closed, and so is every one
    /// whose request has a body that comes too slowly.
    pub(crate) waiting: watch::Receiver<Waiting>,
    /// How slowly a client may take an answer.
    pub(crate) pace: Pace,
    /// The memory of answers that are on their way.
    pub(crate) unsent: Unsent,
}

impl Answering {
    async fn answer(
        self,
        request: Request<Incoming>,
        address: Option<IpAddr>,
        used: &Arc<Used>,
        place: &Place,
    ) -> Response<Body> {
        if let Some(refusal) = framing::refusal(&request) {
            return refusal;
        }
        let is_health_check = query::is_health_check(request.method(), request.uri().path());
        if !is_health_check && !place.becomes_regular().await {
            tracing::debug!("a request is refused: all connections are in use");
            return query::all_taken();
        }
        if !place.is_reserved() {
            return self.answer_here(request, address, used).await;
        }
        tokio::select! {
            biased;
            response = self.answer_here(request, address, used) => query::and_close(response),
            () = place.health_is_late() => {
                tracing::warn!("a health check was given up: it took too long, and all connections are in use");
                query::and_close(query::given_up())
            }
        }
    }

    async fn answer_here(
        self,
        request: Request<Incoming>,
        address: Option<IpAddr>,
        used: &Arc<Used>,
    ) -> Response<Body> {
        if *self.phase.borrow() != Phase::Serving && request.uri().path() == READYZ {
            return query::stopping();
        }
        let request = request.map(|body| Body::new(Received::new(body, Arc::clone(used))));
        let service = TowerToHyperService::new(self.router);
        tokio::select! {
            biased;
            answer = service.call(request) => {
                let Ok(response) = answer;
                self.unsent.hold(response, address)
            }
            () = used.body_is_in_the_way(self.waiting) => {
                tracing::debug!("a request is ended: its body comes too slowly, and another client needs the place");
                query::slow_body(received::PACE)
            }
            () = aws::SystemClock.sleep(self.longest) => {
                tracing::error!("a request took too long and was given up");
                query::given_up()
            }
        }
    }
}

/// Serves one connection, at this place.
pub(crate) async fn serve(stream: TcpStream, answering: Answering, place: Place) {
    let place = Arc::new(place);
    stream::prepare(&stream);
    let address = stream.peer_addr().ok().map(|address| seats::peer(address.ip()));
    let used = Arc::new(Used::default());
    let stream = Paced::new(stream, answering.pace, Arc::clone(&used));
    let sending = stream.sending();
    let stream = query::Worded::new(stream);
    let next = stream.next_head();
    let (mut phase, waiting) = (answering.phase.clone(), answering.waiting.clone());
    let seated = place.seat(address, &used, &sending);
    let (serving, at) = (Arc::clone(&used), Arc::clone(&place));
    let service = service_fn(move |request: Request<Incoming>| {
        let (answering, used, next) = (answering.clone(), Arc::clone(&serving), next.clone());
        let place = Arc::clone(&at);
        // Not within the future: hyper does not poll that while it writes an earlier answer.
        used.asked();
        async move {
            let response = answering.answer(request, address, &used, &place).await;
            used.answered(next.has_begun());
            Ok::<_, Infallible>(response)
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_header_size(query::HEAD_BYTES)
        // All connections together wait for the rest of 64 MiB at the most, with the default of 1,024.
        .max_buf_size(query::HEAD_BYTES);
    let mut server = pin!(http.serve_connection(TokioIo::new(stream), service));
    // An error means that the server is gone: it stops.
    let stopping = async { phase.wait_for(|phase| *phase == Phase::Stopping).await.is_ok() };
    let ended = tokio::select! {
        ended = server.as_mut() => ended,
        _stopping = stopping => {
            server.as_mut().graceful_shutdown();
            tokio::select! {
                ended = server.as_mut() => ended,
                // hyper waits for the rest of a first head.
                () = used.no_request_comes() => Ok(()),
            }
        }
        () = used.silence_is_in_the_way(&sending, waiting) => {
            // It has no request to finish. If it were given time, a part of a head would hold its place for that time.
            tracing::debug!("a connection is closed: the head of its request does not end, and another needs its place");
            Ok(())
        }
        leave = seated.told(Leave::AfterAnswer) => {
            if leave == Leave::Now {
                tracing::debug!("a connection is closed: its client takes no answer, and another needs its place");
                Ok(())
            } else {
                sending.leaves();
                server.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = server.as_mut() => ended,
                    () = used.nothing_goes_on(&sending) => Ok(()),
                    () = sending.grows_late() => Ok(()),
                    _now = seated.told(Leave::Now) => Ok(()),
                }
            }
        }
        () = used.grows_silent() => Ok(()),
        () = place.is_overdue(&used) => {
            tracing::debug!("a connection is closed: it is on a reserved place, and takes too long");
            Ok(())
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = domain::chain(&error), "a connection ended early");
    }
}
