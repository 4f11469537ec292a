//! Lambda: the HTTP API over Athena.
//!
//! A request is parsed (`request`), held against its dataset (`plan`), written as SQL with its values beside
//! it (`sql`), run (`execute`), and rendered from Athena's own bytes (`render`). The promise: no text of a
//! caller becomes SQL. A name gets there by matching a column, a value as a typed literal for a `?`.

mod answer;
mod answer_types;
mod column;
mod compression;
#[cfg(feature = "lambda")]
mod context;
mod datasets;
mod execute;
mod format;
#[cfg(feature = "lambda")]
mod handler;
mod literal;
#[doc(hidden)]
pub mod measure;
mod operator;
mod partition_state;
mod plan;
mod preferences;
mod problem;
mod prune;
mod render;
mod request;
mod result;
mod routes;
mod service;
mod settings;
mod sixteen;
mod snapshot;
mod sql;
#[cfg(test)]
mod testing;
mod value;

#[cfg(feature = "lambda")]
pub use context::Context;
#[cfg(feature = "lambda")]
pub use handler::run;
pub use routes::router;
pub use service::Api;
pub use settings::ApiSettings;
