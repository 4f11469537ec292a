//! An HTTP server until the lake stops.

use axum::Router;
use tokio::{net::TcpListener, sync::watch};

pub(super) async fn run(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) {
    let stop = async move {
        // An error means that the lake is gone: stop as well.
        let _either_way = stopped.wait_for(|stop| *stop).await;
    };
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stop).await {
        tracing::error!(error = &error as &dyn std::error::Error, "a server ended");
    }
}
