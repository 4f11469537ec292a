//! What a query reads, as Trino's `EXPLAIN (TYPE IO)` says it. The JSON is compared as a value.

mod conditions;
mod partitions;

use engine::{BytesScanned, Cancellation, EngineError};
use serde_json::{Value, json};

use crate::lake::Lake;

pub(crate) const TYPES: [(&str, &str); 9] = [
    ("n", "bigint"),
    ("i", "int"),
    ("s", "string"),
    ("d", "double"),
    ("p", "decimal(12,2)"),
    ("b", "boolean"),
    ("day", "date"),
    ("at", "timestamp"),
    ("l", "array<int>"),
];

/// Tables `t` and `u` of these columns, and of partitions of three days. There are no files.
pub(crate) async fn lake() -> Lake {
    let lake = Lake::new();
    for table in ["t", "u"] {
        lake.table(table, &TYPES).await;
        for dt in ["2026-11-23", "2026-11-24", "2026-11-25"] {
            lake.point(table, dt, &format!("tables/{table}/dt={dt}/g1/")).await;
        }
    }
    lake
}

pub(crate) async fn inputs(lake: &Lake, sql: &str) -> Result<Value, EngineError> {
    let prepared = lake.engine.prepare(sql, &[])?;
    let found = lake.engine.inputs(&prepared, BytesScanned::default(), Cancellation::default()).await?;
    Ok(serde_json::to_value(found).unwrap())
}

/// A table with these constraints: the name of a column, its type, and its domain (see [`domain`]).
pub(crate) fn table(name: &str, columns: &[(&str, &str, &str)]) -> Value {
    let constraints = columns
        .iter()
        .map(|(name, data_type, of)| json!({"columnName": name, "type": data_type, "domain": domain(of)}));
    let constraint = json!({"none": false, "columnConstraints": constraints.collect::<Vec<_>>()});
    constrained("tributary", name, &constraint)
}

pub(crate) fn constrained(schema: &str, name: &str, constraint: &Value) -> Value {
    json!({
        "table": {"catalog": "awsdatacatalog", "schemaTable": {"schema": schema, "table": name}},
        "constraint": constraint,
        "estimate": {
            "outputRowCount": "NaN",
            "outputSizeInBytes": "NaN",
            "cpuCost": "NaN",
            "maxMemory": 0.0,
            "networkCost": 0.0,
        },
    })
}

/// `null | [1] | (2,3] | (4,)`: null, a value, and ranges, which may have no end.
fn domain(written: &str) -> Value {
    let marker = |value: &str, is_included: bool, beyond: &str| match (value, is_included) {
        ("", _) => json!({"bound": beyond}),
        (value, true) => json!({"value": value, "bound": "EXACTLY"}),
        (value, false) => json!({"value": value, "bound": beyond}),
    };
    let (mut nulls, mut ranges) = (false, Vec::new());
    for part in written.split(" | ") {
        if part == "null" {
            nulls = true;
            continue;
        }
        let inner = &part[1..part.len() - 1];
        let (low, high) = inner.split_once(',').unwrap_or((inner, inner));
        ranges.push(json!({
            "low": marker(low, part.starts_with('['), "ABOVE"),
            "high": marker(high, part.ends_with(']'), "BELOW"),
        }));
    }
    json!({"nullsAllowed": nulls, "ranges": ranges})
}

/// Compares what the statements read. The order of the tables is the plan's, and says nothing.
pub(crate) async fn compare(lake: &Lake, cases: &[(&str, Vec<Value>)]) {
    let in_order = |tables: Vec<Value>| {
        let mut texts: Vec<String> = tables.iter().map(Value::to_string).collect();
        texts.sort();
        texts
    };
    let mut wrong = Vec::new();
    for (sql, expected) in cases {
        let found = match inputs(lake, sql).await {
            Ok(Value::Array(tables)) => in_order(tables),
            other => vec![format!("{other:?}")],
        };
        if found != in_order(expected.clone()) {
            wrong.push(format!("{sql}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The three days of [`lake`].
pub(crate) const DAYS: (&str, &str, &str) = ("dt", "varchar", "[2026-11-23] | [2026-11-24] | [2026-11-25]");

/// The text, whose members have the order of Trino's.
#[tokio::test]
async fn the_form_is_trinos() {
    let lake = lake().await;
    let prepared = lake.engine.prepare("SELECT s FROM t WHERE dt = '2026-11-24' AND n > 5", &[]).unwrap();
    let found = lake.engine.inputs(&prepared, BytesScanned::default(), Cancellation::default()).await;
    let expected = concat!(
        r#"[{"table":{"catalog":"awsdatacatalog","schemaTable":{"schema":"tributary","table":"t"}},"#,
        r#""constraint":{"none":false,"columnConstraints":["#,
        r#"{"columnName":"dt","type":"varchar","domain":{"nullsAllowed":false,"ranges":["#,
        r#"{"low":{"value":"2026-11-24","bound":"EXACTLY"},"high":{"value":"2026-11-24","bound":"EXACTLY"}}]}},"#,
        r#"{"columnName":"n","type":"bigint","domain":{"nullsAllowed":false,"ranges":["#,
        r#"{"low":{"value":"5","bound":"ABOVE"},"high":{"bound":"BELOW"}}]}}]},"#,
        r#""estimate":{"outputRowCount":"NaN","outputSizeInBytes":"NaN","cpuCost":"NaN","maxMemory":0.0,"networkCost":0.0}}]"#,
    );
    assert_eq!(serde_json::to_string(&found.unwrap()).unwrap(), expected);
    assert_eq!(lake.reads(), Vec::<String>::new(), "no file is looked at");
}

#[tokio::test]
async fn every_table_is_there_once_for_each_constraint() {
    let lake = lake().await;
    let all = |name: &str| table(name, &[DAYS]);
    let of = |name: &str, letter: &str| table(name, &[DAYS, ("s", "varchar", letter)]);
    compare(
        &lake,
        &[
            ("SELECT 1", vec![]),
            ("VALUES 1, 2", vec![]),
            ("SELECT * FROM t", vec![all("t")]),
            ("SELECT count(*) FROM tributary.t AS x", vec![all("t")]),
            ("SELECT a.n FROM t a JOIN u b ON a.n = b.n WHERE a.s = 'x'", vec![of("t", "[x]"), all("u")]),
            ("SELECT a.n FROM t a, u b WHERE a.s = 'x' AND b.s = 'y'", vec![of("t", "[x]"), of("u", "[y]")]),
            ("SELECT a.n FROM t a, t b", vec![all("t")]),
            ("SELECT a.n FROM t a, t b WHERE a.s = 'x' AND b.s = 'y'", vec![of("t", "[x]"), of("t", "[y]")]),
            ("SELECT n FROM t UNION ALL SELECT n FROM u WHERE s < 'm'", vec![all("t"), of("u", "(,m)")]),
            ("SELECT n FROM t WHERE i IN (SELECT i FROM u WHERE s = 'y')", vec![all("t"), of("u", "[y]")]),
            (
                "SELECT n FROM t WHERE i = (SELECT max(i) FROM u WHERE s = 'y')",
                vec![all("t"), of("u", "[y]")],
            ),
            ("SELECT (SELECT max(n) FROM u) FROM t", vec![all("t"), all("u")]),
            (
                "SELECT n FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.n = t.n AND u.s = 'y')",
                vec![all("t"), of("u", "[y]")],
            ),
            ("WITH w AS (SELECT n, s FROM t) SELECT n FROM w WHERE s = 'x'", vec![of("t", "[x]")]),
            // As in Trino's `testIoExplainFilterOnAgg`.
            ("SELECT * FROM (SELECT count(*) c FROM t WHERE s = 'x') WHERE c > 0", vec![of("t", "[x]")]),
            // Nothing is read of what nothing is asked of.
            ("SELECT * FROM t LIMIT 0", vec![]),
            ("SELECT * FROM t WHERE false", vec![]),
            ("SELECT * FROM t WHERE n = 1 AND n = 2", vec![]),
            ("SELECT count(*) FROM t WHERE dt = '1999-01-01'", vec![]),
            ("SELECT t.n FROM t JOIN u ON t.n = u.n WHERE t.dt = '1999-01-01'", vec![]),
            ("SELECT u.n FROM u LEFT JOIN t ON t.n = u.n AND t.dt = '1999-01-01'", vec![all("u")]),
            ("SELECT n FROM t WHERE dt = '1999-01-01' UNION ALL SELECT n FROM u", vec![all("u")]),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_catalogs_tables_are_tables_too() {
    let lake = lake().await;
    let found = inputs(&lake, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'x'");
    let domain = domain("[x]");
    let column = json!({"columnName": "table_schema", "type": "varchar", "domain": domain});
    let constraint = json!({"none": false, "columnConstraints": [column]});
    assert_eq!(found.await.unwrap(), json!([constrained("information_schema", "tables", &constraint)]));
}

#[tokio::test]
async fn what_cannot_be_planned_fails() {
    let lake = lake().await;
    for (sql, expected) in
        [("SELECT nothing FROM t", "COLUMN_NOT_FOUND: "), ("SELECT * FROM nothing", "TABLE_NOT_FOUND: ")]
    {
        let error = inputs(&lake, sql).await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{sql}: {error}");
    }
}
