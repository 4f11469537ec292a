//! Parquet files of a generation: read back in pieces, and written.

mod conform;
mod source;
mod writer;

pub(crate) use source::{Batches, Source};
pub(crate) use writer::{Output, identity_columns};

#[cfg(test)]
mod tests;
