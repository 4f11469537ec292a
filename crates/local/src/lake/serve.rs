//! The HTTP server of both ports, until the lake stops.
//!
//! axum's own server waits for a client as long as the client likes, and takes as many connections as it is sent: a
//! thousand half-sent requests use up the files that this process may have open, and both ports are dead. Here every
//! wait for a client has an end ([`ConnectionLimits`]), a port has room for so many connections, and one that only
//! waits makes room for a new one. A request is asked where it comes from ([`guard`]) before anything else is done.

mod body;
mod connection;
mod connections;
mod exchange;
mod guard;
mod limits;
mod refusal;
mod stream;

use std::{
    io::{self, ErrorKind},
    sync::Arc,
    time::Duration,
};

use aws::SystemClock;
use axum::Router;
use domain::port::Clock;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::MissedTickBehavior,
};

use super::Stopped;
use connections::{Admitted, Connections, Seat};
pub(super) use guard::Guard;
pub use guard::{HostName, InvalidHostName};
pub use limits::ConnectionLimits;
pub(super) use refusal::Dialect;

/// For how long no connection is accepted after the system had no file left for one.
const NO_FILES: Duration = Duration::from_millis(100);

/// The pause before another look for room, and how often it is looked for. Together they are longer than a connection
/// has for its request before it makes room ([`ConnectionLimits::patience`]).
const NO_ROOM: Duration = Duration::from_millis(20);
const ATTEMPTS: usize = 20;

/// How often room is looked for after a connection was asked to end after its answer. Health checks wait meanwhile.
const ENDING: usize = 5;

/// Who waits for longer than this when the server stops, and has no request under way, is not waited for.
const STOPPING: Duration = Duration::from_secs(1);

/// How the two ports are served.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServeOptions {
    /// Names that requests may be sent to, besides the loopback's and the address that is bound.
    pub allowed_hosts: Vec<HostName>,
    /// The bounds of each port.
    pub limits: ConnectionLimits,
}

/// What answers on one port.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) router: Router,
    pub(super) guard: Guard,
    pub(super) limits: ConnectionLimits,
}

/// Serves until the lake stops, then finishes the requests that are under way. Ended before that, it ends them.
pub(super) async fn run(listener: TcpListener, port: Port, mut stopped: Stopped) {
    let connections = Arc::new(Connections::new(port.limits));
    let mut ticks = tokio::time::interval(port.limits.tick());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (port, mut tasks) = (Arc::new(port), JoinSet::new());
    let each = stopped.clone();
    loop {
        tokio::select! {
            () = stopped.wait() => break,
            _ = ticks.tick() => connections.close_overdue(),
            Some(_ended) = tasks.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => match admit(&connections).await {
                    Some(admitted) => {
                        tasks.spawn(exchange::serve(stream, Arc::clone(&port), admitted, each.clone()));
                    }
                    // The places for refusals are taken too: it is closed without an answer.
                    None => drop(stream),
                },
                Err(error) => recover(&error, &connections).await,
            },
        }
    }
    drop(listener);
    while !tasks.is_empty() {
        tokio::select! {
            _ended = tasks.join_next() => {}
            _ = ticks.tick() => connections.close_waiting(STOPPING),
        }
    }
}

/// Finds a place for one more. Where all the others have only just come, the first of them that has waited for long
/// enough makes room: the next may be the one client among a thousand half-sent requests. Where all are at work, one of them is
/// asked to end after its answer. Whoever comes later waits in the system's queue.
async fn admit(connections: &Arc<Connections>) -> Option<Admitted> {
    for _ in 0..ATTEMPTS {
        if let Some(admitted) = connections.admit(Seat::Regular) {
            return Some(admitted);
        }
        if !connections.make_room_soon() {
            break;
        }
        SystemClock.sleep(NO_ROOM).await;
    }
    if let Some(admitted) = connections.admit(Seat::Regular) {
        return Some(admitted);
    }
    if connections.ask_one() {
        for _ in 0..ENDING {
            SystemClock.sleep(NO_ROOM).await;
            if let Some(admitted) = connections.admit(Seat::Regular) {
                return Some(admitted);
            }
        }
    }
    connections.admit(Seat::Regular).or_else(|| connections.admit(Seat::Reserve))
}

/// What is wrong with one connection is over with it. What is wrong with the process, above all that it may open no
/// more files, stays for a while: a connection that waits makes room, and the next is accepted a little later.
async fn recover(error: &io::Error, connections: &Connections) {
    let of_the_connection = [
        ErrorKind::ConnectionAborted,
        ErrorKind::ConnectionRefused,
        ErrorKind::ConnectionReset,
        ErrorKind::Interrupted,
    ];
    if of_the_connection.contains(&error.kind()) {
        return;
    }
    tracing::warn!(error = domain::chain(error), "a connection could not be accepted");
    connections.close_oldest();
    SystemClock.sleep(NO_FILES).await;
}

/// A stream with what a server wants of it.
fn prepared(stream: TcpStream) -> TcpStream {
    // An answer in two writes does not wait for the client's acknowledgement of the first.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = domain::chain(&error), "a connection keeps Nagle's algorithm");
    }
    stream
}
