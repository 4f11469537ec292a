//! How rows are written: a format, and what a caller may choose within it.

use super::format::Format;

/// How [`Representation::text`] goes on where numbers are strings.
const STRINGS: &str = ";numbers=strings";
/// How it ends where CSV is for a spreadsheet.
const SPREADSHEET: &str = ";csv=spreadsheet";

/// How values are written, where a caller has a choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FormatOptions {
    /// In `json`, `columns` and `ndjson`: bigints and decimals, nested ones too, as strings. They are exact either
    /// way; but many parsers of JSON, JavaScript's and pandas' among them, read every number as a double, which has
    /// no bigint beyond 2^53 and few decimals.
    pub(crate) numbers_as_strings: bool,
    /// In `csv`: texts that a spreadsheet would take for formulas with an apostrophe before them, and every text in
    /// quotes. Names of columns too; numbers stay numbers.
    pub(crate) spreadsheet: bool,
}

/// A format with its options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Representation {
    /// The format.
    pub(crate) format: Format,
    /// What is left open by the format.
    pub(crate) options: FormatOptions,
}

impl Representation {
    /// As a text that [`Self::from_text`] reads: in records and cursors.
    pub(crate) fn text(self) -> String {
        let FormatOptions { numbers_as_strings, spreadsheet } = self.options;
        let strings = if numbers_as_strings { STRINGS } else { "" };
        let spreadsheet = if spreadsheet { SPREADSHEET } else { "" };
        [self.format.name(), strings, spreadsheet].concat()
    }

    /// Reads what [`Self::text`] wrote.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let (text, spreadsheet) = without(text, SPREADSHEET);
        let (name, numbers_as_strings) = without(text, STRINGS);
        let options = FormatOptions { numbers_as_strings, spreadsheet };
        Some(Self { format: Format::from_name(name)?, options })
    }

    /// As parameters of a URL.
    pub(crate) fn parameters(self) -> String {
        let numbers = if self.options.numbers_as_strings { "&_numbers=string" } else { "" };
        let csv = if self.options.spreadsheet { "&_csv=spreadsheet" } else { "" };
        format!("format={}{numbers}{csv}", self.format.name())
    }

    /// The same, to be told apart from another one that would be taken if they said nothing: of what that one has and
    /// this one has not, they say so.
    pub(crate) fn parameters_beside(self, other: Self) -> String {
        let is_exact = |ours: bool, theirs: bool| theirs && !ours;
        let FormatOptions { numbers_as_strings, spreadsheet } = other.options;
        let mut parameters = self.parameters();
        if is_exact(self.options.numbers_as_strings, numbers_as_strings) {
            parameters.push_str("&_numbers=exact");
        }
        if is_exact(self.options.spreadsheet, spreadsheet) {
            parameters.push_str("&_csv=exact");
        }
        parameters
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

/// The text without this ending, and whether it had it.
fn without<'t>(text: &'t str, ending: &str) -> (&'t str, bool) {
    match text.strip_suffix(ending) {
        Some(rest) => (rest, true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_back() {
        for text in [
            "json",
            "columns",
            "csv",
            "ndjson",
            "json;numbers=strings",
            "csv;csv=spreadsheet",
            "csv;numbers=strings;csv=spreadsheet",
        ] {
            assert_eq!(Representation::from_text(text).map(Representation::text).as_deref(), Some(text));
        }
        for none in [
            "",
            "xml",
            "json;",
            "json;numbers=strings;numbers=strings",
            "csv;csv=spreadsheet;numbers=strings",
            "csv;csv=exact",
        ] {
            assert_eq!(Representation::from_text(none), None, "{none:?}");
        }
    }

    #[test]
    fn parameters_lead_to_the_form_whatever_the_other_one_is() {
        let forms =
            ["csv", "csv;numbers=strings", "csv;csv=spreadsheet", "csv;numbers=strings;csv=spreadsheet"];
        let forms = forms.map(|text| Representation::from_text(text).unwrap());
        let of = |one: usize, other: usize| forms[one].parameters_beside(forms[other]);
        assert_eq!(of(0, 0), "format=csv");
        assert_eq!(of(0, 1), "format=csv&_numbers=exact");
        assert_eq!(of(0, 3), "format=csv&_numbers=exact&_csv=exact");
        assert_eq!(of(1, 2), "format=csv&_numbers=string&_csv=exact");
        assert_eq!(of(3, 0), "format=csv&_numbers=string&_csv=spreadsheet");
        assert_eq!(of(3, 3), forms[3].parameters());
    }
}
