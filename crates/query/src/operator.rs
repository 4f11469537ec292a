//! PostgREST's filter operators: those there are, and those that are known and not there yet.

use crate::problem::{Kind, Problem, listing, nearest, quote};

/// A comparison of a column with a value. A null compares with nothing, so `neq` leaves nulls out too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Neq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
}

const AVAILABLE: [(&str, Operator); 6] = [
    ("eq", Operator::Eq),
    ("neq", Operator::Neq),
    ("gt", Operator::Gt),
    ("gte", Operator::Gte),
    ("lt", Operator::Lt),
    ("lte", Operator::Lte),
];

/// The rest of PostgREST's. Some will come, some (ranges, full text) Athena has no use for.
const PLANNED: [&str; 21] = [
    "like",
    "ilike",
    "match",
    "imatch",
    "in",
    "is",
    "isdistinct",
    "fts",
    "plfts",
    "phfts",
    "wfts",
    "cs",
    "cd",
    "ov",
    "sl",
    "sr",
    "nxr",
    "nxl",
    "adj",
    "not",
    "any",
];

impl Operator {
    /// As SQL writes it.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Neq => "<>",
            Self::Gt => ">",
            Self::Gte => ">=",
            Self::Lt => "<",
            Self::Lte => "<=",
        }
    }
}

/// Whether a parameter's value begins like a filter, so that its name was probably meant as a column.
pub(crate) fn is_filter(value: &str) -> bool {
    value.split_once('.').is_some_and(|(word, _)| {
        let word = bare(word);
        AVAILABLE.iter().any(|(known, _)| *known == word) || PLANNED.contains(&word)
    })
}

/// Splits `gte.100` into the operator and the text behind it.
pub(crate) fn split<'a>(column: &str, value: &'a str) -> Result<(Operator, &'a str), Problem> {
    let names = AVAILABLE.iter().map(|(name, _)| *name);
    let problem = |kind, detail| Err(Problem::new(kind, detail).with("column", column));
    let (word, text) = value.split_once('.').unwrap_or((value, ""));
    if let Some((_, operator)) = AVAILABLE.iter().find(|(known, _)| *known == word) {
        if value.len() == word.len() {
            let detail = format!("the filter on {column:?} has no value: write {column}={word}.value");
            return problem(Kind::InvalidValue, detail);
        }
        return Ok((*operator, text));
    }
    let available = listing(names.clone());
    if PLANNED.contains(&bare(word)) || AVAILABLE.iter().any(|(known, _)| *known == bare(word)) {
        let detail = format!(
            "the operator {} on {column:?} is not available yet; available: {available}",
            quote(word)
        );
        return problem(Kind::NotAvailableYet, detail);
    }
    let detail = match nearest(word, names) {
        Some(name) if value.contains('.') => {
            format!("unknown operator {} on {column:?}: did you mean {name:?}?", quote(word))
        }
        _ => format!(
            "the filter on {column:?} needs an operator, as {column}=eq.value; available: {available}"
        ),
    };
    problem(Kind::UnknownOperator, detail)
}

/// The operator without what PostgREST lets follow it in parentheses: `like(any)`, `fts(english)`.
fn bare(word: &str) -> &str {
    word.split_once('(').map_or(word, |(bare, _)| bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(value: &str, kind: Kind, words: &str) {
        let problem = split("price", value).unwrap_err();
        assert_eq!(problem.kind(), kind, "{problem}");
        assert!(problem.to_string().contains(words), "{problem} does not say {words:?}");
    }

    #[test]
    fn comparisons_are_split_at_the_first_dot() {
        assert_eq!(split("price", "gte.1.5"), Ok((Operator::Gte, "1.5")));
        assert_eq!(split("name", "eq."), Ok((Operator::Eq, "")));
    }

    #[test]
    fn other_operators_are_refused_by_name() {
        refused(
            "in.(1,2)",
            Kind::NotAvailableYet,
            "\"in\" on \"price\" is not available yet; available: eq, neq",
        );
        refused("not.eq.1", Kind::NotAvailableYet, "\"not\"");
        refused("eq(any).{1}", Kind::NotAvailableYet, "\"eq(any)\"");
        refused("is.null", Kind::NotAvailableYet, "\"is\"");
        refused(
            "eqq.1",
            Kind::UnknownOperator,
            "unknown operator \"eqq\" on \"price\": did you mean \"eq\"?",
        );
        refused("100", Kind::UnknownOperator, "needs an operator, as price=eq.value");
        refused("1.5", Kind::UnknownOperator, "needs an operator");
        refused("", Kind::UnknownOperator, "needs an operator");
        refused("eq", Kind::InvalidValue, "has no value");
    }
}
