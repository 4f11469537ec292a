//! One connection from its first byte to its last: requests in, answers out.

use std::{convert::Infallible, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Request, Response},
};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::net::TcpStream;

use super::{
    Port,
    body::{RequestBody, ResponseBody},
    connections::{Admitted, Seat},
    prepared,
    refusal::Refusal,
    stream::Watched,
};
use crate::lake::Stopped;

/// Serves one connection until its client, its limits or the lake's stop end it.
pub(super) async fn serve(stream: TcpStream, port: Arc<Port>, admitted: Admitted, mut stopped: Stopped) {
    let reached = stream.local_addr().ok().map(|address| address.ip());
    let (seat, connection) = (admitted.seat, Arc::clone(&admitted.connection));
    let stream = Watched::new(prepared(stream), Arc::clone(&connection));
    let service = service_fn(move |request: Request<Incoming>| {
        let (port, connection) = (Arc::clone(&port), Arc::clone(&connection));
        async move {
            connection.request_began();
            let body = |body| Body::new(RequestBody::new(body, Arc::clone(&connection), port.limits));
            let response = port.answer(request.map(body), seat, reached).await;
            Ok::<_, Infallible>(response.map(|body| ResponseBody::new(body, connection)))
        }
    });
    // How long a head may take is known to the connection, as all other waits are.
    let mut http = http1::Builder::new();
    http.header_read_timeout(None::<Duration>).max_header_size(query::HEAD_BYTES);
    let server = http.serve_connection(TokioIo::new(query::Worded::new(stream)), service);
    let mut server = pin!(server);
    let (mut is_stopping, mut is_leaving) = (false, false);
    loop {
        tokio::select! {
            ended = server.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(error = domain::chain(&error), "a connection ended early");
                }
                break;
            }
            () = admitted.connection.closed() => {
                tracing::debug!("a connection is closed: its client took too long, or another needs its place");
                break;
            }
            () = admitted.connection.leaves(), if !is_leaving => {
                is_leaving = true;
                server.as_mut().graceful_shutdown();
            }
            () = stopped.wait(), if !is_stopping => {
                is_stopping = true;
                server.as_mut().graceful_shutdown();
            }
        }
    }
}

impl Port {
    async fn answer(&self, request: Request<Body>, seat: Seat, reached: Option<IpAddr>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let mut response = if let Err(refusal) = self.guard.check(&parts, reached) {
            tracing::info!(reason = %refusal, "a request is refused");
            self.guard.refuse(&refusal, &parts)
        } else if seat == Seat::Reserve && !self.guard.is_health_check(&parts) {
            self.guard.refuse(&Refusal::Busy, &parts)
        } else {
            let request = Request::from_parts(parts, body);
            let Ok(response) = TowerToHyperService::new(self.router.clone()).call(request).await;
            // It makes room for the next health check.
            if seat == Seat::Reserve { query::and_close(response) } else { response }
        };
        self.guard.harden(&mut response);
        response
    }
}
