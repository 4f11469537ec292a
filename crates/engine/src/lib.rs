//! SQL over a Glue-catalogued Parquet lake, as Athena would run it, on DataFusion.
//!
//! The promise: a query reads exactly the files below the partition locations that the catalog names at the
//! moment the query starts, and of those only the partitions its filters leave. What is answered is what
//! Athena would answer; what this engine cannot answer so, it refuses with an error that names the construct.
//!
//! A query that would need more memory than [`MemoryLimits`] allow fails, and the process goes on: what functions make
//! is bounded before it is made (`functions`), batches are as small as wide rows ask for (`batches`, `fitted`) and are counted
//! (`memory`, `guard`), and the state of sorts, joins and groups is bounded by DataFusion's pool.
//!
//! A query that is cancelled ([`Cancellation`]) ends with the batch, the call or the pair of batches that it works on:
//! DataFusion computes without a pause for as long as it has rows, so whoever answers others too runs the engine on
//! threads of its own.
//!
//! A function is DataFusion's only where that one answers as Trino's does; the others are ours (`functions`), and a
//! name that is in neither list is refused. Every statement that the query API compiles is run by a test.

mod adapt;
mod aggregated;
mod batches;
mod branches;
mod calendar;
mod caller;
mod calls;
mod cancel;
mod chains;
mod check;
mod coerce;
mod columns;
mod conform;
mod correlated;
pub mod csv;
mod derived;
mod disjoint;
mod distinct;
mod engine;
mod error;
mod failure;
mod fields;
mod files;
mod fitted;
mod floating;
mod footer;
mod forms;
mod frames;
mod functions;
mod grouping;
mod guard;
mod guarded;
mod having;
mod hidden;
mod in_query;
mod inputs;
mod integers;
mod keys;
mod lake;
mod lambda;
mod literal;
mod lookups;
mod memory;
mod names;
mod nesting;
mod numeric;
mod open_csv;
mod operand;
mod padded;
mod pages;
mod parameter;
mod partitioned;
mod parts;
mod peers;
mod prune;
mod pushdown;
mod reading;
mod refused;
mod repeated;
mod replaced;
mod resolve;
mod result;
mod scan;
mod schema;
mod session;
mod sets;
mod shadowed;
mod slices;
mod stack;
mod statement;
mod store;
mod syntax;
mod system;
mod table;
mod text;
mod type_text;
mod types;
mod typing;
mod unmoved;
mod unnest;
mod using;
mod values;
mod views;
mod visit;
mod volatile;
mod with_names;
mod written;
mod zone;

pub use cancel::{CancelOnDrop, Cancellation, Cancelled};
pub use engine::Engine;
pub use error::{EngineError, Failure};
pub use functions::function_names;
pub use inputs::{Estimate, TableId, TableInput};
pub use keys::is_key_type;
pub use memory::MemoryLimits;
pub use open_csv::{OPEN_CSV, OPEN_CSV_MARKS, SERDE};
pub use partitioned::PartitionRows;
pub use result::Execution;
pub use scan::{BytesScanned, ScanLimitExceeded};
pub use stack::ROWS as STACK;
pub use statement::Prepared;
