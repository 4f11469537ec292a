//! `select`: columns, renames, time buckets and aggregates.
//!
//! `currency,total:price.sum(),count()` is three items. An item is `[name:]column[->field]…[.call(argument)]`; a
//! call without a column is `count()`.

use crate::problem::{Problem, ProblemKind, quote};

use super::{RawPath, items};

/// One item of `select`, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawItem {
    /// The name that the caller wants for it.
    pub(crate) alias: Option<String>,
    /// What it is about; `None` is `count()`.
    pub(crate) path: Option<RawPath>,
    /// What is made of it.
    pub(crate) call: Option<RawCall>,
}

/// `sum()`, `count(distinct)`, `date_trunc(hour)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawCall {
    /// The word before the parenthesis.
    pub(crate) name: String,
    /// What is in it; empty if nothing.
    pub(crate) argument: String,
}

pub(super) fn parse(value: &str) -> Result<Vec<RawItem>, Problem> {
    items("select", value)?.into_iter().map(item).collect()
}

fn item(text: &str) -> Result<RawItem, Problem> {
    let wrong =
        |detail: String| Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "select"));
    if text.contains("::") {
        let detail = format!(
            "{} in select is a cast, and there are none: every column comes as its type says",
            quote(text)
        );
        return wrong(detail);
    }
    let (alias, rest) = match text.split_once(':') {
        Some((alias, rest)) => (Some(alias.trim().to_owned()), rest.trim()),
        None => (None, text),
    };
    let Some(open) = rest.find('(') else {
        if rest.contains(')') || rest.is_empty() {
            return wrong(shape(text));
        }
        return Ok(RawItem { alias, path: Some(RawPath::parse(rest)), call: None });
    };
    let (before, behind) = rest.split_at(open);
    let Some(argument) = behind[1..].strip_suffix(')').filter(|argument| !argument.contains(['(', ')']))
    else {
        return wrong(shape(text));
    };
    let (path, name) = match before.rsplit_once('.') {
        Some((path, name)) => (Some(RawPath::parse(path)), name),
        None => (None, before),
    };
    let call = RawCall { name: name.to_owned(), argument: argument.trim().to_owned() };
    Ok(RawItem { alias, path, call: Some(call) })
}

fn shape(text: &str) -> String {
    format!(
        "{} in select is no item: write column, name:column, column.sum(), column.date_trunc(hour) or count()",
        quote(text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> RawItem {
        item(text).unwrap()
    }

    #[test]
    fn items_are_taken_apart() {
        let path = |text: &str| Some(RawPath::parse(text));
        let call = |name: &str, argument: &str| {
            Some(RawCall { name: name.to_owned(), argument: argument.to_owned() })
        };
        assert_eq!(one("price"), RawItem { alias: None, path: path("price"), call: None });
        assert_eq!(one("count()"), RawItem { alias: None, path: None, call: call("count", "") });
        assert_eq!(
            one("total: price.sum()"),
            RawItem { alias: Some("total".into()), path: path("price"), call: call("sum", "") }
        );
        assert_eq!(
            one("address->>city.count( distinct )"),
            RawItem { alias: None, path: path("address->city"), call: call("count", "distinct") }
        );
    }

    #[test]
    fn what_is_no_item_says_what_one_is() {
        for text in ["price.sum(", "price)", "price.sum()x", "a.sum()()", "n:", "a.f((x))"] {
            let problem = item(text).unwrap_err();
            assert!(problem.to_string().contains("is no item: write column"), "{text}: {problem}");
        }
        assert!(item("price::text").unwrap_err().to_string().contains("a cast"));
    }
}
