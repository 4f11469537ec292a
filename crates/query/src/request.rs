//! What is asked, taken apart: bounded and decoded, not yet held against a dataset. This is the query string of `/rows`; beside
//! it are `preferences` (headers), and how rows are to be written (`format`, `representation`).

mod condition;
mod decode;
pub(crate) mod format;
mod format_request;
pub(crate) mod operator;
mod order;
mod path;
pub(crate) mod preferences;
pub(crate) mod representation;
mod select;

use chrono::{DateTime, Utc};

use crate::problem::{Problem, ProblemKind, quote};
use representation::FormatOptions;

pub(crate) use condition::{RawComparison, RawCondition, RawValue};
pub(crate) use decode::decode;
pub(crate) use format_request::FormatRequest;
pub(crate) use order::OrderTerm;
pub(crate) use path::RawPath;
pub(crate) use select::{RawCall, RawItem};

/// The longest path and query together, in bytes. API Gateway takes 10,240 for these and all headers.
pub(crate) const MAX_URL: usize = 8_192;
/// The most filters a request may have, those inside of `and` and `or` counted.
pub(crate) const MAX_FILTERS: usize = 50;
/// The most names a list may have: every column that the largest dataset can have.
const MAX_NAMES: usize = 1_005;
/// The longest value of a parameter, in bytes once decoded.
pub(crate) const MAX_VALUE: usize = 8_192;

/// The words of this API, each given once at most. No column can have these names: `domain`
/// reserves them, and no name begins with `_`.
const WORDS: [&str; 7] = ["select", "order", "limit", "cursor", "format", "_numbers", "_csv"];

/// A request for rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RowsRequest {
    /// The items of `select`, in order.
    pub(crate) select: Option<Vec<RawItem>>,
    /// The terms of `order`, in order.
    pub(crate) order: Option<Vec<OrderTerm>>,
    /// `limit`.
    pub(crate) limit: Option<u64>,
    /// `cursor`, as it was sent.
    pub(crate) cursor: Option<String>,
    /// `format`.
    pub(crate) format: Option<String>,
    /// `_numbers` and `_csv`.
    pub(crate) options: FormatOptions,
    /// Everything else: filters and trees of them, in the caller's order.
    pub(crate) filters: Vec<RawFilter>,
    /// What decides which rows there are and how they are ordered, as it was sent: a cursor is good for the same alone.
    pub(crate) asked: Vec<(String, String)>,
    /// The values of the order behind which the rows begin, from the cursor; `None` is the first row.
    pub(crate) after: Option<Vec<Option<String>>>,
    /// What `now` means in a filter.
    pub(crate) now: DateTime<Utc>,
}

/// A parameter that is no word of the API: `column=operator.value`, or `and=(…)`, `or=(…)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawFilter {
    /// What stands before the `=`.
    pub(crate) name: String,
    /// What stands behind it.
    pub(crate) value: String,
}

impl RowsRequest {
    /// Whether a filter may be a regular expression: `match` and `imatch` are the operators for one. To check it may take
    /// a while.
    pub(crate) fn may_have_patterns(&self) -> bool {
        self.filters.iter().any(|filter| filter.value.contains("match"))
    }

    /// Takes a raw query string apart, without its `?`.
    pub(crate) fn parse(raw: &str) -> Result<Self, Problem> {
        let mut request = Self::default();
        let mut seen = [false; WORDS.len()];
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if let Some(index) = WORDS.iter().position(|word| *word == name) {
                if std::mem::replace(&mut seen[index], true) {
                    let detail = format!("{name} is given twice: give it once");
                    return Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", name));
                }
                if matches!(WORDS[index], "select" | "order") {
                    request.asked.push((name.clone(), value.clone()));
                }
                match WORDS[index] {
                    "cursor" => request.cursor = Some(value),
                    "select" => request.select = Some(select::parse(&value)?),
                    "order" => request.order = Some(order::parse(&value)?),
                    "limit" => request.limit = Some(limit(&value)?),
                    "format" => request.format = Some(value),
                    "_numbers" => request.options.numbers_as_strings = numbers(&value)?,
                    _ => request.options.spreadsheet = spreadsheet(&value)?,
                }
            } else {
                request.asked.push((name.clone(), value.clone()));
                request.filters.push(filter(name, value)?);
                if request.filters.len() > MAX_FILTERS {
                    return Err(too_many_filters());
                }
            }
        }
        Ok(request)
    }
}

/// What a misspelt parameter may have meant: the API's own words.
pub(crate) fn words<'a>() -> impl Iterator<Item = &'a str> + Clone {
    WORDS.into_iter().chain(["and", "or"])
}

/// The answer to more filters than a request may have.
pub(crate) fn too_many_filters() -> Problem {
    let detail = format!("a request may have {MAX_FILTERS} filters at most");
    Problem::new(ProblemKind::TooMuch, detail).with("maximum", MAX_FILTERS)
}

fn filter(name: String, value: String) -> Result<RawFilter, Problem> {
    if value.len() > MAX_VALUE {
        let detail = format!("the value of {} is longer than {MAX_VALUE} bytes", quote(&name));
        return Err(Problem::new(ProblemKind::TooMuch, detail).with("maximum", MAX_VALUE));
    }
    Ok(RawFilter { name, value })
}

fn items<'a>(parameter: &str, value: &'a str) -> Result<Vec<&'a str>, Problem> {
    let items: Vec<&str> = value.split(',').map(str::trim).collect();
    if items.len() > MAX_NAMES {
        let detail = format!("{parameter} may name {MAX_NAMES} columns at most");
        return Err(Problem::new(ProblemKind::TooMuch, detail).with("maximum", MAX_NAMES));
    }
    if items.iter().any(|item| item.is_empty()) {
        let detail = format!("{parameter} needs column names with commas between them, as {parameter}=a,b");
        return Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", parameter));
    }
    Ok(items)
}

/// The number of `limit`.
pub(crate) fn limit(value: &str) -> Result<u64, Problem> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| digits).ok_or_else(|| {
        let detail = format!("limit {} is not a whole number, as limit=100", quote(value));
        Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "limit")
    })
}

/// Whether `_numbers` asks for strings.
pub(crate) fn numbers(value: &str) -> Result<bool, Problem> {
    match value {
        "string" => Ok(true),
        "exact" => Ok(false),
        _ => {
            let detail = format!(
                "_numbers {} is neither exact (as they are, which is what goes without saying) nor string (bigints and \
                 decimals as strings)",
                quote(value)
            );
            Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "_numbers"))
        }
    }
}

/// Whether `_csv` asks for cells that are safe to open in a spreadsheet.
pub(crate) fn spreadsheet(value: &str) -> Result<bool, Problem> {
    match value {
        "spreadsheet" => Ok(true),
        "exact" => Ok(false),
        _ => {
            let detail = format!(
                "_csv {} is neither exact (texts as they are, which is the default) nor spreadsheet (an apostrophe \
                 before texts that a spreadsheet would take for formulas)",
                quote(value)
            );
            Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "_csv"))
        }
    }
}

#[cfg(test)]
mod tests;
