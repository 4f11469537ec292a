//! Subqueries in every place where an expression may stand. Each statement is answered, or refused in words of SQL.

use engine::{EngineError, csv};

use crate::refusals::lake;

/// What stands in a place: a value, or a condition of `a.n`.
const VALUES: [&str; 6] = [
    "(SELECT max(n) FROM t)",
    "(SELECT max(b.n) FROM t b WHERE b.n = a.n)",
    "(SELECT max(b.n + a.n) FROM t b)",
    "(SELECT count(*) OVER () FROM t LIMIT 1)",
    "(SELECT sum(b.n + a.n) OVER () FROM t b)",
    "(SELECT n, s FROM t)",
];
const CONDITIONS: [&str; 7] = [
    "a.n IN (SELECT n FROM t)",
    "a.n NOT IN (SELECT n FROM t)",
    "EXISTS (SELECT 1 FROM t)",
    "EXISTS (SELECT 1 FROM t b WHERE b.n = a.n)",
    "a.n IN (SELECT b.n FROM t b WHERE b.s = a.s)",
    "a.n IN (SELECT b.n FROM t b LEFT JOIN t c ON c.n = a.n)",
    "a.n IN (SELECT n, s FROM t)",
];

/// Where it stands.
const PLACES: [&str; 16] = [
    "SELECT {} FROM t a",
    "SELECT CASE WHEN {c} THEN 1 ELSE 2 END FROM t a",
    "SELECT coalesce({v}, 1) FROM t a",
    "SELECT sum({v}) FROM t a",
    "SELECT sum(n) FILTER (WHERE {c}) FROM t a",
    "SELECT sum({v}) OVER () FROM t a",
    "SELECT sum(CASE WHEN {c} THEN 1 END) OVER (ORDER BY n) FROM t a",
    "SELECT count_if({c}) OVER (PARTITION BY s) FROM t a",
    "SELECT lag(n, 1, {v}) OVER (ORDER BY n) FROM t a",
    "SELECT sum(n) OVER () + {v} FROM t a",
    "SELECT n FROM t a WHERE {c}",
    "SELECT n FROM t a WHERE {v} IN (SELECT n FROM t)",
    "SELECT count(*) FROM t a GROUP BY {}",
    "SELECT n FROM t a GROUP BY n HAVING {v} > 0",
    "SELECT n FROM t a ORDER BY {}",
    "SELECT a.n FROM t a JOIN t d ON a.n = d.n AND {c}",
];

/// What a message may be about, in any of these statements.
const CODES: [&str; 6] = [
    "NOT_SUPPORTED",
    "SUBQUERY_MULTIPLE_ROWS",
    "EXPRESSION_NOT_AGGREGATE",
    "TYPE_MISMATCH",
    "COLUMN_NOT_FOUND",
    "NESTED_WINDOW",
];

/// Names of DataFusion's own types, and what it calls its own columns.
const OWN: [&str; 14] = [
    "Subquery",
    "SetComparison",
    "WindowFunction",
    "AggregateFunction",
    "plan node",
    "Physical",
    "Projection",
    "subquery>",
    "outer_ref",
    "Int64",
    "Utf8",
    "__",
    "Invalid",
    "wildcard",
];

#[tokio::test]
async fn a_subquery_is_answered_in_every_place_or_refused_in_words_of_sql() {
    let lake = lake().await;
    let (mut wrong, mut answered, mut refused) = (Vec::new(), 0, 0);
    for place in PLACES {
        let values = VALUES.iter().filter(|_| !place.contains("{c}"));
        let conditions = CONDITIONS.iter().filter(|_| !place.contains("{v}"));
        for part in values.chain(conditions) {
            let sql = place.replace("{}", part).replace("{v}", part).replace("{c}", part);
            let error = match lake.text(&sql, &[]).await {
                Ok(_) => {
                    answered += 1;
                    continue;
                }
                Err(csv::CsvError::Query(error)) => error,
                Err(other) => panic!("{sql}: {other}"),
            };
            refused += 1;
            let told = error.to_string();
            let is_named = CODES.iter().any(|code| told.starts_with(code));
            let is_plain = !OWN.iter().any(|words| told.contains(words));
            if !is_named || !is_plain || matches!(error, EngineError::Internal(_)) {
                wrong.push(format!("{sql}: {error:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(answered > 10 && refused > 10, "{answered} are answered, {refused} are refused");
}
