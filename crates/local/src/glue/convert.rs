//! Between the lake's tables and partitions and Glue's.

use std::collections::BTreeMap;

use domain::{
    name::DatasetName,
    port::{CatalogPartition, PartitionKey, Table, TableColumn, hive},
};
use engine::{OPEN_CSV, OPEN_CSV_MARKS, SERDE};
use serde_json::{Map, Value, json};

/// What Glue wants to know about Parquet, and this lake need not see again.
const FORMAT_PARAMETERS: [(&str, &str); 2] = [("EXTERNAL", "TRUE"), ("classification", "parquet")];

/// Hive's class for Parquet.
pub(crate) const PARQUET_SERDE: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";

/// Locations in the lake's bucket are key prefixes; elsewhere they stay URIs.
#[derive(Debug, Clone)]
pub(super) struct Locations {
    root: String,
}

impl Locations {
    pub(super) fn of(bucket: &str) -> Self {
        Self { root: format!("s3://{bucket}/") }
    }

    fn to_key(&self, location: &str) -> String {
        let key = location.strip_prefix(&self.root).unwrap_or(location);
        if key.is_empty() || key.ends_with('/') { key.to_owned() } else { format!("{key}/") }
    }

    fn to_uri(&self, location: &str) -> String {
        if location.contains("://") { location.to_owned() } else { format!("{}{location}", self.root) }
    }
}

/// `None` when the table's name is not a dataset's: somebody else's table.
pub(super) fn table(body: &Value, locations: &Locations) -> Option<Table> {
    let descriptor = &body["StorageDescriptor"];
    let mut parameters = parameters(&body["Parameters"]);
    for (name, value) in FORMAT_PARAMETERS {
        if parameters.get(name).is_some_and(|found| found == value) {
            parameters.remove(name);
        }
    }
    let schema_version = hive::take_schema_version(&mut parameters);
    parameters.extend(format(&descriptor["SerdeInfo"]));
    Some(Table {
        name: DatasetName::new(body["Name"].as_str()?).ok()?,
        description: body["Description"].as_str().map(str::to_owned),
        columns: columns(&descriptor["Columns"]),
        partition_keys: items(&body["PartitionKeys"])
            .filter_map(|key| {
                let data_type = key["Type"].as_str().unwrap_or("string").to_owned();
                Some(PartitionKey { name: key["Name"].as_str()?.to_owned(), data_type })
            })
            .collect(),
        location: locations.to_key(descriptor["Location"].as_str().unwrap_or_default()),
        schema_version,
        parameters,
        version: body["VersionId"].as_str().map(str::to_owned),
    })
}

/// What the engine has to know of a table whose files are not Parquet. A view has no files.
fn format(serde: &Value) -> BTreeMap<String, String> {
    let Some(library) = serde["SerializationLibrary"].as_str().filter(|name| !name.is_empty()) else {
        return BTreeMap::new();
    };
    if library == PARQUET_SERDE {
        return BTreeMap::new();
    }
    let mut found = BTreeMap::from([(SERDE.to_owned(), library.to_owned())]);
    if library == OPEN_CSV {
        let marks = parameters(&serde["Parameters"]);
        found.extend(marks.into_iter().filter(|(name, _)| OPEN_CSV_MARKS.contains(&name.as_str())));
    }
    found
}

pub(super) fn partition(body: &Value, locations: &Locations, with_columns: bool) -> CatalogPartition {
    let descriptor = &body["StorageDescriptor"];
    let (state, others) = hive::read_partition(parameters(&body["Parameters"]));
    CatalogPartition {
        values: items(&body["Values"]).filter_map(|value| Some(value.as_str()?.to_owned())).collect(),
        location: locations.to_key(descriptor["Location"].as_str().unwrap_or_default()),
        columns: if with_columns { columns(&descriptor["Columns"]) } else { Vec::new() },
        state,
        others,
    }
}

pub(super) fn table_input(table: &Table, locations: &Locations) -> Map<String, Value> {
    let mut parameters = table.parameters.clone();
    hive::put_schema_version(&mut parameters, table.schema_version);
    for (name, value) in FORMAT_PARAMETERS {
        parameters.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    let key = |key: &PartitionKey| json!({"Name": key.name, "Type": key.data_type});
    let keys: Vec<Value> = table.partition_keys.iter().map(key).collect();
    let mut input = object([
        ("Name", json!(table.name.as_str())),
        ("TableType", json!("EXTERNAL_TABLE")),
        ("PartitionKeys", json!(keys)),
        ("Parameters", json!(parameters)),
        ("StorageDescriptor", descriptor(&table.columns, &locations.to_uri(&table.location))),
    ]);
    if let Some(description) = &table.description {
        input.insert("Description".into(), json!(description));
    }
    input
}

pub(super) fn partition_input(partition: &CatalogPartition, locations: &Locations) -> Map<String, Value> {
    object([
        ("Values", json!(partition.values)),
        ("Parameters", json!(hive::write_partition(&partition.state, &partition.others))),
        ("StorageDescriptor", descriptor(&partition.columns, &locations.to_uri(&partition.location))),
    ])
}

fn descriptor(columns: &[TableColumn], location: &str) -> Value {
    let columns: Vec<Value> = columns
        .iter()
        .map(|column| {
            let mut field = object([("Name", json!(column.name)), ("Type", json!(column.data_type))]);
            if let Some(comment) = &column.comment {
                field.insert("Comment".into(), json!(comment));
            }
            Value::Object(field)
        })
        .collect();
    json!({
        "Columns": columns,
        "Location": location,
        "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "SerdeInfo": {
            "SerializationLibrary": PARQUET_SERDE,
            "Parameters": {"serialization.format": "1"},
        },
    })
}

fn columns(list: &Value) -> Vec<TableColumn> {
    items(list)
        .filter_map(|column| {
            Some(TableColumn {
                name: column["Name"].as_str()?.to_owned(),
                data_type: column["Type"].as_str().unwrap_or("string").to_owned(),
                comment: column["Comment"].as_str().map(str::to_owned),
            })
        })
        .collect()
}

fn parameters(map: &Value) -> BTreeMap<String, String> {
    let pairs = map.as_object().into_iter().flatten();
    pairs.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
