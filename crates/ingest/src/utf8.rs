//! Whether bytes are UTF-8.

use std::str::{self, Utf8Error};

/// The bytes as text, or what is wrong with them.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Utf8Error> {
    // Which is slower, and says where.
    simdutf8::basic::from_utf8(bytes).or_else(|_| str::from_utf8(bytes))
}
