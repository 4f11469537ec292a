//! The body of a request as it comes in. It may not come as slowly as its client likes: what is there of it takes memory, and
//! the connection a place.

use std::{pin::pin, time::Duration};

use axum::body::Body;
use domain::{
    pace::{Pace, Patience},
    port::Clock,
};
use futures::{
    StreamExt,
    future::{Either, select},
};

use crate::{
    problem::{Problem, ProblemKind},
    service::Held,
};

/// How slowly a body may come. The longest one, 256 KiB, may take 42 seconds.
const PACE: Pace = Pace { longest: Duration::from_secs(10), rate: 8_192 };

/// Reads a body to its end. 408 `slow-body` if it is waited for longer than [`PACE`] has it, 400 `malformed-body` if it breaks
/// off, and what [`Held::push`] says of its length.
pub(super) async fn take<K: Clock>(body: Body, held: &mut Held<'_>, clock: &K) -> Result<(), Problem> {
    let (mut pieces, mut patience) = (body.into_data_stream(), Patience::new(PACE));
    loop {
        let since = clock.now();
        let late = pin!(clock.sleep(patience.left()));
        let next = match select(pieces.next(), late).await {
            Either::Left((next, _)) => next,
            Either::Right(_) => return Err(too_slow()),
        };
        let Some(piece) = next else { return Ok(()) };
        let piece = piece.map_err(|error| {
            tracing::debug!(error = domain::chain(&error), "a body could not be taken");
            let detail = "the body broke off, or its chunks are not as Transfer-Encoding: chunked has them: a length in \
                          hexadecimal digits, the bytes, and a line end behind each";
            Problem::new(ProblemKind::MalformedBody, detail)
        })?;
        // A clock that was set back in between says nothing about the client.
        let waited = clock.now().signed_duration_since(since).to_std().unwrap_or_default();
        patience.went_on(waited, piece.len() as u64);
        held.push(&piece)?;
    }
}

fn too_slow() -> Problem {
    let (seconds, rate) = (PACE.longest.as_secs(), PACE.rate);
    let detail = format!(
        "the body came too slowly: it may pause for {seconds} seconds, and must have {rate} bytes a second on average beyond that"
    );
    Problem::new(ProblemKind::SlowBody, detail)
}
