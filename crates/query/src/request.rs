//! The query string of `/rows`, taken apart: bounded and decoded, not yet held against a dataset.

use crate::problem::{Kind, Problem, listing, nearest, quote};

/// The most filters a request may have.
pub(crate) const MAX_FILTERS: usize = 50;
/// The most names a list may have: every column that the largest dataset can have.
const MAX_NAMES: usize = 1_005;
/// The longest value of a filter, in bytes once decoded. What fits here may still be too long as a literal.
const MAX_VALUE: usize = 8_192;

/// The words of this API, each given once at most.
const WORDS: [&str; 4] = ["select", "order", "limit", "format"];
/// Words that mean something in a later version. No column can have these names.
const PLANNED: [&str; 6] = ["cursor", "and", "or", "not", "not.and", "not.or"];

/// A request for rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RowsRequest {
    /// The names in `select`, in order.
    pub(crate) select: Option<Vec<String>>,
    /// The terms of `order`, in order.
    pub(crate) order: Option<Vec<OrderTerm>>,
    /// `limit`.
    pub(crate) limit: Option<u64>,
    /// `format`.
    pub(crate) format: Option<String>,
    /// Everything else: `column=operator.value`, in the caller's order.
    pub(crate) filters: Vec<RawFilter>,
}

/// One term of `order`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderTerm {
    /// The column as the caller wrote it.
    pub(crate) column: String,
    /// Whether the largest comes first.
    pub(crate) descending: bool,
    /// Where nulls go, if the caller says so.
    pub(crate) nulls_first: Option<bool>,
}

/// A parameter that is no word of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawFilter {
    /// What stands before the `=`.
    pub(crate) name: String,
    /// What stands behind it.
    pub(crate) value: String,
}

impl RowsRequest {
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
                    return Err(Problem::new(Kind::InvalidValue, detail).with("parameter", name));
                }
                match WORDS[index] {
                    "select" => request.select = Some(names(&value)?),
                    "order" => request.order = Some(order(&value)?),
                    "limit" => request.limit = Some(limit(&value)?),
                    _ => request.format = Some(value),
                }
            } else if PLANNED.contains(&name.as_str()) {
                let detail = format!(
                    "the parameter {name:?} is not available yet; available: {} and filters on columns",
                    listing(WORDS)
                );
                return Err(Problem::new(Kind::NotAvailableYet, detail).with("parameter", name));
            } else {
                request.filters.push(filter(name, value)?);
                if request.filters.len() > MAX_FILTERS {
                    let detail = format!("a request may have {MAX_FILTERS} filters at most");
                    return Err(Problem::new(Kind::TooMuch, detail).with("maximum", MAX_FILTERS));
                }
            }
        }
        Ok(request)
    }
}

/// What a misspelt parameter may have meant: the API's own words.
pub(crate) fn words<'a>() -> impl Iterator<Item = &'a str> + Clone {
    WORDS.into_iter()
}

fn filter(name: String, value: String) -> Result<RawFilter, Problem> {
    if value.len() > MAX_VALUE {
        let detail = format!("the value of {} is longer than {MAX_VALUE} bytes", quote(&name));
        return Err(Problem::new(Kind::TooMuch, detail).with("maximum", MAX_VALUE));
    }
    Ok(RawFilter { name, value })
}

/// Decodes one name or value of a query string, where `+` is a space. Strict: half an escape, or bytes that
/// are no UTF-8, would otherwise become another value than the one that was meant.
pub(crate) fn decode(text: &str) -> Result<String, Problem> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => match (rest.next().and_then(hex), rest.next().and_then(hex)) {
                (Some(high), Some(low)) => bytes.push(high << 4 | low),
                _ => {
                    let detail = format!(
                        "{} has a % that two hexadecimal digits do not follow: write %25",
                        quote(text)
                    );
                    return Err(Problem::new(Kind::MalformedQuery, detail));
                }
            },
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).map_err(|_| {
        Problem::new(Kind::MalformedQuery, format!("{} does not decode to UTF-8 text", quote(text)))
    })
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn items<'a>(parameter: &str, value: &'a str) -> Result<Vec<&'a str>, Problem> {
    let items: Vec<&str> = value.split(',').map(str::trim).collect();
    if items.len() > MAX_NAMES {
        let detail = format!("{parameter} may name {MAX_NAMES} columns at most");
        return Err(Problem::new(Kind::TooMuch, detail).with("maximum", MAX_NAMES));
    }
    if items.iter().any(|item| item.is_empty()) {
        let detail = format!("{parameter} needs column names with commas between them, as {parameter}=a,b");
        return Err(Problem::new(Kind::InvalidValue, detail).with("parameter", parameter));
    }
    Ok(items)
}

fn names(value: &str) -> Result<Vec<String>, Problem> {
    let items = items("select", value)?;
    for item in &items {
        // Characters that PostgREST gives a meaning and that no column name can have.
        let construct = match item {
            item if item.contains("::") => "a cast",
            item if item.contains("->") => "a JSON path",
            item if item.contains('(') || item.contains(')') => "an aggregate or an embedded resource",
            item if item.contains(':') => "a rename",
            _ => continue,
        };
        let detail = format!("{} in select is {construct}: not available yet; name columns", quote(item));
        return Err(Problem::new(Kind::NotAvailableYet, detail).with("parameter", "select"));
    }
    Ok(items.into_iter().map(str::to_owned).collect())
}

fn order(value: &str) -> Result<Vec<OrderTerm>, Problem> {
    items("order", value)?.into_iter().map(order_term).collect()
}

fn order_term(item: &str) -> Result<OrderTerm, Problem> {
    const MODIFIERS: [&str; 4] = ["asc", "desc", "nullsfirst", "nullslast"];
    let mut parts = item.split('.');
    let column = parts.next().unwrap_or_default().to_owned();
    let mut term = OrderTerm { column, descending: false, nulls_first: None };
    let mut directed = false;
    for part in parts {
        match part {
            // The direction comes first and once, the place of nulls last and once.
            "asc" | "desc" if !directed && term.nulls_first.is_none() => {
                directed = true;
                term.descending = part == "desc";
            }
            "nullsfirst" | "nullslast" if term.nulls_first.is_none() => {
                term.nulls_first = Some(part == "nullsfirst");
            }
            _ => {
                let meant = nearest(part, MODIFIERS.into_iter().filter(|known| *known != part));
                let meant = meant.map(|word| format!(" (did you mean {word:?}?)")).unwrap_or_default();
                let detail = format!(
                    "{} in order{meant}: write column, column.asc or column.desc, then .nullsfirst or .nullslast",
                    quote(item),
                );
                return Err(Problem::new(Kind::InvalidValue, detail).with("parameter", "order"));
            }
        }
    }
    Ok(term)
}

pub(crate) fn limit(value: &str) -> Result<u64, Problem> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| digits).ok_or_else(|| {
        let detail = format!("limit {} is not a whole number, as limit=100", quote(value));
        Problem::new(Kind::InvalidValue, detail).with("parameter", "limit")
    })
}

#[cfg(test)]
mod tests;
