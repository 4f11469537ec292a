//! The options that say how inputs are read.

use clap::{
    Args as ClapArgs,
    builder::{PossibleValuesParser, TypedValueParser},
};
use formats::{Format, csv::Dialect, encoding::Encoding};

use super::How;

/// How the text of files is read: the same for `publish` and `infer`.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct TextOptions {
    /// The format of all files, whatever their names: ndjson (one JSON object a line), json (objects, and arrays of
    /// objects) or csv (cells under a header).
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(["ndjson", "json", "csv"]).map(format))]
    pub(crate) format: Option<Format>,
    /// The encoding of all files, by any name that browsers know, such as windows-1252, latin1 or shift_jis [without it:
    /// UTF-8, or UTF-16 by the byte order mark].
    #[arg(long, value_name = "NAME", value_parser = formats::encoding::by_label)]
    pub(crate) encoding: Option<&'static Encoding>,
    /// What is between two cells of CSV: one character, or tab [without it: a comma, semicolon, tab or bar, whichever
    /// splits the header; of .tsv a tab, if it does].
    #[arg(long, value_name = "CHARACTER", value_parser = formats::csv::delimiter)]
    pub(crate) delimiter: Option<u8>,
    /// A text that stands for nothing in CSV, as an empty cell does: NULL, NA or \N, for example. In quotes it is itself, but
    /// for the empty text: --null '' takes "" for nothing too. May be given several times.
    #[arg(long = "null", value_name = "TEXT")]
    pub(crate) nulls: Vec<String>,
}

/// The format of a name that was checked.
fn format(name: String) -> Format {
    match name.as_str() {
        "json" => Format::Json,
        "csv" => Format::Csv,
        _ => Format::Ndjson,
    }
}

impl TextOptions {
    pub(crate) fn dialect(&self) -> Dialect {
        Dialect { delimiter: self.delimiter, likely: None, nulls: self.nulls.clone() }
    }

    pub(crate) fn how(&self) -> How {
        How { format: self.format, fallback: None, encoding: self.encoding, dialect: self.dialect() }
    }
}
