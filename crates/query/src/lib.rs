//! Lambda: the HTTP API over Athena.
//!
//! Each folder of `src` is a room that a request passes on its way. From the connection to the bytes of the answer:
//!
//! | room | what happens there |
//! |---|---|
//! | `connection` | What a server does before any route is found: it refuses heads that cannot be read, and keeps places for health checks. |
//! | `http` | The router, what happens around every request, and responses: their headers, compression and CORS. |
//! | `access` | Who asks, and what they may: API keys, their rights, and how often they may ask. |
//! | `request` | What is asked: the query string of `/rows`, formats, and preferences in headers. No dataset is known here. |
//! | `lake` | What there is to ask: definitions, tables, partitions and generations, as last read. |
//! | `service` | The work behind each endpoint. It takes a request through the other rooms, and holds it to its limits. |
//! | `plan` | A request held against its dataset: names become columns, texts become typed values, values become literals. |
//! | `sql` | The SQL that is sent: compiled from a plan, or written by people and let through by the gate. |
//! | `execution` | Queries on the engine: started, shared, watched, stopped, counted, and recorded for later requests. |
//! | `render` | Athena's result as JSON, CSV, Parquet or Arrow. |
//! | `paging` | Cursors: where the next page begins. |
//! | `description` | The API described: its paths, as OpenAPI, and as a page to read. |
//!
//! `problem` is what a caller is told when there is no answer, from whichever room. No two rooms need each other, and no two
//! modules of one room do; `scripts/edges` checks that.
//!
//! The promise: no text of a caller becomes SQL. A name gets there by matching a column, a value as a typed literal for a `?`.

mod access;
#[cfg(feature = "sdk")]
mod connection;
#[cfg(feature = "sdk")]
mod context;
mod description;
mod digest;
#[cfg(feature = "sdk")]
mod done;
mod execution;
#[cfg(feature = "lambda")]
mod handler;
mod http;
mod lake;
#[doc(hidden)]
pub mod measure;
#[cfg(feature = "sdk")]
mod measured;
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
#[cfg(feature = "sdk")]
pub use done::Done;
#[cfg(feature = "lambda")]
pub use handler::{Answer, Function, Received, handle};
pub use http::routes::router;
#[cfg(feature = "sdk")]
pub use measured::{Answered, measured};
pub use ports::Ports;
pub use service::Api;
pub use settings::{ApiSettings, DEFAULT_ROWS};
pub use sql::free_sql_check::{check_free_sql, sql_functions};
pub use sql::named::{InvalidQuery, NamedQuery};
pub use sql::rows_compiler::{Compiled, Shape, compile};
