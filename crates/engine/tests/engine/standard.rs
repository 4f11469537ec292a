//! Statements that DataFusion answers, or its parser reads, otherwise than Athena. What is expected follows from SQL's three
//! values and from Trino's documentation (SELECT: JOIN, USING, GROUP BY, VALUES, set operations; comparison functions and
//! operators; window functions) and grammar (SqlBase.g4), and was held against DuckDB where both agree.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray};

use crate::lake::Lake;

/// Outer rows, and rows to look in: with nulls, groups without rows, and groups with nulls only.
const ROWS: &str = "WITH o (x, g) AS (VALUES (1, 1), (2, 1), (3, 2), (NULL, 2), (5, 3), (NULL, 4)), \
                    s (c, g) AS (VALUES (1, 1), (NULL, 2), (3, 2), (7, 9)), \
                    a (k, v) AS (VALUES (1, 'a1'), (2, 'a2'), (NULL, 'an')), \
                    b (w, k) AS (VALUES ('b1', 1), ('b4', 4), ('bn', NULL)), \
                    c (k, u) AS (VALUES (1, 10), (4, 40), (9, 90))";

async fn check(lake: &Lake, cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (sql, expected) in cases {
        let sql = format!("{ROWS} {sql}");
        let found = match lake.text(&sql, &[]).await {
            Ok(text) => text.split_once('\n').unwrap().1.lines().map(row).collect::<Vec<_>>().join(";"),
            Err(error) => error.to_string(),
        };
        if found != *expected {
            wrong.push(format!("{sql}\n  found    {found}\n  expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `"1","a",` as `1|a|NULL`.
fn row(line: &str) -> String {
    let value = |value: &str| match value {
        "" => "NULL".to_owned(),
        other => other.trim_matches('"').to_owned(),
    };
    line.split(',').map(value).collect::<Vec<_>>().join("|")
}

#[tokio::test]
async fn conditions_bind_as_in_the_grammar() {
    let lake = Lake::new();
    check(
        &lake,
        &[
            ("SELECT x FROM o WHERE g IS DISTINCT FROM 2 AND x = 2", "2"),
            ("SELECT x FROM o WHERE g IS NOT DISTINCT FROM 2 OR x = 5 ORDER BY x", "3;5;NULL"),
            ("SELECT x FROM o WHERE x IS NOT DISTINCT FROM 1 + 1 AND g = 1", "2"),
            ("SELECT x FROM o WHERE NOT x IS DISTINCT FROM NULL AND g = 4", "NULL"),
            ("SELECT 'a' || 'b' = 'ab' AND true", "true"),
            ("SELECT (1 = 1) = (2 = 2)", "true"),
        ],
    )
    .await;
    for sql in [
        "SELECT 1 = 1 = true",
        "SELECT true = NOT false",
        "SELECT 1 = 1 IS NULL",
        "SELECT 'a' LIKE 'a' = true",
        "SELECT 1 IS DISTINCT FROM NOT true",
        "SELECT 1 BETWEEN 0 AND 2 BETWEEN false AND true",
        "SELECT 1 IN (1) IN (true)",
        "SELECT -1 = 1 > false",
    ] {
        let error = lake.error(sql, &[]).await.to_string();
        assert!(error.contains("a condition as an operand has to be in parentheses"), "{sql}: {error}");
    }
}

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

#[tokio::test]
async fn keys_of_using_are_columns_of_their_own() {
    let lake = Lake::new();
    check(
        &lake,
        &[
            ("SELECT * FROM a JOIN b USING (k)", "1|a1|b1"),
            ("SELECT k, v, w FROM a LEFT JOIN b USING (k) ORDER BY v", "1|a1|b1;2|a2|NULL;NULL|an|NULL"),
            ("SELECT * FROM b RIGHT JOIN a USING (k) ORDER BY v", "1|b1|a1;2|NULL|a2;NULL|NULL|an"),
            ("SELECT k, v, w FROM a RIGHT JOIN b USING (k) ORDER BY w", "1|a1|b1;4|NULL|b4;NULL|NULL|bn"),
            (
                "SELECT * FROM a FULL JOIN b USING (k) ORDER BY k, v, w",
                "1|a1|b1;2|a2|NULL;4|NULL|b4;NULL|an|NULL;NULL|NULL|bn",
            ),
            ("SELECT w FROM a FULL JOIN b USING (k) WHERE k = 4", "b4"),
            ("SELECT k, count(*) FROM a RIGHT JOIN b USING (k) GROUP BY k ORDER BY k", "1|1;4|1;NULL|1"),
            ("SELECT k + 1 FROM a FULL JOIN b USING (k) WHERE k > 1 ORDER BY k", "3;5"),
            (
                "SELECT k, v, w, u FROM a FULL JOIN b USING (k) FULL JOIN c USING (k) WHERE k > 0 ORDER BY k",
                "1|a1|b1|10;2|a2|NULL|NULL;4|NULL|b4|40;9|NULL|NULL|90",
            ),
            ("SELECT a.*, b.* FROM a JOIN b USING (k)", "a1|b1"),
            ("SELECT k, g FROM a FULL JOIN b USING (k) JOIN s ON s.c = k", "1|1"),
            ("SELECT max(k) FROM (SELECT * FROM a FULL JOIN b USING (k))", "4"),
        ],
    )
    .await;
    for (sql, expected) in [
        ("SELECT a.k FROM a JOIN b USING (k)", "Column 'a.k' cannot be resolved"),
        ("SELECT 1 FROM a JOIN b USING (k) WHERE b.k = 1", "Column 'b.k' cannot be resolved"),
        ("SELECT 1 FROM a JOIN b USING (v)", "Column 'v' is missing from right side of join"),
        ("SELECT 1 FROM (a CROSS JOIN c) JOIN b USING (k)", "Column 'k' is ambiguous"),
        ("SELECT k FROM a JOIN b USING (k) CROSS JOIN c", "Column 'k' is ambiguous"),
        ("SELECT * FROM a NATURAL JOIN b", "NATURAL JOIN is not supported"),
    ] {
        let error = lake.error(&format!("{ROWS} {sql}"), &[]).await.to_string();
        assert!(error.contains(expected), "{sql}: {error}");
    }
}

/// The key is one of as many columns as there are tables, and not a choice within a choice within a choice.
#[tokio::test]
async fn many_full_joins_share_their_key() {
    let lake = Lake::new();
    let joined = |tables: usize| {
        let joins: String = (1..tables).map(|n| format!(" FULL JOIN a a{n} USING (k)")).collect();
        format!("a a0{joins}")
    };
    // A key that is null is equal to none: each table has such a row.
    let counted = format!("SELECT count(k), count(*), sum(k) FROM {}", joined(20));
    let filtered = format!("{counted} WHERE k > 1");
    let in_parentheses =
        "SELECT k FROM (a FULL JOIN b USING (k)) FULL JOIN (c FULL JOIN a d USING (k)) USING (k) ORDER BY k";
    check(
        &lake,
        &[
            (counted.as_str(), "2|22|3"),
            (filtered.as_str(), "1|1|2"),
            (in_parentheses, "1;2;4;9;NULL;NULL;NULL"),
        ],
    )
    .await;
    let keys = vec!["k"; 9_000].join(", ");
    let sides = "a query of more than 10000 columns in the places of the keys of FULL JOIN ... USING";
    let parts = "an expression of more than 10000 parts";
    for (sql, expected) in [
        (format!("SELECT {keys} FROM {}", joined(8)), sides),
        (format!("SELECT 1 FROM {} WHERE k IN ({keys})", joined(8)), sides),
        (format!("SELECT k IN ({keys}) FROM (SELECT k FROM {}) w", joined(8)), parts),
    ] {
        let error = lake.error(&format!("{ROWS} {sql}"), &[]).await.to_string();
        assert!(error.starts_with(&format!("NOT_SUPPORTED: {expected}")), "{}: {error}", &sql[..40]);
    }
}

/// What is written in 3 KB would be millions of expressions.
#[tokio::test]
async fn a_star_is_not_written_out_without_a_bound() {
    let columns: String = (0..20).map(|n| format!("{n} AS c{n}, ")).collect();
    for (star, from, count) in [
        ("*", format!("(SELECT {columns} 1 AS k) w JOIN b USING (k)"), 22),
        ("*", format!("(SELECT {columns} 1 AS k) w"), 21),
        ("w.*", format!("(SELECT {columns} 1 AS k) w CROSS JOIN b"), 21),
    ] {
        let stars = vec![star; 1_000].join(", ");
        let error = Lake::new().error(&format!("{ROWS} SELECT {stars} FROM {from}"), &[]).await.to_string();
        let expected = format!(
            "NOT_SUPPORTED: a SELECT of {} columns (more than 20000) is not supported by the local engine",
            count * 1_000
        );
        assert_eq!(error, expected, "{star} of {from}");
    }
}

#[tokio::test]
async fn names_of_the_result_are_not_grouped_by() {
    let lake = Lake::new();
    check(
        &lake,
        &[
            ("SELECT g AS k, count(*) AS n FROM o GROUP BY g HAVING count(*) > 1 ORDER BY k", "1|2;2|2"),
            // A column of that name is meant.
            ("SELECT x AS g, count(*) FROM o WHERE x > 2 GROUP BY g, x ORDER BY 1", "3|1;5|1"),
            ("SELECT g AS k, count(*) FROM o GROUP BY 1 ORDER BY k LIMIT 1", "1|2"),
        ],
    )
    .await;
    for sql in [
        "SELECT g AS k, count(*) FROM o GROUP BY k",
        "SELECT g % 2 AS k, count(*) FROM o GROUP BY k + 1",
        "SELECT g, count(*) AS n FROM o GROUP BY g HAVING n > 1",
        "SELECT m FROM (SELECT g AS m, count(*) FROM o GROUP BY m)",
    ] {
        let error = lake.error(&format!("{ROWS} {sql}"), &[]).await.to_string();
        assert!(error.starts_with("COLUMN_NOT_FOUND: line 1:"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn numbers_and_times_are_one_type_where_they_meet() {
    let lake = Lake::new();
    check(
        &lake,
        &[
            ("SELECT d IN (0.0, 1.25, 2.25, 3.25) FROM (VALUES (-0e0), (5e0)) t (d) ORDER BY d", "true;false"),
            ("SELECT nullif(-0e0, 0e0), nullif(1e0, 2e0), nullif(2, 2), nullif('a', NULL)", "NULL|1.0|NULL|a"),
            ("SELECT CASE d WHEN 0e0 THEN 'zero' ELSE 'other' END FROM (VALUES (-0e0)) t (d)", "zero"),
            ("SELECT count(*) OVER (PARTITION BY d) FROM (VALUES (-0e0), (0e0)) t (d)", "2;2"),
            (
                "SELECT count(DISTINCT coalesce(d, 1e0)), count(DISTINCT x), sum(DISTINCT d) \
                 FROM (VALUES (-0e0, 1), (0e0, 1), (NULL, 2)) t (d, x)",
                "2|2|0.0",
            ),
            ("SELECT DATE '9999-12-31' > TIMESTAMP '2026-01-01 00:00:00'", "true"),
            ("SELECT DATE '0001-01-01' BETWEEN TIMESTAMP '0001-01-01 00:00:00' AND DATE '9999-12-31'", "true"),
            ("SELECT d FROM (VALUES (DATE '9999-12-31')) t (d) WHERE d IN (TIMESTAMP '9999-12-31 00:00:00')", "9999-12-31"),
            ("SELECT coalesce(CAST(NULL AS date), TIMESTAMP '2026-01-01 00:00:01')", "2026-01-01 00:00:01.000"),
            (
                "SELECT * FROM (SELECT 1 UNION ALL SELECT 1.5 UNION ALL SELECT 1e-20) ORDER BY 1",
                "1.0E-20;1.0;1.5",
            ),
            (
                "SELECT * FROM (SELECT DATE '9999-12-31' UNION SELECT TIMESTAMP '2026-01-01 00:00:00') ORDER BY 1",
                "2026-01-01 00:00:00.000;9999-12-31 00:00:00.000",
            ),
            ("SELECT variance(x), var_samp(x) FROM (VALUES (1), (3)) t (x)", "2.0|2.0"),
            ("SELECT 2147483647 + 1", "NUMERIC_VALUE_OUT_OF_RANGE: integer addition overflow: 2147483647 + 1"),
            ("SELECT 2147483648 + 1", "2147483649"),
            (
                "SELECT CAST(x AS integer) * 2147483647 FROM o WHERE x = 3",
                "NUMERIC_VALUE_OUT_OF_RANGE: integer multiplication overflow: 3 * 2147483647",
            ),
            (
                "SELECT 1.5 INTERSECT SELECT 1.5e0",
                "NOT_SUPPORTED: INTERSECT or EXCEPT of decimal(2,1) and double is not supported by the local engine: cast one",
            ),
            (
                "SELECT 1.5 EXCEPT ALL SELECT 1.5e0",
                "NOT_SUPPORTED: INTERSECT or EXCEPT of decimal(2,1) and double is not supported by the local engine: cast one",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn values_are_rows_without_names() {
    let lake = Lake::new();
    for (sql, expected) in [
        ("VALUES 1, 2", "\"_col0\"\n\"1\"\n\"2\"\n"),
        ("VALUES (1, 'a')", "\"_col0\",\"_col1\"\n\"1\",\"a\"\n"),
        ("SELECT * FROM (VALUES 1, 2) ORDER BY 1 DESC", "\"_col0\"\n\"2\"\n\"1\"\n"),
        (
            "WITH t AS (VALUES (1, 2)) SELECT 0, t.* FROM t",
            "\"_col0\",\"_col1\",\"_col2\"\n\"0\",\"1\",\"2\"\n",
        ),
        ("SELECT x FROM (VALUES 1, 2) AS t (x) WHERE x > 1", "\"x\"\n\"2\"\n"),
        ("SELECT s.\"order\" FROM (SELECT 1 AS \"order\") s", "\"order\"\n\"1\"\n"),
    ] {
        let text = lake.text(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(text, expected, "{sql}");
    }
    let error = lake.error("SELECT column1 FROM (VALUES 1)", &[]).await.to_string();
    assert!(error.contains("COLUMN_NOT_FOUND"), "{error}");
}

/// As many rows as there are batches of, so that windows see them one after the other.
#[tokio::test]
async fn gaps_are_ignored_however_long() {
    let lake = Lake::new();
    lake.table("t", &[("n", "bigint"), ("v", "bigint")]).await;
    let numbers: Vec<i64> = (0..5_000).collect();
    let values: Vec<Option<i64>> = numbers.iter().map(|n| (n * n % 11 == 3).then_some(*n)).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("n", Arc::new(Int64Array::from(numbers.clone()))),
        ("v", Arc::new(Int64Array::from(values.clone()))),
    ];
    lake.file("tables/t/dt=2026-11-23/g1/part-00000.parquet", columns).await;
    lake.point("t", "2026-11-23", "tables/t/dt=2026-11-23/g1/").await;
    let known: Vec<i64> = values.iter().flatten().copied().collect();
    for offset in 1..=3_usize {
        let text = lake
            .rows(&format!(
                "SELECT n, lead(v, {offset}) IGNORE NULLS OVER (ORDER BY n), lag(v, {offset}) IGNORE NULLS OVER (ORDER BY n) \
                 FROM t ORDER BY n"
            ))
            .await;
        for (n, line) in numbers.iter().zip(text.lines()) {
            let after = known.iter().filter(|v| *v > n).nth(offset - 1);
            let before = known.iter().rev().filter(|v| *v < n).nth(offset - 1);
            let shown = |v: Option<&i64>| v.map_or("NULL".to_owned(), i64::to_string);
            assert_eq!(row(line), format!("{n}|{}|{}", shown(after), shown(before)), "offset {offset}");
        }
    }
}

/// apache/datafusion#25244: both sides have the names `id` and `name`, and files of their own, whose statistics a filter
/// on the wrong side would skip.
#[tokio::test]
async fn filters_stay_on_their_side_of_a_join() {
    let lake = Lake::new();
    let types = [("id", "bigint"), ("name", "string")];
    let columns = |from: i64, to: i64, name: &str| -> Vec<(&'static str, ArrayRef)> {
        let names: StringArray = (from..to).map(|_| Some(name)).collect();
        vec![("id", Arc::new((from..to).collect::<Int64Array>())), ("name", Arc::new(names))]
    };
    for (table, from, to) in [("p", 0, 100), ("c", 50, 300)] {
        lake.table(table, &types).await;
        let location = format!("tables/{table}/dt=2026-11-23/g1/");
        lake.file(&format!("{location}part-00000.parquet"), columns(from, to, table)).await;
        lake.point(table, "2026-11-23", &location).await;
    }
    for (sql, expected) in [
        ("SELECT count(*) FROM p RIGHT JOIN c ON p.id = c.id WHERE p.id IS NULL", "200"),
        ("SELECT count(*) FROM p LEFT JOIN c ON p.id = c.id WHERE c.id IS NULL", "50"),
        ("SELECT count(*) FROM p FULL JOIN c ON p.id = c.id WHERE p.name IS NULL OR c.name IS NULL", "250"),
        ("SELECT max(c.id) FROM p RIGHT JOIN c ON p.id = c.id WHERE p.id IS NULL AND c.id > 200", "299"),
        (
            "SELECT count(*) FROM (SELECT p.id, c.id AS other FROM p LEFT JOIN c ON p.id = c.id + 40) x \
             JOIN c ON x.other = c.id",
            "10",
        ),
        ("SELECT p.id, c.id FROM p JOIN c ON p.id + 100 = c.id ORDER BY c.id DESC LIMIT 1", "99|199"),
    ] {
        let rows = lake.rows(sql).await;
        assert_eq!(rows.lines().map(row).collect::<Vec<_>>().join(";"), expected, "{sql}");
    }
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
