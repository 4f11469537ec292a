//! The server from its first connection to its last.

use std::{io::ErrorKind, pin::pin, sync::Arc, time::Duration};

use aws::SystemClock;
use axum::Router;
use domain::{port::Clock, settings::Settings};
use tokio::{
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

use crate::connection::{self, Answering, Phase};

/// For how long no connection is accepted after the system had no file left for one.
const NO_FILES: Duration = Duration::from_millis(100);

/// What a request may take beside the wait for its query: its body, and the calls around the query.
const AROUND: Duration = Duration::from_secs(60);

/// How a server has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Connections whose request was under way when the time for a stop was over.
    pub broken_off: usize,
}

/// Serves the router until `stop` comes back. Then, in this order: `/readyz` says no, while requests are taken as
/// before, for `settings.server.drain`; no connection is accepted any more, idle ones are closed, and those with a request
/// under way are closed after its answer; what is left after `settings.server.stop` is broken off.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: &Settings,
    stop: impl Future<Output = ()>,
) -> Ended {
    let (phase, phases) = watch::channel(Phase::Serving);
    let longest = settings.wait.saturating_add(AROUND);
    let answering = Answering { router, longest, phase: phases };
    let places = Arc::new(Semaphore::new(settings.server.max_connections));
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
    loop {
        tokio::select! {
            () = drained.as_mut() => break,
            Some(_ended) = connections.join_next() => {}
            accepted = accept(&listener, &places) => {
                if let Some((stream, place)) = accepted {
                    let serving = connection::serve(stream, answering.clone());
                    connections.spawn(async move {
                        serving.await;
                        drop(place);
                    });
                }
            }
        }
    }
    drop(listener);
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
            ended = connections.join_next() => if ended.is_none() { break },
            () = time.as_mut() => break,
        }
    }
    let broken_off = connections.len();
    if broken_off > 0 {
        tracing::warn!(broken_off, "requests took longer than the stop may: they are broken off");
    }
    connections.shutdown().await;
    Ended { broken_off }
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(tokio::net::TcpStream, OwnedSemaphorePermit)> {
    // Nobody closes the semaphore.
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
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
