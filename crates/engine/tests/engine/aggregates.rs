//! Sums, means and what else is made of many rows.

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

async fn lake() -> Lake {
    let types = [
        ("g", "string"),
        ("i", "int"),
        ("n", "bigint"),
        ("d", "decimal(12,2)"),
        ("w", "decimal(38,0)"),
        ("r", "float"),
        ("f", "double"),
        ("ok", "boolean"),
        ("day", "date"),
        ("at", "timestamp"),
        ("tags", "array<string>"),
    ];
    let rows = [
        r#"{"g": "a", "i": 2147483647, "n": 1, "d": "0.10", "w": "99999999999999999999999999999999999999",
            "r": 16777216, "f": 0.1, "ok": true, "day": "2026-11-23", "at": "2026-11-23T10:05:00", "tags": ["x"]}"#,
        r#"{"g": "a", "i": 2147483647, "n": 2, "d": "0.11", "w": "99999999999999999999999999999999999999",
            "r": 1, "f": 0.2, "ok": false, "day": "1969-12-31", "at": "2026-11-23T10:04:00", "tags": ["y"]}"#,
        r#"{"g": "b", "i": 1, "n": 9223372036854775807, "d": "-0.10", "w": "-1", "r": 1, "f": 0.3, "at": "2026-11-24T00:00:00"}"#,
        r#"{"g": "b", "i": null, "d": "-0.11", "r": 0.5, "f": null, "ok": true}"#,
        r#"{"g": "c"}"#,
    ];
    let rows = rows.map(|row| row.replace('\n', " "));
    Lake::of(&types, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await
}

#[tokio::test]
async fn sums_and_means_are_exact() {
    let cases = [
        ("SELECT sum(i) FROM t", "bigint", "4294967295"),
        (
            "SELECT g, sum(i), avg(i) FROM t GROUP BY g ORDER BY g",
            "varchar",
            "a|4294967294|2.147483647E9;b|1|1.0;c|NULL|NULL",
        ),
        ("SELECT avg(i) FROM t", "double", "1.431655765E9"),
        ("SELECT avg(n) FROM t WHERE g = 'a'", "double", "1.5"),
        ("SELECT sum(d) FROM t", "decimal(38,2)", "0.00"),
        ("SELECT avg(d) FROM t", "decimal(12,2)", "0.00"),
        // 0.105 and -0.105: a half goes away from zero.
        (
            "SELECT g, avg(d), sum(d) FROM t GROUP BY 1 ORDER BY 1",
            "varchar",
            "a|0.11|0.21;b|-0.11|-0.21;c|NULL|NULL",
        ),
        // The sum has more digits than any decimal, the mean has not.
        ("SELECT avg(w) FROM t WHERE g = 'a'", "decimal(38,0)", "99999999999999999999999999999999999999"),
        (
            "SELECT sum(w) FROM t WHERE n = 1 OR g = 'b'",
            "decimal(38,0)",
            "99999999999999999999999999999999999998",
        ),
        // 16777216 + 1 is no real: added one by one, in reals, it would stay what it is.
        ("SELECT sum(r) FROM t WHERE r >= 1", "float", "1.6777218E7"),
        ("SELECT avg(r) FROM t WHERE r <= 1", "float", "0.8333333"),
        ("SELECT count(DISTINCT g), sum(r) FROM t WHERE r >= 1", "bigint", "2|1.6777218E7"),
        ("SELECT sum(f), avg(f) FROM t", "double", "0.6000000000000001|0.20000000000000004"),
        ("SELECT sum(DISTINCT r) FROM t", "float", "1.6777218E7"),
        (
            "SELECT sum(DISTINCT r), sum(DISTINCT i), avg(DISTINCT d), count(*) FROM t WHERE r <= 1",
            "float",
            "1.5|2147483648|-0.03|3",
        ),
        ("SELECT sum(i) FILTER (WHERE ok) FROM t", "bigint", "2147483647"),
        (
            "SELECT g, sum(i) FILTER (WHERE ok) FROM t GROUP BY g ORDER BY g",
            "varchar",
            "a|2147483647;b|NULL;c|NULL",
        ),
        ("SELECT sum(NULL) FROM t", "bigint", "NULL"),
        ("SELECT sum(i) FROM t WHERE false", "bigint", "NULL"),
        (
            "SELECT sum(d) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t WHERE n IS NOT NULL ORDER BY n",
            "decimal(38,2)",
            "0.10;0.21;0.01",
        ),
        ("SELECT avg(d) OVER (PARTITION BY g) FROM t WHERE g = 'a'", "decimal(12,2)", "0.11;0.11"),
        ("SELECT sum(n) - 1 FROM t WHERE g = 'b'", "bigint", "9223372036854775806"),
        (
            "SELECT g, sum(c) FROM (SELECT g, ok, count(*) AS c FROM t GROUP BY g, ok) GROUP BY g ORDER BY g",
            "varchar",
            "a|2;b|2;c|1",
        ),
    ];
    let lake = lake().await;
    compare(&lake, &cases).await;
    let cases = [
        ("SELECT sum(n) FROM t", "NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow"),
        ("SELECT sum(w) FROM t WHERE g = 'a'", "NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow"),
        ("SELECT g, sum(w) FROM t GROUP BY g", "NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow"),
        ("SELECT sum(n) OVER (ORDER BY n) FROM t", "NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow"),
        ("SELECT sum(g) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function sum"),
        ("SELECT avg(ok) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function avg"),
        ("SELECT avg(tags) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function avg"),
    ];
    refuse(&lake, &cases).await;
}

#[tokio::test]
async fn others() {
    let cases = [
        (
            "SELECT min(g), max(g), min(day), max(at), min(ok), max(ok) FROM t",
            "varchar",
            "a|c|1969-12-31|2026-11-24 00:00:00.000|false|true",
        ),
        ("SELECT count_if(ok), count_if(n > 1) FROM t", "bigint", "2|2"),
        ("SELECT g, count_if(ok) FROM t GROUP BY g ORDER BY g", "varchar", "a|1;b|1;c|0"),
        (
            "SELECT arbitrary(ok), any_value(day) FROM t WHERE n = 1 OR n IS NULL",
            "boolean",
            "true|2026-11-23",
        ),
        (
            "SELECT g, max_by(n, at), min_by(tags, at) FROM t GROUP BY g ORDER BY g",
            "varchar",
            "a|1|[y];b|9223372036854775807|NULL;c|NULL|NULL",
        ),
        ("SELECT max_by(g, n), min_by(d, f) FROM t", "varchar", "b|0.10"),
        (
            "SELECT approx_distinct(g), approx_distinct(ok), approx_distinct(d), approx_distinct(day) FROM t",
            "bigint",
            "3|2|4|2",
        ),
        ("SELECT count(*), count(ok), count(DISTINCT ok), count(DISTINCT day) FROM t", "bigint", "5|3|2|2"),
        ("SELECT g FROM t GROUP BY g HAVING count_if(ok) = 0", "varchar", "c"),
    ];
    let lake = lake().await;
    compare(&lake, &cases).await;
    let cases = [
        ("SELECT max_by(g) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function max_by"),
        (
            "SELECT max_by(g, tags) FROM t",
            "NOT_SUPPORTED: line 1:18: function max_by of array(varchar) is not supported by the local engine",
        ),
        ("SELECT count_if(g) FROM t", "TYPE_MISMATCH: line 1:17: Cannot apply operator CASE WHEN to varchar"),
        ("SELECT count_if() FROM t", "SYNTAX_ERROR: Invalid function 'count_if'."),
    ];
    refuse(&lake, &cases).await;
}

/// More groups and batches than one, through two streams.
#[tokio::test]
async fn many_groups() {
    let rows: Vec<String> =
        (0..30_000).map(|n| format!(r#"{{"n": {n}, "d": "{}.25", "r": 0.1}}"#, n % 7)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let types = [("n", "int"), ("d", "decimal(12,2)"), ("r", "float")];
    let lake = Lake::new();
    lake.table("t", &types).await;
    for (dt, rows) in ["2026-11-22", "2026-11-23", "2026-11-24"].iter().zip(rows.chunks(10_000)) {
        lake.rows_of(dt, &types, rows).await;
    }
    let cases = [
        (
            "SELECT d, count(*), sum(n), sum(d), avg(d), avg(r) FROM t GROUP BY d ORDER BY d LIMIT 2",
            "decimal(12,2)",
            "0.25|4286|64279285|1071.50|0.25|0.1;1.25|4286|64283571|5357.50|1.25|0.1",
        ),
        (
            "SELECT count(*), sum(s), sum(a) FROM (SELECT n, sum(d) AS s, avg(n) AS a FROM t GROUP BY n)",
            "bigint",
            "30000|97495.00|4.49985E8",
        ),
        ("SELECT sum(n), avg(n), sum(r) FROM t", "bigint", "449985000|14999.5|3000.0"),
        ("SELECT max_by(n, n), min_by(d, n) FROM t", "integer", "29999|0.25"),
    ];
    compare(&lake, &cases).await;
}
