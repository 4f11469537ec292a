//! HAVING without GROUP BY. What is expected is from Trino's documentation ("SELECT", section "HAVING clause") and from its source
//! (`StatementAnalyzer.analyzeGroupBy`: a query with HAVING and no GROUP BY has one group, of all rows).

use crate::{golden::compare, lake::Lake};

const ROWS: &str = "FROM (VALUES (1, 10), (2, NULL), (3, 30)) AS t (k, v)";

#[tokio::test]
async fn having_makes_one_group_of_all_rows() {
    let cases = [
        ("SELECT 42 HAVING true", "integer", "42"),
        ("SELECT 42 HAVING false", "integer", ""),
        ("SELECT 42 HAVING NULL", "integer", ""),
        ("SELECT 42 HAVING CAST(NULL AS boolean) OR 1 > 2", "integer", ""),
        ("SELECT 'a' AS b HAVING 1 = 1 ORDER BY 1", "varchar", "a"),
        ("SELECT 42 {} HAVING true", "integer", "42"),
        ("SELECT 42 {} HAVING 42 > 80", "integer", ""),
        ("SELECT 42 {} WHERE k > 9 HAVING true", "integer", "42"),
        ("SELECT 42 {} WHERE k > 9 HAVING count(*) > 0", "integer", ""),
        ("SELECT 42 {} HAVING sum(v) = 40", "integer", "42"),
        ("SELECT count(*) {} HAVING true", "bigint", "3"),
        ("SELECT max(v) {} HAVING min(v) > 10", "integer", ""),
        ("SELECT (SELECT max(k) {}) {} HAVING true", "integer", "3"),
        ("SELECT count(*) OVER () {} HAVING true", "bigint", "1"),
        ("SELECT DISTINCT 42 {} HAVING true ORDER BY 1", "integer", "42"),
        ("SELECT x + 1 FROM (SELECT 41 AS x {} HAVING true)", "integer", "42"),
        ("SELECT k {} WHERE 42 IN (SELECT 42 {} HAVING count(v) = 2) ORDER BY 1", "integer", "1;2;3"),
        ("SELECT 1 {} HAVING true UNION ALL SELECT 2 {} HAVING false", "integer", "1"),
        ("SELECT k {} GROUP BY k HAVING true ORDER BY 1", "integer", "1;2;3"),
    ];
    check(&cases).await;
}

/// A null beside another condition moved below the aggregate, and left it without rows to count instead of without an answer.
#[tokio::test]
async fn a_null_among_the_conditions_leaves_nothing() {
    let cases = [
        ("SELECT count(*) {} HAVING NULL AND count(*) >= 0", "bigint", ""),
        ("SELECT count(*) {} HAVING count(*) < 9 AND NULL", "bigint", ""),
        ("SELECT 42 {} HAVING CAST(NULL AS boolean) AND count(v) IS NOT NULL", "integer", ""),
        ("SELECT n FROM (SELECT count(*) AS n {}) WHERE NULL AND n < 9", "bigint", ""),
        ("SELECT n FROM (SELECT count(*) AS n {}) WHERE (NULL OR true) AND n < 9", "bigint", "3"),
        ("SELECT n FROM (SELECT count(*) AS n {}) WHERE 1 > 2 AND n < 9", "bigint", ""),
    ];
    check(&cases).await;
}

#[tokio::test]
async fn what_is_not_aggregated_is_named() {
    let lake = Lake::new();
    for sql in ["SELECT k {} HAVING true", "SELECT * {} HAVING true", "SELECT 42 {} HAVING k > 1"] {
        let error = lake.error(&sql.replace("{}", ROWS), &[]).await.to_string();
        assert!(error.starts_with("EXPRESSION_NOT_AGGREGATE: "), "{sql}: {error}");
    }
}

async fn check(cases: &[(&str, &str, &str)]) {
    let cases: Vec<(String, &str, &str)> =
        cases.iter().map(|(sql, types, rows)| (sql.replace("{}", ROWS), *types, *rows)).collect();
    let cases: Vec<(&str, &str, &str)> =
        cases.iter().map(|(sql, types, rows)| (sql.as_str(), *types, *rows)).collect();
    compare(&Lake::new(), &cases).await;
}
