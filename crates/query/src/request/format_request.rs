//! The query string where it says no more than how rows are written.

use super::{decode, numbers, representation::FormatOptions, spreadsheet};
use crate::problem::{Problem, ProblemKind, quote};

/// `format`, `_numbers` and `_csv`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FormatRequest {
    /// `format`.
    pub(crate) format: Option<String>,
    /// `_numbers` and `_csv`.
    pub(crate) options: FormatOptions,
}

/// Its words, each given once at most.
const WORDS: [&str; 3] = ["format", "_numbers", "_csv"];

impl FormatRequest {
    /// Takes a raw query string apart, without its `?`.
    pub(crate) fn parse(raw: &str) -> Result<Self, Problem> {
        let (mut format, mut strings, mut csv) = (None, None, None);
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            let twice = match name.as_str() {
                "format" => format.replace(value).is_some(),
                "_numbers" => strings.replace(numbers(&value)?).is_some(),
                "_csv" => csv.replace(spreadsheet(&value)?).is_some(),
                _ => {
                    let detail = format!("unknown query parameter {}", quote(&name));
                    let problem = Problem::new(ProblemKind::UnknownParameter, detail);
                    return Err(problem.suggesting(&name, "parameters", WORDS.into_iter()));
                }
            };
            if twice {
                let detail = format!("{name} is given twice: give it once");
                return Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", name));
            }
        }
        let options = FormatOptions {
            numbers_as_strings: strings.unwrap_or_default(),
            spreadsheet: csv.unwrap_or_default(),
        };
        Ok(Self { format, options })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_words_and_no_others() {
        let request = FormatRequest::parse("format=csv&_numbers=string&_csv=spreadsheet").unwrap();
        let options = FormatOptions { numbers_as_strings: true, spreadsheet: true };
        assert_eq!(request, FormatRequest { format: Some("csv".into()), options });
        assert_eq!(FormatRequest::parse("").unwrap(), FormatRequest::default());
        for (raw, words) in [
            ("formt=csv", "did you mean \"format\"?"),
            ("limit=1", "parameters: format, _numbers"),
            ("format=csv&format=json", "given twice"),
            ("_numbers=1", "neither exact"),
            ("_csv=yes", "nor spreadsheet"),
            ("_csv=exact&_csv=exact", "given twice"),
        ] {
            assert!(FormatRequest::parse(raw).unwrap_err().to_string().contains(words), "{raw}");
        }
    }
}
