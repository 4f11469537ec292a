//! Whose mistake a failed query is, told by the engine's own words.
//!
//! A caller who can make the API answer 5xx can set off the alarms that its operator has on them. So a failure that a
//! caller causes is a 400. What the engine or the lake's operator causes stays a 5xx.

use domain::{DatasetName, QueryName, port::Fault};

/// The longest of the engine's words that a caller is told, in characters.
const MAX_WORDS: usize = 300;

/// What Athena adds to a reason for the users of its console: names of the operator's database and buckets.
const ADDED: [&str; 3] = [
    "This query ran against the ",
    "If a data manifest file was generated",
    "Please post the error message on our forum",
];

/// Who wrote the statement that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// This API, from a request for the rows of a dataset.
    Api,
    /// The lake's operator: a named query.
    Operator,
    /// The caller: free SQL.
    Caller,
}

impl Author {
    /// The author of a query that was asked for by this dataset or by this named query, or by neither.
    pub(crate) fn of(dataset: Option<&DatasetName>, named_query: Option<&QueryName>) -> Self {
        match (dataset, named_query) {
            (_, Some(_)) => Self::Operator,
            (Some(_), None) => Self::Api,
            (None, None) => Self::Caller,
        }
    }
}

/// A failure that is not the engine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// The statement is wrong as it is written, whatever the rows are.
    Statement,
    /// What it computes of the rows has no value: a division by zero, a number out of its range.
    Values,
    /// It needs more memory or time than the engine gives one query.
    Resources,
}

impl Mistake {
    /// What kind of mistake this reason of a failed query tells of. `None` if it is the engine's, or the operator's: a
    /// missing permission, a table that the catalog lacks, a file that cannot be read.
    pub(crate) fn of(fault: Fault, reason: &str) -> Option<Self> {
        let code = code(reason);
        let is_resources = match code {
            Some(code) => code.starts_with("EXCEEDED_") || code == "QUERY_HAS_TOO_MANY_STAGES",
            None => {
                ["Query exhausted resources", "Query timeout"].iter().any(|text| reason.starts_with(text))
            }
        };
        match code {
            // Athena counts some of these as errors of the system.
            _ if is_resources => Some(Self::Resources),
            Some(code) if fault == Fault::Statement && !is_operators(code) => {
                Some(if value(code).is_some() { Self::Values } else { Self::Statement })
            }
            // Without a name, but with a place in the text: the parser's words.
            None if fault == Fault::Statement && behind_place(reason).is_some() => Some(Self::Statement),
            _ => None,
        }
    }
}

/// The name that the engine gives to a kind of failure: `DIVISION_BY_ZERO` of `DIVISION_BY_ZERO: Division by zero`.
pub(crate) fn code(reason: &str) -> Option<&str> {
    let (code, _) = reason.split_once(':')?;
    let is_name = code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    (is_name && code.len() > 3).then_some(code)
}

/// What has no value, for a sentence. `None` of a code that says something else.
pub(crate) fn value(code: &str) -> Option<&'static str> {
    Some(match code {
        "DIVISION_BY_ZERO" => "it divides by zero",
        "NUMERIC_VALUE_OUT_OF_RANGE" => "a number is out of the range of its type",
        "INVALID_CAST_ARGUMENT" => "a value cannot be converted to the type that is asked for",
        "INVALID_FUNCTION_ARGUMENT" => "a function does not take one of the values that it is given",
        "SUBQUERY_MULTIPLE_ROWS" => "a subquery that stands for one value has several rows",
        "GENERIC_USER_ERROR"
        | "JSON_INPUT_CONVERSION_ERROR"
        | "JSON_OUTPUT_CONVERSION_ERROR"
        | "JSON_VALUE_RESULT_ERROR"
        | "PATH_EVALUATION_ERROR" => "a value is none that it can be computed with",
        _ => return None,
    })
}

/// The statement names no table, and no file, by itself: this API does. So these are no caller's.
fn is_operators(code: &str) -> bool {
    let of_the_lake = ["HIVE_", "GLUE_", "ICEBERG_"];
    let of_the_deployment = [
        "CATALOG_NOT_FOUND",
        "FAILED",
        "GENERIC_INTERNAL_ERROR",
        "PERMISSION_DENIED",
        "SCHEMA_NOT_FOUND",
        "TABLE_NOT_FOUND",
    ];
    of_the_lake.iter().any(|prefix| code.starts_with(prefix)) || of_the_deployment.contains(&code)
}

/// The engine's words for whoever wrote the SQL: at most [`MAX_WORDS`] characters on one line, without the name of the
/// failure, which stands beside them, and without addresses: most are in the operator's buckets (`s3://`, `s3a://`,
/// `s3n://`). Places go too: the text that ran is not the one that was sent, but the same tokens, written anew.
pub(crate) fn words(reason: &str) -> String {
    let mut text = code(reason).map_or(reason, |code| &reason[code.len() + 1..]).trim_start();
    text = behind_place(text).unwrap_or(text);
    let end = ADDED.iter().filter_map(|added| text.find(added)).min().unwrap_or(text.len());
    // First what cannot be seen: it could hide an address.
    let seen = text[..end].replace(is_invisible, "");
    let shown: Vec<&str> = seen
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(|word| if word.contains("://") { "…" } else { word })
        .collect();
    let shown = shown.join(" ");
    match shown.char_indices().nth(MAX_WORDS) {
        Some((end, _)) => shown[..end].to_owned() + "…",
        None => shown,
    }
}

/// What follows `line 1:8: `, with which the engine's words about a statement may begin.
fn behind_place(text: &str) -> Option<&str> {
    let (place, rest) = text.strip_prefix("line ")?.split_once(": ")?;
    place.bytes().all(|byte| byte.is_ascii_digit() || byte == b':').then_some(rest)
}

/// Marks that turn the direction of text, or break lines, where it is shown.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn failures_are_told_apart_by_the_engines_words() {
        use Mistake::{Resources, Statement, Values};
        for (fault, reason, mistake) in [
            (Fault::Statement, "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved", Some(Statement)),
            (Fault::Statement, "TYPE_MISMATCH: line 1:8: Cannot apply operator", Some(Statement)),
            (Fault::Statement, "NOT_SUPPORTED: no", Some(Statement)),
            (Fault::Statement, "FUNCTION_NOT_FOUND: line 1:8: Function 'no' not registered", Some(Statement)),
            (Fault::Statement, "SYNTAX_ERROR: line 1:8: Expression is not an aggregate", Some(Statement)),
            (Fault::Statement, "line 1:8: mismatched input 'x'. Expecting: 'a'", Some(Statement)),
            (Fault::Engine, "line 1:8: mismatched input 'x'. Expecting: 'a'", None),
            (Fault::Statement, "line up: these", None),
            (Fault::Statement, "DIVISION_BY_ZERO: Division by zero", Some(Values)),
            (Fault::Statement, "INVALID_CAST_ARGUMENT: Cannot cast 'a' to BIGINT", Some(Values)),
            (
                Fault::Engine,
                "EXCEEDED_MEMORY_LIMIT: Query exceeded per-node memory limit of 5GB",
                Some(Resources),
            ),
            (Fault::Statement, "EXCEEDED_TIME_LIMIT: Query exceeded the maximum run time", Some(Resources)),
            (Fault::Engine, "Query exhausted resources at this scale factor", Some(Resources)),
            (Fault::Statement, "Query timeout", Some(Resources)),
            // The same words, if the engine says that it is not the statement.
            (Fault::Engine, "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved", None),
            (Fault::Engine, "GENERIC_INTERNAL_ERROR: java.lang.NullPointerException", None),
            // Athena's category for these is the user too, and the caller can do nothing about them.
            (Fault::Statement, "TABLE_NOT_FOUND: line 1:15: Table 'a.b.c' does not exist", None),
            (Fault::Statement, "HIVE_BAD_DATA: Field x's type INT32 in parquet is incompatible", None),
            (Fault::Statement, "PERMISSION_DENIED: Access Denied: Please check your permissions", None),
            (Fault::Statement, "Insufficient permissions to execute the query.", None),
            (Fault::Statement, "", None),
            (Fault::Statement, ": x", None),
        ] {
            assert_eq!(Mistake::of(fault, reason), mistake, "{fault:?} {reason}");
        }
    }

    #[test]
    fn words_are_the_message_alone() {
        for (reason, expected) in [
            ("COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved", "Column 'x' cannot be resolved"),
            ("line 12:345: mismatched input 'x'. Expecting: 'a'", "mismatched input 'x'. Expecting: 'a'"),
            ("DIVISION_BY_ZERO: Division by zero", "Division by zero"),
            (
                "TYPE_MISMATCH: line 1:8: Cannot. This query ran against the \"lake\" database, unless qualified by \
                 the query. Please post the error message on our forum or contact customer support.",
                "Cannot.",
            ),
            ("NOT_SUPPORTED: at s3://bucket/results/a.csv: no", "at … no"),
            ("NOT_SUPPORTED: at 's3a://bucket/a' and (s3n://bucket/b), S3://c", "at … and … …"),
            ("NOT_SUPPORTED: at s3\u{200b}a://bucket: no", "at … no"),
            ("NOT_SUPPORTED: a\u{0}b\r\n\tc\u{202e}d\u{85}e", "a b cd e"),
            ("Line: this one's", "Line: this one's"),
            ("line up: these", "line up: these"),
            ("", ""),
        ] {
            assert_eq!(words(reason), expected, "{reason:?}");
        }
        let long = words(&format!("NOT_SUPPORTED: {}", "é".repeat(10_000)));
        assert_eq!(long.chars().count(), MAX_WORDS + 1);
    }

    proptest! {
        #[test]
        fn words_are_bounded_and_show_as_one_line(reason in "([A-Z_]{0,9}: )?(line [0-9]:[0-9]: )?.{0,400}|\\PC{0,50}|[\\p{Cc} s3:/a]{0,60}") {
            let words = words(&reason);
            prop_assert!(words.chars().count() <= MAX_WORDS + 1);
            prop_assert!(!words.chars().any(char::is_control), "{words:?}");
            prop_assert!(!words.contains("://"), "{words:?}");
        }
    }
}
