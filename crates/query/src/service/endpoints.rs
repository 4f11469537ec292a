//! What each endpoint does, but for the two on datasets.

mod count;
pub(super) mod health;
mod named;
mod queries;
pub(super) mod ready;
mod sql;
