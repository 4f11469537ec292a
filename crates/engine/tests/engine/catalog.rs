//! What statements can ask about the catalog, about files, and about where they run.

use std::collections::BTreeMap;

use domain::{
    DatasetName,
    port::{Catalog, Table, TableColumn},
};
use engine::{BytesScanned, Cancellation};

use crate::lake::Lake;

const TYPES: [(&str, &str); 3] = [("n", "bigint"), ("s", "string"), ("l", "array<float>")];

/// A table `t` with two partitions, and a view and a table without keys beside it.
async fn lake() -> Lake {
    let lake = Lake::of(&TYPES, &[r#"{"n":1,"s":"a"}"#, r#"{"n":2,"s":"b"}"#]).await;
    lake.rows_of("2026-11-24", &TYPES, &[r#"{"n":3,"s":"c"}"#]).await;
    for (name, parameters) in [("v", vec![("presto_view", "true")]), ("plain", vec![])] {
        let column = TableColumn {
            name: "n".to_owned(),
            data_type: "int".to_owned(),
            comment: Some("a number".to_owned()),
        };
        let table = Table {
            name: DatasetName::new(name).unwrap(),
            description: None,
            columns: vec![column],
            partition_keys: Vec::new(),
            location: format!("tables/{name}/"),
            schema_version: None,
            parameters: parameters
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect::<BTreeMap<_, _>>(),
            version: None,
        };
        lake.catalog.create_table(&table).await.unwrap();
    }
    lake
}

/// The columns are Trino's, and two more that Athena has: user guide, "Query the AWS Glue Data Catalog".
#[tokio::test]
async fn the_information_schema_shows_the_catalog() {
    let lake = lake().await;
    for (sql, expected) in [
        (
            "SELECT * FROM information_schema.tables ORDER BY table_name",
            "\"awsdatacatalog\",\"tributary\",\"plain\",\"BASE TABLE\"\n\"awsdatacatalog\",\"tributary\",\"t\",\"BASE TABLE\"\n\"awsdatacatalog\",\"tributary\",\"v\",\"VIEW\"\n",
        ),
        (
            "SELECT table_name FROM awsdatacatalog.information_schema.tables WHERE table_schema = 'tributary' AND table_type = 'VIEW'",
            "\"v\"\n",
        ),
        (
            "SELECT schema_name FROM information_schema.schemata ORDER BY 1",
            "\"information_schema\"\n\"tributary\"\n",
        ),
        (
            "SELECT column_name, ordinal_position, data_type, is_nullable, extra_info FROM information_schema.columns WHERE table_name = 't' ORDER BY ordinal_position",
            "\"n\",\"1\",\"bigint\",\"YES\",\n\"s\",\"2\",\"varchar\",\"YES\",\n\"l\",\"3\",\"array(real)\",\"YES\",\n\"dt\",\"4\",\"varchar\",\"YES\",\"partition key\"\n",
        ),
        (
            "SELECT column_default, comment FROM information_schema.columns WHERE table_name = 'plain'",
            ",\"a number\"\n",
        ),
        (
            "SELECT c.column_name FROM information_schema.tables t JOIN information_schema.columns c ON t.table_name = c.table_name WHERE t.table_type = 'VIEW'",
            "\"n\"\n",
        ),
        // Beside a table of the lake.
        ("SELECT count(*) FROM t WHERE s IN (SELECT table_name FROM information_schema.tables)", "\"0\"\n"),
        ("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'other'", "\"0\"\n"),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
    let header = lake.text("SELECT * FROM information_schema.columns", &[]).await.unwrap();
    let expected = "\"table_catalog\",\"table_schema\",\"table_name\",\"column_name\",\"ordinal_position\",\"column_default\",\"is_nullable\",\"data_type\",\"comment\",\"extra_info\"";
    assert_eq!(header.lines().next(), Some(expected));
    let columns = lake
        .engine
        .execute("SELECT ordinal_position FROM information_schema.columns", &[])
        .await
        .unwrap()
        .columns;
    assert_eq!(columns[0].data_type, "bigint");
    let missing = lake.error("SELECT * FROM information_schema.routines", &[]).await.to_string();
    assert!(missing.starts_with("TABLE_NOT_FOUND: line 1:15: "), "{missing}");
}

/// A dataset may be called as a table of the information schema is.
#[tokio::test]
async fn a_dataset_called_tables_is_itself() {
    let lake = lake().await;
    lake.table("tables", &[("n", "bigint")]).await;
    assert_eq!(lake.rows("SELECT count(*) FROM tables").await, "\"0\"\n");
    assert_eq!(lake.rows("SELECT count(*) FROM information_schema.tables").await, "\"4\"\n");
    let both =
        lake.error("SELECT count(*) FROM tables, information_schema.tables AS i", &[]).await.to_string();
    assert!(both.starts_with("NOT_SUPPORTED: two tables of the name tables in a statement"), "{both}");
}

#[tokio::test]
async fn the_partitions_of_a_table_are_a_table() {
    let lake = lake().await;
    for (sql, expected) in [
        ("SELECT * FROM \"t$partitions\" ORDER BY dt", "\"2026-11-23\"\n\"2026-11-24\"\n"),
        ("SELECT max(dt) FROM tributary.\"t$partitions\"", "\"2026-11-24\"\n"),
        ("SELECT n FROM t WHERE dt = (SELECT max(dt) FROM \"t$partitions\")", "\"3\"\n"),
        ("SELECT count(*) FROM \"t$partitions\" p WHERE p.dt < '2026-11-24'", "\"1\"\n"),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
    lake.reads();
    lake.rows("SELECT * FROM \"t$partitions\"").await;
    assert_eq!(lake.reads(), Vec::<String>::new(), "no file is looked at");
    for sql in ["SELECT * FROM \"plain$partitions\"", "SELECT * FROM \"nothing$partitions\""] {
        let error = lake.error(sql, &[]).await.to_string();
        assert!(error.starts_with("TABLE_NOT_FOUND: line 1:15: "), "{sql}: {error}");
    }
}

#[tokio::test]
async fn a_row_says_which_object_it_comes_of() {
    let Lake { store, catalog, engine } = lake().await;
    let lake = Lake { store, catalog, engine: engine.in_bucket("bucket") };
    let path = |dt: &str| format!("s3://bucket/tables/t/dt={dt}/g1/part-00000.parquet");
    let (first, second) = (path("2026-11-23"), path("2026-11-24"));
    for (sql, expected) in [
        (
            "SELECT n, \"$path\" FROM t ORDER BY n".to_owned(),
            format!("\"1\",\"{first}\"\n\"2\",\"{first}\"\n\"3\",\"{second}\"\n"),
        ),
        (format!("SELECT n FROM t WHERE \"$path\" = '{second}'"), "\"3\"\n".to_owned()),
        (
            "SELECT t.\"$path\", count(*) AS c FROM t GROUP BY t.\"$path\" ORDER BY c DESC".to_owned(),
            format!("\"{first}\",\"2\"\n\"{second}\",\"1\"\n"),
        ),
        (
            "SELECT \"$path\", dt FROM t WHERE dt = '2026-11-24'".to_owned(),
            format!("\"{second}\",\"2026-11-24\"\n"),
        ),
        ("SELECT count(\"$path\") FROM t WHERE dt = '1999-01-01'".to_owned(), "\"0\"\n".to_owned()),
        // Unless it is asked for, there is no such column.
        ("SELECT * FROM t WHERE n = 3".to_owned(), "\"3\",\"c\",,\"2026-11-24\"\n".to_owned()),
    ] {
        assert_eq!(lake.rows(&sql).await, expected, "{sql}");
    }
}

/// Trino's documentation, "Session information functions".
#[tokio::test]
async fn a_statement_knows_where_it_runs() {
    let lake = lake().await;
    for (sql, header, expected) in [
        (
            "SELECT current_catalog, current_schema, current_user",
            "\"_col0\",\"_col1\",\"_col2\"",
            "\"awsdatacatalog\",\"tributary\",\"local\"\n",
        ),
        ("SELECT CURRENT_SCHEMA AS s", "\"s\"", "\"tributary\"\n"),
        ("SELECT upper(current_schema) || '!' AS s FROM t WHERE n = 1", "\"s\"", "\"TRIBUTARY!\"\n"),
        (
            "SELECT count(*) AS c FROM information_schema.tables WHERE table_schema = current_schema",
            "\"c\"",
            "\"3\"\n",
        ),
        ("SELECT x.\"current_user\" FROM (SELECT 1 AS \"current_user\") x", "\"current_user\"", "\"1\"\n"),
    ] {
        let text = lake.text(sql, &[]).await.unwrap();
        assert_eq!(text, format!("{header}\n{expected}"), "{sql}");
    }
}

#[tokio::test]
async fn views_are_read() {
    let lake = lake().await;
    let views = |name: &str| match name {
        "big" => Some("SELECT n, s AS Name FROM t WHERE n > 1 ORDER BY t.n".to_owned()),
        "names" => Some("SELECT name, current_schema AS place FROM big".to_owned()),
        _ => None,
    };
    for (sql, expected) in [
        ("SELECT * FROM big ORDER BY n", "\"2\",\"b\"\n\"3\",\"c\"\n"),
        ("SELECT b.name FROM tributary.big b WHERE b.n = 3", "\"c\"\n"),
        ("SELECT big.name FROM big WHERE big.n = 3", "\"c\"\n"),
        ("SELECT * FROM names ORDER BY name", "\"b\",\"tributary\"\n\"c\",\"tributary\"\n"),
        ("SELECT n FROM big a JOIN big b USING (n) ORDER BY 1", "\"2\"\n\"3\"\n"),
        ("WITH t AS (SELECT 9 AS n, 'z' AS s) SELECT * FROM big ORDER BY n", "\"2\",\"b\"\n\"3\",\"c\"\n"),
        ("SELECT count(*) FROM t WHERE n IN (SELECT n FROM big)", "\"2\"\n"),
    ] {
        let prepared = lake.engine.prepare(sql, &[]).unwrap().with_views(&views).unwrap();
        let run = lake.engine.run(&prepared, BytesScanned::default(), Cancellation::default());
        let written = engine::csv::write(run.await.unwrap(), Vec::new()).await.unwrap();
        let text = String::from_utf8(written).unwrap();
        assert_eq!(text.split_once('\n').unwrap().1, expected, "{sql}");
    }
}

#[tokio::test]
async fn a_plan_is_shown_and_nothing_is_read() {
    let lake = lake().await;
    let execution =
        lake.engine.execute("SELECT s, count(*) AS c FROM t WHERE n > 1 GROUP BY s", &[]).await.unwrap();
    let plan = execution.plan();
    assert!(plan.contains("Aggregate") && plan.lines().count() > 2, "{plan}");
    assert_eq!(execution.scanned.get(), 0);
}

/// Filters that speak of no column decide over all partitions, of which a table without keys has one without a value.
#[tokio::test]
async fn a_table_without_keys_takes_filters_without_columns() {
    let lake = lake().await;
    for (sql, expected) in [
        ("SELECT count(*) FROM plain WHERE n = 1 AND NULL", "\"0\"\n"),
        ("SELECT count(*) FROM plain WHERE n BETWEEN NULL AND 16", "\"0\"\n"),
        ("SELECT count(*) FROM plain WHERE n = 1 AND n IN (NULL)", "\"0\"\n"),
        ("SELECT count(*) FROM plain WHERE EXISTS (SELECT 1 FROM plain)", "\"0\"\n"),
        ("SELECT count(*) FROM plain WHERE EXISTS (SELECT 1 FROM (VALUES 1) AS v (z))", "\"0\"\n"),
        ("SELECT count(*) FROM t WHERE n = 1 AND NULL", "\"0\"\n"),
        ("SELECT count(*) FROM t WHERE EXISTS (SELECT 1 FROM (VALUES 1) AS v (z))", "\"3\"\n"),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}
