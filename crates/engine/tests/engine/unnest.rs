//! `UNNEST`. What is expected is from Trino's documentation ("SELECT", section "UNNEST") and its tests (`TestUnnest`,
//! `AbstractTestEngineOnlyQueries.testUnnest`).

mod refused;

use crate::{golden::compare, lake::Lake};

const TYPES: [(&str, &str); 8] = [
    ("n", "int"),
    ("k", "int"),
    ("whole", "array<int>"),
    ("words", "array<string>"),
    ("sizes", "map<string,int>"),
    ("items", "array<struct<sku:string,qty:int>>"),
    ("grid", "array<array<int>>"),
    ("day", "date"),
];

async fn lake() -> Lake {
    Lake::of(
        &TYPES,
        &[
            r#"{"n": 1, "k": 10, "whole": [1, 2, 3], "words": ["a", "b"], "sizes": {"x": 1, "y": 2},
                "items": [{"sku": "p", "qty": 2}, {"sku": "q", "qty": 5}], "grid": [[1, 2], [3]]}"#,
            r#"{"n": 2, "k": 20, "whole": [5, null, 7], "words": ["ñ", null, "c"], "sizes": {"é": null},
                "items": [null, {"sku": "r", "qty": null}], "grid": [null, []]}"#,
            r#"{"n": 3, "k": 30, "whole": [], "words": [], "sizes": {}, "items": [], "grid": []}"#,
            r#"{"n": 4}"#,
        ],
    )
    .await
}

#[tokio::test]
async fn elements_are_rows() {
    compare(
        &lake().await,
        &[
            (
                "SELECT n, x FROM t CROSS JOIN UNNEST(whole) AS u (x) ORDER BY n, x",
                "integer",
                "1|1;1|2;1|3;2|5;2|7;2|NULL",
            ),
            ("SELECT x, n FROM t, UNNEST(whole) AS u (x) WHERE n = 1 ORDER BY x", "integer", "1|1;2|1;3|1"),
            ("SELECT x FROM t, UNNEST(t.whole) u (x) WHERE n = 1 ORDER BY x DESC", "integer", "3;2;1"),
            ("SELECT u.x FROM t AS s, UNNEST(s.whole) AS u (x) WHERE s.n = 1 ORDER BY 1", "integer", "1;2;3"),
            ("SELECT w FROM t CROSS JOIN unnest(words) AS u (w) WHERE n = 2 ORDER BY w", "varchar", "c;ñ;NULL"),
            ("SELECT sum(x) FROM t CROSS JOIN UNNEST(whole) AS u (x)", "bigint", "18"),
            ("SELECT count(*) FROM t CROSS JOIN UNNEST(whole) AS u (x)", "bigint", "6"),
            ("SELECT count(*) FROM t CROSS JOIN UNNEST(whole)", "bigint", "6"),
            ("SELECT count(*) FROM t, UNNEST(whole), UNNEST(words)", "bigint", "15"),
            (
                "SELECT w, count(*) FROM t CROSS JOIN UNNEST(words) AS u (w) GROUP BY w ORDER BY w",
                "varchar",
                "a|1;b|1;c|1;ñ|1;NULL|1",
            ),
            ("SELECT x FROM t CROSS JOIN UNNEST(whole) AS u (x) WHERE n = -1", "integer", ""),
            ("SELECT x FROM t CROSS JOIN UNNEST(whole) AS u (x) WHERE n >= 3", "integer", ""),
            ("SELECT x + k FROM t CROSS JOIN UNNEST(whole) AS u (x) WHERE x > 2 ORDER BY 1", "integer", "13;25;27"),
            ("SELECT x FROM t CROSS JOIN UNNEST(whole) AS u (x) WHERE x < n + 2 ORDER BY 1", "integer", "1;2"),
            ("SELECT u.* FROM t CROSS JOIN UNNEST(whole) AS u (x) WHERE n = 1 ORDER BY x", "integer", "1;2;3"),
            ("SELECT k, u.* FROM t, UNNEST(whole) AS u (x) WHERE n = 1 ORDER BY x LIMIT 1", "integer", "10|1"),
            (
                "SELECT x FROM (SELECT * FROM t WHERE n = 1) CROSS JOIN UNNEST(whole) AS u (x) ORDER BY x",
                "integer",
                "1;2;3",
            ),
            (
                "SELECT p FROM (SELECT split(v, ',') AS parts FROM (VALUES 'a,b', 'c') x (v)) q \
                 CROSS JOIN UNNEST(parts) AS y (p) ORDER BY p",
                "varchar",
                "a;b;c",
            ),
            (
                "SELECT p FROM (VALUES 'a b', 'ñ') x (v) CROSS JOIN UNNEST(split(v, ' ')) AS y (p) ORDER BY p",
                "varchar",
                "a;b;ñ",
            ),
            (
                "WITH e AS (SELECT n, x FROM t CROSS JOIN UNNEST(whole) AS u (x)) \
                 SELECT a.x, b.x FROM e a JOIN e b ON a.n = b.n AND a.x < b.x ORDER BY 1, 2",
                "integer",
                "1|2;1|3;2|3;5|7",
            ),
            ("SELECT n FROM t WHERE n IN (SELECT x FROM t CROSS JOIN UNNEST(whole) AS u (x)) ORDER BY n", "integer", "1;2;3"),
            (
                "SELECT n FROM t WHERE EXISTS (SELECT 1 FROM t s CROSS JOIN UNNEST(s.whole) AS u (x) WHERE x = 7) \
                 AND n < 2",
                "integer",
                "1",
            ),
            (
                "SELECT x FROM t CROSS JOIN UNNEST(whole) AS u (x) WHERE n = 1 UNION ALL \
                 SELECT k FROM t WHERE n = 1 ORDER BY x",
                "integer",
                "1;2;3;10",
            ),
            ("SELECT DISTINCT dt FROM t CROSS JOIN UNNEST(whole) AS u (x) WHERE dt > '2026'", "varchar", "2026-11-23"),
            (
                "SELECT n, (SELECT max(x) FROM t s CROSS JOIN UNNEST(s.whole) AS u (x) WHERE s.n = t.n) FROM t ORDER BY n",
                "integer",
                "1|3;2|7;3|NULL;4|NULL",
            ),
            (
                "SELECT x, row_number() OVER (PARTITION BY n ORDER BY x DESC) FROM t \
                 CROSS JOIN UNNEST(whole) AS u (x) WHERE n = 1 ORDER BY 1",
                "integer",
                "1|3;2|2;3|1",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_relation_by_itself() {
    compare(
        &lake().await,
        &[
            ("SELECT x FROM UNNEST(split('a,b', ',')) AS u (x) ORDER BY x", "varchar", "a;b"),
            ("SELECT * FROM UNNEST(split('a,b', ',')) ORDER BY 1", "varchar", "a;b"),
            ("SELECT count(*) FROM UNNEST(split('a,b', ','))", "bigint", "2"),
            ("SELECT * FROM UNNEST(split('b,a', ',')) WITH ORDINALITY ORDER BY 2", "varchar", "b|1;a|2"),
            (
                "SELECT x, n FROM UNNEST(split('a,b', ',')) AS u (x) CROSS JOIN t WHERE n < 3 ORDER BY 1, 2",
                "varchar",
                "a|1;a|2;b|1;b|2",
            ),
            (
                "SELECT x, n FROM UNNEST(split('1,9', ',')) AS u (x) LEFT JOIN t ON CAST(n AS varchar) = x ORDER BY x",
                "varchar",
                "1|1;9|NULL",
            ),
            (
                "SELECT a, b FROM UNNEST(split('x,y', ',')) AS u (a) CROSS JOIN UNNEST(split('1', ',')) AS v (b) \
                 ORDER BY a",
                "varchar",
                "x|1;y|1",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn several_arrays_and_ordinality() {
    compare(
        &lake().await,
        &[
            (
                "SELECT x, w FROM t CROSS JOIN UNNEST(whole, words) AS u (x, w) WHERE n = 1 ORDER BY x",
                "integer",
                "1|a;2|b;3|NULL",
            ),
            (
                "SELECT w, o FROM t CROSS JOIN UNNEST(words) WITH ORDINALITY AS u (w, o) WHERE n = 2 ORDER BY o",
                "varchar",
                "ñ|1;NULL|2;c|3",
            ),
            ("SELECT o FROM t, UNNEST(words) WITH ORDINALITY AS u (w, o) WHERE w = 'b'", "bigint", "2"),
            (
                "SELECT x, w, o FROM t CROSS JOIN UNNEST(whole, words) WITH ORDINALITY AS u (x, w, o) \
                 WHERE n = 1 ORDER BY o DESC",
                "integer",
                "3|NULL|3;2|b|2;1|a|1",
            ),
            (
                "SELECT n, max(o) FROM t CROSS JOIN UNNEST(whole, words) WITH ORDINALITY AS u (x, w, o) GROUP BY n \
                 ORDER BY n",
                "integer",
                "1|3;2|3",
            ),
            (
                "SELECT x, k2, v FROM t CROSS JOIN UNNEST(whole, sizes) AS u (x, k2, v) WHERE n = 1 ORDER BY x",
                "integer",
                "1|x|1;2|y|2;3|NULL|NULL",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn maps_and_rows_are_several_columns() {
    compare(
        &lake().await,
        &[
            (
                "SELECT key, value FROM t CROSS JOIN UNNEST(sizes) AS u (key, value) ORDER BY 1",
                "varchar",
                "x|1;y|2;é|NULL",
            ),
            ("SELECT sum(value) FROM t, UNNEST(sizes) AS u (key, value)", "bigint", "3"),
            ("SELECT sku, qty FROM t CROSS JOIN UNNEST(items) WHERE n = 1 ORDER BY sku", "varchar", "p|2;q|5"),
            ("SELECT i.sku FROM t, UNNEST(items) AS i WHERE i.qty > 2", "varchar", "q"),
            (
                "SELECT a, b FROM t CROSS JOIN UNNEST(items) AS i (a, b) WHERE n = 2 ORDER BY a",
                "varchar",
                "r|NULL;NULL|NULL",
            ),
            (
                "SELECT a, b, o FROM t CROSS JOIN UNNEST(items) WITH ORDINALITY AS i (a, b, o) ORDER BY n, o",
                "varchar",
                "p|2|1;q|5|2;NULL|NULL|1;r|NULL|2",
            ),
            (
                "SELECT cell FROM t CROSS JOIN UNNEST(grid) AS g (line) CROSS JOIN UNNEST(line) AS c (cell) \
                 ORDER BY cell",
                "integer",
                "1;2;3",
            ),
            ("SELECT line FROM t CROSS JOIN UNNEST(grid) AS g (line) WHERE n = 1 ORDER BY cardinality(line)", "array(integer)", "[3];[1, 2]"),
            (
                "SELECT cell FROM t, UNNEST(grid) AS g (line), UNNEST(line) AS c (cell) WHERE n = 1 ORDER BY cell",
                "integer",
                "1;2;3",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn joined_with_rows_that_have_no_elements_and_with_others() {
    compare(
        &lake().await,
        &[
            (
                "SELECT n, x FROM t LEFT JOIN UNNEST(whole) AS u (x) ON true ORDER BY n, x",
                "integer",
                "1|1;1|2;1|3;2|5;2|7;2|NULL;3|NULL;4|NULL",
            ),
            (
                "SELECT n, w, o FROM t LEFT JOIN UNNEST(words) WITH ORDINALITY AS u (w, o) ON TRUE WHERE n >= 2 \
                 ORDER BY n, o",
                "integer",
                "2|ñ|1;2|NULL|2;2|c|3;3|NULL|NULL;4|NULL|NULL",
            ),
            (
                "SELECT n, cell FROM t LEFT JOIN UNNEST(grid) AS g (line) ON true \
                 LEFT OUTER JOIN UNNEST(line) AS c (cell) ON true ORDER BY 1, 2",
                "integer",
                "1|1;1|2;1|3;2|NULL;2|NULL;3|NULL;4|NULL",
            ),
            (
                "SELECT n, x FROM t INNER JOIN UNNEST(whole) AS u (x) ON true WHERE n > 1 ORDER BY x",
                "integer",
                "2|5;2|7;2|NULL",
            ),
            (
                "SELECT t.n, x, s.k FROM t CROSS JOIN UNNEST(whole) AS u (x) JOIN t s ON s.n = x ORDER BY x",
                "integer",
                "1|1|10;1|2|20;1|3|30",
            ),
            (
                "SELECT t.n, x, s.k FROM t CROSS JOIN UNNEST(whole) AS u (x) LEFT JOIN t s ON s.n = x \
                 WHERE t.n = 2 ORDER BY x",
                "integer",
                "2|5|NULL;2|7|NULL;2|NULL|NULL",
            ),
            (
                "SELECT a.n, x FROM t a JOIN t b ON a.n = b.n CROSS JOIN UNNEST(b.whole) AS u (x) \
                 WHERE x > 2 ORDER BY x",
                "integer",
                "1|3;2|5;2|7",
            ),
            (
                "SELECT x FROM t a, t b, UNNEST(b.whole) AS u (x) WHERE a.n = b.n AND a.n = 1 ORDER BY x",
                "integer",
                "1;2;3",
            ),
            (
                "SELECT n, x FROM t JOIN (SELECT n FROM t) s USING (n) CROSS JOIN UNNEST(whole) AS u (x) \
                 WHERE n = 1 ORDER BY x",
                "integer",
                "1|1;1|2;1|3",
            ),
            (
                "SELECT * FROM (SELECT n, whole FROM t) a JOIN (SELECT n FROM t) s USING (n) \
                 CROSS JOIN UNNEST(whole) AS u (x) WHERE x = 1",
                "integer",
                "1|[1, 2, 3]|1",
            ),
        ],
    )
    .await;
}
