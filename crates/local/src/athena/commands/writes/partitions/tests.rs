use std::sync::Arc;

use super::*;
use crate::{
    env::Env,
    faults::{Faults, Service},
    glue::{Glue, GlueStore},
};

fn column((name, data_type): &(&str, &str)) -> ResultColumn {
    ResultColumn { name: (*name).to_owned(), data_type: (*data_type).to_owned() }
}

#[test]
fn keys_are_the_last_columns_and_scalars() {
    let checked = |columns: &[(&str, &str)], keys: &[&str]| {
        let columns: Vec<ResultColumn> = columns.iter().map(column).collect();
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        check_keys(&columns, &keys).map_err(|error| error.message)
    };
    let columns = [("n", "bigint"), ("Day", "varchar"), ("kind", "varchar(3)")];
    assert_eq!(checked(&columns, &[]), Ok(()));
    assert_eq!(checked(&columns, &["day", "kind"]), Ok(()));
    assert_eq!(checked(&columns, &["kind"]), Ok(()));
    for (keys, expected) in [
        (&["kind", "day"][..], "HIVE_COLUMN_ORDER_MISMATCH: "),
        (&["day"][..], "HIVE_COLUMN_ORDER_MISMATCH: "),
        (&["month"][..], "INVALID_TABLE_PROPERTY: Partition columns not present in schema: [month]"),
        (&["n", "day", "kind"][..], "INVALID_TABLE_PROPERTY: Table contains only"),
    ] {
        let error = checked(&columns, keys).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
    for data_type in
        ["boolean", "tinyint", "integer", "float", "double", "decimal(5,2)", "date", "timestamp", "unknown"]
    {
        assert_eq!(checked(&[("n", "bigint"), ("k", data_type)], &["k"]), Ok(()), "{data_type}");
    }
    for data_type in ["varbinary", "array(integer)", "char(3)"] {
        let error = checked(&[("n", "bigint"), ("k", data_type)], &["k"]).unwrap_err();
        let expected = format!("NOT_SUPPORTED: the partition key k of the type {data_type}");
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn a_partition_is_where_hive_puts_it() {
    let table = Output { bucket: "b".to_owned(), key: "t/".to_owned() };
    let keys = ["day".to_owned(), "kind".to_owned()];
    let there = Output { bucket: "b".to_owned(), key: "else/".to_owned() };
    let known = vec!["1".to_owned(), "2".to_owned()];
    let to = Places::to(&table, &keys).or_into(BTreeMap::from([(known, there)]));
    let place = |values: [Option<&str>; 2]| {
        let values: PartitionValues = values.map(|value| value.map(str::to_owned)).into_iter().collect();
        texts(&values).map(|values| location(&to.place(&values))).map_err(|error| error.message)
    };
    assert_eq!(place([Some("2026-01-05"), None]).unwrap(), format!("s3://b/t/day=2026-01-05/kind={NULL}/"));
    assert_eq!(place([Some("10:00 a"), Some("a/b%")]).unwrap(), "s3://b/t/day=10%3A00 a/kind=a%2Fb%25/");
    assert_eq!(place([Some("1"), Some("2")]).unwrap(), "s3://b/else/");
    for (value, expected) in [
        ("é", "HIVE_INVALID_PARTITION_VALUE: "),
        ("a\n", "HIVE_INVALID_PARTITION_VALUE: "),
        ("", "NOT_SUPPORTED: the empty text"),
        (NULL, "NOT_SUPPORTED: the text"),
    ] {
        let error = place([Some("1"), Some(value)]).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}

/// Glue names the partitions that fail, and makes the others.
#[tokio::test]
async fn of_partitions_that_cannot_all_be_registered_none_stays() {
    let data = tempfile::tempdir().unwrap();
    let env = Env::new(Arc::new(aws::SystemClock), Arc::new(aws::RandomIds));
    let store = GlueStore::open(data.path(), "000000000000".to_owned(), env).unwrap();
    let glue = Glue::new(Arc::new(store), Faults::default(), Service::GlueOfAthena);
    glue.call("CreateDatabase", json!({"DatabaseInput": {"Name": "lake"}})).await.unwrap();
    let keys = json!([{"Name": "day", "Type": "string"}]);
    let table = json!({"Name": "t", "PartitionKeys": keys});
    glue.call("CreateTable", json!({"DatabaseName": "lake", "TableInput": table})).await.unwrap();
    let catalog = Catalog { glue: &glue, database: "lake" };
    let name = TableName { database: None, table: "t".to_owned() };
    let made = |partitions: &[&[&str]]| {
        let made = |values: &&[&str]| Made {
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            location: format!("s3://b/t/{}/", values.join("/")),
        };
        partitions.iter().map(made).collect::<Vec<Made>>()
    };
    let listed = async || {
        let request = json!({"DatabaseName": "lake", "TableName": "t"});
        let mut days: Vec<String> = catalog
            .all("GetPartitions", request, "Partitions")
            .await
            .unwrap()
            .iter()
            .map(|partition| partition["Values"][0].as_str().unwrap().to_owned())
            .collect();
        days.sort();
        days
    };
    register(&catalog, &name, &json!({}), made(&[&["there"]])).await.unwrap();
    // More than are deleted at once, and one that another has made; the last has a value too many.
    let days: Vec<String> = (0..60).map(|day| day.to_string()).collect();
    let ones: Vec<[&str; 1]> = days.iter().map(|day| [day.as_str()]).collect();
    let good: Vec<&[&str]> = ones.iter().map(<[&str; 1]>::as_slice).chain([&["there"][..]]).collect();
    for place in [0, 30, good.len()] {
        let mut all = good.clone();
        all.insert(place, &["x", "y"]);
        let error = register(&catalog, &name, &json!({}), made(&all)).await.unwrap_err();
        assert!(error.message.contains("InvalidInputException"), "{}", error.message);
        assert_eq!(listed().await, ["there"], "{place}");
    }
    register(&catalog, &name, &json!({}), made(&good)).await.unwrap();
    assert_eq!(listed().await.len(), 61);
}
