//! Row values, `ANY` and `ALL`.

use super::lake;
use crate::golden::compare;

#[tokio::test]
async fn row_values() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT n FROM t WHERE (g, n) = ('a', 2)", "integer", "2"),
            ("SELECT n FROM t WHERE (g, n) <> ('a', 2) ORDER BY n", "integer", "1;3;4"),
            ("SELECT n FROM t WHERE (g, n) IN (('a', 1), ('b', 4), ('a', 9)) ORDER BY n", "integer", "1;4"),
            ("SELECT n FROM t WHERE (g, n) NOT IN (('a', 1), ('b', 4)) ORDER BY n", "integer", "2;3"),
            ("SELECT n FROM t WHERE (n, v) IS NOT DISTINCT FROM (3, NULL)", "integer", "3"),
            ("SELECT n FROM t WHERE (n, v) IS DISTINCT FROM (3, NULL) ORDER BY n", "integer", "1;2;4"),
            // False where one field differs, and else null where one is.
            (
                "SELECT (n, v) = (3, 1), (n, v) = (4, 1), (n, v) <> (4, 1) FROM t WHERE n = 3",
                "boolean",
                "NULL|false|true",
            ),
            (
                "SELECT (n, v) IN ((3, 1), (4, 1)), (n, v) NOT IN ((4, 1)) FROM t WHERE n = 3",
                "boolean",
                "NULL|true",
            ),
            ("SELECT n FROM t WHERE NOT (g, n) = ('a', 2) AND v > 10", "integer", "4"),
            ("SELECT n FROM t WHERE ((g, (n)) = (('a'), 2))", "integer", "2"),
            ("SELECT n FROM t WHERE (g, n) > ('a', 1) ORDER BY n", "integer", "2;3;4"),
            ("SELECT n FROM t WHERE (g, n) = ROW('a', 2)", "integer", "2"),
        ],
    )
    .await;
    let parameters = |sql: &'static str, parameters: &'static [&'static str]| {
        let lake = &lake;
        async move { lake.text(sql, parameters).await.unwrap() }
    };
    // The parameters are those of the text, in its order.
    let sql = "SELECT n FROM t WHERE (g, ?) = (?, n)";
    assert_eq!(parameters(sql, &["3", "'b'"]).await, "\"n\"\n\"3\"\n");
    let sql = "SELECT n FROM t WHERE (?, n) IN (('a', 1), ('b', 2), ('b', ?)) AND v > ?";
    assert_eq!(parameters(sql, &["'b'", "4", "30"]).await, "\"n\"\n\"4\"\n");
    let list = vec!["('a', 1)"; 101].join(", ");
    let error = lake.error(&format!("SELECT n FROM t WHERE (g, n) IN ({list})"), &[]).await.to_string();
    assert!(error.contains("row values of more than 20 fields, or in a list of more than 100"), "{error}");
    let row = format!("({})", vec!["n"; 21].join(", "));
    let error = lake.error(&format!("SELECT n FROM t WHERE {row} = {row}"), &[]).await.to_string();
    assert!(error.contains("a row value of more than 20 fields"), "{error}");
}

/// By SQL's three values: a row with a null is in no query, and is out of it if of each row another field differs.
#[tokio::test]
async fn row_values_in_queries() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            (
                "SELECT n FROM t WHERE (g, n) IN (SELECT g, max(n) FROM t GROUP BY g) ORDER BY n",
                "integer",
                "2;4",
            ),
            (
                "SELECT n FROM t WHERE (g, n) NOT IN (SELECT g, max(n) FROM t GROUP BY g) ORDER BY n",
                "integer",
                "1;3",
            ),
            (
                "SELECT n FROM t WHERE v > 10 AND ((t.g, n + 1) IN (SELECT g, n FROM t)) ORDER BY n",
                "integer",
                "",
            ),
            (
                "SELECT n FROM t WHERE v < 20 AND ((t.g, n + 1) IN (SELECT g, n FROM t)) ORDER BY n",
                "integer",
                "1",
            ),
            ("SELECT n FROM t WHERE (n, v) IN (SELECT n, v FROM t) ORDER BY n", "integer", "1;2;4"),
            (
                "SELECT n FROM t WHERE (n, v) NOT IN (SELECT n, v FROM t WHERE n > 2) ORDER BY n",
                "integer",
                "1;2",
            ),
            (
                "SELECT n FROM t WHERE (n, v) NOT IN (SELECT n, v FROM t WHERE v IS NULL) ORDER BY n",
                "integer",
                "1;2;4",
            ),
            (
                "SELECT n FROM t WHERE (n, v) NOT IN (SELECT n, v FROM t WHERE n > 9) ORDER BY n",
                "integer",
                "1;2;3;4",
            ),
            ("SELECT n FROM t WHERE (f, 1) IN (SELECT f, 1 FROM t WHERE n = 2) ORDER BY n", "integer", "2;3"),
            (
                "SELECT n FROM t WHERE (g, n) IN (SELECT g, n FROM t ORDER BY n DESC LIMIT 2) ORDER BY n",
                "integer",
                "3;4",
            ),
        ],
    )
    .await;
    let sql = "SELECT n FROM t WHERE (?, n) IN (SELECT g, n FROM t) AND v > ?";
    assert_eq!(lake.text(sql, &["'b'", "30"]).await.unwrap(), "\"n\"\n\"4\"\n");
}

#[tokio::test]
async fn any_and_all() {
    compare(
        &lake().await,
        &[
            ("SELECT n FROM t WHERE n = ANY (SELECT n FROM t WHERE v > 10) ORDER BY n", "integer", "2;4"),
            ("SELECT n FROM t WHERE n = SOME (VALUES 1, 3) ORDER BY n", "integer", "1;3"),
            ("SELECT n FROM t WHERE n <> ALL (SELECT n FROM t WHERE v > 10) ORDER BY n", "integer", "1;3"),
            ("SELECT n FROM t WHERE n <> ALL (SELECT v FROM t)", "integer", ""),
            ("SELECT count(*) FROM t WHERE NOT n = ANY (SELECT n FROM t WHERE false)", "bigint", "4"),
        ],
    )
    .await;
}

/// By Trino's documentation ("Comparison functions and operators": the first two are its examples) and SQL's three values.
#[tokio::test]
async fn greater_and_less_than_any_and_all() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT 21 < ALL (VALUES 19, 20, 21)", "boolean", "false"),
            ("SELECT 42 >= SOME (SELECT 41 UNION ALL SELECT 42 UNION ALL SELECT 43)", "boolean", "true"),
            (
                "SELECT n > ANY (SELECT n FROM t WHERE v > 10) FROM t ORDER BY n",
                "boolean",
                "false;false;true;true",
            ),
            ("SELECT v > ANY (SELECT v FROM t) FROM t ORDER BY n", "boolean", "NULL;true;NULL;true"),
            ("SELECT v > ALL (SELECT v FROM t) FROM t ORDER BY n", "boolean", "false;false;NULL;false"),
            (
                "SELECT v > ALL (SELECT v FROM t WHERE false) FROM t ORDER BY n",
                "boolean",
                "true;true;true;true",
            ),
            (
                "SELECT v > ANY (SELECT v FROM t WHERE false) FROM t ORDER BY n",
                "boolean",
                "false;false;false;false",
            ),
            (
                "SELECT f < ALL (SELECT f FROM t WHERE n > 1 AND n < 4) FROM t ORDER BY n",
                "boolean",
                "true;false;false;NULL",
            ),
        ],
    )
    .await;
    for (condition, expected) in [
        ("n >= ALL (SELECT n FROM t WHERE v > 10)", "4"),
        ("n < ALL (SELECT n FROM t WHERE v > 10)", "1"),
        ("n <= SOME (VALUES 1, 3)", "1;2;3"),
        ("v > ALL (SELECT v FROM t WHERE n < 3)", "4"),
        ("v >= ALL (SELECT v FROM t)", ""),
        ("NOT v >= ALL (SELECT v FROM t)", "1;2"),
        ("n = ALL (SELECT n FROM t WHERE n = 2)", "2"),
        ("n = ALL (VALUES 1, 3)", ""),
        ("n <> ANY (VALUES 2, 2)", "1;3;4"),
        ("n <> ANY (VALUES 1, 3)", "1;2;3;4"),
        ("g > ALL (SELECT g FROM t WHERE n < 3) AND n < 4", "3"),
    ] {
        let sql = format!("SELECT n FROM t WHERE {condition} ORDER BY n");
        compare(&lake, &[(&sql, "integer", expected)]).await;
    }
}
