use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, StringArray,
    TimestampMillisecondArray,
};

use crate::lake::Lake;

async fn lake() -> Lake {
    let types = [
        ("id", "bigint"),
        ("name", "string"),
        ("price", "double"),
        ("seats", "int"),
        ("ok", "boolean"),
        ("day", "date"),
        ("at", "timestamp"),
    ];
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from(vec![1, 2, 3, 4]))),
        ("name", Arc::new(StringArray::from(vec![Some("Núñez"), Some(""), None, Some(r"50%\off_")]))),
        ("price", Arc::new(Float64Array::from(vec![Some(2.5), None, Some(f64::NAN), Some(-1.0)]))),
        ("seats", Arc::new(Int32Array::from(vec![Some(7), Some(2), None, Some(-7)]))),
        ("ok", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None, Some(true)]))),
        ("day", Arc::new(Date32Array::from(vec![Some(20_780), Some(0), None, Some(1)]))),
        (
            "at",
            Arc::new(TimestampMillisecondArray::from(vec![Some(1_795_428_300_123), Some(0), None, Some(1)])),
        ),
    ];
    Lake::with(&types, columns).await
}

#[tokio::test]
async fn answers_are_athenas() {
    let lake = lake().await;
    for (sql, expected) in [
        // Nulls come last in either direction.
        ("SELECT id FROM t ORDER BY seats", "4;2;1;3"),
        ("SELECT id FROM t ORDER BY seats DESC", "1;2;4;3"),
        ("SELECT id FROM t ORDER BY seats DESC NULLS FIRST", "3;1;2;4"),
        ("SELECT id FROM t ORDER BY 1 DESC", "4;3;2;1"),
        ("SELECT row_number() OVER (ORDER BY seats DESC) FROM t ORDER BY id", "1;2;4;3"),
        ("SELECT name AS x FROM t WHERE id < 3 ORDER BY X DESC", "Núñez;''"),
        // Numbers.
        ("SELECT seats / 2 FROM t WHERE id IN (1, 4) ORDER BY id", "3;-3"),
        ("SELECT seats % 4 FROM t WHERE id IN (1, 4) ORDER BY id", "3;-3"),
        ("SELECT price / 0 FROM t WHERE id = 1", "Infinity"),
        (
            "SELECT sum(seats), avg(seats), count(seats), count(*), min(name), max(id) FROM t",
            "2|0.6666666666666666|3|4|''|4",
        ),
        ("SELECT sum(seats) FROM t WHERE id = 3", "NULL"),
        ("SELECT count(DISTINCT ok), bool_and(ok), bool_or(ok) FROM t", "2|false|true"),
        ("SELECT count(*) FILTER (WHERE ok) FROM t", "2"),
        ("SELECT -9223372036854775808", "-9223372036854775808"),
        ("SELECT CAST(seats AS bigint), CAST(seats AS varchar) FROM t WHERE id = 1", "7|7"),
        ("SELECT TRY_CAST('x' AS bigint), CAST('42' AS int)", "NULL|42"),
        ("SELECT TRY_CAST(9223372036854775807 AS decimal(10,2))", "NULL"),
        ("SELECT TRY_CAST(id * 100 AS decimal(4,1)) FROM t WHERE id > 3", "400.0"),
        ("SELECT TRY_CAST(id * 1000 AS decimal(4,1)) FROM t WHERE id > 3", "NULL"),
        // Each query of a FROM clause computes anew, also where it is written as the one around it.
        ("SELECT n + 1 AS n FROM (SELECT n + 1 AS n FROM (SELECT 1 AS n))", "3"),
        ("SELECT n + 1 AS n FROM (SELECT n + 1 AS n FROM (SELECT 1 AS n) a) a", "3"),
        ("WITH a AS (SELECT 1 AS n), b AS (SELECT n + 1 AS n FROM a) SELECT n + 1 AS n FROM b", "3"),
        (
            "SELECT -seats AS seats FROM (SELECT -seats AS seats FROM (SELECT -seats AS seats FROM t WHERE id = 1))",
            "-7",
        ),
        (
            "SELECT * FROM (SELECT * FROM (SELECT name || 'a' AS name FROM (SELECT name || 'a' AS name FROM t WHERE id = 1)))",
            "Núñezaa",
        ),
        (
            "SELECT a.n, b.n FROM (SELECT 1 AS n) a, (SELECT n * 2 AS n FROM (SELECT n * 2 AS n FROM (SELECT 3 AS n))) b",
            "1|12",
        ),
        ("SELECT n FROM (SELECT 1 AS n) JOIN (SELECT 1 AS m) ON n = m", "1"),
        ("SELECT * FROM (SELECT a.id, b.id FROM t a JOIN t b ON a.id = b.id WHERE a.id = 1)", "1|1"),
        (
            "SELECT n * 2 AS n FROM (SELECT n * 2 AS n FROM (SELECT max(seats) AS n FROM t) UNION ALL SELECT 1) ORDER BY n",
            "2;28",
        ),
        // Text.
        ("SELECT id FROM t WHERE name = ''", "2"),
        ("SELECT id FROM t WHERE name IS NULL", "3"),
        ("SELECT id FROM t WHERE name > 'M' AND name < 'O'", "1"),
        ("SELECT lower(name), upper(name), length(name) FROM t WHERE id = 1", "núñez|NÚÑEZ|5"),
        ("SELECT name || '!' FROM t WHERE id IN (1, 3) ORDER BY id", "Núñez!;NULL"),
        ("SELECT id FROM t WHERE lower(name) LIKE 'n%z'", "1"),
        ("SELECT id FROM t WHERE name LIKE 'N___z'", "1"),
        (r"SELECT id FROM t WHERE name LIKE '50%\off%'", "4"),
        (r"SELECT id FROM t WHERE name LIKE '50#%%f_' ESCAPE '#'", "4"),
        (r"SELECT id FROM t WHERE name LIKE '%f\_' ESCAPE '\'", "4"),
        (r"SELECT id FROM t WHERE name LIKE 'N%\'", ""),
        ("SELECT coalesce(name, 'none'), nullif(id, 3) FROM t WHERE id = 3", "none|NULL"),
        // Time.
        ("SELECT id FROM t WHERE at >= TIMESTAMP '2026-11-23 10:05:00.123'", "1"),
        ("SELECT id FROM t WHERE at > TIMESTAMP '2026-11-23 10:05:00.1229'", "1"),
        ("SELECT id FROM t WHERE at > day AND id = 1", "1"),
        ("SELECT id FROM t WHERE day = DATE '2026-11-23'", "1"),
        (
            "SELECT day + INTERVAL '1' DAY, day - INTERVAL '1' MONTH FROM t WHERE id = 1",
            "2026-11-24|2026-10-23",
        ),
        ("SELECT at + INTERVAL '90' SECOND FROM t WHERE id = 1", "2026-11-23 10:06:30.123"),
        (
            "SELECT CAST(at AS date), CAST(day AS timestamp) FROM t WHERE id = 1",
            "2026-11-23|2026-11-23 00:00:00.000",
        ),
        ("SELECT id FROM t WHERE CAST(dt AS date) = day", "1"),
        // Shapes.
        ("WITH x AS (SELECT id, seats FROM t WHERE ok) SELECT sum(seats) FROM x", "0"),
        ("SELECT id FROM t WHERE id IN (SELECT max(id) FROM t)", "4"),
        ("SELECT id FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.id = a.id + 3)", "1"),
        ("SELECT a.id, b.id FROM t a LEFT JOIN t b ON a.id = b.id + 3 ORDER BY a.id LIMIT 1", "1|NULL"),
        ("SELECT id FROM t WHERE id < 2 UNION ALL SELECT id FROM t WHERE id > 3 ORDER BY id", "1;4"),
        ("SELECT ok, count(*) FROM t GROUP BY ok HAVING count(*) > 1", "true|2"),
        ("SELECT ok, count(*) FROM t GROUP BY ROLLUP (ok) ORDER BY 2 DESC LIMIT 1", "NULL|4"),
        ("SELECT DISTINCT ok FROM t ORDER BY ok", "false;true;NULL"),
        ("SELECT CASE WHEN ok THEN 'yes' ELSE 'no' END FROM t ORDER BY id LIMIT 2", "yes;no"),
        ("SELECT lag(id) OVER (ORDER BY id) FROM t ORDER BY id LIMIT 2", "NULL;1"),
        ("SELECT first_value(id) OVER (ORDER BY id DESC) FROM t LIMIT 1", "4"),
        ("SELECT sum(id) OVER (ORDER BY id) FROM t ORDER BY id", "1;3;6;10"),
        ("SELECT id FROM t WHERE seats IS DISTINCT FROM 7 ORDER BY id", "2;3;4"),
        ("SELECT (SELECT count(*) FROM t LIMIT 1)", "4"),
        ("SELECT x FROM (VALUES (1), (2)) AS v (x) ORDER BY x", "1;2"),
        ("SELECT id -- a comment\nFROM t /* and one more */ WHERE id = 1;", "1"),
    ] {
        let expected: String = expected.split(';').filter(|row| !row.is_empty()).map(row).collect();
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}

fn row(text: &str) -> String {
    let value = |value: &str| match value {
        "NULL" => String::new(),
        "''" => "\"\"".to_owned(),
        other => format!("\"{other}\""),
    };
    text.split('|').map(value).collect::<Vec<_>>().join(",") + "\n"
}

#[tokio::test]
async fn names_fold_and_the_results_show_them_as_written() {
    let lake = lake().await;
    for (sql, header) in [
        (r#"SELECT "name" AS "Name" FROM t"#, r#""Name""#),
        (r#"SELECT "NAME", Id, T."Seats" FROM "T""#, r#""NAME","Id","Seats""#),
        (r#"SELECT id AS "a ""b"" ñ" FROM "tributary"."t""#, r#""a ""b"" ñ""#),
        (
            r#"SELECT count(*), id AS x, max(name) FROM "AwsDataCatalog".tributary.t GROUP BY id"#,
            r#""_col0","x","_col2""#,
        ),
        ("SELECT *, id + 1 FROM t", r#""id","name","price","seats","ok","day","at","dt","_col8""#),
        ("SELECT t.id FROM t UNION SELECT 2", r#""id""#),
        ("SELECT ID as Key FROM t ORDER BY key", r#""Key""#),
        ("SELECT x.* FROM (SELECT count(*) FROM t) x", r#""_col0""#),
    ] {
        let text = lake.text(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(text.split_once('\n').unwrap().0, header, "{sql}");
    }
}

/// A query in a FROM clause gets no names that show.
#[tokio::test]
async fn columns_of_one_name_keep_it() {
    let lake = lake().await;
    for sql in [
        "SELECT a.id, b.id FROM t a JOIN t b ON a.id = b.id",
        "SELECT * FROM (SELECT a.id, b.id FROM t a JOIN t b ON a.id = b.id)",
        "SELECT * FROM (SELECT * FROM (SELECT id FROM t) a JOIN (SELECT id FROM t) b ON a.id = b.id)",
    ] {
        let text = lake.text(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(text.lines().next(), Some("\"id\",\"id\""), "{sql}");
    }
}
