//! DataFusion's and Arrow's words for what they do not support, as the subject of a sentence: the engine's own error says after it
//! that it is not supported.

/// What they say behind the subject, or in its middle.
const PREDICATES: [&str; 13] = [
    " is not yet supported",
    " are not yet supported",
    " is currently not supported",
    " is not supported",
    " are not supported",
    " not yet supported",
    " not supported",
    " is not yet implemented",
    " is not implemented",
    " are not implemented",
    " not implemented",
    " hasn't been implemented",
    " isn't supported",
];

/// What they say before it.
const BEGINNINGS: [&str; 4] = ["Unsupported ", "unsupported ", "Cannot run ", "Cannot evaluate "];

/// What makes a whole sentence of it.
const SENTENCES: [&str; 8] =
    [" can only ", " cannot ", " do not ", " does not ", " is only ", "Cannot ", "Unexpected ", "support"];

/// What is not supported, of a text that says that something is not.
pub(super) fn subject(line: &str) -> String {
    let line = line.trim().trim_end_matches('.');
    let found = PREDICATES.iter().find_map(|predicate| line.split_once(predicate));
    let mut text = match found {
        Some((before, after)) => format!("{before}{}", after.strip_suffix(" yet").unwrap_or(after)),
        None => line.to_owned(),
    };
    if let Some(rest) = BEGINNINGS.iter().find_map(|begin| text.strip_prefix(begin)) {
        text = rest.to_owned();
    }
    if text.is_empty() || SENTENCES.iter().any(|words| text.contains(words)) {
        return format!("an operation of this kind ({line})");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts as DataFusion 55.2 and Arrow make them.
    #[test]
    fn nothing_is_said_to_be_unsupported_twice() {
        for (line, expected) in [
            ("CAST with format is not supported: x", "CAST with format: x"),
            ("Qualified functions are not supported", "Qualified functions"),
            ("FETCH clause is not supported yet", "FETCH clause"),
            (
                "Digest using dynamically decided method is not yet supported",
                "Digest using dynamically decided method",
            ),
            ("Map not supported in rank", "Map in rank"),
            ("Sort not supported for data type Map", "Sort for data type Map"),
            ("Empty tuple not supported yet", "Empty tuple"),
            ("Recursive CTE is not implemented", "Recursive CTE"),
            ("GroupsAccumulator hasn't been implemented for X yet", "GroupsAccumulator for X"),
            ("Unsupported CAST from Map to Utf8", "CAST from Map to Utf8"),
            ("Unsupported data type for BytesValueState: Null", "data type for BytesValueState: Null"),
            ("Cannot run range queries on datatype: Binary", "range queries on datatype: Binary"),
            ("Nested comparison: List < List", "Nested comparison: List < List"),
            (
                "NotExpr can only operate on Boolean datatypes",
                "an operation of this kind (NotExpr can only operate on Boolean datatypes)",
            ),
            (
                "avg cannot accumulate Utf8 as Float64",
                "an operation of this kind (avg cannot accumulate Utf8 as Float64)",
            ),
            ("a thing", "a thing"),
        ] {
            assert_eq!(subject(line), expected, "{line}");
        }
    }
}
