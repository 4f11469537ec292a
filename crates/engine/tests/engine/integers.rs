//! The types of numbers that are written, and of what is calculated from them. In Trino's grammar (`AstBuilder`,
//! `LongLiteral`) one that fits in 32 bits is an integer, and a larger one a bigint; a sign is an operator.

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

async fn lake() -> Lake {
    let rows = [r#"{"i": 1, "b": 10}"#, r#"{"i": 2, "b": 20}"#, r#"{"b": 30}"#];
    Lake::of(&[("i", "int"), ("b", "bigint")], &rows).await
}

#[tokio::test]
async fn numbers_that_fit_are_integers() {
    let lake = lake().await;
    let cases = [
        ("SELECT 1", "integer", "1"),
        ("SELECT 0", "integer", "0"),
        ("SELECT -1", "integer", "-1"),
        ("SELECT 2147483647", "integer", "2147483647"),
        ("SELECT 2147483648", "bigint", "2147483648"),
        ("SELECT -2147483647", "integer", "-2147483647"),
        ("SELECT -2147483648", "bigint", "-2147483648"),
        ("SELECT 9223372036854775807", "bigint", "9223372036854775807"),
        ("SELECT -9223372036854775808", "bigint", "-9223372036854775808"),
        ("SELECT CAST(1 AS bigint)", "bigint", "1"),
        ("SELECT 1 + 1", "integer", "2"),
        ("SELECT 7 / 2", "integer", "3"),
        ("SELECT -7 / 2", "integer", "-3"),
        ("SELECT -7 % 4", "integer", "-3"),
        ("SELECT 1 + 2147483648", "bigint", "2147483649"),
        ("SELECT 1 * CAST(1 AS bigint)", "bigint", "1"),
        ("SELECT i + 1 FROM t ORDER BY 1", "integer", "2;3;NULL"),
        ("SELECT i / 2 FROM t ORDER BY 1", "integer", "0;1;NULL"),
        ("SELECT b / 2 FROM t ORDER BY 1", "bigint", "5;10;15"),
        ("SELECT coalesce(i, 0) FROM t ORDER BY 1", "integer", "0;1;2"),
        ("SELECT coalesce(i, 3000000000) FROM t ORDER BY 1", "bigint", "1;2;3000000000"),
        ("SELECT nullif(i, 1) FROM t ORDER BY 1", "integer", "2;NULL;NULL"),
        ("SELECT CASE WHEN i = 1 THEN 1 ELSE 2 END FROM t ORDER BY 1", "integer", "1;2;2"),
        ("SELECT if(i = 1, 5) FROM t ORDER BY 1", "integer", "5;NULL;NULL"),
        ("SELECT max(1), sum(1), count(1), count(*) FROM t", "integer", "1|3|3|3"),
        ("SELECT sum(CASE WHEN i = 1 THEN 1 ELSE 0 END) FROM t", "bigint", "1"),
        ("SELECT avg(1) FROM t", "double", "1.0"),
        ("SELECT 1.5 + 1", "decimal(12,1)", "2.5"),
        ("SELECT abs(-5)", "integer", "5"),
        ("VALUES 1, 2", "integer", "1;2"),
        ("VALUES 1, NULL", "integer", "1;NULL"),
        ("VALUES NULL, 1", "integer", "NULL;1"),
        ("VALUES 1, 3000000000", "bigint", "1;3000000000"),
        ("VALUES 1 + 1, 7 / 2", "integer", "2;3"),
        ("SELECT x + 1 FROM (VALUES 1, 2) v (x) ORDER BY 1", "integer", "2;3"),
        ("SELECT x FROM (VALUES (1, 'a'), (NULL, 'b')) v (x, y) ORDER BY y", "integer", "1;NULL"),
        ("SELECT 1 UNION ALL SELECT 2 ORDER BY 1", "integer", "1;2"),
        ("SELECT 1 UNION ALL SELECT 3000000000 ORDER BY 1", "bigint", "1;3000000000"),
        (
            "SELECT x + 1 FROM (SELECT 1 AS x UNION ALL SELECT 3000000000) s ORDER BY 1",
            "bigint",
            "2;3000000001",
        ),
        (
            "SELECT x + 0.5 FROM (SELECT 1 AS x UNION ALL SELECT 3000000000) s WHERE x > 1",
            "decimal(21,1)",
            "3000000000.5",
        ),
        ("SELECT i FROM t INTERSECT SELECT 1", "integer", "1"),
        ("SELECT 1 FROM t WHERE i = 1 GROUP BY 1", "integer", "1"),
        (
            "SELECT i + 1, count(*) FROM t WHERE i > 0 GROUP BY ROLLUP (i) ORDER BY 1",
            "integer",
            "2|1;3|1;NULL|2",
        ),
        ("SELECT i + 1 FROM t GROUP BY i + 1 HAVING count(*) > 0 ORDER BY 1", "integer", "2;3;NULL"),
        ("SELECT lead(i, 1, 0) OVER (ORDER BY b) FROM t ORDER BY b", "integer", "2;NULL;0"),
        ("SELECT ntile(2) OVER (ORDER BY b) FROM t ORDER BY b", "bigint", "1;1;2"),
        (
            "SELECT nth_value(b, 2) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM t",
            "bigint",
            "20;20;20",
        ),
        ("SELECT count(*) OVER () FROM t", "bigint", "3;3;3"),
        ("SELECT b FROM t ORDER BY b OFFSET 1 LIMIT 1", "bigint", "20"),
        ("SELECT b FROM t ORDER BY b LIMIT 1", "bigint", "10"),
        ("SELECT b FROM t WHERE b IN (10, 30) ORDER BY b", "bigint", "10;30"),
        ("SELECT b FROM t WHERE b > 10 AND b <> 30", "bigint", "20"),
        ("SELECT b FROM t WHERE i IN (SELECT 1)", "bigint", "10"),
        ("SELECT b FROM t WHERE b = (SELECT 10)", "bigint", "10"),
        // The columns of the query around it have the types of its numbers.
        ("SELECT x FROM (VALUES 1, 5) v (x) WHERE EXISTS (SELECT 1 FROM t WHERE t.i = v.x)", "integer", "1"),
        (
            "SELECT x FROM (VALUES 1, 5) v (x) WHERE EXISTS (SELECT 1 FROM t WHERE t.b = v.x * 10)",
            "integer",
            "1",
        ),
        (
            "SELECT x, (SELECT max(b) FROM t WHERE t.i = v.x) FROM (VALUES 1, 5) v (x) ORDER BY x",
            "integer",
            "1|10;5|NULL",
        ),
        (
            "SELECT x FROM (VALUES 1, 5) v (x) WHERE x NOT IN (SELECT i FROM t WHERE i IS NOT NULL)",
            "integer",
            "5",
        ),
        (
            "SELECT substr('abc', 2, 1), from_unixtime(0, -5, -30)",
            "varchar",
            "b|1969-12-31 18:30:00.000 -05:30",
        ),
    ];
    compare(&lake, &cases).await;
}

#[tokio::test]
async fn integers_overflow_as_integers() {
    let lake = lake().await;
    let cases = [
        ("SELECT 2147483647 + 1", "NUMERIC_VALUE_OUT_OF_RANGE: integer addition overflow: 2147483647 + 1"),
        (
            "SELECT 2147483647 + i FROM t",
            "NUMERIC_VALUE_OUT_OF_RANGE: integer addition overflow: 2147483647 + 1",
        ),
        (
            "SELECT x * x FROM (VALUES 100000) v (x)",
            "NUMERIC_VALUE_OUT_OF_RANGE: integer multiplication overflow: 100000 * 100000",
        ),
        (
            "SELECT coalesce(i, 1) + 2147483647 FROM t",
            "NUMERIC_VALUE_OUT_OF_RANGE: integer addition overflow: 1 + 2147483647",
        ),
        ("SELECT 1 / 0", "DIVISION_BY_ZERO: Division by zero"),
        ("SELECT 1 % (i - i) FROM t", "DIVISION_BY_ZERO: Division by zero"),
    ];
    refuse(&lake, &cases).await;
}
