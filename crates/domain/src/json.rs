//! JSON as the lake reads it: strictly, in one pass, and with every value kept as its sender wrote it.
//!
//! Numbers stay texts until a column's type says what they are, and an event's own text is what lands. So this
//! reads spans of the text instead of building values. What counts as JSON is RFC 8259, with three of its open
//! questions decided: a name may occur once in an object that is split into [`Fields`], an escaped surrogate must
//! have its other half, and values nest at most [`MAX_DEPTH`] deep.

mod cursor;
mod fault;
mod fields;
mod scan;
mod sixteen;
mod unescape;

pub use cursor::{Cursor, Span};
pub use fault::Fault;
pub use fields::{Fields, InvalidObject};
pub use scan::{Raw, Scanner};
pub use sixteen::bare;
pub use unescape::{unescape, unescape_twice};

/// How deep an event may nest, its own object included. Engines that read `_extra` have limits of about this size.
pub const MAX_DEPTH: usize = 64;

/// How deep the value of a field of an event may nest, so that the event keeps to [`MAX_DEPTH`].
pub const FIELD_DEPTH: usize = MAX_DEPTH - 1;
