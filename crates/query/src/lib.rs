//! Lambda: the HTTP API over Athena.
//!
//! A request is parsed (`request`), held against its dataset (`plan`), written as SQL with its values beside
//! it (`sql`), run (`execute`), and rendered from Athena's own bytes (`render`). The promise: no text of a
//! caller becomes SQL. A name gets there by matching a column, a value as a typed literal for a `?`.

mod access;
#[cfg(feature = "sdk")]
mod connection;
#[cfg(feature = "sdk")]
mod context;
mod description;
mod digest;
#[cfg(feature = "lambda")]
mod done;
mod execution;
#[cfg(feature = "lambda")]
mod handler;
mod http;
mod lake;
#[doc(hidden)]
pub mod measure;
mod paging;
mod plan;
mod ports;
mod problem;
mod render;
mod request;
mod service;
mod settings;
mod sql;
#[cfg(test)]
mod testing;

#[cfg(feature = "sdk")]
pub use connection::bad_request::{HEAD_BYTES, NextHead, Worded};
#[cfg(feature = "sdk")]
pub use connection::refusals::{
    all_taken, and_close, given_up, key_of, no_coding, no_host, slow_body, stopping, too_much_unsent,
    unknown_coding,
};
#[cfg(feature = "sdk")]
pub use connection::reserved::{RESERVED_HEAD, is_health_check};
#[cfg(feature = "sdk")]
pub use connection::transfer_coding::Coding;
#[cfg(feature = "sdk")]
pub use context::{Context, MOST_ROWS};
#[cfg(feature = "lambda")]
pub use done::Done;
#[cfg(feature = "lambda")]
pub use handler::{Answer, Function, Received, handle};
pub use http::routes::router;
pub use ports::Ports;
pub use service::Api;
pub use settings::{ApiSettings, DEFAULT_ROWS};
pub use sql::free_sql_check::{check_free_sql, sql_functions};
pub use sql::named::{InvalidQuery, NamedQuery};
pub use sql::rows_compiler::{Compiled, Shape, compile};
