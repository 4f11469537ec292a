//! What rows are written as: a format, and what a caller may choose within it.

use crate::{format::Format, render::Options};

/// How [`Form::text`] ends where numbers are strings.
const STRINGS: &str = ";numbers=strings";

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
        let Options { numbers_as_strings } = self.options;
        self.format.name().to_owned() + if numbers_as_strings { STRINGS } else { "" }
    }

    /// Reads what [`Self::text`] wrote.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let (name, numbers_as_strings) = match text.strip_suffix(STRINGS) {
            Some(name) => (name, true),
            None => (text, false),
        };
        Some(Self { format: Format::from_name(name)?, options: Options { numbers_as_strings } })
    }

    /// As parameters of a URL.
    pub(crate) fn parameters(self) -> String {
        let numbers = if self.options.numbers_as_strings { "&_numbers=string" } else { "" };
        format!("format={}{numbers}", self.format.name())
    }

    /// Whether a long result is handed out as one file instead of in pages: who asks for a file wants all of it.
    pub(crate) fn is_file(self) -> bool {
        !matches!(self.format, Format::Json | Format::Columns)
    }

    /// The ending of a file's name.
    pub(crate) fn extension(self) -> &'static str {
        self.format.name()
    }

    /// Whether a body stands in a Lambda's reply as text, and not as base64.
    pub(crate) fn is_text(self) -> bool {
        matches!(self.format, Format::Json | Format::Columns | Format::Csv)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_back() {
        for text in ["json", "columns", "csv", "ndjson", "json;numbers=strings"] {
            assert_eq!(Form::from_text(text).map(Form::text).as_deref(), Some(text));
        }
        for none in ["", "xml", "json;", "json;numbers=strings;numbers=strings"] {
            assert_eq!(Form::from_text(none), None, "{none:?}");
        }
    }
}
