//! `char(n)`, by Trino's documentation ("Data types": a value always has n characters, and shorter ones are padded with spaces)
//! and its `CharacterStringCasts` (a longer one is cut; as a `varchar`, a value keeps its spaces).

use crate::{
    golden::{compare, refuse},
    lake::Lake,
};

#[tokio::test]
async fn a_text_has_as_many_characters_as_its_type_says() {
    let cases = [
        ("SELECT CAST('dog' AS char(7))", "char(7)", "dog    "),
        ("SELECT CAST('mouse' AS char(3)) AS m", "char(3)", "mou"),
        ("SELECT CAST('é€' AS char(3))", "char(3)", "é€ "),
        ("SELECT CAST('é€💰x' AS char(3))", "char(3)", "é€💰"),
        ("SELECT CAST('' AS char(2))", "char(2)", "  "),
        ("SELECT CAST('ab' AS char)", "char(1)", "a"),
        ("SELECT CAST(NULL AS char(2))", "char(2)", "NULL"),
        ("SELECT TRY_CAST('a' AS char(2)), 1", "char(2)", "a |1"),
        ("SELECT (CAST(CAST('abc' AS char(2)) AS char(3)))", "char(3)", "ab "),
        (
            "SELECT 1, CAST(x AS char(2)) FROM (VALUES 'a', NULL) AS v (x) ORDER BY x",
            "integer",
            "1|a ;1|NULL",
        ),
        ("SELECT length(CAST('a' AS char(5))), length(CAST('abcdefg' AS char(5)))", "bigint", "5|5"),
        ("SELECT CAST(CAST('a' AS char(3)) AS varchar) || 'b'", "varchar", "a  b"),
        ("SELECT CAST(CAST('a' AS char(3)) AS varchar(2)) || 'b'", "varchar", "a b"),
        (
            "SELECT c || '!' FROM (SELECT TRY_CAST((CAST('a' AS char(3))) AS varchar) AS c) AS t",
            "varchar",
            "a  !",
        ),
        ("SELECT length(CAST('a' AS char(65536)))", "bigint", "65536"),
    ];
    compare(&Lake::new(), &cases).await;
}

#[tokio::test]
async fn texts_of_one_length_are_compared_padded() {
    let cases = [
        (
            "SELECT CAST('a' AS char(3)) = CAST('a ' AS char(3)), CAST('a' AS char(3)) <> CAST('b' AS char(3)), \
             CAST('abcd' AS char(3)) = CAST('abce' AS char(3))",
            "boolean",
            "true|true|true",
        ),
        // A tab is before a space.
        (
            "SELECT CAST('a' || chr(9) AS char(3)) < CAST('a' AS char(3)), CAST('a' AS char(3)) >= CAST('b' AS char(3))",
            "boolean",
            "true|false",
        ),
        (
            "SELECT CAST('b' AS char(2)) BETWEEN CAST('a' AS char(2)) AND CAST('c' AS char(2)), \
             CAST('b' AS char(2)) IN (CAST('b ' AS char(2)), NULL), CAST('b' AS char(2)) NOT IN (CAST('c' AS char(2)))",
            "boolean",
            "true|true|true",
        ),
        (
            "SELECT CAST('a' AS char(2)) IS NULL, CAST(NULL AS char(2)) IS NOT NULL, \
             CAST('a' AS char(2)) IS DISTINCT FROM CAST('a ' AS char(2)), CAST('a' AS char(2)) = NULL",
            "boolean",
            "false|false|false|NULL",
        ),
        (
            "SELECT CAST(x AS char(2)) AS c, count(*) FROM (VALUES 'a', 'a ', 'b', 'a' || chr(9)) AS v (x) \
             GROUP BY CAST(x AS char(2)) ORDER BY c",
            "char(2)",
            "a\t|1;a |2;b |1",
        ),
        (
            "SELECT DISTINCT CAST(x AS char(2)) FROM (VALUES 'a', 'a ', 'ab', 'abc') AS v (x) ORDER BY 1",
            "char(2)",
            "a ;ab",
        ),
        (
            "SELECT x FROM (VALUES 'ac', 'ab', 'b') AS v (x) ORDER BY CAST(x AS char(1)) DESC, x",
            "varchar",
            "b;ab;ac",
        ),
        (
            "SELECT count(CAST(x AS char(2))), count(DISTINCT CAST(x AS char(2))) \
             FROM (VALUES 'a', 'a ', 'ab', NULL) AS v (x)",
            "bigint",
            "3|2",
        ),
        (
            "SELECT x FROM (VALUES 'abc', 'abd', 'b') AS v (x) WHERE CAST(x AS char(2)) = CAST('ab' AS char(2)) ORDER BY x",
            "varchar",
            "abc;abd",
        ),
    ];
    compare(&Lake::new(), &cases).await;
}

#[tokio::test]
async fn where_the_type_would_be_seen_it_is_refused_by_name() {
    let place = "a value of char(n) in this place (write CAST(... AS varchar))";
    let mixed = "a comparison of char(n) with another type (cast one to the type of the other)";
    let lengths = "a comparison of char(n) of different lengths";
    let mut cases: Vec<(&str, String)> = Vec::new();
    for (sql, construct) in [
        ("SELECT c FROM (SELECT CAST('a' AS char(2)) AS c) AS t", place),
        ("WITH t AS (SELECT CAST('a' AS char(2)) AS c) SELECT c FROM t", place),
        ("SELECT CAST('a' AS char(2)) UNION SELECT 'b'", place),
        ("SELECT x FROM (VALUES CAST('a' AS char(2))) AS v (x)", place),
        ("SELECT (SELECT CAST('a' AS char(2)))", place),
        ("SELECT CAST('a' AS char(2)) || 'b'", place),
        ("SELECT upper(CAST('a' AS char(2)))", place),
        ("SELECT typeof(CAST('a' AS char(2)))", place),
        ("SELECT max(CAST('a' AS char(2)))", place),
        ("SELECT coalesce(CAST('a' AS char(2)), 'b')", place),
        ("SELECT CASE WHEN true THEN CAST('a' AS char(2)) END", place),
        ("SELECT CAST('a' AS char(2)) LIKE 'a%'", place),
        ("SELECT CAST(CAST('a' AS char(2)) AS json)", place),
        ("SELECT rank() OVER (ORDER BY CAST(x AS char(2))) FROM (VALUES 'a') AS v (x)", place),
        ("SELECT transform(ARRAY['a'], x -> CAST(x AS char(2)))", place),
        ("SELECT CAST('a' AS char(2)) = 'a'", mixed),
        ("SELECT 'a' IN (CAST('a' AS char(2)))", mixed),
        ("SELECT CAST('a' AS char(2)) = CAST('a' AS char(3))", lengths),
        ("SELECT CAST('a' AS char(2)) BETWEEN CAST('a' AS char(2)) AND CAST('a' AS char)", lengths),
        ("SELECT *, CAST(x AS char(2)) FROM (VALUES 'a') AS v (x)", "a column of char(n) beside *"),
        (
            "SELECT CAST(x AS char(2)) AS c FROM (VALUES 'a') AS v (x) ORDER BY c || 'b'",
            "ORDER BY of what is calculated from a column of char(n)",
        ),
    ] {
        cases.push((sql, format!("NOT_SUPPORTED: {construct} is not supported by the local engine")));
    }
    let cases: Vec<(&str, &str)> = cases.iter().map(|(sql, expected)| (*sql, expected.as_str())).collect();
    let lake = Lake::new();
    refuse(&lake, &cases).await;
    let error = lake.error("SELECT CAST(x AS char(2)) FROM (VALUES 1) AS v (x)", &[]).await.to_string();
    assert!(
        error.starts_with("NOT_SUPPORTED: ") && error.contains(" to char(n) is not supported"),
        "{error}"
    );
}

#[tokio::test]
async fn a_view_has_no_column_of_the_type() {
    let lake = Lake::new();
    let sql = "SELECT CAST('a' AS char(2)) AS c";
    let expected = "NOT_SUPPORTED: a view with a column of char(n) (write CAST(... AS varchar)) is not supported by the \
                    local engine";
    let made = lake.engine.prepare(sql, &[]).unwrap().of_view("v", &|_| None);
    assert_eq!(made.unwrap_err().to_string(), expected);
    let read = lake.engine.prepare("SELECT c FROM v", &[]).unwrap();
    let read = read.with_views(&|name| (name == "v").then(|| sql.to_owned()));
    assert_eq!(read.unwrap_err().to_string(), expected);
}
