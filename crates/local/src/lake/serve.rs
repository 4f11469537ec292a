//! An HTTP server until the lake stops.

use axum::Router;
use tokio::net::TcpListener;

use super::Stopped;

pub(super) async fn run(listener: TcpListener, router: Router, mut stopped: Stopped) {
    let stop = async move { stopped.wait().await };
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stop).await {
        tracing::error!(error = domain::chain(&error), "a server ended");
    }
}
