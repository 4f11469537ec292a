//! Events out of files and messages, read by one code wherever they are read.
//!
//! | module | what it reads | who uses it |
//! |---|---|---|
//! | `unpack` | gzip and zstd | `ingest`, `publish`, `infer` |
//! | `foreign` | archives and other files that are not read, told by how they begin | `publish`, `infer` |
//! | `message` | events in a message, in place: objects, arrays, NDJSON | `ingest` |
//! | `encoding` | text that is not UTF-8 | `publish`, `infer` |
//! | `sniff` | how a text begins: NDJSON, JSON or something else | `publish`, `infer` |
//! | `reader` | events as a stream: NDJSON, JSON and CSV | `publish`, `infer` |
//! | `csv`, `columns` | CSV rows, and the JSON that their cells become | `publish`, `infer` |
//!
//! `message` is behind the feature `messages`, and what only files have behind `files`, so that a Lambda links no more than
//! it uses. `message` and `reader` find the same events in one text, and refuse the same parts of it: they go by `extent`
//! for where values end, and a test holds them against each other. A message is there as a whole, so `message` works on
//! slices; `reader` keeps one event of up to [`LIMIT`] bytes, and what was read ahead.

#[cfg(feature = "files")]
pub mod columns;
#[cfg(feature = "files")]
pub mod csv;
#[cfg(feature = "files")]
pub mod encoding;
#[cfg(feature = "files")]
mod event;
#[cfg(feature = "messages")]
mod extent;
#[cfg(feature = "files")]
pub mod foreign;
#[cfg(feature = "files")]
mod lines;
#[cfg(feature = "messages")]
pub mod message;
#[cfg(feature = "files")]
mod number;
#[cfg(feature = "files")]
mod reader;
#[cfg(feature = "files")]
mod record;
#[cfg(feature = "files")]
mod sniff;
#[cfg(feature = "files")]
mod source;
pub mod unpack;
#[cfg(feature = "files")]
mod values;

#[cfg(feature = "files")]
pub use event::Rules;
#[cfg(feature = "files")]
pub use reader::{Format, Options, Reader};
#[cfg(feature = "files")]
pub use record::Record;
#[cfg(feature = "files")]
pub use sniff::{by_name, delimiter_by_name, sniff};
#[cfg(feature = "files")]
pub use source::Source;
#[cfg(feature = "files")]
pub use values::{Within, find_wrapper};

/// The most of one event that is looked at, in bytes, white space included. SNS takes a quarter of it.
#[cfg(feature = "files")]
pub const LIMIT: usize = 1 << 20;

#[cfg(test)]
mod tests;
