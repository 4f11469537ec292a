//! Numbers that are looked for among those that a query gives.

use super::lake;
use crate::{golden::compare, lake::Lake};

/// Trino's `IN` is `= ANY`, and follows `=` (its documentation, "Subqueries": whether any values produced by the subquery are
/// equal to the expression).
#[tokio::test]
async fn queries_find_numbers_as_comparisons_do() {
    let lake = lake().await;
    let mut cases: Vec<(String, &str, &str)> = Vec::new();
    for column in ["d", "r"] {
        for (sql, data_type, expected) in [
            ("SELECT n FROM t WHERE # IN (SELECT # FROM t) ORDER BY n", "integer", "3;5;6;7"),
            ("SELECT n FROM t WHERE # IN (SELECT d FROM t) ORDER BY n", "integer", "3;5;6;7"),
            ("SELECT n FROM t WHERE # IN (SELECT n - 6 FROM t) ORDER BY n", "integer", "3;7"),
            ("SELECT n FROM t WHERE n - 2 IN (SELECT # FROM t) ORDER BY n", "integer", "1;3"),
            ("SELECT n FROM t WHERE # NOT IN (SELECT # FROM t) ORDER BY n", "integer", ""),
            ("SELECT n FROM t WHERE # NOT IN (SELECT # FROM t WHERE n <> 4) ORDER BY n", "integer", "1;2"),
            (
                "SELECT n FROM t WHERE # NOT IN (SELECT # FROM t WHERE n < 3) ORDER BY n",
                "integer",
                "1;2;3;5;6;7",
            ),
            ("SELECT n FROM t WHERE # = ANY (SELECT # FROM t) OR n = 1 ORDER BY n", "integer", "1;3;5;6;7"),
            ("SELECT count(*) FROM t WHERE 0e0 / 0e0 IN (SELECT # FROM t)", "bigint", "0"),
            ("SELECT count(*) FROM t WHERE 1e0 IN (SELECT # FROM t)", "bigint", "7"),
            (
                "SELECT n FROM t WHERE 0e0 * n IN (SELECT -# * 0 FROM t WHERE n = 3) AND n < 3 ORDER BY n",
                "integer",
                "1;2",
            ),
            (
                "SELECT n FROM t AS a WHERE # IN (SELECT # FROM t AS b WHERE b.n = a.n) ORDER BY n",
                "integer",
                "3;5;6;7",
            ),
            (
                "SELECT n FROM t AS a WHERE # NOT IN (SELECT # FROM t AS b WHERE b.n = a.n) ORDER BY n",
                "integer",
                "1;2",
            ),
            (
                "SELECT n, # IN (SELECT # FROM t WHERE n <> 4) FROM t ORDER BY n",
                "integer",
                "1|false;2|false;3|true;4|NULL;5|true;6|true;7|true",
            ),
            // Correlated by the number itself.
            (
                "SELECT n, (SELECT count(*) FROM t AS b WHERE b.# = a.#) FROM t AS a ORDER BY n",
                "integer",
                "1|0;2|0;3|1;4|0;5|1;6|1;7|1",
            ),
            (
                "SELECT n, (SELECT max(n) FROM t AS b WHERE a.# = b.# AND b.n > 0) FROM t AS a ORDER BY n",
                "integer",
                "1|NULL;2|NULL;3|3;4|NULL;5|5;6|6;7|7",
            ),
            (
                "SELECT n FROM t AS a WHERE EXISTS (SELECT 1 FROM t AS b WHERE b.# = a.#) ORDER BY n",
                "integer",
                "3;5;6;7",
            ),
            (
                "SELECT n FROM t AS a WHERE NOT EXISTS (SELECT 1 FROM t AS b WHERE b.# = a.#) ORDER BY n",
                "integer",
                "1;2;4",
            ),
            (
                "SELECT n FROM t AS a WHERE EXISTS (SELECT 1 FROM t AS b WHERE b.# = a.# OR b.n = -1) ORDER BY n",
                "integer",
                "3;5;6;7",
            ),
            (
                "SELECT n FROM t AS a WHERE EXISTS (SELECT 1 FROM t AS b WHERE b.# + 1 = a.# + 1 AND b.n = a.n) ORDER BY n",
                "integer",
                "3;5;6;7",
            ),
            (
                "SELECT n FROM t AS a WHERE EXISTS (SELECT 1 FROM t AS b WHERE -b.# * 0 = a.# * 0 AND b.n = a.n) ORDER BY n",
                "integer",
                "3;7",
            ),
        ] {
            cases.push((sql.replace('#', column), data_type, expected));
        }
    }
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&lake, &cases).await;
}

/// A decimal is a double beside a double, and a real beside a real, also where it is looked for in a query (Trino's
/// `TypeCoercion`).
#[tokio::test]
async fn decimals_are_found_among_doubles_and_reals() {
    let mut cases: Vec<(String, &str, &str)> = Vec::new();
    let decimals = "(VALUES 0.1, 1.5, 2.5, NULL) AS v (x)";
    for (number, values) in [("double", "0.1e0, 2.5e0, -0e0"), ("real", "0.1e0, 2.5e0, -0e0")] {
        let query = format!("SELECT CAST(y AS {number}) FROM (VALUES {values}) AS w (y)");
        for (sql, data_type, expected) in [
            (format!("SELECT x FROM {decimals} WHERE x IN ({query}) ORDER BY x"), "decimal(2,1)", "0.1;2.5"),
            (format!("SELECT x FROM {decimals} WHERE x NOT IN ({query}) ORDER BY x"), "decimal(2,1)", "1.5"),
            (format!("SELECT x IN ({query}) FROM {decimals} ORDER BY x"), "boolean", "true;false;true;NULL"),
            (
                format!("SELECT x = ANY ({query}) FROM {decimals} ORDER BY x"),
                "boolean",
                "true;false;true;NULL",
            ),
            (format!("SELECT count(*) FROM (VALUES 7) AS o (z) WHERE 0.0 IN ({query})"), "bigint", "1"),
            (
                format!("SELECT count(*) FROM ({query}) AS q (y) WHERE y IN (SELECT x FROM {decimals})"),
                "bigint",
                "2",
            ),
            (
                format!(
                    "SELECT count(*) FROM ({query}) AS q (y) WHERE y NOT IN (SELECT x FROM {decimals} WHERE x > 0)"
                ),
                "bigint",
                "1",
            ),
        ] {
            cases.push((sql, data_type, expected));
        }
    }
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, data_type, expected)| (sql.as_str(), *data_type, *expected)).collect();
    compare(&Lake::new(), &cases).await;
}
