//! Glue's catalog: databases, tables and partitions over AWS JSON 1.1, kept as small files.
//!
//! A table is one file, and so is each partition: an upsert writes what it changes and nothing else, each by one
//! rename. All of it is in memory too; a restart reads it back. What a client puts into a definition comes back
//! as it was, known here or not.

mod catalog;
mod convert;
mod disk;
mod error;
mod expression;
mod operations;
mod pattern;
mod shape;
mod store;
mod table;
mod view;
mod writer;

pub use catalog::GlueCatalog;
pub(crate) use convert::PARQUET_SERDE;
pub(crate) use operations::Glue;
pub(crate) use store::GlueStore;
pub(crate) use view::{VIEW_END, VIEW_START, view_query};
