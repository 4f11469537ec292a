//! Decimals, reals, bytes and nested values, as Athena reads and writes them.

use engine::EngineError;

use crate::lake::Lake;

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
    ] {
        assert_eq!(lake.text(sql, &[]).await.unwrap(), expected, "{sql}");
    }
}

#[tokio::test]
async fn a_struct_that_grew_is_null_where_files_lack_the_field() {
    let old = [
        ("n", "int"),
        ("s", "struct<a:int>"),
        ("l", "array<struct<a:int>>"),
        ("m", "map<string,struct<a:int,d:struct<x:int>>>"),
    ];
    let new = [
        ("n", "int"),
        ("s", "struct<a:int,b:string>"),
        ("l", "array<struct<a:int,b:string>>"),
        ("m", "map<string,struct<a:int,d:struct<x:int,y:array<int>>,e:decimal(4,2)>>"),
    ];
    let lake =
        Lake::of(&old, &[r#"{"n":1,"s":{"a":1},"l":[{"a":1},null],"m":{"k":{"a":1,"d":{"x":2}},"l":null}}"#])
            .await;
    lake.table("t", &new).await;
    let row = r#"{"n":2,"s":{"a":2,"b":"x"},"l":[],"m":{"k":{"a":1,"d":{"x":2,"y":[3]},"e":"1.5"}}}"#;
    lake.rows_of("2026-11-24", &new, &[row]).await;
    for (sql, expected) in [
        (
            "SELECT s, l, m FROM t WHERE n = 1",
            "{a=1, b=null}|[{a=1, b=null}, null]|{k={a=1, d={x=2, y=null}, e=null}, l=null}",
        ),
        ("SELECT s, l, m FROM t WHERE n = 2", "{a=2, b=x}|[]|{k={a=1, d={x=2, y=[3]}, e=1.50}}"),
        ("SELECT n FROM t WHERE s.b IS NULL", "1"),
        ("SELECT n FROM t WHERE s.b = 'x'", "2"),
        ("SELECT sum(s.a) FROM t", "3"),
        (
            "SELECT json_format(CAST(m AS JSON)) FROM t WHERE n = 1",
            r#"{""k"":{""a"":1,""d"":{""x"":2,""y"":null},""e"":null},""l"":null}"#,
        ),
    ] {
        let expected: Vec<String> = expected.split('|').map(|value| format!("\"{value}\"")).collect();
        assert_eq!(lake.rows(sql).await, expected.join(",") + "\n", "{sql}");
    }
}

#[tokio::test]
async fn a_nested_column_of_another_type_in_a_file_is_bad_data() {
    for (file, table) in [
        ("struct<a:int>", "struct<a:string>"),
        ("array<int>", "array<date>"),
        ("map<string,struct<a:int>>", "map<string,struct<a:array<int>>>"),
        ("array<int>", "struct<a:int>"),
        ("decimal(4,2)", "decimal(6,3)"),
    ] {
        let lake = Lake::of(&[("x", file)], &["{}"]).await;
        lake.table("t", &[("x", table)]).await;
        let error = lake.error("SELECT x FROM t", &[]).await.to_string();
        assert!(error.starts_with("HIVE_BAD_DATA: column x of table t"), "{file} as {table}: {error}");
    }
}

#[tokio::test]
async fn decimals_and_reals_mean_what_they_mean_in_athena() {
    let types =
        [("n", "bigint"), ("d", "decimal(12,2)"), ("w", "decimal(38,0)"), ("r", "float"), ("f", "double")];
    let rows = [
        r#"{"n": 1, "d": "0.10", "w": "99999999999999999999999999999999999999", "r": 0.1, "f": 0.1}"#,
        r#"{"n": 2, "d": "0.20", "w": "-1", "r": 1e10, "f": 1e300}"#,
        r#"{"n": 3, "d": "9999999999.99", "w": "0", "r": -2.5, "f": -2.5}"#,
    ];
    let lake = Lake::of(&types, &rows).await;
    let mut wrong = Vec::new();
    for (sql, data_type, expected) in [
        ("SELECT n FROM t WHERE d = 0.1", "bigint", "1"),
        ("SELECT n FROM t WHERE d = DECIMAL '0.10'", "bigint", "1"),
        ("SELECT n FROM t WHERE d > 0.1 AND d < 1", "bigint", "2"),
        ("SELECT n FROM t WHERE d IN (0.2, 7)", "bigint", "2"),
        ("SELECT n FROM t WHERE d BETWEEN 0.15 AND 0.25", "bigint", "2"),
        ("SELECT n FROM t WHERE w = 99999999999999999999999999999999999999.", "bigint", "1"),
        ("SELECT n FROM t WHERE w < 0", "bigint", "2"),
        // A real is compared with a decimal as a real, and with a double as a double.
        ("SELECT n FROM t WHERE r = 0.1", "bigint", "1"),
        ("SELECT n FROM t WHERE r = REAL '0.1'", "bigint", "1"),
        ("SELECT count(*) FROM t WHERE r = 1E-1", "bigint", "0"),
        ("SELECT n FROM t WHERE r < -1", "bigint", "3"),
        ("SELECT n FROM t WHERE f = 0.1", "bigint", "1"),
        ("SELECT n FROM t WHERE f > 1000000.5", "bigint", "2"),
        ("SELECT count(*) FROM t WHERE d = f", "bigint", "1"),
        ("SELECT 0.1 + 0.2", "decimal(2,1)", "0.3"),
        ("SELECT 1.5", "decimal(2,1)", "1.5"),
        ("SELECT -1.50", "decimal(3,2)", "-1.50"),
        ("SELECT 1.5E0", "double", "1.5"),
        ("SELECT d + d FROM t WHERE n = 3", "decimal(13,2)", "19999999999.98"),
        ("SELECT d - 1 FROM t WHERE n = 1", "decimal(13,2)", "-0.90"),
        ("SELECT d * 3 FROM t WHERE n = 1", "decimal(22,2)", "0.30"),
        ("SELECT d * n FROM t WHERE n = 2", "decimal(31,2)", "0.40"),
        ("SELECT d * d FROM t WHERE n = 1", "decimal(24,4)", "0.0100"),
        ("SELECT d * 2E0 FROM t WHERE n = 1", "double", "0.2"),
        ("SELECT d / 2E0 FROM t WHERE n = 1", "double", "0.05"),
        ("SELECT -d FROM t WHERE n = 1", "decimal(12,2)", "-0.10"),
        ("SELECT sum(d) FROM t", "decimal(38,2)", "10000000000.29"),
        ("SELECT min(w) FROM t", "decimal(38,0)", "-1"),
        ("SELECT sum(d) OVER (ORDER BY n) FROM t LIMIT 1", "decimal(38,2)", "0.10"),
        ("SELECT avg(CAST(d AS double)) FROM t WHERE n < 3", "double", "0.15000000000000002"),
        ("SELECT max(r) FROM t", "float", "1.0E10"),
        ("SELECT r + r FROM t WHERE n = 1", "float", "0.2"),
        ("SELECT r * 2 FROM t WHERE n = 3", "float", "-5.0"),
        ("SELECT CASE WHEN n = 1 THEN d ELSE 0.5 END FROM t WHERE n = 2", "decimal(12,2)", "0.50"),
        ("SELECT coalesce(d, 0) FROM t WHERE n = 1", "decimal(12,2)", "0.10"),
        ("SELECT CAST('1.10' AS DECIMAL(12,2))", "decimal(12,2)", "1.10"),
        ("SELECT CAST('-1.235' AS DECIMAL(12,2))", "decimal(12,2)", "-1.24"),
        ("SELECT CAST('7' AS DECIMAL(3))", "decimal(3,0)", "7"),
        ("SELECT CAST(n AS DECIMAL(12,2)) FROM t WHERE n = 2", "decimal(12,2)", "2.00"),
        ("SELECT CAST(d AS DECIMAL(12,1)) FROM t WHERE n = 3", "decimal(12,1)", "10000000000.0"),
        ("SELECT CAST(d AS varchar) FROM t WHERE n = 1", "varchar", "0.10"),
        ("SELECT CAST(w AS varchar) FROM t WHERE n = 1", "varchar", "99999999999999999999999999999999999999"),
        ("SELECT CAST(d AS double) FROM t WHERE n = 1", "double", "0.1"),
        ("SELECT CAST(r AS double) FROM t WHERE n = 1", "double", "0.10000000149011612"),
        ("SELECT CAST(f AS real) FROM t WHERE n = 1", "float", "0.1"),
        ("SELECT DECIMAL '007.0'", "decimal(2,1)", "7.0"),
        ("SELECT REAL '1.5'", "float", "1.5"),
        ("SELECT d FROM t GROUP BY d ORDER BY d DESC LIMIT 1", "decimal(12,2)", "9999999999.99"),
        ("SELECT count(DISTINCT d) FROM t", "bigint", "3"),
        ("SELECT n FROM t WHERE d IN (SELECT max(d) FROM t)", "bigint", "3"),
        ("SELECT a.n FROM t a JOIN t b ON a.d = b.d AND b.n = 2", "bigint", "2"),
    ] {
        let found = match lake.engine.execute(sql, &[]).await {
            Ok(execution) => execution.columns[0].data_type.clone(),
            Err(error) => {
                wrong.push(format!("{sql}: {error}"));
                continue;
            }
        };
        let rows = lake.text(sql, &[]).await.map(|text| text.split_once('\n').unwrap().1.to_owned());
        if found != data_type || !matches!(&rows, Ok(rows) if *rows == format!("\"{expected}\"\n")) {
            wrong.push(format!("{sql}: {found}, {rows:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (filter, parameter, expected) in [
        ("d = ?", "DECIMAL '0.10'", "1"),
        ("d = ?", "0.1", "1"),
        ("r = ?", "REAL '1E-1'", "1"),
        ("w <= ?", "DECIMAL '-1'", "2"),
    ] {
        let text = lake.text(&format!("SELECT n FROM t WHERE {filter}"), &[parameter]).await;
        assert_eq!(text.unwrap(), format!("\"n\"\n\"{expected}\"\n"), "{filter} with {parameter}");
    }
}

#[tokio::test]
async fn what_the_engines_would_answer_differently_is_refused() {
    let lake = lake().await;
    let mut wrong = Vec::new();
    for (sql, expected) in [
        (
            "SELECT n FROM t WHERE tags = tags",
            "NOT_SUPPORTED: line 1:23: the operator = of array(varchar) is not supported by the local engine",
        ),
        (
            "SELECT n FROM t WHERE tags = 'a'",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: array(varchar) = varchar(1)",
        ),
        (
            "SELECT n FROM t WHERE code = 'a'",
            "TYPE_MISMATCH: line 1:23: Cannot apply operator: varbinary = varchar(1)",
        ),
        (
            "SELECT n FROM t WHERE CAST(tags AS JSON) = 'a'",
            "TYPE_MISMATCH: line 1:28: Cannot apply operator: json = varchar(1)",
        ),
        (
            "SELECT n FROM t ORDER BY tags",
            "NOT_SUPPORTED: ORDER BY of array(varchar) is not supported by the local engine",
        ),
        (
            "SELECT address FROM t GROUP BY address",
            "NOT_SUPPORTED: GROUP BY of row(city varchar, geo row(lat double, at timestamp)) is not supported by the local engine",
        ),
        (
            "SELECT DISTINCT sizes FROM t",
            "NOT_SUPPORTED: DISTINCT of map(varchar, array(decimal(4,1))) is not supported by the local engine",
        ),
        (
            "SELECT tags FROM t UNION SELECT tags FROM t",
            "NOT_SUPPORTED: DISTINCT of array(varchar) is not supported by the local engine",
        ),
        (
            "SELECT count(DISTINCT tags) FROM t",
            "NOT_SUPPORTED: line 1:23: DISTINCT of array(varchar) is not supported by the local engine",
        ),
        (
            "SELECT max(tags) FROM t",
            "NOT_SUPPORTED: line 1:12: function max of array(varchar) is not supported by the local engine",
        ),
        (
            "SELECT approx_distinct(CAST(n AS JSON)) FROM t",
            "NOT_SUPPORTED: line 1:29: function approx_distinct of json is not supported by the local engine",
        ),
        (
            "SELECT rank() OVER (ORDER BY sizes) FROM t",
            "NOT_SUPPORTED: line 1:30: OVER of map(varchar, array(decimal(4,1))) is not supported by the local engine",
        ),
        ("SELECT tags || 'x' FROM t", "TYPE_MISMATCH: line 1:8: Cannot apply operator || to array(varchar)"),
        ("SELECT CAST(code AS JSON) FROM t", "TYPE_MISMATCH: line 1:13: Cannot cast varbinary to json"),
        (
            "SELECT CAST(tags AS varchar) FROM t",
            "NOT_SUPPORTED: line 1:13: CAST of array(varchar) to varchar is not supported by the local engine",
        ),
        (
            "SELECT json_format('x') FROM t",
            "FUNCTION_NOT_FOUND: Unexpected parameters (varchar(1)) for function json_format",
        ),
        ("SELECT to_base64(tags) FROM t", "FUNCTION_NOT_FOUND: Unexpected parameters for function to_base64"),
        (
            "SELECT sizes.a FROM t",
            "TYPE_MISMATCH: Expression of type map(varchar, array(decimal(4,1))) is not of type ROW",
        ),
        (
            "SELECT price / 2 FROM t",
            "NOT_SUPPORTED: line 1:8: the operator / on a decimal is not supported by the local engine",
        ),
        (
            "SELECT price % 2 FROM t",
            "NOT_SUPPORTED: line 1:8: the operator % on a decimal is not supported by the local engine",
        ),
        (
            "SELECT avg(price) FROM t",
            "NOT_SUPPORTED: line 1:12: avg of a decimal (cast it to double) is not supported by the local engine",
        ),
        (
            "SELECT sum(weight) FROM t",
            "NOT_SUPPORTED: line 1:12: sum of a real (cast it to double) is not supported by the local engine",
        ),
        (
            "SELECT CAST(price AS bigint) FROM t",
            "NOT_SUPPORTED: line 1:13: CAST of decimal(12,2) to bigint is not supported by the local engine",
        ),
        (
            "SELECT CAST(weight AS varchar) FROM t",
            "NOT_SUPPORTED: line 1:13: CAST of real to varchar is not supported by the local engine",
        ),
        (
            "SELECT CAST(dt AS decimal(4,2)) FROM t",
            "NOT_SUPPORTED: line 1:13: CAST of varchar to decimal(4,2) is not supported by the local engine",
        ),
        (
            "SELECT price FROM t UNION ALL SELECT weight FROM t",
            "NOT_SUPPORTED: UNION of decimal(12,2) and real is not supported by the local engine: cast one",
        ),
        (
            "SELECT n FROM t WHERE price IN (SELECT weight FROM t)",
            "NOT_SUPPORTED: line 1:23: decimal(12,2) IN a query of real is not supported by the local engine",
        ),
        (
            "SELECT CAST('x' AS decimal(4,2))",
            "INVALID_CAST_ARGUMENT: Cannot cast VARCHAR 'x' to DECIMAL(4, 2). Value is not a number.",
        ),
        (
            "SELECT CAST('100' AS decimal(4,2))",
            "INVALID_CAST_ARGUMENT: Cannot cast VARCHAR '100' to DECIMAL(4, 2). Value too large.",
        ),
        (
            "SELECT DECIMAL 'x'",
            "INVALID_LITERAL: 'x' is not a valid decimal literal: expected '1.10', of at most 38 digits",
        ),
        ("SELECT REAL 'inf'", "INVALID_LITERAL: 'inf' is not a valid real literal: expected '1.5'"),
    ] {
        let error = lake.error(sql, &[]).await;
        if error.to_string() != expected || matches!(error, EngineError::Internal(_)) {
            wrong.push(format!("{sql}: {error:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What neither engine can hold fails, and is no row with another value.
#[tokio::test]
async fn decimals_that_do_not_fit_fail() {
    let lake =
        Lake::of(&[("w", "decimal(38,0)")], &[r#"{"w": "99999999999999999999999999999999999999"}"#]).await;
    for sql in [
        "SELECT w + 1 FROM t",
        "SELECT w * 10 FROM t",
        "SELECT sum(w) FROM (SELECT w FROM t UNION ALL SELECT w FROM t)",
        "SELECT CAST(w AS DECIMAL(38,1)) FROM t",
        "SELECT count(*) FROM t WHERE w > 0.5",
    ] {
        let error = lake.error(sql, &[]).await;
        assert!(matches!(error, EngineError::Failed(_)), "{sql}: {error:?}");
    }
}
