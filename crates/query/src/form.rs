//! What rows are written as: a format, and what a caller may choose within it.

use crate::{format::Format, page::Options};

/// A format with its options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    /// The format.
    pub(crate) format: Format,
    /// What is left open by the format.
    pub(crate) options: Options,
}

impl Form {
    /// As a text that [`Self::from_text`] reads: in records and cursors.
    pub(crate) fn text(self) -> String {
        self.format.name().to_owned()
    }

    /// Reads what [`Self::text`] wrote.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        Format::from_name(text).map(|format| Self { format, options: Options::default() })
    }

    /// As parameters of a URL.
    pub(crate) fn parameters(self) -> String {
        format!("format={}", self.format.name())
    }

    /// Whether a long result is handed out as one file instead of in pages: who asks for a file wants all of it.
    pub(crate) fn is_file(self) -> bool {
        match self.format {
            Format::Json | Format::Columns => false,
            Format::Csv => true,
        }
    }

    /// The ending of a file's name.
    pub(crate) fn extension(self) -> &'static str {
        self.format.name()
    }

    /// Whether a body is text, which stands escaped in a Lambda's reply, and not base64.
    pub(crate) fn is_text(self) -> bool {
        match self.format {
            Format::Json | Format::Columns | Format::Csv => true,
        }
    }
}
