//! Functions of arrays and maps.

use super::lake;
use crate::golden::{compare, refuse};

#[tokio::test]
async fn arrays_and_maps() {
    let cases = [
        ("SELECT contains(words, 'a') FROM t ORDER BY n", "boolean", "true;false;true"),
        ("SELECT contains(words, 'z') FROM t ORDER BY n", "boolean", "false;false;NULL"),
        ("SELECT contains(words, s) FROM t ORDER BY n", "boolean", "false;false;NULL"),
        ("SELECT contains(words, NULL) FROM t WHERE n = 1", "boolean", "NULL"),
        (
            "SELECT contains(whole, 2), contains(whole, 2.5), contains(whole, 2E0) FROM t WHERE n = 1",
            "boolean",
            "true|false|true",
        ),
        (
            "SELECT contains(whole, 9223372036854775807), contains(whole, big) FROM t WHERE n = 1",
            "boolean",
            "false|false",
        ),
        (
            "SELECT contains(long, 1), contains(long, 2), contains(long, n) FROM t WHERE n = 1",
            "boolean",
            "true|NULL|true",
        ),
        ("SELECT contains(whole, 2) FROM t WHERE n = 2", "boolean", "NULL"),
        (
            "SELECT contains(money, 1.5), contains(money, 2), contains(money, CAST('2.25' AS decimal(4,2))) FROM t WHERE n = 1",
            "boolean",
            "true|false|true",
        ),
        ("SELECT contains(money, 1.505) FROM t WHERE n = 1", "boolean", "false"),
        (
            "SELECT contains(small, REAL '0.1'), contains(small, 0.1), contains(small, 0.1E0), contains(small, 0) FROM t WHERE n = 1",
            "boolean",
            "true|true|false|true",
        ),
        (
            "SELECT contains(large, 0.1), contains(large, 1E300), contains(large, 1) FROM t WHERE n = 1",
            "boolean",
            "true|true|false",
        ),
        ("SELECT contains(yes, true), contains(yes, false) FROM t WHERE n = 1", "boolean", "true|false"),
        (
            "SELECT contains(days, DATE '2026-11-23'), contains(days, TIMESTAMP '2026-11-23 00:00') FROM t WHERE n = 1",
            "boolean",
            "true|true",
        ),
        (
            "SELECT contains(ats, TIMESTAMP '2026-11-23 10:05'), contains(ats, DATE '2026-11-23') FROM t WHERE n = 1",
            "boolean",
            "true|false",
        ),
        ("SELECT n FROM t WHERE NOT contains(words, 'b') ORDER BY n", "integer", "2"),
        (
            "SELECT element_at(words, 1), element_at(words, -1), element_at(words, 3) FROM t ORDER BY n",
            "varchar",
            "a|b|NULL;NULL|NULL|NULL;a|NULL|NULL",
        ),
        (
            "SELECT element_at(sizes, 'x'), element_at(sizes, 'y'), element_at(sizes, 'z') FROM t ORDER BY n",
            "integer",
            "1|NULL|NULL;NULL|NULL|NULL;NULL|NULL|NULL",
        ),
        ("SELECT element_at(money, n) FROM t WHERE n = 1", "decimal(4,2)", "1.50"),
        ("SELECT cardinality(words), cardinality(sizes) FROM t ORDER BY n", "bigint", "2|2;0|0;2|NULL"),
    ];
    let lake = lake().await;
    compare(&lake, &cases).await;
    let cases = [
        (
            "SELECT contains(words, 1) FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function contains",
        ),
        (
            "SELECT contains(whole, 'a') FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function contains",
        ),
        ("SELECT contains(s, 'a') FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function contains"),
        (
            "SELECT cardinality(s) FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function cardinality",
        ),
        (
            "SELECT regexp_like(n, 'a') FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function regexp_like",
        ),
        (
            "SELECT regexp_like(s) FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters for function regexp_like",
        ),
        ("SELECT strpos(s, n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function strpos"),
        ("SELECT concat(s) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function concat"),
        ("SELECT concat(s, n) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function concat"),
        (
            "SELECT n FROM t WHERE regexp_like(s, '(')",
            "INVALID_FUNCTION_ARGUMENT: end pattern with unmatched parenthesis",
        ),
        (
            "SELECT n FROM t WHERE regexp_like(s, 'a(?=b)')",
            "INVALID_FUNCTION_ARGUMENT: the pattern \"a(?=b)\": looking around is not supported by the local engine",
        ),
        (
            "SELECT n FROM t WHERE s LIKE 'a\\b' ESCAPE '\\'",
            "INVALID_FUNCTION_ARGUMENT: Escape character must be followed by '%', '_' or the escape character itself",
        ),
        (
            "SELECT n FROM t WHERE s LIKE lower('a\\') ESCAPE '\\'",
            "INVALID_FUNCTION_ARGUMENT: Escape character must be followed by '%', '_' or the escape character itself",
        ),
    ];
    refuse(&lake, &cases).await;
    // No text meets the pattern: there is nothing to fail at.
    assert_eq!(lake.rows("SELECT n FROM t WHERE n = 7 AND regexp_like(s, '(')").await, "");
}
