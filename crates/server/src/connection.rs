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

/// How long a connection that has had a request and has to make room may take to end, if nothing goes on on it. It may have
/// sent a part of the next head, for whose rest nobody waits any longer.
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
    /// Whether a client waits for a place: every connection that has sent no request for a while is then closed.
    pub(crate) wanted: watch::Receiver<bool>,
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
    let wanted = answering.wanted.clone();
    // The first request of a new connection may be on the way. After a while nobody counts on it any longer.
    let (kept, is_kept) = watch::channel(Use::New);
    let kept = Arc::new(kept);
    let grown_old = {
        let kept = Arc::clone(&kept);
        async move {
            aws::SystemClock.sleep(FIRST).await;
            kept.send_if_modified(|use_| {
                let is_new = *use_ == Use::New;
                if is_new {
                    *use_ = Use::Silent;
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
        () = asked_for_room(is_kept.clone(), &sending, &room, wanted) => {
            if *is_kept.borrow() == Use::Silent {
                // It has no request to finish. If it were given time, a part of a head would hold its place for that time.
                tracing::debug!("a connection is closed: it has sent no whole request, and another needs its place");
                Ok(())
            } else if sending.is_stuck() {
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
    /// It has had its time for a first request, and has never sent a whole one.
    Silent,
    /// A request is under way.
    Asked,
    /// It is kept for later requests.
    Kept,
}

impl Use {
    /// Whether the connection makes room for another.
    fn makes_room(self) -> bool {
        matches!(self, Self::Silent | Self::Kept)
    }
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
///
/// One connection that is kept makes room for one client. All that have never sent a whole request make room as soon as one
/// client waits: whoever opens many of them would else keep the others out for as long as they take to leave one by one.
async fn asked_for_room(
    mut is_kept: watch::Receiver<Use>,
    sending: &Sending,
    room: &Notify,
    mut is_wanted: watch::Receiver<bool>,
) {
    // An error means that the connection has ended.
    while is_kept.wait_for(|use_| use_.makes_room()).await.is_ok() {
        let now = *is_kept.borrow();
        let in_use = async { is_kept.wait_for(|use_| *use_ != now).await.is_ok() };
        if let Some(left) = sending.until_stuck() {
            tokio::select! {
                () = aws::SystemClock.sleep(left) => {}
                _in_use = in_use => {}
            }
            continue;
        }
        // An error means that no connection is accepted any more.
        let wanted = async { now == Use::Silent && is_wanted.wait_for(|is_wanted| *is_wanted).await.is_ok() };
        tokio::select! {
            biased;
            _in_use = in_use => {}
            // Before the next: who leaves anyway makes the room that one connection is asked for.
            () = room.notified() => {
                if sending.until_stuck().is_none() {
                    return;
                }
                // Its client has begun to take an answer: another connection is asked.
                room.notify_one();
            }
            true = wanted => return,
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
        let (_wanted, is_wanted) = watch::channel(false);
        let connection = |kept: Use| {
            let ((sender, receiver), room) = (watch::channel(kept), Arc::clone(&room));
            let is_wanted = is_wanted.clone();
            let asked = async move { asked_for_room(receiver, &Sending::default(), &room, is_wanted).await };
            (sender, tokio::spawn(asked))
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

    /// Also those that grow silent while the client waits.
    #[tokio::test]
    async fn all_connections_that_never_sent_a_request_make_room_for_one_client() {
        let (room, (wanted, is_wanted)) = (Arc::new(Notify::new()), watch::channel(false));
        let connection = |use_: Use| {
            let ((sender, receiver), room) = (watch::channel(use_), Arc::clone(&room));
            let is_wanted = is_wanted.clone();
            let asked = async move { asked_for_room(receiver, &Sending::default(), &room, is_wanted).await };
            (sender, tokio::spawn(asked))
        };
        let ((_first, one), (_second, two), (third, three)) =
            (connection(Use::Silent), connection(Use::Silent), connection(Use::New));
        let ((_fourth, kept), (_fifth, asked)) = (connection(Use::Kept), connection(Use::Asked));
        tokio::task::yield_now().await;
        assert!(!one.is_finished() && !two.is_finished(), "nobody waits");
        wanted.send_replace(true);
        one.await.unwrap();
        two.await.unwrap();
        assert!(!three.is_finished(), "its first request may be on the way");
        third.send_replace(Use::Silent);
        three.await.unwrap();
        assert!(!kept.is_finished() && !asked.is_finished());
    }
}
