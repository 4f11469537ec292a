//! Tables of CSV: what is read, and what is too much.

use std::collections::BTreeMap;

use domain::{
    DatasetName,
    port::{Catalog, ObjectStore, PartitionKey, PutMode, Table, TableColumn},
};
use engine::{EngineError, OPEN_CSV, SERDE};

use crate::lake::Lake;

/// A table `c` of CSV with these columns, and one file of this text.
async fn lake(columns: &[(&str, &str)], keys: &[&str], serde: &str, text: String) -> Lake {
    let lake = Lake::new();
    let column = |(name, data_type): &(&str, &str)| TableColumn {
        name: (*name).to_owned(),
        data_type: (*data_type).to_owned(),
        comment: None,
    };
    let parameters = [(SERDE, serde), ("skip.header.line.count", "1")];
    let table = Table {
        name: DatasetName::new("c").unwrap(),
        description: None,
        columns: columns.iter().map(column).collect(),
        partition_keys: keys.iter().copied().map(PartitionKey::string).collect(),
        location: "mine/c/".to_owned(),
        schema_version: None,
        parameters: parameters
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect::<BTreeMap<_, _>>(),
        version: None,
    };
    lake.catalog.create_table(&table).await.unwrap();
    lake.store.put("mine/c/c.csv", text.into(), PutMode::Overwrite).await.unwrap();
    lake
}

const TEXTS: [(&str, &str); 2] = [("a", "string"), ("B", "string")];

#[tokio::test]
async fn values_are_texts_and_all_bytes_are_scanned() {
    let text = "a,b\n1,\"x, y\"\n10,\n2\n";
    let lake = lake(&TEXTS[..], &[][..], OPEN_CSV, text.to_owned()).await;
    assert_eq!(lake.rows("SELECT * FROM c ORDER BY a").await, "\"1\",\"x, y\"\n\"10\",\"\"\n\"2\",\n");
    assert_eq!(
        lake.rows("SELECT count(b), max(CAST(a AS integer)) FROM c WHERE a <> '2'").await,
        "\"2\",\"10\"\n"
    );
    let execution = lake.engine.execute("SELECT a FROM c", &[]).await.unwrap();
    assert_eq!(execution.scanned.get(), text.len() as u64);
}

/// More rows than a batch has, and a join of the table with itself.
#[tokio::test]
async fn many_rows_are_all_there() {
    let lines: String = (0..5_000).map(|row| format!("{row},{}\n", row % 7)).collect();
    let lake = lake(&TEXTS[..], &[][..], OPEN_CSV, format!("a,b\n{lines}")).await;
    assert_eq!(lake.rows("SELECT count(*), count(DISTINCT b) FROM c").await, "\"5000\",\"7\"\n");
    assert_eq!(lake.rows("SELECT count(*) FROM c x JOIN c y ON x.a = y.b").await, "\"5000\"\n");
}

#[tokio::test]
async fn what_is_too_much_fails_and_what_is_not_there_is_refused_by_name() {
    let one = || "a\n1\n".to_owned();
    for (columns, keys, serde, text, expected) in [
        (
            &TEXTS[..],
            &[][..],
            OPEN_CSV,
            "x".repeat((16 << 20) + 1),
            "EXCEEDED_LOCAL_MEMORY_LIMIT: the table of CSV c",
        ),
        (
            &TEXTS[..],
            &[][..],
            OPEN_CSV,
            "\n".repeat(2_100_000),
            "EXCEEDED_LOCAL_MEMORY_LIMIT: the table of CSV c",
        ),
        (&TEXTS[..], &["dt"][..], OPEN_CSV, one(), "NOT_SUPPORTED: the table of CSV c, which has partitions"),
        (
            &[("a", "int")][..],
            &[][..],
            OPEN_CSV,
            one(),
            "NOT_SUPPORTED: the column a of the type int in the table of CSV c",
        ),
        (
            &TEXTS[..],
            &[][..],
            "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
            one(),
            "NOT_SUPPORTED: the table c, whose files org.",
        ),
    ] {
        let error: EngineError = lake(columns, keys, serde, text).await.error("SELECT * FROM c", &[]).await;
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}

/// Whatever bytes a file has, it is read within its bounds. A record has one line, and no more values than the table has columns.
#[tokio::test]
async fn hostile_files_are_read_or_refused() {
    let long = "x".repeat((16 << 20) - 100);
    for (text, counts) in [
        ("\"never closed,1\n\0,\0\0\n".to_owned(), "\"2\",\"1\",\"1\",\"2\"\n"),
        (format!("\"{long}\n1,2\n"), "\"2\",\"1\",\"1\",\"1\"\n"),
        (format!("{}\n1,2\n", ",".repeat((16 << 20) - 100)), "\"2\",\"2\",\"2\",\"1\"\n"),
        (format!("{}\n1,2\n", "\"".repeat((16 << 20) - 100)), "\"2\",\"2\",\"1\",\"1\"\n"),
        (format!("{}\n1,2\n", "\\".repeat((16 << 20) - 100)), "\"2\",\"2\",\"1\",\"1\"\n"),
        ("\r\r\n\n\u{2028},\u{feff}\n".to_owned(), "\"4\",\"4\",\"1\",\"1\"\n"),
    ] {
        let begin: String = text.chars().take(20).collect();
        let lake = lake(&TEXTS[..], &[][..], OPEN_CSV, format!("a,b\n{text}")).await;
        let sql = "SELECT count(*), count(a), count(b), max(length(b)) FROM c";
        assert_eq!(lake.rows(sql).await, counts, "{begin:?}");
    }
}
