//! Arrays side by side, sorted arrays, and maps.

use super::each;

#[tokio::test]
async fn zipped_sorted_and_maps() {
    let by_size = "array_sort(whole, (x, y) -> CASE WHEN x IS NULL THEN 1 WHEN y IS NULL THEN -1 WHEN x < y THEN 1 \
                   WHEN x = y THEN 0 ELSE -1 END)";
    each(&[
        (
            "zip_with(whole, words, (x, w) -> w || CAST(x AS varchar))",
            "array(varchar)",
            ["[a1, b2, null]", "[ñ5, null, c7]", "[]", "NULL"],
        ),
        (
            "zip_with(words, whole, (w, x) -> x)",
            "array(integer)",
            ["[1, 2, 3]", "[5, null, 7]", "[]", "NULL"],
        ),
        (
            "zip_with(whole, whole, (x, y) -> x * y + k)",
            "array(integer)",
            ["[11, 14, 19]", "[45, null, 69]", "[]", "NULL"],
        ),
        ("zip_with(whole, NULL, (x, y) -> x)", "array(integer)", ["NULL", "NULL", "NULL", "NULL"]),
        (by_size, "array(integer)", ["[3, 2, 1]", "[7, 5, null]", "[]", "NULL"]),
        ("array_sort(whole, (x, y) -> 0)", "array(integer)", ["[1, 2, 3]", "[5, null, 7]", "[]", "NULL"]),
        (
            "array_sort(items, (a, b) -> IF(a.qty > b.qty, -1, 1))",
            "array(row(sku varchar, qty integer))",
            ["[{sku=q, qty=5}, {sku=p, qty=2}]", "[{sku=r, qty=null}, null]", "[]", "NULL"],
        ),
        (
            "transform_values(sizes, (k, v) -> v + 1)",
            "map(varchar, integer)",
            ["{x=2, y=3}", "{é=null}", "{}", "NULL"],
        ),
        (
            "transform_values(sizes, (a, v) -> a || CAST(v + k AS varchar))",
            "map(varchar, varchar)",
            ["{x=x11, y=y12}", "{é=null}", "{}", "NULL"],
        ),
        (
            "transform_keys(sizes, (k, v) -> upper(k))",
            "map(varchar, integer)",
            ["{X=1, Y=2}", "{É=null}", "{}", "NULL"],
        ),
        (
            "transform_keys(sizes, (a, v) -> a || coalesce(CAST(v AS varchar), '?'))",
            "map(varchar, integer)",
            ["{x1=1, y2=2}", "{é?=null}", "{}", "NULL"],
        ),
        ("map_filter(sizes, (k, v) -> v > 1)", "map(varchar, integer)", ["{y=2}", "{}", "{}", "NULL"]),
        (
            "map_filter(sizes, (k, v) -> k <> 'y')",
            "map(varchar, integer)",
            ["{x=1}", "{é=null}", "{}", "NULL"],
        ),
        (
            "map_zip_with(sizes, others, (k, v, w) -> coalesce(v, 0) + coalesce(w, 0))",
            "map(varchar, bigint)",
            ["{x=1, y=22, z=30}", "{é=0}", "{z=1}", "NULL"],
        ),
        (
            "map_zip_with(others, sizes, (k, v, w) -> k || coalesce(CAST(w AS varchar), '-'))",
            "map(varchar, varchar)",
            ["{y=y2, z=z-, x=x1}", "{é=é-}", "{z=z-}", "NULL"],
        ),
        // One zero is the other one, as for every map.
        (
            "cardinality(map_zip_with(MAP(ARRAY[0E0], ARRAY[n]), MAP(ARRAY[-0E0], ARRAY[n]), (k, v, w) -> v + w))",
            "bigint",
            ["1", "1", "1", "1"],
        ),
    ])
    .await;
}
