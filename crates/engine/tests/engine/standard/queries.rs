//! Queries within expressions: `IN`, `EXISTS`, and correlated ones.

use super::check;
use crate::lake::Lake;

#[tokio::test]
async fn in_has_three_values() {
    check(
        &Lake::new(),
        &[
            ("SELECT x FROM o WHERE x NOT IN (SELECT c FROM s)", ""),
            ("SELECT x FROM o WHERE x NOT IN (SELECT c FROM s WHERE c IS NOT NULL) ORDER BY x", "2;5"),
            ("SELECT x FROM o WHERE x NOT IN (SELECT c FROM s WHERE c > 100) ORDER BY x", "1;2;3;5;NULL;NULL"),
            ("SELECT x FROM o WHERE 3 NOT IN (SELECT c FROM s)", ""),
            ("SELECT x FROM o WHERE 4 NOT IN (SELECT c FROM s)", ""),
            ("SELECT count(*) FROM o WHERE 4 NOT IN (SELECT c FROM s WHERE c > 0)", "6"),
            ("SELECT x, g FROM o WHERE x NOT IN (SELECT c FROM s WHERE s.g = o.g) ORDER BY g", "2|1;5|3;NULL|4"),
            ("SELECT x FROM o WHERE x NOT IN (SELECT c FROM s) OR x = 2", "2"),
            ("SELECT x FROM o WHERE NOT (x IN (SELECT c FROM s) AND g = 1) ORDER BY x", "3;5;NULL;NULL"),
            ("SELECT x FROM o WHERE (x IN (SELECT c FROM s)) IS NULL ORDER BY x", "2;5;NULL;NULL"),
            ("SELECT x FROM o WHERE x IN (SELECT c FROM s WHERE s.g = o.g) ORDER BY x", "1;3"),
            ("SELECT g FROM o GROUP BY g HAVING max(x) NOT IN (SELECT c FROM s WHERE c > 0) ORDER BY g", "1;3"),
            ("SELECT x FROM o WHERE x IN (VALUES 1, 5) ORDER BY x", "1;5"),
            // The condition of a join.
            ("SELECT o.x FROM o JOIN a ON o.x = a.k AND (o.x NOT IN (SELECT c FROM s) OR a.v = 'z')", ""),
            ("SELECT o.x FROM o JOIN a ON o.x = a.k AND (o.x NOT IN (SELECT c FROM s) OR a.v = 'a2')", "2"),
            ("SELECT o.x FROM o JOIN a ON o.x = a.k AND o.x NOT IN (SELECT c FROM s)", ""),
            ("SELECT o.x FROM o JOIN a ON o.x = a.k AND o.x NOT IN (SELECT c FROM s WHERE c > 0) ORDER BY 1", "2"),
            ("SELECT o.x FROM o JOIN a ON o.x = a.k AND o.x IN (SELECT c FROM s)", "1"),
            ("SELECT o.x, a.v FROM o JOIN a ON o.x < a.k AND a.k NOT IN (SELECT c FROM s WHERE c > 0)", "1|a2"),
            ("SELECT x FROM o WHERE x NOT IN (VALUES 1, 5) ORDER BY x", "2;3"),
            (
                "SELECT x FROM o WHERE EXISTS (SELECT count(*) FROM s WHERE s.g = o.g)",
                "NOT_SUPPORTED: IN or EXISTS of a query that aggregates without GROUP BY and refers to the query around it \
                 is not supported by the local engine",
            ),
            (
                "SELECT x, (SELECT v FROM a WHERE a.k = o.x) FROM o ORDER BY x",
                "1|a1;2|a2;3|NULL;5|NULL;NULL|NULL;NULL|NULL",
            ),
            ("SELECT x, (SELECT max(v) FROM a WHERE a.k = o.x) FROM o WHERE g = 1 ORDER BY x", "1|a1;2|a2"),
            // In these words, and none of DataFusion's.
            (
                "SELECT x, g, x IN (SELECT c FROM s WHERE s.g = o.g) FROM o ORDER BY g, x",
                "1|1|true;2|1|false;3|2|true;NULL|2|NULL;5|3|false;NULL|4|false",
            ),
            (
                "SELECT x IN (SELECT c + o.g FROM s) FROM o",
                "NOT_SUPPORTED: IN or EXISTS of a query in this place, or of one that refers to the query around it in this \
                 way, is not supported by the local engine",
            ),
            (
                "SELECT x FROM o WHERE x IN (SELECT o.x FROM s)",
                "NOT_SUPPORTED: IN or EXISTS of a query in this place, or of one that refers to the query around it in this \
                 way, is not supported by the local engine",
            ),
            (
                "SELECT x, (SELECT max(o.g) FROM s) FROM o",
                "NOT_SUPPORTED: a scalar subquery in this place, or one that refers to the query around it in this way, is \
                 not supported by the local engine",
            ),
            (
                "SELECT x FROM o WHERE x NOT IN (SELECT count(*) FROM s WHERE s.g = o.g)",
                "NOT_SUPPORTED: IN or EXISTS of a query that aggregates without GROUP BY and refers to the query around it \
                 is not supported by the local engine",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn in_and_exists_are_values() {
    check(
        &Lake::new(),
        &[
            (
                "SELECT x, x IN (SELECT c FROM s) FROM o WHERE x IS NOT NULL ORDER BY x",
                "1|true;2|NULL;3|true;5|NULL",
            ),
            (
                "SELECT x, x NOT IN (SELECT c FROM s WHERE c > 0) FROM o ORDER BY x",
                "1|false;2|true;3|false;5|true;NULL|NULL;NULL|NULL",
            ),
            (
                "SELECT x, x IN (SELECT c FROM s WHERE c > 100) FROM o ORDER BY x",
                "1|false;2|false;3|false;5|false;NULL|false;NULL|false",
            ),
            (
                "SELECT x, x + 1 IN (SELECT c FROM s WHERE c > 0), x IN (SELECT k FROM a) FROM o WHERE g = 1 ORDER BY x",
                "1|false|true;2|true|true",
            ),
            (
                "SELECT EXISTS (SELECT 1 FROM s WHERE c = 3), NOT EXISTS (SELECT 1 FROM s WHERE c = 3), \
                 4 IN (SELECT c FROM s WHERE c > 0), 4 IN (SELECT c FROM s)",
                "true|false|false|NULL",
            ),
            (
                "SELECT count_if(x IN (SELECT c FROM s)), \
                 sum(CASE WHEN x NOT IN (SELECT c FROM s WHERE c > 0) THEN 1 ELSE 0 END) FROM o",
                "2|2",
            ),
            (
                "SELECT g, bool_or(x IN (SELECT c FROM s WHERE c > 0)) FROM o GROUP BY g ORDER BY g",
                "1|true;2|true;3|false;4|NULL",
            ),
            (
                "SELECT CASE WHEN x IN (SELECT c FROM s) THEN 'in' ELSE 'out' END FROM o WHERE g = 1 ORDER BY 1",
                "in;out",
            ),
            ("SELECT max(x) IN (SELECT c FROM s WHERE c > 0) FROM o", "false"),
        ],
    )
    .await;
}

/// Without the refusals each gave other rows: DataFusion moves `s.g = o.g` to the top of the query within, past what looks at
/// all rows that it has.
#[tokio::test]
async fn what_looks_at_all_rows_of_a_correlated_query_is_refused() {
    let exists = |what: &str| {
        format!(
            "NOT_SUPPORTED: IN or EXISTS of a query that {what} and refers to the query around it is not supported by the \
             local engine"
        )
    };
    let value = |what: &str| exists(what).replace("IN or EXISTS of a query", "a scalar subquery");
    let window = "has a window";
    let limit = "has a LIMIT, a FETCH FIRST or an OFFSET";
    let join = "has an outer join, an EXCEPT or an INTERSECT";
    let sets = "has GROUPING SETS, ROLLUP or CUBE";
    let refused = [
        ("SELECT x FROM o WHERE EXISTS (SELECT 1 FROM s WHERE s.g = o.g OFFSET 9)", exists(limit)),
        ("SELECT x FROM o WHERE EXISTS (SELECT 1 FROM s WHERE s.g = o.g OFFSET 9 LIMIT 1)", exists(limit)),
        (
            "SELECT x FROM o WHERE EXISTS (SELECT 1 FROM (SELECT c, g FROM s WHERE s.g = o.g LIMIT 1) z WHERE z.c > 1)",
            exists(limit),
        ),
        ("SELECT x FROM o WHERE x IN (SELECT c FROM s WHERE s.g = o.g LIMIT 1)", exists(limit)),
        ("SELECT x FROM o WHERE x NOT IN (SELECT c FROM s WHERE s.g = o.g LIMIT 1)", exists(limit)),
        ("SELECT x FROM o WHERE x IN (SELECT max(c) OVER () FROM s WHERE s.g = o.g)", exists(window)),
        (
            "SELECT x, (SELECT max(z.m) FROM (SELECT max(c) OVER () AS m, g FROM s WHERE s.g = o.g) z) FROM o",
            value(window),
        ),
        (
            "SELECT x FROM o WHERE EXISTS (SELECT 1 FROM a LEFT JOIN (SELECT c, g FROM s WHERE s.g = o.g) z ON z.c = a.k WHERE z.c IS NULL)",
            exists(join),
        ),
        (
            "SELECT x FROM o WHERE EXISTS (SELECT 1 FROM (SELECT c, g FROM s WHERE s.g = o.g) z RIGHT JOIN a ON z.c = a.k WHERE z.c IS NULL)",
            exists(join),
        ),
        (
            "SELECT x FROM o WHERE EXISTS (SELECT 1 FROM a FULL JOIN (SELECT c, g FROM s WHERE s.g = o.g) z ON z.c = a.k WHERE z.c IS NULL)",
            exists(join),
        ),
        (
            "SELECT x, (SELECT count(*) FROM a LEFT JOIN (SELECT c, g FROM s WHERE s.g = o.g) z ON z.c = a.k WHERE z.c IS NULL) FROM o",
            value(join),
        ),
        (
            "SELECT x FROM o WHERE EXISTS (SELECT c, g FROM s EXCEPT SELECT c, g FROM s WHERE s.g = o.g)",
            exists(join),
        ),
        ("SELECT x FROM o WHERE EXISTS (SELECT c FROM s WHERE s.g = o.g GROUP BY ROLLUP(c))", exists(sets)),
        (
            "SELECT x, (SELECT sum(n) FROM (SELECT g, count(*) AS n FROM s WHERE s.g = o.g GROUP BY ROLLUP(g)) z) FROM o",
            value(sets),
        ),
    ];
    let refused: Vec<(&str, &str)> = refused.iter().map(|(sql, error)| (*sql, error.as_str())).collect();
    let lake = Lake::new();
    check(&lake, &refused).await;
    check(
        &lake,
        &[
            // The same where nothing refers to the query around, or only above.
            ("SELECT x FROM o WHERE EXISTS (SELECT 1 FROM s OFFSET 9)", ""),
            ("SELECT x FROM o WHERE EXISTS (SELECT 1 FROM s WHERE s.g = o.g LIMIT 1) ORDER BY x", "1;2;3;NULL"),
            ("SELECT x FROM o WHERE x IN (SELECT max(c) OVER () FROM s WHERE c < 7)", "3"),
            ("SELECT x FROM o WHERE x IN (SELECT c FROM s WHERE c < 7 ORDER BY c DESC LIMIT 1)", "3"),
            (
                "SELECT x FROM o WHERE EXISTS (SELECT 1 FROM s LEFT JOIN a ON s.c = a.k WHERE s.g = o.g AND a.k IS NULL) \
                 ORDER BY x",
                "3;NULL",
            ),
            ("SELECT x FROM o WHERE x IN (SELECT c FROM s EXCEPT SELECT k FROM c)", "3"),
            (
                "SELECT x FROM o WHERE EXISTS (SELECT g FROM s WHERE s.g = o.g GROUP BY g HAVING count(*) > 1) ORDER BY x",
                "3;NULL",
            ),
        ],
    )
    .await;
}

/// DataFusion joins by the value, and made `false` of it and of a condition of the query on the same column.
#[tokio::test]
async fn a_value_without_columns_is_looked_for_in_a_query() {
    let all = "1;2;3;5;NULL;NULL";
    check(
        &Lake::new(),
        &[
            ("SELECT x FROM o WHERE 3 IN (SELECT c FROM s WHERE c = 3) ORDER BY x", all),
            ("SELECT x FROM o WHERE 3 IN (SELECT c FROM s WHERE c IN (3)) ORDER BY x", all),
            ("SELECT x FROM o WHERE CASE WHEN 2 IN (1, 2) THEN 3 END IN (SELECT c FROM s WHERE 3 = c) ORDER BY x", all),
            ("SELECT x FROM o WHERE 3 IN (SELECT c FROM s) AND x = 2", "2"),
            ("SELECT x FROM o WHERE 4 IN (SELECT c FROM s) OR x = 2", "2"),
            ("SELECT x FROM o WHERE 3 NOT IN (SELECT c FROM s WHERE c = 3)", ""),
            ("SELECT x FROM o WHERE NOT 4 IN (SELECT c FROM s WHERE c = 3) ORDER BY x", all),
            ("SELECT x FROM o WHERE 4 NOT IN (SELECT c FROM s)", ""),
            ("SELECT x FROM o WHERE 3 IN (SELECT c FROM s WHERE c = 3 AND s.g = o.g) ORDER BY x", "3;NULL"),
            (
                "SELECT count(*) FROM o WHERE DATE '1969-12-31' IN (SELECT d FROM (VALUES DATE '1969-12-31', NULL) AS v (d) \
                 WHERE d IN (DATE '1969-12-31'))",
                "6",
            ),
            ("SELECT o.x FROM o JOIN s ON o.g = s.g AND 3 IN (SELECT c FROM s WHERE c = 3) WHERE o.x = 1", "1"),
        ],
    )
    .await;
}

/// An aggregate without groups has a row whatever it aggregates: a condition below it does not take that away.
#[tokio::test]
async fn a_condition_without_columns_stays_above_an_aggregate() {
    check(
        &Lake::new(),
        &[
            ("SELECT n FROM (SELECT count(*) AS n FROM o) WHERE (SELECT count(*) FROM s) > 100", ""),
            ("SELECT n FROM (SELECT count(*) AS n FROM o) WHERE (SELECT count(*) FROM s) > 1", "6"),
            ("SELECT count(*) FROM o HAVING (SELECT max(c) FROM s) > 100", ""),
            ("SELECT n FROM (SELECT count(*) AS n FROM o) WHERE 3 NOT IN (SELECT c FROM s)", ""),
            ("SELECT n FROM (SELECT count(*) AS n FROM o) WHERE 8 IN (SELECT c FROM s) OR n = 5", ""),
            ("SELECT n, c FROM (SELECT count(*) AS n FROM o) CROSS JOIN s WHERE (SELECT max(c) FROM s) > 100 AND c > 1", ""),
            (
                "SELECT n, c FROM (SELECT count(*) AS n FROM o) JOIN s ON n > c WHERE (SELECT max(c) FROM s) > 5 AND c > 1",
                "6|3",
            ),
            ("SELECT g, count(*) FROM o WHERE (SELECT max(c) FROM s) > 100 GROUP BY g", ""),
        ],
    )
    .await;
}
