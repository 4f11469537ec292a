//! What one invocation of the function did: it answered one request.

use axum::response::Response;
use domain::{
    facts::Facts,
    metric::{self, Metric},
};

use crate::http::response::LogLine;

/// What one invocation did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Done {
    /// The status of the answer; 0 where there is none.
    pub status: u16,
    /// Rows in the answer.
    pub rows: u64,
    /// Bytes that its query read, whoever it ran for.
    pub bytes_scanned: u64,
    /// Milliseconds that the engine worked on it.
    pub engine_ms: u64,
    /// What the answer added to the bill, in billionths of a dollar: an estimate.
    pub nanodollars: u64,
}

impl Done {
    /// Of the router's answer.
    pub(crate) fn of(response: &Response) -> Self {
        let status = response.status().as_u16();
        let cost = response.extensions().get::<LogLine>().and_then(|line| line.cost.as_ref());
        let Some(cost) = cost else { return Self { status, ..Self::default() } };
        Self {
            status,
            rows: cost.rows.unwrap_or_default(),
            bytes_scanned: cost.bytes_scanned,
            engine_ms: cost.engine_millis,
            nanodollars: cost.price.nanodollars(),
        }
    }
}

impl Facts for Done {
    fn each(&self, number: &mut dyn FnMut(&'static Metric, u64)) {
        let Self { status, rows, bytes_scanned, engine_ms, nanodollars } = *self;
        match status {
            // No answer: the invocation counts as failed or broken off.
            0 => {}
            1..400 => number(&metric::REQUESTS_ANSWERED, 1),
            400..500 => number(&metric::REQUESTS_REFUSED, 1),
            500.. => number(&metric::REQUESTS_FAILED, 1),
        }
        number(&metric::ROWS_ANSWERED, rows);
        number(&metric::BYTES_SCANNED, bytes_scanned);
        // Most answers need no query: they are not in the percentiles.
        if engine_ms > 0 {
            number(&metric::ENGINE_MS, engine_ms);
        }
        number(&metric::COST_NANODOLLARS, nanodollars);
    }
}
