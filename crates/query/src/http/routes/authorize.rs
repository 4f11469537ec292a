//! Who asks: found out before any handler below `/v1` runs.

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};

use super::Shared;
use crate::{
    access::Caller,
    description::paths::AVAILABLE,
    http::response::{self, LogLine},
    ports::Ports,
};

/// Puts the caller beside the request, or answers that it does not get in. Whoever serves the router in another way
/// may have put one there before; nothing that comes over the wire can.
pub(super) async fn authorize<P: Ports>(State(api): Shared<P>, mut request: Request, next: Next) -> Response {
    if request.extensions().get::<Caller>().is_none() {
        match api.caller(request.headers()).await {
            Ok(caller) => request.extensions_mut().insert(caller),
            Err(problem) => {
                let matched = request.extensions().get::<MatchedPath>();
                let route =
                    AVAILABLE.iter().find(|route| matched.is_some_and(|path| path.as_str() == **route));
                return response::problem(&problem, LogLine::of(route.copied().unwrap_or_default()));
            }
        };
    }
    let caller = request.extensions().get::<Caller>().and_then(Caller::id).map(str::to_owned);
    let mut response = next.run(request).await;
    if let Some(line) = response.extensions_mut().get_mut::<LogLine>() {
        line.key = caller;
    }
    response
}
