//! What DataFusion says of a statement for which it makes no plan. It has only texts for that, and in many of them an expression
//! or a part of a plan as it displays its own types: `ScalarSubquery`, `outer_ref(t.n)`, `Int64(1)`, `SubqueryAlias: x`. Nobody who
//! wrote SQL has written that.

use datafusion::common::Column;

use super::{
    Described::{self, Failed, Unsupported},
    athena_word, first_line, not_taken,
};
use crate::functions::NOT_TAKEN;

/// What stands for a refusal in which DataFusion shows a plan, and of which no more is known.
pub(super) const SOMETHING: &str = "an expression or a query of this kind in this place";

const CORRELATED: &str = "a query that refers to the query around it in this way";
const CORRELATED_VALUE: &str =
    "a scalar subquery that refers to the query around it, elsewhere than in SELECT, WHERE or HAVING,";
/// It may give several rows, which Athena counts as it runs. Or it gives one by way of what is between.
const LOOKUP: &str = "a scalar subquery that refers to the query around it and is no aggregate (aggregate it, as in max(...), or \
                      join)";
const WIDE: &str = "a subquery of more than one column";

/// How a refusal begins, and what is not supported then.
const REFUSALS: [(&str, &str); 19] = [
    ("Projections require unique expression names", "SELECT of two columns of the same name"),
    ("Correlated scalar subquery must be aggregated", LOOKUP),
    ("A GROUP BY clause in a scalar correlated subquery", LOOKUP),
    ("Correlated scalar subquery can only be used in", CORRELATED_VALUE),
    ("Correlated scalar subquery in the GROUP BY clause", CORRELATED_VALUE),
    ("In/Exist/SetComparison subquery can only be used in", "IN or EXISTS of a query in this place"),
    ("Accessing outer reference columns is not allowed", CORRELATED),
    ("Unsupported Subquery plan", CORRELATED),
    ("Window expressions should not contain a mixed", "a window that refers to the query around it"),
    ("Too many columns! The subquery should only return one column", WIDE),
    ("Scalar subquery should only return one column", WIDE),
    ("Scalar subquery must return exactly one column", WIDE),
    ("InSubquery should only return one column", WIDE),
    ("subquery must return exactly one column", WIDE),
    ("single expression required", WIDE),
    ("Invalid window expression", "a window function in this place"),
    (
        "There is only support Literal types",
        "an argument of a window function that is no literal, where it takes one,",
    ),
    ("Physical plan does not support undecorrelated", CORRELATED),
    ("Grouping sets with more than", "GROUP BY of more than 64 columns with GROUPING SETS, ROLLUP or CUBE"),
];

/// How a mistake begins, and Athena's name and words for it.
const MISTAKES: [(&str, &str, &str); 6] = [
    (
        "For SELECT DISTINCT, ORDER BY expressions",
        "EXPRESSION_NOT_IN_DISTINCT",
        "For SELECT DISTINCT, ORDER BY expressions must appear in select list",
    ),
    (
        "Cannot create filter with non-boolean predicate",
        "TYPE_MISMATCH",
        "WHERE and HAVING must evaluate to a boolean",
    ),
    (
        "Unary operator 'NOT' requires a boolean",
        "TYPE_MISMATCH",
        "Value of logical NOT expression must evaluate to a boolean",
    ),
    ("Aggregate function calls cannot be nested", "NESTED_AGGREGATION", "Cannot nest aggregations"),
    (
        "Aggregate function calls cannot contain window function calls",
        "NESTED_WINDOW",
        "Cannot nest window functions inside an aggregation",
    ),
    ("Window function calls cannot be nested", "NESTED_WINDOW", "Cannot nest window functions"),
];

/// What an expression, a value or a plan of DataFusion's has when it is displayed, and SQL has not.
const SHOWN: [&str; 27] = [
    "<subquery>",
    "outer_ref(",
    "__always_true",
    "__common_expr",
    "__correlated_sq",
    "__datafusion_extracted",
    "__scalar_sq",
    "Aggregate: ",
    "AggregateFunction",
    "BinaryExpr",
    "Boolean(",
    "Column {",
    "Filter: ",
    "Float64(",
    "InSubquery",
    "Int32(",
    "Int64(",
    "Physical plan",
    "Projection: ",
    "ScalarFunction",
    "ScalarSubquery",
    "SubqueryAlias: ",
    "TableScan: ",
    "Utf8(",
    "WindowFunction",
    "logical plan",
    "BETWEEN UNBOUNDED PRECEDING",
];

/// The names that it makes for what it computes.
const MADE: [&str; 5] =
    ["__always_true", "__common_expr", "__correlated_sq", "__datafusion_extracted", "__scalar_sq"];

/// The failure of a statement that has no plan. `place` is where it is in the text, if that is known.
pub(super) fn describe(message: &str, place: &str) -> Described {
    if let Some(operation) = message.strip_prefix("Cannot coerce arithmetic expression ") {
        let operation = operation.split(" to valid types").next().unwrap_or_default();
        let words: Vec<&str> = operation.split(' ').map(athena_word).collect();
        return Failed("TYPE_MISMATCH", format!("Cannot apply operator: {}", words.join(" ")));
    }
    if message.contains(NOT_TAKEN) {
        return not_taken(message);
    }
    if message.contains("No function matches") || message.contains("failed to match any signature") {
        let function = message.split('\'').nth(1).unwrap_or_default();
        return Failed("FUNCTION_NOT_FOUND", format!("Unexpected parameters for function {function}"));
    }
    if let Some(construct) = refusal(message) {
        return Unsupported(construct.to_owned());
    }
    if let Some(&(_, code, words)) = MISTAKES.iter().find(|(begin, ..)| message.starts_with(begin)) {
        return Failed(code, words.to_owned());
    }
    if message.contains("must appear in the GROUP BY clause") {
        return not_grouped(message, place);
    }
    let line = first_line(message);
    if is_shown_in(&line) { Unsupported(SOMETHING.to_owned()) } else { Failed("SYNTAX_ERROR", line) }
}

/// What is not supported, of a refusal that is known.
pub(super) fn refusal(message: &str) -> Option<&'static str> {
    REFUSALS.iter().find(|(begin, _)| message.starts_with(begin)).map(|(_, construct)| *construct)
}

/// An expression beside aggregates. Only a column is named: anything else is displayed otherwise than it was written.
fn not_grouped(message: &str, place: &str) -> Described {
    let named = message.split_once("column \"").and_then(|(_, rest)| rest.split_once("\" must appear"));
    let column = named.map(|(column, _)| column).filter(|column| !column.contains(['(', '"', ' ']));
    let what = column.map_or_else(|| "an expression".to_owned(), |column| format!("'{column}'"));
    let message = format!("{place}{what} must be an aggregate expression or appear in GROUP BY clause");
    Failed("EXPRESSION_NOT_AGGREGATE", message)
}

/// Whether a text has a part of a plan or an expression in it as DataFusion displays them.
pub(super) fn is_shown_in(text: &str) -> bool {
    SHOWN.iter().any(|words| text.contains(words))
}

/// Whether it is a column that no statement has: one that DataFusion made for itself, or named by what it computes.
pub(super) fn is_made(column: &Column) -> bool {
    let relation = column.relation.as_ref().map_or("", |relation| relation.table());
    let is_named = MADE.iter().any(|prefix| column.name.starts_with(prefix) || relation.starts_with(prefix));
    is_named || is_shown_in(&column.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts as DataFusion 55.2 makes them.
    const TEXTS: [&str; 21] = [
        "Projections require unique expression names but the expression \"t.n\" at position 0 and \"t.n\" at position 1 have",
        "Correlated scalar subquery must be aggregated to return at most one row",
        "A GROUP BY clause in a scalar correlated subquery cannot contain non-correlated columns",
        "Correlated scalar subquery can only be used in Projection, Filter, Aggregate plan nodes",
        "Correlated scalar subquery in the GROUP BY clause must also be in the aggregate expressions",
        "In/Exist/SetComparison subquery can only be used in Projection, Filter, TableScan, Window functions, Aggregate and Join \
         plan nodes, but was used in [Sort: t.n IN (<subquery>) ASC NULLS LAST]",
        "Accessing outer reference columns is not allowed in the plan: SubqueryAlias: x",
        "Unsupported Subquery plan",
        "Window expressions should not contain a mixed of outer references and inner columns",
        "Too many columns! The subquery should only return one column: t.n, t.s",
        "Scalar subquery should only return one column, but found 2: n, s",
        "InSubquery should only return one column, but found 2: n, s",
        "subquery must return exactly one column of data to compare against",
        "single expression required.",
        "Invalid window expression 'ScalarSubquery(<subquery>)'",
        "For SELECT DISTINCT, ORDER BY expressions t.n must appear in select list",
        "Cannot create filter with non-boolean predicate 't.n + Int64(1)' returning Int64",
        "Window function calls cannot be nested: 'sum(t.n) ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING' is nested",
        "Aggregate function calls cannot be nested: 'sum(t.n)' is nested inside 'sum(sum(t.n))'",
        "Column in SELECT must be in GROUP BY or an aggregate function: While expanding wildcard, column \"t.n + Int64(1)\" must \
         appear in the GROUP BY clause or must be part of an aggregate function, currently only \"t.s\" appears",
        "expr type Int64 can't cast to Utf8 in WindowFunction { fun: x }",
    ];

    #[test]
    fn nobody_is_shown_a_plan() {
        for text in TEXTS {
            let (Failed(_, words) | Unsupported(words)) = describe(text, "");
            assert!(!is_shown_in(&words), "{text}: {words}");
            assert!(
                !["InSubquery", "SetComparison", "plan nodes", "Subquery"]
                    .iter()
                    .any(|word| words.contains(word))
            );
        }
    }

    #[test]
    fn a_refusal_is_named_and_a_mistake_has_athenas_code() {
        let refused = |text: &str| matches!(describe(text, ""), Unsupported(_));
        for (number, text) in TEXTS.iter().enumerate() {
            assert_eq!(refused(text), !(15..20).contains(&number), "{text}");
        }
        let code = |text: &str| match describe(text, "") {
            Failed(code, _) => code,
            Unsupported(construct) => panic!("{construct}"),
        };
        let codes = [
            "EXPRESSION_NOT_IN_DISTINCT",
            "TYPE_MISMATCH",
            "NESTED_WINDOW",
            "NESTED_AGGREGATION",
            "EXPRESSION_NOT_AGGREGATE",
        ];
        assert_eq!(TEXTS[15..20].iter().map(|text| code(text)).collect::<Vec<_>>(), codes);
        assert_eq!(code("Invalid function 'x'.\nDid you mean 'y'?"), "SYNTAX_ERROR");
    }

    #[test]
    fn a_column_that_is_not_grouped_is_named() {
        let told = |column: &str| {
            let text = format!(
                "Column in SELECT must be in GROUP BY or an aggregate function: While expanding wildcard, column \"{column}\" must \
                 appear in the GROUP BY clause or must be part of an aggregate function, currently only \"t.s\" appears"
            );
            match describe(&text, "line 1:8: ") {
                Failed("EXPRESSION_NOT_AGGREGATE", words) => words,
                _ => panic!("{text}"),
            }
        };
        let words = "must be an aggregate expression or appear in GROUP BY clause";
        assert_eq!(told("t.n"), format!("line 1:8: 't.n' {words}"));
        for other in ["t.n + Int64(1)", "outer_ref(t.n)", "sum(t.n)"] {
            assert_eq!(told(other), format!("line 1:8: an expression {words}"));
        }
    }

    #[test]
    fn columns_that_datafusion_made_are_known() {
        for (column, is_made_up) in [
            (Column::from_name("n"), false),
            (Column::from_name("__n"), false),
            (Column::from_name("__common_expr_1"), true),
            (Column::new(Some("t"), "n"), false),
            (Column::from_name("sum(t.n) + Int64(1)"), true),
            (Column::new(Some("__correlated_sq_2"), "n"), true),
        ] {
            assert_eq!(is_made(&column), is_made_up, "{column}");
        }
    }
}
