//! Maps: Trino's documentation ("Map functions and operators"), its sources (`MapConstructor`, `MapSubscriptOperator`,
//! `MapConcatFunction`, `MapFromEntriesFunction`, …) and tests (`TestMapOperators`).

use super::{columns, constants, failures};

#[tokio::test]
async fn made_and_taken_apart() {
    constants(&[
        ("MAP()", "map(unknown, unknown)", "{}"),
        ("MAP(ARRAY['a', 'b'], ARRAY[1, NULL])", "map(varchar, integer)", "{a=1, b=null}"),
        ("MAP(ARRAY[1, 2], ARRAY['x', 'y'])", "map(integer, varchar)", "{1=x, 2=y}"),
        ("MAP(ARRAY[], ARRAY[])", "map(unknown, unknown)", "{}"),
        ("MAP(ARRAY[DATE '2026-11-27'], ARRAY[ARRAY[1]])", "map(date, array(integer))", "{2026-11-27=[1]}"),
        ("map(NULL, ARRAY[1])", "map(unknown, integer)", "NULL"),
        ("MAP(ARRAY['a'], ARRAY[1])['a']", "integer", "1"),
        ("MAP(ARRAY[1], ARRAY['x'])[1]", "varchar", "x"),
        ("MAP(ARRAY['a'], ARRAY[1])[NULL]", "integer", "NULL"),
        ("element_at(MAP(ARRAY['a'], ARRAY[1]), 'b')", "integer", "NULL"),
        ("element_at(MAP(ARRAY[1, 2], ARRAY['x', 'y']), 2)", "varchar", "y"),
        ("element_at(MAP(ARRAY[1.5], ARRAY['x']), 1.5)", "varchar", "x"),
        ("cardinality(MAP(ARRAY['a'], ARRAY[1]))", "bigint", "1"),
        ("map_keys(MAP(ARRAY['a', 'ñ'], ARRAY[1, 2]))", "array(varchar)", "[a, ñ]"),
        ("map_values(MAP(ARRAY['a', 'b'], ARRAY[1, NULL]))", "array(integer)", "[1, null]"),
        (
            "map_entries(MAP(ARRAY[1, 2], ARRAY['x', 'y']))",
            "array(row(integer, varchar))",
            "[{field0=1, field1=x}, {field0=2, field1=y}]",
        ),
        ("map_from_entries(ARRAY[ROW(1, 'x'), ROW(2, 'y')])", "map(integer, varchar)", "{1=x, 2=y}"),
        (
            "multimap_from_entries(ARRAY[ROW(1, 'x'), ROW(2, 'y'), ROW(1, 'z')])",
            "map(integer, array(varchar))",
            "{1=[x, z], 2=[y]}",
        ),
        ("map_concat(MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['b'], ARRAY[2]))['a']", "integer", "1"),
        (
            "map_concat(MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['a'], ARRAY[2.5]))",
            "map(varchar, decimal(11,1))",
            "{a=2.5}",
        ),
        ("map_concat(MAP(ARRAY['a'], ARRAY[1]), NULL)", "map(varchar, integer)", "NULL"),
        ("split_to_map('a=1;b=2', ';', '=')", "map(varchar, varchar)", "{a=1, b=2}"),
        ("split_to_multimap('a=1,b=2,a=ñ', ',', '=')", "map(varchar, array(varchar))", "{a=[1, ñ], b=[2]}"),
        ("split_to_multimap('', ',', '=')", "map(varchar, array(varchar))", "{}"),
        ("split_to_multimap(NULL, ',', '=')", "map(varchar, array(varchar))", "NULL"),
        ("json_format(CAST(MAP(ARRAY[2, 1], ARRAY['x', NULL]) AS JSON))", "varchar", r#"{"1":null,"2":"x"}"#),
        ("CAST(MAP(ARRAY['a'], ARRAY['1']) AS map(varchar, integer))", "map(varchar, integer)", "{a=1}"),
    ])
    .await;
    columns(&[
        ("map_keys(sizes)", "array(varchar)", "[x, y];NULL;[]"),
        ("map_values(sizes)", "array(integer)", "[1, null];NULL;[]"),
        ("map_from_entries(map_entries(sizes))", "map(varchar, integer)", "{x=1, y=null};NULL;{}"),
        ("map_concat(sizes, MAP(ARRAY['x'], ARRAY[n]))", "map(varchar, integer)", "{x=1, y=null};NULL;{x=3}"),
        ("element_at(sizes, 'x')", "integer", "1;NULL;NULL"),
        ("MAP(ARRAY['n'], ARRAY[n])['n']", "integer", "1;2;3"),
        ("map(long, slice(words, 1, 2))", "map(bigint, varchar)", "{2=b, 3=ä};NULL;{}"),
    ])
    .await;
    failures(&[
        ("MAP(ARRAY['a'], ARRAY[1])['b']", "INVALID_FUNCTION_ARGUMENT: Key not present in map: b"),
        ("MAP(ARRAY[1], ARRAY[1])[2]", "INVALID_FUNCTION_ARGUMENT: Key not present in map: 2"),
        ("MAP(ARRAY[1], ARRAY[2, 4])", "INVALID_FUNCTION_ARGUMENT: Key and value arrays must be the same length"),
        ("MAP(ARRAY[1, 2, 3, 2], ARRAY[4, 5, 6, 7])", "INVALID_FUNCTION_ARGUMENT: Duplicate map keys (2) are not allowed"),
        ("MAP(ARRAY[NULL], ARRAY[2])", "INVALID_FUNCTION_ARGUMENT: map key cannot be null"),
        ("map_from_entries(ARRAY[ROW(1, 2), NULL])", "INVALID_FUNCTION_ARGUMENT: map entry cannot be null"),
        ("map_from_entries(ARRAY[ROW(NULL, 2)])", "INVALID_FUNCTION_ARGUMENT: map key cannot be null"),
        (
            "map_from_entries(ARRAY[ROW('a', 2), ROW('a', 3)])",
            "INVALID_FUNCTION_ARGUMENT: Duplicate map keys (a) are not allowed",
        ),
        (
            "split_to_multimap('a', ',', '=')",
            "INVALID_FUNCTION_ARGUMENT: Key-value delimiter must appear exactly once in each entry. Bad input: a",
        ),
        ("map_keys(ARRAY[1])", "FUNCTION_NOT_FOUND: Unexpected parameters for function map_keys"),
        ("MAP(ARRAY[1])", "FUNCTION_NOT_FOUND: Unexpected parameters for function map"),
    ])
    .await;
}
