//! Partition keys have the values of the partitions that are left. The cases are those of Trino's
//! `BaseHiveConnectorTest.testIoExplain` and its neighbours, on tables as they have them.

use std::collections::BTreeMap;

use domain::{
    DatasetName,
    port::{Catalog, CatalogPartition, PartitionKey, Table, TableColumn, Upsert},
};
use serde_json::json;

use super::{compare, constrained, lake, table};
use crate::lake::Lake;

/// A table `o` with the columns of Trino's, these keys and these partitions.
async fn orders(keys: &[(&str, &str)], partitions: &[Vec<String>]) -> Lake {
    let lake = Lake::new();
    let column = |(name, data_type): (&str, &str)| TableColumn {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        comment: None,
    };
    let key = |(name, data_type): &(&str, &str)| PartitionKey {
        name: (*name).to_owned(),
        data_type: (*data_type).to_owned(),
    };
    let table = Table {
        name: DatasetName::new("o").unwrap(),
        description: None,
        columns: [("custkey", "bigint"), ("orderstatus", "string")].map(column).to_vec(),
        partition_keys: keys.iter().map(key).collect(),
        location: "tables/o/".to_owned(),
        schema_version: None,
        parameters: BTreeMap::new(),
        version: None,
    };
    lake.catalog.create_table(&table).await.unwrap();
    for (number, values) in partitions.iter().enumerate() {
        let partition = CatalogPartition::by_hand(values.clone(), format!("tables/o/p{number}/"));
        let errors = lake.catalog.write_partitions(&table.name, Upsert::Create, &[partition]).await.unwrap();
        assert!(errors.is_empty());
    }
    lake
}

fn values(partitions: &[&[&str]]) -> Vec<Vec<String>> {
    partitions.iter().map(|values| values.iter().map(|value| (*value).to_owned()).collect()).collect()
}

#[tokio::test]
async fn few_partitions_are_shown_one_by_one() {
    let keys = [("orderkey", "bigint"), ("processing", "boolean")];
    let lake = orders(&keys, &values(&[&["2", "false"], &["1", "false"]])).await;
    let (orderkey, processing) = (("orderkey", "bigint", "[1] | [2]"), ("processing", "boolean", "[false]"));
    let custkey = ("custkey", "bigint", "(,10]");
    compare(
        &lake,
        &[
            (
                "SELECT custkey, orderkey, processing FROM o WHERE custkey <= 10",
                vec![table("o", &[orderkey, processing, custkey])],
            ),
            (
                "SELECT custkey FROM o WHERE custkey <= 10 AND orderstatus = 'P'",
                vec![table("o", &[orderkey, processing, custkey, ("orderstatus", "varchar", "[P]")])],
            ),
            (
                "SELECT custkey FROM o WHERE custkey <= 10 AND (orderstatus = 'P' OR orderstatus = 'S')",
                vec![table("o", &[orderkey, processing, custkey, ("orderstatus", "varchar", "[P] | [S]")])],
            ),
            (
                "SELECT custkey FROM o WHERE custkey <= 10 AND CAST(orderstatus AS integer) = 5",
                vec![table("o", &[orderkey, processing, custkey])],
            ),
            ("SELECT * FROM o", vec![table("o", &[orderkey, processing])]),
            (
                "SELECT 1 FROM o WHERE orderkey > 1",
                vec![table("o", &[("orderkey", "bigint", "[2]"), processing])],
            ),
            ("SELECT 1 FROM o WHERE processing", vec![]),
        ],
    )
    .await;
}

#[tokio::test]
async fn many_partitions_are_one_range() {
    let keys: Vec<Vec<String>> = (1..=54).chain([199]).map(|key: u32| vec![key.to_string()]).collect();
    let lake = orders(&[("orderkey", "bigint")], &keys).await;
    let one = |domain: &'static str| vec![table("o", &[("orderkey", "bigint", domain)])];
    compare(
        &lake,
        &[
            ("SELECT 1 FROM o", one("[1,199]")),
            ("SELECT 1 FROM o WHERE orderkey = 20", one("[20]")),
            ("SELECT 1 FROM o WHERE orderkey % 50 = 4", one("[4] | [54]")),
            ("SELECT 1 FROM o WHERE orderkey > 52", one("[53] | [54] | [199]")),
        ],
    )
    .await;
}

/// Trino's `testIoExplainWithPrimitiveTypes`.
#[tokio::test]
async fn keys_of_every_type_are_shown_as_texts() {
    for (data_type, shown, text, expected) in [
        ("string", "varchar", "foo", "foo"),
        ("varchar(3)", "varchar(3)", "foo", "foo"),
        ("tinyint", "tinyint", "63", "63"),
        ("smallint", "smallint", "16383", "16383"),
        ("int", "integer", "1073741823", "1073741823"),
        ("bigint", "bigint", "4611686018427387903", "4611686018427387903"),
        ("boolean", "boolean", "true", "true"),
        ("double", "double", "1.2345678901234578E14", "1.2345678901234578E14"),
        ("decimal(30,3)", "decimal(30,3)", "123456789012345678901234.567", "123456789012345678901234.567"),
        ("date", "date", "2019-01-01", "2019-01-01"),
        ("timestamp", "timestamp(3)", "2019-01-01 23:22:21.123", "2019-01-01 23:22:21.123"),
    ] {
        let lake = orders(&[("k", data_type)], &values(&[&[text], &["__HIVE_DEFAULT_PARTITION__"]])).await;
        let (all, known) = (format!("null | [{expected}]"), format!("[{expected}]"));
        compare(
            &lake,
            &[
                ("SELECT * FROM o", vec![table("o", &[("k", shown, all.as_str())])]),
                ("SELECT * FROM o WHERE k IS NOT NULL", vec![table("o", &[("k", shown, known.as_str())])]),
                ("SELECT * FROM o WHERE k IS NULL", vec![table("o", &[("k", shown, "null")])]),
            ],
        )
        .await;
    }
}

/// NaN has no place in a range: all that is known is that there is a value.
#[tokio::test]
async fn a_partition_that_is_nan_is_any_value() {
    let lake = orders(&[("k", "double")], &values(&[&["NaN"], &["1.5"]])).await;
    compare(&lake, &[("SELECT * FROM o", vec![table("o", &[("k", "double", "(,)")])])]).await;
}

/// Trino's `testIoExplainWithEmptyPartitionedTable`: without a condition the table is still there.
#[tokio::test]
async fn a_table_without_partitions_has_nothing_to_read() {
    let lake = orders(&[("orderkey", "bigint")], &[]).await;
    let none = json!({"none": true, "columnConstraints": []});
    compare(
        &lake,
        &[
            ("SELECT * FROM o", vec![constrained("tributary", "o", &none)]),
            ("SELECT * FROM o WHERE custkey = 1", vec![]),
        ],
    )
    .await;
    let plain = orders(&[], &[]).await;
    compare(&plain, &[("SELECT * FROM o", vec![table("o", &[])])]).await;
}

/// Conditions on keys and on columns together leave the partitions whose values any of them allows.
#[tokio::test]
async fn alternatives_leave_the_partitions_of_all_of_them() {
    let lake = lake().await;
    let of = |days: &'static str, n: &'static str| {
        vec![table("t", &[("dt", "varchar", days), ("n", "bigint", n)])]
    };
    compare(
        &lake,
        &[
            (
                "SELECT 1 FROM t WHERE (dt = '2026-11-23' AND n = 1) OR (dt = '2026-11-25' AND n = 2)",
                of("[2026-11-23] | [2026-11-25]", "[1] | [2]"),
            ),
            ("SELECT 1 FROM t WHERE dt LIKE '%-24' AND n = 1", of("[2026-11-24]", "[1]")),
            (
                "SELECT 1 FROM t WHERE date_add('day', 1, CAST(dt AS date)) = DATE '2026-11-25' AND n = 1",
                of("[2026-11-24]", "[1]"),
            ),
        ],
    )
    .await;
}
