//! What each endpoint does. Datasets and their rows are in `service` itself.

mod count;
pub(super) mod health;
mod named;
mod queries;
pub(super) mod ready;
mod sql;
