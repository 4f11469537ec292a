//! Lambda: the HTTP API over Athena.
//!
//! A request is parsed (`request`), held against its dataset (`plan`), written as SQL with its values beside
//! it (`sql`), run (`execute`), and rendered from Athena's own bytes (`render`). The promise: no text of a
//! caller becomes SQL. A name gets there by matching a column, a value as a typed literal for a `?`.

mod access;
mod account;
mod answer;
mod answer_types;
mod cache;
#[cfg(feature = "sdk")]
mod coding;
mod column;
mod compiled;
mod compression;
#[cfg(feature = "sdk")]
mod context;
mod cors;
mod cost;
mod cursor;
mod datasets;
mod digest;
mod docs;
#[cfg(feature = "lambda")]
mod done;
mod execute;
mod flight;
mod follow;
mod form;
mod format;
mod free_sql;
mod fresh;
mod gate;
mod gated;
mod generations;
#[cfg(feature = "lambda")]
mod handler;
mod literal;
#[doc(hidden)]
pub mod measure;
mod mistake;
mod named;
mod openapi;
mod operator;
mod partition_state;
mod pattern;
mod plan;
mod ports;
mod preferences;
mod problem;
mod prune;
mod record;
mod redact;
mod render;
mod request;
#[cfg(feature = "sdk")]
mod reserved;
mod result;
mod routes;
mod scalar;
mod service;
mod settings;
mod sixteen;
mod snapshot;
mod sql;
#[cfg(test)]
mod testing;
#[cfg(feature = "sdk")]
mod unanswered;
mod value;
#[cfg(feature = "sdk")]
mod worded;

#[cfg(feature = "sdk")]
pub use coding::Coding;
pub use compiled::{Compiled, Shape, compile};
#[cfg(feature = "sdk")]
pub use context::{Context, MOST_ROWS};
#[cfg(feature = "lambda")]
pub use done::Done;
pub use gated::{check_free_sql, sql_functions};
#[cfg(feature = "lambda")]
pub use handler::{Answer, Function, Received, handle};
pub use named::{InvalidQuery, NamedQuery};
pub use ports::Ports;
#[cfg(feature = "sdk")]
pub use reserved::{RESERVED_HEAD, is_health_check};
pub use routes::router;
pub use service::Api;
pub use settings::{ApiSettings, DEFAULT_ROWS};
#[cfg(feature = "sdk")]
pub use unanswered::{
    all_taken, and_close, given_up, key_of, no_coding, no_host, slow_body, stopping, too_much_unsent,
    unknown_coding,
};
#[cfg(feature = "sdk")]
pub use worded::{HEAD_BYTES, NextHead, Worded};
