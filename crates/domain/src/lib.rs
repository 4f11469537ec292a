//! The rules of the lake, without any I/O: what a dataset is, when an event is valid, which key an
//! object has, what a commit says, and what the outside world must provide (the ports).
//!
//! Everything here is a pure function or a trait. The Lambdas put the two together.

pub mod access;
mod base32;
pub mod batch;
mod bounded;
mod chain;
pub mod commit;
#[cfg(feature = "contract")]
pub mod contract;
pub mod data_type;
pub mod dataset;
#[cfg(feature = "drawn")]
pub mod drawn;
pub mod event;
pub mod evolution;
pub mod facts;
pub mod fitting;
pub mod footer;
pub mod generation;
pub mod invariant;
pub mod json;
pub mod key;
mod key_id;
pub mod landing;
#[cfg(feature = "memory")]
pub mod memory;
pub mod metric;
pub mod name;
pub mod pace;
pub mod partition;
pub mod port;
pub mod problem;
pub mod quarantine;
pub mod recorder;
pub mod run;
pub mod sabotage;
pub mod schemas;
pub mod settings;
pub mod suggest;
pub mod target;
pub mod trace;
pub mod vacuum;
pub mod value;
pub mod version;

pub use bounded::{MOST_CHARACTERS, bounded};
pub use chain::chain;
pub use commit::{Commit, Consumed, DataFile};
pub use data_type::DataType;
pub use dataset::{Column, Dataset, Definition};
pub use generation::{CommitKind, Generation};
pub use name::{ColumnName, DatasetName, QueryName};
pub use partition::{Granularity, OtherGranularity, Partition};
