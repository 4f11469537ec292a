//! The two AWS protocols besides S3's own: JSON 1.1 (Glue, Athena) and Query (SNS, STS).

pub(crate) mod json;
pub(crate) mod query;

use axum::body::{Body, Bytes};

/// The body as a whole, or `None` when it is longer than `limit` or breaks off.
pub(crate) async fn read_body(body: Body, limit: usize) -> Option<Bytes> {
    axum::body::to_bytes(body, limit).await.ok()
}
