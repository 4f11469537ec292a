//! The engine on a lake in memory: real Parquet files, real partitions, Athena's answers.

mod lake;
mod parameters;
mod reading;
mod refusals;
mod semantics;
