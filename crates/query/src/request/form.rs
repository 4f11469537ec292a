//! The query string where it says no more than how rows are written.

use super::{decode, numbers};
use crate::problem::{Kind, Problem, quote};

/// `format` and `_numbers`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FormRequest {
    /// `format`.
    pub(crate) format: Option<String>,
    /// `_numbers=string`.
    pub(crate) numbers_as_strings: bool,
}

/// Its words, each given once at most.
const WORDS: [&str; 2] = ["format", "_numbers"];

impl FormRequest {
    /// Takes a raw query string apart, without its `?`.
    pub(crate) fn parse(raw: &str) -> Result<Self, Problem> {
        let (mut format, mut strings) = (None, None);
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            let twice = match name.as_str() {
                "format" => format.replace(value).is_some(),
                "_numbers" => strings.replace(numbers(&value)?).is_some(),
                _ => {
                    let detail = format!("unknown query parameter {}", quote(&name));
                    let problem = Problem::new(Kind::UnknownParameter, detail);
                    return Err(problem.suggesting(&name, "parameters", WORDS.into_iter()));
                }
            };
            if twice {
                let detail = format!("{name} is given twice: give it once");
                return Err(Problem::new(Kind::InvalidValue, detail).with("parameter", name));
            }
        }
        Ok(Self { format, numbers_as_strings: strings.unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_and_no_others() {
        let request = FormRequest::parse("format=csv&_numbers=string").unwrap();
        assert_eq!(request, FormRequest { format: Some("csv".into()), numbers_as_strings: true });
        assert_eq!(FormRequest::parse("").unwrap(), FormRequest::default());
        for (raw, words) in [
            ("formt=csv", "did you mean \"format\"?"),
            ("limit=1", "parameters: format, _numbers"),
            ("format=csv&format=json", "given twice"),
            ("_numbers=1", "neither exact"),
        ] {
            assert!(FormRequest::parse(raw).unwrap_err().to_string().contains(words), "{raw}");
        }
    }
}
