//! `filter`, and whether elements match.

use super::{each, lake};
use crate::golden::compare;

#[tokio::test]
async fn filtered_and_matched() {
    each(&[
        ("filter(whole, x -> x > 1)", "array(integer)", ["[2, 3]", "[5, 7]", "[]", "NULL"]),
        ("filter(whole, x -> x IS NOT NULL)", "array(integer)", ["[1, 2, 3]", "[5, 7]", "[]", "NULL"]),
        ("filter(whole, x -> NULL)", "array(integer)", ["[]", "[]", "[]", "NULL"]),
        ("filter(whole, x -> true)", "array(integer)", ["[1, 2, 3]", "[5, null, 7]", "[]", "NULL"]),
        ("filter(words, w -> w IN ('b', 'ñ'))", "array(varchar)", ["[b]", "[ñ]", "[]", "NULL"]),
        ("filter(words, w -> w LIKE '%a%')", "array(varchar)", ["[a]", "[]", "[]", "NULL"]),
        (
            "filter(items, i -> i.qty > 2)",
            "array(row(sku varchar, qty integer))",
            ["[{sku=q, qty=5}]", "[]", "[]", "NULL"],
        ),
        // What is on the right of AND is not looked at where the left side is false.
        ("filter(whole, x -> x <> 2 AND 6 / (x - 2) > 0)", "array(integer)", ["[3]", "[5, 7]", "[]", "NULL"]),
        ("any_match(whole, x -> x = 2)", "boolean", ["true", "NULL", "false", "NULL"]),
        ("any_match(whole, x -> x IS NULL)", "boolean", ["false", "true", "false", "NULL"]),
        ("all_match(whole, x -> x > 0)", "boolean", ["true", "NULL", "true", "NULL"]),
        ("all_match(whole, x -> x < 3)", "boolean", ["false", "false", "true", "NULL"]),
        ("all_match(whole, x -> NULL)", "boolean", ["NULL", "NULL", "true", "NULL"]),
        ("none_match(whole, x -> x = 2)", "boolean", ["false", "NULL", "true", "NULL"]),
        ("none_match(whole, x -> x = 5)", "boolean", ["true", "false", "true", "NULL"]),
        // The elements after the one that decides are not looked at.
        ("any_match(whole, x -> 6 / (x - 2) IN (-6, 2))", "boolean", ["true", "true", "false", "NULL"]),
    ])
    .await;
    compare(
        &lake().await,
        &[
            ("SELECT n FROM t WHERE any_match(words, w -> w = 'c')", "integer", "2"),
            ("SELECT n FROM t WHERE NOT any_match(whole, x -> x = 2) ORDER BY n", "integer", "3"),
            (
                "SELECT cardinality(filter(whole, x -> x > 1)) AS c, count(*) FROM t \
                 GROUP BY cardinality(filter(whole, x -> x > 1)) ORDER BY 1",
                "bigint",
                "0|1;2|2;NULL|1",
            ),
            ("SELECT n FROM t WHERE n < 3 ORDER BY reduce(whole, 0, (s, x) -> s + coalesce(x, 0), s -> -s)", "integer", "2;1"),
            ("SELECT sum(reduce(whole, 0, (s, x) -> s + coalesce(x, 0), s -> s)) FROM t", "bigint", "18"),
            ("SELECT total * 1.5 FROM (SELECT reduce(money, 0, (s, x) -> s + x, s -> s) AS total FROM t WHERE n = 1) q", "decimal(38,3)", "5.025"),
            ("SELECT transform(split('a,b', ','), x -> upper(x))", "array(varchar)", "[A, B]"),
            ("SELECT filter(NULL, x -> x)", "array(unknown)", "NULL"),
            ("SELECT reduce(split('a,b', ','), '', (s, x) -> s || x, s -> s)", "varchar", "ab"),
            ("SELECT p FROM t CROSS JOIN UNNEST(filter(whole, x -> x > k - 8)) AS u (p) WHERE n = 1", "integer", "3"),
        ],
    )
    .await;
}
