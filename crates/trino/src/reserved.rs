//! The words that Trino reserves: unquoted, none of them is a name.
//!
//! They are those of Trino's documentation (chapter "Keywords and identifiers", section "Reserved keywords"): in its grammar
//! (`SqlBase.g4`) the keywords that the rule `nonReserved` does not list. The parser here takes many of them for names.

/// In lower case, and in order.
const RESERVED: [&str; 82] = [
    "alter",
    "and",
    "as",
    "between",
    "by",
    "case",
    "cast",
    "constraint",
    "create",
    "cross",
    "cube",
    "current_catalog",
    "current_date",
    "current_path",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "deallocate",
    "delete",
    "describe",
    "distinct",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "execute",
    "exists",
    "extract",
    "false",
    "for",
    "from",
    "full",
    "group",
    "grouping",
    "having",
    "in",
    "inner",
    "insert",
    "intersect",
    "into",
    "is",
    "join",
    "json_array",
    "json_exists",
    "json_object",
    "json_query",
    "json_table",
    "json_value",
    "left",
    "like",
    "listagg",
    "localtime",
    "localtimestamp",
    "natural",
    "normalize",
    "not",
    "null",
    "on",
    "or",
    "order",
    "outer",
    "prepare",
    "recursive",
    "right",
    "rollup",
    "select",
    "skip",
    "table",
    "then",
    "trim",
    "true",
    "uescape",
    "union",
    "unnest",
    "using",
    "values",
    "when",
    "where",
    "with",
];

/// Those that the parser takes for columns, and Trino reads as calls without parentheses.
const VALUES: [&str; 4] = ["current_catalog", "current_path", "current_schema", "current_user"];

/// Whether the word, in any case, is no name unless it is quoted.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word.to_ascii_lowercase().as_str()).is_ok()
}

/// Whether the word, in any case, is an expression by itself that the parser takes for a column.
pub(crate) fn is_value(word: &str) -> bool {
    VALUES.iter().any(|value| value.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
