//! PostgREST's filter operators: those there are, and those that Athena has no use for.

use crate::problem::{Problem, ProblemKind, listing, nearest, quote};

/// How a column is held against a value. A null compares with nothing, so `neq` leaves nulls out too; only `is`
/// and `isdistinct` see them.
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
    /// Not equal, where null is a value like others.
    IsDistinct,
    /// One of a list: `in.(a,b)`.
    In,
    /// `null`, `not_null`, `true`, `false` or `unknown`.
    Is,
    /// SQL's LIKE, with `*` for `%` too.
    Like,
    /// LIKE, upper and lower case being the same.
    Ilike,
    /// A regular expression that matches somewhere.
    Match,
    /// The same, upper and lower case being the same.
    Imatch,
    /// An array that has all of these: `cs.{a,b}`.
    Contains,
}

const AVAILABLE: [(&str, Operator); 14] = [
    ("eq", Operator::Eq),
    ("neq", Operator::Neq),
    ("gt", Operator::Gt),
    ("gte", Operator::Gte),
    ("lt", Operator::Lt),
    ("lte", Operator::Lte),
    ("in", Operator::In),
    ("is", Operator::Is),
    ("like", Operator::Like),
    ("ilike", Operator::Ilike),
    ("match", Operator::Match),
    ("imatch", Operator::Imatch),
    ("isdistinct", Operator::IsDistinct),
    ("cs", Operator::Contains),
];

/// The rest of PostgREST's: of ranges and full text, which Athena does not have, and what is said otherwise here.
const ELSEWHERE: [&str; 11] = ["fts", "plfts", "phfts", "wfts", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj"];

impl Operator {
    /// The operator of this name.
    pub(crate) fn named(column: &str, word: &str) -> Result<Self, Problem> {
        let names = AVAILABLE.iter().map(|(name, _)| *name);
        let available = listing(names.clone());
        let problem = |kind, detail| Err(Problem::new(kind, detail).with("column", column));
        if let Some((_, operator)) = AVAILABLE.iter().find(|(known, _)| *known == word) {
            return Ok(*operator);
        }
        let bare = bare(word);
        if word != bare && AVAILABLE.iter().any(|(known, _)| *known == bare) {
            let detail = format!(
                "{bare}(…) on {column:?}: any and all are not available; write \
                 or=({column}.{bare}.a,{column}.{bare}.b)"
            );
            return problem(ProblemKind::UnknownOperator, detail);
        }
        if ELSEWHERE.contains(&bare) {
            let detail = format!(
                "the operator {} on {column:?} is PostgreSQL's alone; available: {available}",
                quote(word)
            );
            return problem(ProblemKind::UnknownOperator, detail);
        }
        let detail = match nearest(word, names) {
            Some(name) => {
                format!("unknown operator {} on {column:?}: did you mean {name:?}?", quote(word))
            }
            None => format!(
                "the filter on {column:?} needs an operator, as {column}=eq.value; available: {available}"
            ),
        };
        problem(ProblemKind::UnknownOperator, detail)
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        AVAILABLE.iter().find(|(_, operator)| *operator == self).map_or("", |(name, _)| name)
    }
}

/// Whether a parameter's value begins like a filter, so that its name was probably meant as a column.
pub(crate) fn is_filter(value: &str) -> bool {
    let value = value.strip_prefix("not.").unwrap_or(value);
    value.split_once('.').is_some_and(|(word, _)| {
        let word = bare(word);
        AVAILABLE.iter().any(|(known, _)| *known == word) || ELSEWHERE.contains(&word)
    })
}

/// The operator without what PostgREST lets follow it in parentheses: `like(any)`, `fts(english)`.
fn bare(word: &str) -> &str {
    word.split_once('(').map_or(word, |(bare, _)| bare)
}
