//! Arrays, texts and maps of a group's rows.

use super::lake;
use crate::golden::{compare, refuse};

#[tokio::test]
async fn arrays() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT array_agg(n ORDER BY n) FROM t WHERE n > 0", "array(bigint)", "[10, 20, 30, 40]"),
            ("SELECT array_agg(n ORDER BY n DESC) FROM t", "array(bigint)", "[40, 30, 20, 10, null]"),
            ("SELECT array_agg(n ORDER BY n DESC NULLS FIRST) FROM t", "array(bigint)", "[null, 40, 30, 20, 10]"),
            ("SELECT array_agg(s ORDER BY n) FROM t", "array(varchar)", "[x, é, null, x, null]"),
            ("SELECT array_agg(s ORDER BY s DESC, n DESC) FROM t WHERE n > 0", "array(varchar)", "[é, x, x, null]"),
            ("SELECT array_agg(n ORDER BY ok, n DESC) FROM t WHERE n > 0", "array(bigint)", "[20, 40, 10, 30]"),
            // Two orders in one query.
            (
                "SELECT array_agg(n ORDER BY n), array_agg(n ORDER BY n DESC), sum(n ORDER BY f) FROM t WHERE g = 'a'",
                "array(bigint)",
                "[10, 20, 30]|[30, 20, 10]|60",
            ),
            (
                "SELECT g, array_agg(i ORDER BY n) FROM t GROUP BY g ORDER BY g",
                "varchar",
                "a|[1, 2, 2];b|[null];c|[null]",
            ),
            ("SELECT array_agg(DISTINCT i ORDER BY i) FROM t", "array(integer)", "[1, 2, null]"),
            ("SELECT array_agg(DISTINCT i ORDER BY i DESC) FROM t WHERE g = 'a'", "array(integer)", "[2, 1]"),
            ("SELECT array_agg(DISTINCT s ORDER BY s), count(*) FROM t", "array(varchar)", "[x, é, null]|5"),
            ("SELECT cardinality(array_agg(DISTINCT i)) FROM t", "bigint", "3"),
            ("SELECT array_agg(n ORDER BY n) FILTER (WHERE ok) FROM t", "array(bigint)", "[10, 40]"),
            ("SELECT array_agg(n) FILTER (WHERE n > 99) FROM t", "array(bigint)", "NULL"),
            ("SELECT array_agg(n) FROM t WHERE false", "array(bigint)", "NULL"),
            ("SELECT g, array_agg(n) FROM t WHERE false GROUP BY g", "varchar", ""),
            ("SELECT array_agg(d ORDER BY n) FROM t WHERE g = 'a'", "array(decimal(4,2))", "[1.50, 2.50, null]"),
            ("SELECT array_agg(day ORDER BY n) FROM t WHERE n < 30", "array(date)", "[2026-11-23, null]"),
            ("SELECT array_agg(tags ORDER BY n) FROM t WHERE n < 30", "array(array(varchar))", "[[t], null]"),
            ("SELECT array_agg(r ORDER BY r) FROM t WHERE n < 30", "array(real)", "[1.5, 2.5]"),
            ("SELECT array_agg(n ORDER BY 1) FROM t WHERE n = 10", "array(bigint)", "[10]"),
            ("SELECT array_agg(c ORDER BY c) FROM (SELECT count(*) AS c FROM t GROUP BY g)", "array(bigint)", "[1, 1, 3]"),
            ("SELECT array_agg(x ORDER BY x) FROM (VALUES 0e0, -0e0, nan(), 1e0) AS v (x)", "array(double)", "[0.0, -0.0, 1.0, NaN]"),
            ("SELECT cardinality(array_agg(DISTINCT x)) FROM (VALUES 0e0, -0e0, nan(), -nan()) AS v (x)", "bigint", "2"),
            ("SELECT contains((SELECT array_agg(n) FROM t), 30)", "boolean", "true"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            ("SELECT array_agg(n, i) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function array_agg"),
            (
                "SELECT array_agg(DISTINCT i ORDER BY n) FROM t",
                "EXPRESSION_NOT_IN_DISTINCT: For aggregate function with DISTINCT, ORDER BY expressions must appear in \
                 arguments",
            ),
            (
                "SELECT array_agg(n ORDER BY tags) FROM t",
                "NOT_SUPPORTED: ORDER BY of array(varchar) is not supported by the local engine",
            ),
            (
                "SELECT array_agg(n) OVER () FROM t",
                "NOT_SUPPORTED: function array_agg with OVER is not supported by the local engine",
            ),
            (
                "SELECT array_agg(n) WITHIN GROUP (ORDER BY n) FROM t",
                "NOT_SUPPORTED: WITHIN GROUP of function array_agg is not supported by the local engine",
            ),
            (
                "SELECT lower(s ORDER BY s) FROM t",
                "NOT_SUPPORTED: a clause among the arguments of lower is not supported by the local engine",
            ),
            (
                "SELECT array_agg(n ORDER BY (SELECT 1)) FROM t",
                "NOT_SUPPORTED: a subquery in ORDER BY of function array_agg is not supported by the local engine",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn texts() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT listagg(s, ', ') WITHIN GROUP (ORDER BY s) FROM t", "varchar", "x, x, é"),
            ("SELECT listagg(s) WITHIN GROUP (ORDER BY n DESC) FROM t", "varchar", "xéx"),
            ("SELECT listagg(DISTINCT s, '+') WITHIN GROUP (ORDER BY s DESC) FROM t", "varchar", "é+x"),
            ("SELECT listagg(s, '–') WITHIN GROUP (ORDER BY ok, n) FROM t", "varchar", "é–x–x"),
            ("SELECT listagg(s, ',') WITHIN GROUP (ORDER BY n) FILTER (WHERE g = 'a') FROM t", "varchar", "x,é"),
            ("SELECT g, listagg(s, ',') WITHIN GROUP (ORDER BY n) FROM t GROUP BY g ORDER BY g", "varchar", "a|x,é;b|x;c|NULL"),
            ("SELECT listagg(s, ',') WITHIN GROUP (ORDER BY n) FROM t WHERE false", "varchar", "NULL"),
            ("SELECT listagg(s, ',') WITHIN GROUP (ORDER BY n) FROM t WHERE s IS NULL", "varchar", "NULL"),
            ("SELECT listagg(NULL, ',') WITHIN GROUP (ORDER BY n) FROM t", "varchar", "NULL"),
            ("SELECT listagg(CAST(n AS varchar), ',') WITHIN GROUP (ORDER BY n) FROM t", "varchar", "10,20,30,40"),
            ("SELECT listagg(x, ',') WITHIN GROUP (ORDER BY x) FROM (VALUES '', 'a', '') AS v (x)", "varchar", ",,a"),
            ("SELECT listagg(s, ',' ON OVERFLOW ERROR) WITHIN GROUP (ORDER BY n) FROM t WHERE n < 30", "varchar", "x,é"),
            (
                "SELECT listagg(s, ',' ON OVERFLOW TRUNCATE '…' WITH COUNT) WITHIN GROUP (ORDER BY n) FROM t WHERE n < 30",
                "varchar",
                "x,é",
            ),
        ],
    )
    .await;
    let long = "listagg(lpad(CAST(x AS varchar), 400000, 'a'), ','";
    let rows = "FROM (VALUES 1, 2, 3, 4) AS v (x)";
    for (overflow, expected) in [
        ("ON OVERFLOW TRUNCATE WITH COUNT", "a2,...(2)"),
        ("ON OVERFLOW TRUNCATE '…' WITHOUT COUNT", "a2,…"),
        ("ON OVERFLOW TRUNCATE '' WITH COUNT", "a2,(2)"),
    ] {
        let sql = format!("SELECT substr({long} {overflow}) WITHIN GROUP (ORDER BY x), 800000) {rows}");
        compare(&lake, &[(&sql, "varchar", expected)]).await;
    }
    let message = "EXCEEDED_FUNCTION_MEMORY_LIMIT: Concatenated string has the length in bytes larger than the maximum \
                   output length 1048576";
    for overflow in ["", " ON OVERFLOW ERROR"] {
        let sql = format!("SELECT length({long}{overflow}) WITHIN GROUP (ORDER BY x)) {rows}");
        refuse(&lake, &[(&sql, message)]).await;
    }
    refuse(
        &lake,
        &[
            (
                "SELECT listagg(s, ',') FROM t",
                "NOT_SUPPORTED: listagg without WITHIN GROUP (ORDER BY ...) is not supported by the local engine",
            ),
            (
                "SELECT listagg(s, g) WITHIN GROUP (ORDER BY n) FROM t",
                "NOT_SUPPORTED: listagg with a separator that is no text in quotes is not supported by the local engine",
            ),
            (
                "SELECT listagg(n, ',') WITHIN GROUP (ORDER BY n) FROM t",
                "FUNCTION_NOT_FOUND: Unexpected parameters for function listagg",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn maps() {
    let lake = lake().await;
    compare(
        &lake,
        &[
            ("SELECT map_agg(g, ok) FROM t WHERE n IN (10, 40)", "map(varchar, boolean)", "{a=true, b=true}"),
            (
                "SELECT map_agg(g, n) FROM t WHERE n > 20 OR g = 'c'",
                "map(varchar, bigint)",
                "{a=30, b=40, c=null}",
            ),
            // Of each key the first value, in an order.
            (
                "SELECT map_agg(g, n ORDER BY n DESC) FROM t WHERE n > 0",
                "map(varchar, bigint)",
                "{b=40, a=30}",
            ),
            ("SELECT map_agg(s, g) FROM t WHERE s IS NULL", "map(varchar, varchar)", "NULL"),
            ("SELECT map_agg(s, n) FROM t WHERE false", "map(varchar, bigint)", "NULL"),
            (
                "SELECT g, map_agg(s, i ORDER BY n) FROM t GROUP BY g ORDER BY g",
                "varchar",
                "a|{x=1, é=2};b|{x=null};c|NULL",
            ),
            (
                "SELECT multimap_agg(s, n ORDER BY n) FROM t",
                "map(varchar, array(bigint))",
                "{x=[10, 40], é=[20]}",
            ),
            (
                "SELECT multimap_agg(g, i ORDER BY n DESC) FROM t WHERE n > 0",
                "map(varchar, array(integer))",
                "{b=[null], a=[2, 2, 1]}",
            ),
            (
                "SELECT multimap_agg(DISTINCT g, i ORDER BY g, i) FROM t WHERE n > 0",
                "map(varchar, array(integer))",
                "{a=[1, 2], b=[null]}",
            ),
            ("SELECT multimap_agg(s, n) FROM t WHERE s IS NULL", "map(varchar, array(bigint))", "NULL"),
            ("SELECT histogram(s) FROM t", "map(varchar, bigint)", "{x=2, é=1}"),
            ("SELECT histogram(g) FILTER (WHERE n > 10) FROM t", "map(varchar, bigint)", "{a=2, b=1}"),
            ("SELECT histogram(DISTINCT g) FROM t", "map(varchar, bigint)", "{a=1, b=1, c=1}"),
            ("SELECT histogram(s) FROM t WHERE s IS NULL", "map(varchar, bigint)", "NULL"),
            ("SELECT g, histogram(s) FROM t GROUP BY g ORDER BY g", "varchar", "a|{x=1, é=1};b|{x=1};c|NULL"),
        ],
    )
    .await;
    refuse(
        &lake,
        &[
            ("SELECT map_agg(n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function map_agg"),
            (
                "SELECT histogram(tags) FROM t",
                "NOT_SUPPORTED: line 1:18: function histogram of array(varchar) is not supported by the local engine",
            ),
            (
                "SELECT map_agg(s, n) OVER () FROM t",
                "NOT_SUPPORTED: function map_agg with OVER is not supported by the local engine",
            ),
        ],
    )
    .await;
}
