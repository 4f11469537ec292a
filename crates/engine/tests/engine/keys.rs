//! Partition keys of every type, as others declare them through Glue. Expected is what Trino's types say of the values:
//! as texts, each list here has another order.

use std::collections::BTreeMap;

use domain::{
    DatasetName,
    port::{Catalog, CatalogPartition, PartitionKey, Table, TableColumn, Upsert},
};

use crate::lake::{Lake, columns};

const TYPES: [(&str, &str); 1] = [("n", "bigint")];

/// A table `t` with these keys, and a partition for each row of values. Its only row has the number of the partition.
async fn lake(keys: &[(&str, &str)], partitions: &[&[&str]]) -> Lake {
    let lake = Lake::new();
    let key = |(name, data_type): &(&str, &str)| PartitionKey {
        name: (*name).to_owned(),
        data_type: (*data_type).to_owned(),
    };
    let table = Table {
        name: DatasetName::new("t").unwrap(),
        description: None,
        columns: vec![TableColumn { name: "n".to_owned(), data_type: "bigint".to_owned(), comment: None }],
        partition_keys: keys.iter().map(key).collect(),
        location: "mine/t/".to_owned(),
        schema_version: None,
        parameters: BTreeMap::new(),
        version: None,
    };
    lake.catalog.create_table(&table).await.unwrap();
    for (number, values) in partitions.iter().enumerate() {
        let location = format!("mine/t/p{number}/");
        let row = format!(r#"{{"n":{number}}}"#);
        lake.file(&format!("{location}part-00000.parquet"), columns(&TYPES, &[&row])).await;
        let partition =
            CatalogPartition::by_hand(values.iter().map(|value| (*value).to_owned()).collect(), location);
        let errors = lake.catalog.write_partitions(&table.name, Upsert::Create, &[partition]).await.unwrap();
        assert!(errors.is_empty());
    }
    lake
}

fn lines(numbers: &[usize]) -> String {
    numbers.iter().map(|number| format!("\"{number}\"\n")).collect()
}

/// The type in the catalog and in SQL, the values in their order, and the third of them in SQL.
type Case = (&'static str, &'static str, [&'static str; 4], &'static str);

const CASES: [Case; 10] = [
    ("tinyint", "tinyint", ["-10", "-9", "9", "10"], "CAST(9 AS tinyint)"),
    ("smallint", "smallint", ["-1000", "-9", "9", "10"], "CAST(9 AS smallint)"),
    ("int", "integer", ["-10", "-9", "09", "10"], "9"),
    ("bigint", "bigint", ["-9", "8", "9", "10000000000"], "CAST(9 AS bigint)"),
    ("float", "real", ["-1.5", "0.25", "9.0", "1.0E7"], "REAL '9'"),
    ("double", "double", ["-Infinity", "0.25", "9.0", "10.0"], "9e0"),
    ("decimal(5,2)", "decimal(5,2)", ["-1.50", "0.25", "9", "10.00"], "DECIMAL '9.00'"),
    ("date", "date", ["2026-1-5", "2026-01-10", "2026-2-01", "2026-11-01"], "DATE '2026-02-01'"),
    (
        "timestamp",
        "timestamp",
        ["2026-01-05 9:00:00", "2026-01-05 10:00:00", "2026-1-6", "2026-01-06 00:00:00.5"],
        "TIMESTAMP '2026-01-06 00:00:00'",
    ),
    ("string", "varchar", ["-10", "-9", "10", "9"], "'10'"),
];

#[tokio::test]
async fn values_are_compared_as_values_of_their_type() {
    for (data_type, sql_type, values, third) in CASES {
        let [first, second, of_third, last] = values;
        // The catalog has them in another order, and one that is null.
        let partitions: [&[&str]; 5] =
            [&[last], &["__HIVE_DEFAULT_PARTITION__"], &[first], &[of_third], &[second]];
        let lake = lake(&[("k", data_type)], &partitions).await;
        for (sql, expected) in [
            ("SELECT n FROM t ORDER BY k".to_owned(), &[2, 4, 3, 0, 1][..]),
            ("SELECT n FROM t ORDER BY k DESC NULLS LAST".to_owned(), &[0, 3, 4, 2, 1]),
            ("SELECT n FROM t WHERE k = (SELECT max(k) FROM t)".to_owned(), &[0]),
            ("SELECT max_by(n, k) FROM t".to_owned(), &[0]),
            ("SELECT n FROM t WHERE k = (SELECT min(k) FROM \"t$partitions\")".to_owned(), &[2]),
            (format!("SELECT n FROM t WHERE k < {third} ORDER BY n"), &[2, 4]),
            (format!("SELECT n FROM t WHERE k >= {third} ORDER BY n"), &[0, 3]),
            (format!("SELECT n FROM t WHERE k = {third}"), &[3]),
            (format!("SELECT n FROM t WHERE k IN ({third}, {third})"), &[3]),
            (format!("SELECT n FROM t WHERE k NOT IN ({third}) ORDER BY n"), &[0, 2, 4]),
            (format!("SELECT n FROM t WHERE k < {third} OR n = 0 ORDER BY n"), &[0, 2, 4]),
            (format!("SELECT n FROM t JOIN (SELECT {third} AS v) AS o ON t.k = o.v"), &[3]),
            ("SELECT n FROM t WHERE k IS NULL".to_owned(), &[1]),
            ("SELECT count(DISTINCT k) FROM t".to_owned(), &[4]),
            (format!("SELECT count(*) FROM \"t$partitions\" WHERE k < {third}"), &[2]),
            ("SELECT count(*) FROM \"t$partitions\" WHERE k IS NULL".to_owned(), &[1]),
        ] {
            assert_eq!(lake.rows(&sql).await, lines(expected), "{data_type}: {sql}");
        }
        let shown = "SELECT data_type FROM information_schema.columns WHERE column_name = 'k'";
        assert_eq!(lake.rows(shown).await, format!("\"{sql_type}\"\n"));
        let columns = lake.engine.execute("SELECT k FROM t", &[]).await.unwrap().columns;
        assert_eq!(columns[0].data_type, if sql_type == "real" { "float" } else { sql_type });
        lake.reads();
        lake.rows(&format!("SELECT n FROM t WHERE k < {third}")).await;
        let reads = lake.reads();
        assert!(!reads.is_empty(), "{data_type}");
        let others = ["mine/t/p0/", "mine/t/p1/", "mine/t/p3/"];
        let is_other = |read: &&String| others.iter().any(|other| read.starts_with(other));
        assert_eq!(reads.iter().find(is_other), None, "{data_type}: pruned partitions are not looked at");
    }
}

#[tokio::test]
async fn values_are_shown_as_values_of_their_type() {
    for (data_type, value, sql, expected) in [
        ("int", "007", "SELECT k + 1 FROM t", "\"8\"\n"),
        ("date", "2026-1-5", "SELECT k, CAST(k AS varchar) FROM t", "\"2026-01-05\",\"2026-01-05\"\n"),
        ("date", "2026-1-5", "SELECT k + INTERVAL '1' DAY FROM t", "\"2026-01-06\"\n"),
        ("timestamp", "2026-01-05", "SELECT k FROM t", "\"2026-01-05 00:00:00.000\"\n"),
        ("decimal(5,2)", "1.5", "SELECT k, k * 2 FROM t", "\"1.50\",\"3.00\"\n"),
        ("boolean", "TRUE", "SELECT k, NOT k FROM t WHERE k", "\"true\",\"false\"\n"),
        ("boolean", "false", "SELECT n FROM t WHERE k", ""),
        ("varchar(3)", "007", "SELECT k FROM t", "\"007\"\n"),
        ("double", "1e3", "SELECT k FROM t", "\"1000.0\"\n"),
    ] {
        let lake = lake(&[("k", data_type)], &[&[value]]).await;
        assert_eq!(lake.rows(sql).await, expected, "{data_type} {value}: {sql}");
    }
}

#[tokio::test]
async fn keys_of_two_types_are_each_of_their_own() {
    let partitions: [&[&str]; 4] = [&["2026", "10"], &["2026", "9"], &["999", "12"], &["2026", "11"]];
    let lake = lake(&[("year", "int"), ("month", "string")], &partitions).await;
    let sql = "SELECT n FROM t ORDER BY year, month";
    assert_eq!(lake.rows(sql).await, lines(&[2, 0, 3, 1]), "years are numbers, months are texts");
    let sql = "SELECT n FROM t WHERE year > 1000 AND month < '11'";
    assert_eq!(lake.rows(sql).await, lines(&[0]));
    let sql = "SELECT year, max(CAST(month AS integer)) FROM t GROUP BY year ORDER BY year";
    assert_eq!(lake.rows(sql).await, "\"999\",\"12\"\n\"2026\",\"11\"\n");
}

#[tokio::test]
async fn a_text_that_is_no_value_of_its_type_fails_the_query() {
    for (data_type, value, word) in [
        ("int", "x", "INTEGER"),
        ("bigint", "1.0", "BIGINT"),
        ("date", "2026-02-30", "DATE"),
        ("timestamp", "yesterday", "TIMESTAMP"),
        ("boolean", "yes", "BOOLEAN"),
        ("float", "1,5", "FLOAT"),
        ("decimal(3,1)", "1.25", "decimal(3,1)"),
        ("varchar(2)", "abc", "varchar(2)"),
    ] {
        let lake = lake(&[("k", data_type)], &[&["__HIVE_DEFAULT_PARTITION__"], &[value]]).await;
        let expected = format!(
            "HIVE_INVALID_PARTITION_VALUE: Invalid partition value '{value}' for {word} partition key: k, of the table t"
        );
        for sql in
            ["SELECT n FROM t", "SELECT n FROM t WHERE k IS NULL", "SELECT count(*) FROM \"t$partitions\""]
        {
            assert_eq!(lake.error(sql, &[]).await.to_string(), expected, "{sql}");
        }
    }
}

#[tokio::test]
async fn a_key_of_a_type_that_is_not_here_is_refused_by_name() {
    for data_type in ["char(3)", "binary", "array<int>"] {
        let lake = lake(&[("k", data_type)], &[]).await;
        let expected = format!("NOT_SUPPORTED: the partition key t.k of type {data_type}");
        for sql in ["SELECT n FROM t", "SELECT * FROM \"t$partitions\""] {
            let error = lake.error(sql, &[]).await.to_string();
            assert!(error.starts_with(&expected), "{sql}: {error}");
        }
    }
}
