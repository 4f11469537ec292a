//! The server from its first connection to its last.

use std::{io::ErrorKind, pin::pin, time::Duration};

use aws::SystemClock;
use axum::Router;
use domain::{port::Clock, settings::Settings};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinError, JoinSet},
};

use crate::{
    connection::{self, Answering, Phase},
    files,
    places::Places,
    stream::PACE,
    unsent::{UNSENT, Unsent},
};

/// For how long no connection is accepted after the system had no file left for one.
const NO_FILES: Duration = Duration::from_millis(100);

/// What a request may take beside the wait for its query: its body, and the calls around the query.
const AROUND: Duration = Duration::from_secs(60);

/// How long the process lives on after it has broken off requests: their queries are cancelled in the background. They
/// would go on reading, and be billed for it.
const CANCEL: Duration = Duration::from_secs(3);

/// How a server has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Connections whose request was under way when the time for a stop was over.
    pub broken_off: usize,
}

/// Serves the router until `stop` comes back. Then, in this order: `/readyz` says no, while requests are taken as
/// before, for `settings.server.drain`; no connection is accepted any more, idle ones are closed, and those with a request
/// under way are closed after its answer; what is left after `settings.server.stop` is broken off, and its queries get
/// some seconds to be cancelled.
///
/// Where all places are taken, a connection makes room for a new one: one whose client has taken nothing of its answers for a
/// second, one that is kept for later requests, or one that has had its place for a second, after its current answer; of the
/// address with the most connections first. Connections that have waited a
/// second for the rest of a request's head are closed at once while a new one waits, as many as there are; a head may be the
/// first of its connection, which is waited for from the start, or follow a whole request. Requests whose
/// body has been waited for a second longer than it takes at 8 KiB a second are answered 408 while a new connection waits, all of
/// them, and their connections are closed. If every other one has a
/// request under way, or a client that takes its answer, new ones get one of 32 reserved places: `/healthz` and `/readyz` are
/// answered there, and any other request is answered 503 if it gets no regular place within two seconds. A client that takes nothing of its answer for a
/// minute, or less than 8 KiB a second of it on the whole, loses its connection in any case. So does a client whose request has a
/// body that comes too slowly: the API answers 408. Behind an answer that comes before the end of its request's body, the rest of
/// the body is read for up to a second, so that the client gets the answer. Answers that are not sent yet have
/// 128 MiB together, and half of that for one API key; what is more is 429.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: &Settings,
    stop: impl Future<Output = ()>,
) -> Ended {
    let (phase, phases) = watch::channel(Phase::Serving);
    let longest = settings.query.wait.saturating_add(AROUND);
    let places = Places::new(files::places(settings.server.max_connections));
    let answering = Answering {
        router,
        longest,
        phase: phases,
        waiting: places.waiting(),
        pace: PACE,
        unsent: Unsent::new(UNSENT),
    };
    let mut connections = JoinSet::new();

    let drained = async {
        stop.await;
        tracing::info!(
            drain_ms = millis(settings.server.drain),
            "the server is asked to stop: it is not ready"
        );
        // It has a receiver, here and in each connection.
        phase.send_replace(Phase::Draining);
        SystemClock.sleep(settings.server.drain).await;
    };
    let mut drained = pin!(drained);
    // At most one waits here for its place, the others in the system's queue.
    let mut waiting: Option<TcpStream> = None;
    loop {
        tokio::select! {
            () = drained.as_mut() => break,
            Some(ended) = connections.join_next() => note(&ended),
            accepted = accept(&listener), if waiting.is_none() => waiting = accepted,
            place = places.admit(), if waiting.is_some() => {
                if let Some((stream, place)) = waiting.take().zip(place) {
                    connections.spawn(connection::serve(stream, answering.clone(), place));
                }
            }
        }
    }
    drop((listener, waiting));
    tracing::info!(
        connections = connections.len(),
        stop_ms = millis(settings.server.stop),
        "the server stops"
    );
    phase.send_replace(Phase::Stopping);
    let clock = SystemClock;
    let mut time = pin!(clock.sleep(settings.server.stop));
    loop {
        tokio::select! {
            ended = connections.join_next() => match ended {
                Some(ended) => note(&ended),
                None => break,
            },
            () = time.as_mut() => break,
        }
    }
    let broken_off = connections.len();
    if broken_off > 0 {
        tracing::warn!(broken_off, "requests took longer than the stop may: they are broken off");
    }
    connections.shutdown().await;
    if broken_off > 0 {
        clock.sleep(CANCEL).await;
    }
    Ended { broken_off }
}

/// Logs a panic: its request has no answer, and no line of its own.
fn note(ended: &Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(error = domain::chain(error), "a connection ended in a panic");
    }
}

/// The next connection.
async fn accept(listener: &TcpListener) -> Option<TcpStream> {
    match listener.accept().await {
        Ok((stream, _)) => Some(stream),
        Err(error) => {
            let of_the_connection = [
                ErrorKind::ConnectionAborted,
                ErrorKind::ConnectionRefused,
                ErrorKind::ConnectionReset,
                ErrorKind::Interrupted,
            ];
            // What is wrong with the process, above all that it may open no more files, stays for a while.
            if !of_the_connection.contains(&error.kind()) {
                tracing::warn!(error = domain::chain(&error), "a connection could not be accepted");
                SystemClock.sleep(NO_FILES).await;
            }
            None
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
