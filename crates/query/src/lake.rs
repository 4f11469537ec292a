//! What the API knows of the lake: definitions, tables, partitions and their generations, as last read.

pub(crate) mod datasets;
pub(crate) mod fresh;
pub(crate) mod generations;
mod listed_partition;
pub(crate) mod snapshot;
