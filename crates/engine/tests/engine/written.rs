//! Forms that say the same as others: windows with names, `FETCH FIRST`, groups in parentheses, row values, `ANY` and `ALL`;
//! results with two columns of one name; and windows. What is expected follows from Trino's documentation (SELECT: WINDOW,
//! GROUP BY, OFFSET, FETCH FIRST; comparison functions and operators; subqueries; window functions), its grammar
//! (SqlBase.g4) and its analyzer.

mod comparisons;
mod windows;

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

async fn lake() -> Lake {
    let rows = [
        r#"{"g": "a", "n": 1, "v": 10, "f": 1.5}"#,
        r#"{"g": "a", "n": 2, "v": 20, "f": 2.5}"#,
        r#"{"g": "b", "n": 3, "f": 2.5}"#,
        r#"{"g": "b", "n": 4, "v": 40}"#,
    ];
    Lake::of(&[("g", "string"), ("n", "int"), ("v", "bigint"), ("f", "double")], &rows).await
}

#[tokio::test]
async fn first_rows() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT n FROM t ORDER BY n FETCH FIRST 2 ROWS ONLY", "integer", "1;2"),
            ("SELECT n FROM t ORDER BY n FETCH FIRST ROW ONLY", "integer", "1"),
            ("SELECT n FROM t ORDER BY n DESC FETCH NEXT 1 ROW ONLY", "integer", "4"),
            ("SELECT n FROM t ORDER BY n OFFSET 1 ROW FETCH FIRST 2 ROWS ONLY", "integer", "2;3"),
            ("SELECT n FROM t ORDER BY n OFFSET 3", "integer", "4"),
            ("SELECT n FROM t ORDER BY n OFFSET 2 ROWS LIMIT 1", "integer", "3"),
            ("SELECT max(n) FROM (SELECT n FROM t ORDER BY n FETCH FIRST 3 ROWS ONLY) AS s", "integer", "3"),
            (
                "SELECT n FROM t WHERE n IN (SELECT n FROM t ORDER BY n FETCH FIRST 1 ROW ONLY)",
                "integer",
                "1",
            ),
            (
                "SELECT n FROM t UNION ALL SELECT n FROM t ORDER BY n FETCH FIRST 3 ROWS ONLY",
                "integer",
                "1;1;2",
            ),
        ],
    )
    .await;
    refuse(
        &lake,
        &[(
            "SELECT n FROM t FETCH FIRST 0 ROWS ONLY",
            "NUMERIC_VALUE_OUT_OF_RANGE: FETCH FIRST row count must be positive (actual value: 0)",
        )],
    )
    .await;
}

#[tokio::test]
async fn groups_in_parentheses() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT count(*), sum(v) FROM t GROUP BY ()", "bigint", "4|70"),
            ("SELECT count(*) FROM t WHERE false GROUP BY ()", "bigint", "0"),
            ("SELECT g, count(*) FROM t GROUP BY (g) ORDER BY g", "varchar", "a|2;b|2"),
            ("SELECT g, n, count(*) FROM t GROUP BY (g, n) ORDER BY n", "varchar", "a|1|1;a|2|1;b|3|1;b|4|1"),
            ("SELECT g, count(*) FROM t GROUP BY (), g ORDER BY g", "varchar", "a|2;b|2"),
            (
                "SELECT g, count(*) FROM t GROUP BY GROUPING SETS ((g), ()) ORDER BY g",
                "varchar",
                "a|2;b|2;NULL|4",
            ),
        ],
    )
    .await;
    // (TestAnalyzer.testComplexExpressionInGroupingSet)
    refuse(
        &lake,
        &[
            (
                "SELECT 1 FROM (VALUES 1) t(x) GROUP BY ROLLUP(x + 1)",
                "INVALID_COLUMN_REFERENCE: line 1:47: GROUP BY expression must be a column reference: (x + 1)",
            ),
            (
                "SELECT g FROM t GROUP BY GROUPING SETS ((g), (lower(g)))",
                "INVALID_COLUMN_REFERENCE: line 1:47: GROUP BY expression must be a column reference: lower(g)",
            ),
            (
                "SELECT g FROM t GROUP BY CUBE (1)",
                "INVALID_COLUMN_REFERENCE: line 1:32: GROUP BY expression must be a column reference: 1",
            ),
            // Trino's query.max-grouping-sets.
            (
                "SELECT count(*) FROM t GROUP BY CUBE (g, g, g, g, g, g, g, g, g, g, g, g)",
                "TOO_MANY_GROUPING_SETS: GROUP BY has 4096 grouping sets but can contain at most 2048",
            ),
            (
                "SELECT count(*) FROM t GROUP BY CUBE (g, n, v, g, n, v), v, ROLLUP (g, n), CUBE (g, n, v, g)",
                "TOO_MANY_GROUPING_SETS: GROUP BY has 3072 grouping sets but can contain at most 2048",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn columns_of_one_name() {
    let lake = lake().await;
    for (sql, expected) in [
        ("SELECT n, n FROM t WHERE n = 1", "\"n\",\"n\"\n\"1\",\"1\"\n"),
        ("SELECT n AS x, g AS X FROM t WHERE n = 1", "\"x\",\"X\"\n\"1\",\"a\"\n"),
        ("SELECT N, t.n, n + 1 FROM t WHERE n = 1", "\"N\",\"n\",\"_col2\"\n\"1\",\"1\",\"2\"\n"),
        (
            "SELECT *, n, v AS g FROM t WHERE n = 1",
            "\"g\",\"n\",\"v\",\"f\",\"dt\",\"n\",\"g\"\n\"a\",\"1\",\"10\",\"1.5\",\"2026-11-23\",\"1\",\"10\"\n",
        ),
        (
            "SELECT n, n FROM t UNION ALL SELECT v, v FROM t WHERE n = 1 ORDER BY 1 DESC LIMIT 1",
            "\"n\",\"n\"\n\"10\",\"10\"\n",
        ),
        ("SELECT DISTINCT g, g FROM t ORDER BY 1 LIMIT 1", "\"g\",\"g\"\n\"a\",\"a\"\n"),
        (
            "SELECT g, count(*) AS c, sum(n) AS c FROM t GROUP BY g ORDER BY g LIMIT 1",
            "\"g\",\"c\",\"c\"\n\"a\",\"2\",\"3\"\n",
        ),
        ("SELECT n, n FROM t ORDER BY v DESC LIMIT 1", "\"n\",\"n\"\n\"4\",\"4\"\n"),
        (
            "SELECT *, 2 * n AS y FROM t ORDER BY y DESC LIMIT 1",
            "\"g\",\"n\",\"v\",\"f\",\"dt\",\"y\"\n\"b\",\"4\",\"40\",,\"2026-11-23\",\"8\"\n",
        ),
    ] {
        match lake.text(sql, &[]).await {
            Ok(text) => assert_eq!(text, expected, "{sql}"),
            Err(error) => panic!("{sql}: {error}"),
        }
    }
    // By which of the two is not said.
    let error = lake.error("SELECT n, n FROM t ORDER BY n", &[]).await.to_string();
    assert!(error.contains("two columns of the same name"), "{error}");
}
