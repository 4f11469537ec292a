//! What a condition rules out is not calculated.

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

async fn lake() -> Lake {
    let rows = [
        r#"{"n": 0, "m": 1, "s": "x"}"#,
        r#"{"n": 2, "m": 2, "s": "2"}"#,
        r#"{"n": 5, "m": 3, "s": "5"}"#,
        r#"{"n": 20, "m": 4, "s": "20"}"#,
        r#"{"m": 5}"#,
    ];
    Lake::of(&[("n", "int"), ("m", "int"), ("s", "string")], &rows).await
}

#[tokio::test]
async fn conditions_guard_what_may_fail() {
    let lake = lake().await;
    let cases = [
        ("SELECT n FROM t WHERE n <> 0 AND 10 / n > 1 ORDER BY n", "integer", "2;5"),
        ("SELECT n FROM t WHERE n <> 0 AND 10 / n > 1 AND 10 / n < 5 ORDER BY n", "integer", "5"),
        ("SELECT m FROM t WHERE n = 0 OR 10 / n > 1 ORDER BY m", "integer", "1;2;3"),
        ("SELECT m FROM t WHERE n IS NULL OR (n <> 0 AND 10 / n > 1) ORDER BY m", "integer", "2;3;5"),
        ("SELECT m FROM t WHERE NOT (n = 0 OR 10 / n > 1) ORDER BY m", "integer", "4"),
        ("SELECT m FROM t WHERE s <> 'x' AND CAST(s AS integer) > 2 ORDER BY m", "integer", "3;4"),
        (
            "SELECT a.m FROM t a JOIN t b ON a.m = b.m AND a.n <> 0 AND b.m / a.n < 1 ORDER BY 1",
            "integer",
            "3;4",
        ),
        ("SELECT a.m FROM t a JOIN t b ON a.n <> 0 AND b.n > 0 AND b.n / a.n > 5 ORDER BY 1", "integer", "2"),
        (
            "SELECT a.m FROM t a LEFT JOIN t b ON a.n <> 0 AND b.m / a.n > 100 ORDER BY 1",
            "integer",
            "1;2;3;4;5",
        ),
        ("SELECT n <> 0 AND 10 / n > 1 FROM t ORDER BY m", "boolean", "false;true;true;false;NULL"),
        ("SELECT n = 0 OR 10 / n > 1 FROM t ORDER BY m", "boolean", "true;true;true;false;NULL"),
        (
            "SELECT CASE WHEN n <> 0 AND 10 / n > 1 THEN 'a' ELSE 'b' END FROM t ORDER BY m",
            "varchar",
            "b;a;a;b;b",
        ),
        ("SELECT count(*) FROM t WHERE m > 1 AND n > 0 AND m * 2 / n > 0", "bigint", "2"),
    ];
    compare(&lake, &cases).await;
}

#[tokio::test]
async fn what_is_not_guarded_fails() {
    let lake = lake().await;
    let cases = [
        ("SELECT n FROM t WHERE 10 / n > 1", "DIVISION_BY_ZERO: Division by zero"),
        ("SELECT n FROM t WHERE m > 0 AND 10 / n > 1", "DIVISION_BY_ZERO: Division by zero"),
        ("SELECT n FROM t WHERE m > 1 OR 10 / n > 1", "DIVISION_BY_ZERO: Division by zero"),
    ];
    refuse(&lake, &cases).await;
}
