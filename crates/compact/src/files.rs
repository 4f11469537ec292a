//! Parquet files of a generation: read back in pieces, and written.

mod balance;
mod choice;
mod coded;
mod conform;
mod deltas;
mod distinct;
mod encoder;
mod field_ids;
mod footer;
mod hybrid;
mod open;
mod pages;
mod parts;
mod properties;
mod sample;
mod slots;
mod source;
mod text;
mod trial;
mod writer;

pub(crate) use properties::identity_columns;
pub(crate) use source::{Batches, Source};
pub(crate) use writer::Output;

#[cfg(test)]
mod tests;
