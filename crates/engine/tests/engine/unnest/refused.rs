//! What is no array, what the local engine does not know, and what is too large.

use super::lake;
use crate::{golden::refuse, lake::Lake};

#[tokio::test]
async fn what_is_no_array_and_what_is_not_here() {
    refuse(
        &lake().await,
        &[
            ("SELECT * FROM t CROSS JOIN UNNEST(n) AS u (x)", "TYPE_MISMATCH: Cannot unnest type: integer"),
            ("SELECT * FROM UNNEST('a') AS u (x)", "TYPE_MISMATCH: Cannot unnest type: varchar"),
            ("SELECT * FROM t CROSS JOIN UNNEST(day) AS u (x)", "TYPE_MISMATCH: Cannot unnest type: date"),
            (
                "SELECT * FROM t CROSS JOIN UNNEST(sizes) AS u (x)",
                "MISMATCHED_COLUMN_ALIASES: Column alias list has 1 entries but 'u' has 2 columns available",
            ),
            (
                "SELECT * FROM t CROSS JOIN UNNEST(whole) AS u (x, y)",
                "MISMATCHED_COLUMN_ALIASES: Column alias list has 2 entries but 'u' has 1 columns available",
            ),
            (
                "SELECT * FROM t LEFT JOIN UNNEST(whole) AS u (x) ON x = 1",
                "NOT_SUPPORTED: a JOIN with UNNEST other than CROSS JOIN, LEFT JOIN ... ON true and INNER JOIN ... ON \
                 true is not supported by the local engine",
            ),
            (
                "SELECT * FROM t RIGHT JOIN UNNEST(whole) AS u (x) ON true",
                "NOT_SUPPORTED: a JOIN with UNNEST other than CROSS JOIN, LEFT JOIN ... ON true and INNER JOIN ... ON \
                 true is not supported by the local engine",
            ),
            (
                "SELECT (SELECT count(*) FROM UNNEST(t.whole) AS u (x)) FROM t",
                "NOT_SUPPORTED: an UNNEST of a column of the query around it (write a lambda expression, or join) is \
                 not supported by the local engine",
            ),
            (
                "SELECT n FROM t WHERE EXISTS (SELECT 1 FROM UNNEST(whole) AS u (x) WHERE x = 1)",
                "NOT_SUPPORTED: an UNNEST of a column of the query around it (write a lambda expression, or join) is \
                 not supported by the local engine",
            ),
            (
                "SELECT (SELECT max(x) FROM (SELECT * FROM t s WHERE s.n = t.n) q CROSS JOIN UNNEST(whole) AS u (x)) FROM t",
                "NOT_SUPPORTED: a scalar subquery that has an UNNEST and refers to the query around it is not \
                 supported by the local engine",
            ),
            (
                "SELECT * FROM (SELECT n, whole FROM t) a JOIN (SELECT n FROM t) s USING (n) CROSS JOIN UNNEST(whole)",
                "NOT_SUPPORTED: JOIN ... USING beside an UNNEST without names for its columns (write AS t (name)) is \
                 not supported by the local engine",
            ),
            (
                "SELECT * FROM t WITH ORDINALITY",
                "NOT_SUPPORTED: WITH ORDINALITY is not supported by the local engine",
            ),
        ],
    )
    .await;
}

/// What is repeated for each element of a long array is bounded by the size of a batch, and one row may be too wide.
#[tokio::test]
async fn long_arrays_and_wide_rows() {
    let numbers: Vec<String> = (0..2_000).map(|n| n.to_string()).collect();
    let row = |wide: usize| {
        format!(r#"{{"n": 1, "s": "{}", "whole": [{}]}}"#, "x".repeat(wide), numbers.join(", "))
    };
    let types = [("n", "int"), ("s", "string"), ("whole", "array<int>")];
    let lake = Lake::of(&types, &[&row(100_000)]).await;
    let sql = "SELECT count(*), sum(length(s)), sum(x), min(o), max(o) FROM t \
               CROSS JOIN UNNEST(whole) WITH ORDINALITY AS u (x, o)";
    assert_eq!(lake.rows(sql).await, "\"2000\",\"200000000\",\"1999000\",\"1\",\"2000\"\n");
    let lake = Lake::of(&types, &[&row(3_000_000)]).await;
    let error = lake.error(sql, &[]).await.to_string();
    assert!(error.starts_with("EXCEEDED_LOCAL_MEMORY_LIMIT: "), "{error}");
}
