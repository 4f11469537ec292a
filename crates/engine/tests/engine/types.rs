//! Decimals, reals, bytes and nested values, as Athena reads and writes them.

use crate::lake::Lake;

mod refused;

const TYPES: [(&str, &str); 7] = [
    ("n", "int"),
    ("price", "decimal(12,2)"),
    ("weight", "float"),
    ("code", "binary"),
    ("tags", "array<string>"),
    ("address", "struct<city:string,geo:struct<lat:double,at:timestamp>>"),
    ("sizes", "map<string,array<decimal(4,1)>>"),
];

async fn lake() -> Lake {
    let rows = [
        r#"{"n": 1, "price": "1.10", "weight": 0.1, "code": "00ff", "tags": ["a, \"b\"", "", null],
            "address": {"city": "Peña", "geo": {"lat": 1.5, "at": "2026-11-23T10:05:00"}},
            "sizes": {"b": [1.5, null], "a": null}}"#,
        r#"{"n": 2, "price": "-9999999999.99", "weight": 16777216, "code": "", "tags": [],
            "address": {"city": null, "geo": null}, "sizes": {}}"#,
        r#"{"n": 3}"#,
    ];
    Lake::of(&TYPES, &rows.map(|row| row.replace('\n', " ")).iter().map(String::as_str).collect::<Vec<_>>())
        .await
}

#[tokio::test]
async fn every_type_is_read_and_written_as_athena_writes_it() {
    let lake = lake().await;
    let text = lake.text("SELECT * FROM t ORDER BY n", &[]).await.unwrap();
    let expected = r#""n","price","weight","code","tags","address","sizes","dt"
"1","1.10","0.1","00 ff","[a, ""b"", , null]","{city=Peña, geo={lat=1.5, at=2026-11-23 10:05:00.000}}","{b=[1.5, null], a=null}","2026-11-23"
"2","-9999999999.99","1.6777216E7","","[]","{city=null, geo=null}","{}","2026-11-23"
"3",,,,,,,"2026-11-23"
"#;
    assert_eq!(text, expected);
    let execution = lake.engine.execute("SELECT *, CAST(tags AS JSON) FROM t", &[]).await.unwrap();
    let words: Vec<&str> = execution.columns.iter().map(|column| column.data_type.as_str()).collect();
    let expected = [
        "integer",
        "decimal(12,2)",
        "float",
        "varbinary",
        "array(varchar)",
        "row(city varchar, geo row(lat double, at timestamp))",
        "map(varchar, array(decimal(4,1)))",
        "varchar",
        "json",
    ];
    assert_eq!(words, expected);
}

#[tokio::test]
async fn nested_values_become_json_with_the_names_of_their_fields() {
    for (data_type, value, expected) in [
        ("boolean", "true", "true"),
        ("int", "-7", "-7"),
        ("bigint", "9223372036854775807", "9223372036854775807"),
        ("float", "0.1", "0.1"),
        ("double", "1e10", "1.0E10"),
        (
            "decimal(38,0)",
            "\"99999999999999999999999999999999999999\"",
            "99999999999999999999999999999999999999",
        ),
        ("decimal(12,2)", "\"-0.10\"", "-0.10"),
        ("decimal(38,20)", "\"0.00000000000000000001\"", "1E-20"),
        ("string", r#""a \"ñ\" \\ \u0001\n/""#, r#""a \"ñ\" \\ \u0001\n/""#),
        ("date", "\"1969-12-31\"", "\"1969-12-31\""),
        ("timestamp", "\"2026-11-23T10:05:00\"", "\"2026-11-23 10:05:00.000\""),
        ("array<int>", "[1, null]", "[1,null]"),
        ("array<int>", "[]", "[]"),
        ("map<string,int>", "{}", "{}"),
        // Java compares keys by UTF-16 units: the emoji's come before the last plane of the others.
        (
            "map<string,int>",
            r#"{"b": 1, "\uffee": 4, "😀": 3, "a\"": null}"#,
            "{\"a\\\"\":null,\"b\":1,\"😀\":3,\"\u{ffee}\":4}",
        ),
        ("struct<a:int,b:string>", r#"{"b": "x"}"#, r#"{"a":null,"b":"x"}"#),
        (
            "array<struct<a:map<string,array<struct<t:timestamp,d:date>>>>>",
            r#"[{"a": {"k": [{"t": "1969-12-31T23:59:59.999", "d": "2026-11-23"}, null]}}, null]"#,
            r#"[{"a":{"k":[{"t":"1969-12-31 23:59:59.999","d":"2026-11-23"},null]}},null]"#,
        ),
    ] {
        let lake = Lake::of(&[("x", data_type)], &[&format!(r#"{{"x": {value}}}"#), "{}"]).await;
        let rows = lake.rows("SELECT json_format(CAST(x AS JSON)) FROM t").await;
        assert_eq!(rows, format!("\"{}\"\n\n", expected.replace('"', "\"\"")), "{data_type}");
    }
    let lake = lake().await;
    for (sql, expected) in [
        ("SELECT to_base64(code) AS code FROM t ORDER BY n", "\"AP8=\"\n\"\"\n\n"),
        (
            "SELECT json_format(CAST(count(*) AS JSON)), json_format(CAST('x' AS JSON)) FROM t",
            "\"3\",\"\"\"x\"\"\"\n",
        ),
        ("SELECT n FROM t WHERE json_format(CAST(tags AS JSON)) = '[]'", "\"2\"\n"),
        // By the bytes of the table's column, and not by the text of the same name.
        ("SELECT to_base64(code) AS code FROM t ORDER BY t.code DESC", "\"AP8=\"\n\"\"\n\n"),
        ("SELECT to_base64(code) AS code FROM tributary.t ORDER BY t.code NULLS FIRST", "\n\"\"\n\"AP8=\"\n"),
        // So too where the column stands within a term, or a field of it does; and a name alone is the result's there.
        (
            "SELECT n AS address FROM t ORDER BY t.address.geo.lat NULLS FIRST, t.n DESC",
            "\"3\"\n\"2\"\n\"1\"\n",
        ),
        ("SELECT -n AS n FROM t ORDER BY abs(t.n) DESC", "\"-3\"\n\"-2\"\n\"-1\"\n"),
        ("SELECT -n AS n FROM t ORDER BY t.n * 0, n + 0", "\"-3\"\n\"-2\"\n\"-1\"\n"),
        // Within a statement, the name is what the query around asks for.
        (
            "SELECT * FROM (SELECT -n AS n FROM t ORDER BY abs(t.n) DESC LIMIT 2) ORDER BY n",
            "\"-3\"\n\"-2\"\n",
        ),
        ("WITH w AS (SELECT -n AS n FROM t ORDER BY t.n * 2 LIMIT 1) SELECT n FROM w", "\"-1\"\n"),
        (
            "(SELECT -n AS n FROM t ORDER BY abs(t.n) LIMIT 1) UNION ALL SELECT 7 ORDER BY 1",
            "\"-1\"\n\"7\"\n",
        ),
        (
            "SELECT q.s, q.n FROM (SELECT -n AS n, 'x' AS s FROM t ORDER BY t.n DESC LIMIT 1) AS q",
            "\"x\",\"-3\"\n",
        ),
        (
            "SELECT a, b FROM (SELECT -n AS n, n + 1 FROM t ORDER BY abs(t.n) LIMIT 1) AS q (a, b)",
            "\"-1\",\"2\"\n",
        ),
        (
            "SELECT n FROM (SELECT -n AS n FROM (SELECT n + 1 AS n FROM t ORDER BY t.n LIMIT 2) AS u ORDER BY abs(u.n) LIMIT 1)",
            "\"-2\"\n",
        ),
        (
            "SELECT -n AS n, upper('x') AS lat FROM t ORDER BY t.address.geo.lat, lat, n LIMIT 1",
            "\"-1\",\"X\"\n",
        ),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn fields_of_rows_are_read_by_their_names() {
    let lake = lake().await;
    for (sql, expected) in [
        ("SELECT address.city FROM t ORDER BY n", "\"city\"\n\"Peña\"\n\n\n"),
        ("SELECT t.Address.Geo.Lat, n FROM t WHERE address.geo.lat > 1", "\"Lat\",\"n\"\n\"1.5\",\"1\"\n"),
        (
            "SELECT address.geo.at AS x FROM t WHERE address.city = 'Peña'",
            "\"x\"\n\"2026-11-23 10:05:00.000\"\n",
        ),
        ("SELECT n FROM t WHERE address.city IS NULL ORDER BY address.city, n", "\"n\"\n\"2\"\n\"3\"\n"),
        ("SELECT max(address.city), count(tags) FROM t", "\"_col0\",\"_col1\"\n\"Peña\",\"2\"\n"),
        // The column has the field's name, also for a query around.
        ("SELECT tributary.t.address.City FROM tributary.t WHERE n = 1", "\"City\"\n\"Peña\"\n"),
        ("SELECT * FROM (SELECT address.city FROM t) WHERE city = 'Peña'", "\"city\"\n\"Peña\"\n"),
        (
            "SELECT q.city FROM (SELECT s.address.city FROM t AS s) AS q WHERE city = 'Peña'",
            "\"city\"\n\"Peña\"\n",
        ),
        (
            "WITH x AS (SELECT address.geo.lat FROM t WHERE n = 1) SELECT x.lat + 1 AS l FROM x",
            "\"l\"\n\"2.5\"\n",
        ),
        (
            "SELECT address.city FROM t WHERE n = 1 UNION SELECT address.city FROM t WHERE n = 1",
            "\"city\"\n\"Peña\"\n",
        ),
        (
            "SELECT address.city FROM t UNION ALL SELECT 'x' ORDER BY city LIMIT 2",
            "\"city\"\n\"Peña\"\n\"x\"\n",
        ),
        (
            "SELECT address.City, count(*) FROM t GROUP BY address.city ORDER BY address.city",
            "\"City\",\"_col1\"\n\"Peña\",\"1\"\n,\"2\"\n",
        ),
        ("SELECT DISTINCT address.city FROM t ORDER BY address.city DESC", "\"city\"\n\"Peña\"\n\n"),
        (
            "SELECT n, address.city FROM t ORDER BY address.city, n DESC LIMIT 2",
            "\"n\",\"city\"\n\"1\",\"Peña\"\n\"3\",\n",
        ),
        (
            "SELECT max(city) AS m FROM (SELECT address.city FROM t ORDER BY address.city LIMIT 1)",
            "\"m\"\n\"Peña\"\n",
        ),
    ] {
        assert_eq!(lake.text(sql, &[]).await.unwrap(), expected, "{sql}");
    }
}

/// The refusals of RANGE frames leave alone what can be computed.
#[tokio::test]
async fn frames_of_windows_are_computed_where_they_can_be() {
    let lake = lake().await;
    for (over, expected) in [
        ("ORDER BY code ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", "2;1;2"),
        ("ORDER BY n RANGE BETWEEN 1 PRECEDING AND CURRENT ROW", "1;2;2"),
        ("ORDER BY n", "1;2;3"),
        ("ORDER BY dt", "3;3;3"),
        ("ORDER BY n > 2", "2;2;3"),
        ("PARTITION BY code", "1;1;1"),
    ] {
        let rows = lake.rows(&format!("SELECT n, count(*) OVER ({over}) AS c FROM t ORDER BY n")).await;
        let counts: Vec<String> = rows
            .lines()
            .map(|line| line.rsplit(',').next().unwrap_or_default().trim_matches('"').to_owned())
            .collect();
        assert_eq!(counts.join(";"), expected, "{over}");
    }
}
