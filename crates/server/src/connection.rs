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
use tokio::{
    net::TcpStream,
    sync::{Notify, watch},
};

use crate::{
    framing,
    stream::{Paced, Sending},
    unsent::Unsent,
};

/// The path that a load balancer asks.
const READYZ: &str = "/readyz";

/// How long a connection may wait for the head of its next request. Load balancers keep a connection for a minute, and
/// have to be the ones that close it: else they send a request into its end.
const HEAD: Duration = Duration::from_secs(75);

/// How many bytes the head of a request may have: a URL, and the headers that load balancers let through. All connections
/// together wait for the rest of 64 MiB at the most, with the default of 1,024.
const HEAD_BYTES: usize = 64 << 10;

/// How long a new connection that has sent no whole head is taken for one whose first request is on the way.
const FIRST: Duration = Duration::from_secs(1);

/// How long a connection that has to make room may take to end, if nothing goes on on it. It may have sent a part of a head,
/// for whose rest nobody waits any longer.
pub(crate) const LEAVING: Duration = Duration::from_secs(1);

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
    /// Told for a client that waits for a place: one connection without a request under way is then closed.
    pub(crate) room: Arc<Notify>,
    /// How slowly a client may take an answer.
    pub(crate) pace: Pace,
    /// The memory of answers that are on their way.
    pub(crate) unsent: Unsent,
}

impl Answering {
    async fn answer(self, request: Request<Incoming>, address: Option<IpAddr>) -> Response<Body> {
        if let Some(refusal) = framing::refusal(&request) {
            return refusal;
        }
        if *self.phase.borrow() != Phase::Serving && request.uri().path() == READYZ {
            return query::stopping();
        }
        let service = TowerToHyperService::new(self.router);
        tokio::select! {
            biased;
            answer = service.call(request) => {
                let Ok(response) = answer;
                self.unsent.hold(response, address)
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
    let address = stream.peer_addr().ok().map(|address| address.ip());
    let stream = Paced::new(stream, answering.pace);
    let sending = stream.sending();
    let (mut phase, room) = (answering.phase.clone(), Arc::clone(&answering.room));
    // A new connection is not kept for later: its first request may be on the way. After a while it is like one that is.
    let (kept, is_kept) = watch::channel(Use::New);
    let kept = Arc::new(kept);
    let grown_old = {
        let kept = Arc::clone(&kept);
        async move {
            aws::SystemClock.sleep(FIRST).await;
            kept.send_if_modified(|use_| {
                let is_new = *use_ == Use::New;
                if is_new {
                    *use_ = Use::Kept;
                }
                is_new
            });
            std::future::pending::<()>().await;
        }
    };
    let service = service_fn(move |request: Request<Incoming>| {
        let (answering, kept) = (answering.clone(), Arc::clone(&kept));
        async move {
            kept.send_replace(Use::Asked);
            let response = answering.answer(request, address).await;
            kept.send_replace(Use::Kept);
            Ok::<_, Infallible>(response)
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_header_size(HEAD_BYTES)
        .max_buf_size(HEAD_BYTES);
    let mut server = pin!(http.serve_connection(TokioIo::new(query::Worded::new(stream)), service));
    // An error means that the server is gone: it stops.
    let stopping = async { phase.wait_for(|phase| *phase == Phase::Stopping).await.is_ok() };
    let ended = tokio::select! {
        ended = server.as_mut() => ended,
        _stopping = stopping => {
            server.as_mut().graceful_shutdown();
            server.await
        }
        () = asked_for_room(is_kept.clone(), &sending, &room) => {
            if sending.is_stuck() {
                tracing::debug!("a connection is closed: its client takes no answer, and another needs its place");
                Ok(())
            } else {
                server.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = server.as_mut() => ended,
                    () = nothing_goes_on(is_kept, &sending) => Ok(()),
                }
            }
        }
        () = grown_old => Ok(()),
    };
    if let Err(error) = ended {
        tracing::debug!(error = domain::chain(&error), "a connection ended early");
    }
}

/// What a connection is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Its first request may be on the way.
    New,
    /// A request is under way.
    Asked,
    /// It is kept for later requests.
    Kept,
}

/// Comes back when no request is under way on a connection that has to make room, and its client takes no answer.
async fn nothing_goes_on(is_kept: watch::Receiver<Use>, sending: &Sending) {
    loop {
        aws::SystemClock.sleep(LEAVING).await;
        if *is_kept.borrow() != Use::Asked && sending.until_stuck().is_none() {
            return;
        }
    }
}

/// Comes back when the connection's place is wanted while it has no request under way, and its client takes no answer. A
/// client that asks for much and reads nothing would else keep its place as long as one that reads slowly.
async fn asked_for_room(mut is_kept: watch::Receiver<Use>, sending: &Sending, room: &Notify) {
    // An error means that the connection has ended.
    while is_kept.wait_for(|kept| *kept == Use::Kept).await.is_ok() {
        let in_use = async { is_kept.wait_for(|kept| *kept != Use::Kept).await.is_ok() };
        if let Some(left) = sending.until_stuck() {
            tokio::select! {
                () = aws::SystemClock.sleep(left) => {}
                _in_use = in_use => {}
            }
            continue;
        }
        tokio::select! {
            () = room.notified() => {
                if sending.until_stuck().is_none() {
                    return;
                }
                // Its client has begun to take an answer: another connection is asked.
                room.notify_one();
            }
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
        let connection = |kept: Use| {
            let ((sender, receiver), room) = (watch::channel(kept), Arc::clone(&room));
            (sender, tokio::spawn(async move { asked_for_room(receiver, &Sending::default(), &room).await }))
        };
        let ((first, one), (_second, two), (_third, three)) =
            (connection(Use::Kept), connection(Use::New), connection(Use::Kept));
        tokio::task::yield_now().await;
        first.send_replace(Use::Asked);
        tokio::task::yield_now().await;
        room.notify_one();
        three.await.unwrap();
        assert!(!one.is_finished() && !two.is_finished());
        room.notify_one();
        tokio::task::yield_now().await;
        assert!(!one.is_finished() && !two.is_finished(), "both have a request under way");
        first.send_replace(Use::Kept);
        one.await.unwrap();
        assert!(!two.is_finished());
    }
}
