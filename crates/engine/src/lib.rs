//! SQL over a Glue-catalogued Parquet lake, as Athena would run it, on DataFusion.
//!
//! The promise: a query reads exactly the files below the partition locations that the catalog names at the
//! moment the query starts, and of those only the partitions its filters leave. What is answered is what
//! Athena would answer; what this engine cannot answer so, it refuses with an error that names the construct.
//!
//! A function is DataFusion's only where that one answers as Trino's does; the others are ours (`functions`), and a
//! name that is in neither list is refused. Every statement that the query API compiles is run by a test.

mod adapt;
mod calls;
mod check;
mod coerce;
mod conform;
pub mod csv;
mod dialect;
mod engine;
mod error;
mod failure;
mod files;
mod functions;
mod literal;
mod names;
mod nesting;
mod parameter;
mod prune;
mod resolve;
mod result;
mod scan;
mod schema;
mod session;
mod statement;
mod store;
mod table;
mod text;
mod types;
mod typing;
mod values;

pub use engine::Engine;
pub use error::{EngineError, Failure};
pub use result::Execution;
pub use scan::{BytesScanned, ScanLimitExceeded};
pub use statement::Prepared;
