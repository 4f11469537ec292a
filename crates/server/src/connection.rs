//! One connection: requests in, answers out, until its client or the server ends it.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

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
use tokio::{
    net::TcpStream,
    sync::{Notify, watch},
};

use crate::stream::Paced;

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
    /// Told once for each client that waits for a place: one connection that is kept for later requests is then closed.
    pub(crate) room: Arc<Notify>,
    /// How slowly a client may take an answer.
    pub(crate) pace: Pace,
}

impl Answering {
    async fn answer(self, request: Request<Incoming>) -> Response<Body> {
        if *self.phase.borrow() != Phase::Serving && request.uri().path() == READYZ {
            return query::stopping();
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
                query::given_up()
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
    let stream = Paced::new(stream, answering.pace);
    let (mut phase, room) = (answering.phase.clone(), Arc::clone(&answering.room));
    // A new connection is not kept for later: its first request may be on the way.
    let (kept, is_kept) = watch::channel(false);
    let kept = Arc::new(kept);
    let service = service_fn(move |request: Request<Incoming>| {
        let (answering, kept) = (answering.clone(), Arc::clone(&kept));
        async move {
            kept.send_replace(false);
            let response = answering.answer(request).await;
            kept.send_replace(true);
            Ok::<_, Infallible>(response)
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let mut server = pin!(http.serve_connection(TokioIo::new(query::Worded::new(stream)), service));
    // An error means that the server is gone: it stops.
    let stopping = async { phase.wait_for(|phase| *phase == Phase::Stopping).await.is_ok() };
    let ended = tokio::select! {
        ended = server.as_mut() => ended,
        _stopping = stopping => {
            server.as_mut().graceful_shutdown();
            server.await
        }
        () = asked_for_room(is_kept, &room) => {
            server.as_mut().graceful_shutdown();
            server.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = domain::chain(&error), "a connection ended early");
    }
}

/// Comes back when the connection's place is wanted while it has no request under way.
async fn asked_for_room(mut is_kept: watch::Receiver<bool>, room: &Notify) {
    // An error means that the connection has ended.
    while is_kept.wait_for(|kept| *kept).await.is_ok() {
        let in_use = async { is_kept.wait_for(|kept| !*kept).await.is_ok() };
        tokio::select! {
            () = room.notified() => return,
            _in_use = in_use => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever is in use is passed over, and the next that is not makes room.
    #[tokio::test]
    async fn one_connection_that_is_kept_makes_room_for_one_client() {
        let room = Arc::new(Notify::new());
        let connection = |kept: bool| {
            let ((sender, receiver), room) = (watch::channel(kept), Arc::clone(&room));
            (sender, tokio::spawn(async move { asked_for_room(receiver, &room).await }))
        };
        let ((first, one), (_second, two), (_third, three)) =
            (connection(true), connection(false), connection(true));
        tokio::task::yield_now().await;
        first.send_replace(false);
        tokio::task::yield_now().await;
        room.notify_one();
        three.await.unwrap();
        assert!(!one.is_finished() && !two.is_finished());
        room.notify_one();
        tokio::task::yield_now().await;
        assert!(!one.is_finished() && !two.is_finished(), "both have a request under way");
        first.send_replace(true);
        one.await.unwrap();
        assert!(!two.is_finished());
    }
}
