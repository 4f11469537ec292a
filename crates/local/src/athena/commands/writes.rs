//! Queries whose rows become files: `UNLOAD`, `CREATE TABLE AS` and `INSERT INTO`. The files are Parquet.

use std::sync::Arc;

use domain::{key, port::ResultColumn};
use serde_json::{Value, json};

use super::{
    Run, absent,
    catalog::{self, Catalog, items},
    failed, hive,
    parse::{Properties, Property, TableName},
    show, tables, views,
};
use crate::athena::{
    ParquetCompression, RunError, RunForm,
    execution::Output,
    lifecycle::system,
    request::s3_location,
    service::Inner,
    writer::{self, Written},
};

/// Where in the lake's bucket nobody but the lake writes.
const RESERVED: [&str; 9] = [
    "access/",
    key::COMMITS,
    key::DATASETS,
    key::LANDING,
    key::QUARANTINE,
    key::QUERIES,
    key::SCHEMAS,
    key::TABLES,
    key::VACUUM,
];

const PARQUET_SERDE: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";

/// What `CREATE TABLE AS` asks for.
pub(super) struct NewTable {
    pub(super) name: TableName,
    pub(super) if_not_exists: bool,
    pub(super) properties: Properties,
    pub(super) query: String,
    pub(super) with_data: bool,
}

/// The properties of a statement that writes files, as far as they are understood.
struct Format {
    compression: ParquetCompression,
    location: Option<String>,
}

impl Format {
    fn of(properties: &Properties) -> Result<Self, RunError> {
        let mut format = Self { compression: ParquetCompression::Gzip, location: None };
        for (name, value) in properties {
            let Property::Text(text) = value else { return Err(absent(&format!("the property {name}"))) };
            match name.as_str() {
                "format" if text.eq_ignore_ascii_case("parquet") => {}
                "format" => return Err(absent(&format!("the format {} (use PARQUET)", text.to_uppercase()))),
                "compression" | "write_compression" | "parquet_compression" => {
                    format.compression = compression(text)?;
                }
                "external_location" => format.location = Some(text.clone()),
                // Files are Hive's either way.
                "is_external" if text.eq_ignore_ascii_case("true") => {}
                "table_type" if text.eq_ignore_ascii_case("hive") => {}
                _ => return Err(absent(&format!("the property {name}"))),
            }
        }
        Ok(format)
    }

    fn compression(&self) -> &'static str {
        match self.compression {
            ParquetCompression::None => "NONE",
            ParquetCompression::Gzip => "GZIP",
            ParquetCompression::Snappy => "SNAPPY",
            ParquetCompression::Zstd => "ZSTD",
        }
    }
}

fn compression(text: &str) -> Result<ParquetCompression, RunError> {
    Ok(match text.to_uppercase().as_str() {
        "NONE" | "UNCOMPRESSED" => ParquetCompression::None,
        "GZIP" => ParquetCompression::Gzip,
        "SNAPPY" => ParquetCompression::Snappy,
        "ZSTD" => ParquetCompression::Zstd,
        other => return Err(absent(&format!("the compression {other} (use GZIP, SNAPPY, ZSTD or NONE)"))),
    })
}

impl Inner {
    pub(super) async fn unload(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        query: String,
        to: &str,
        properties: &Properties,
    ) -> Result<Written, RunError> {
        if !properties.contains_key("format") {
            return Err(failed(
                "SYNTAX_ERROR: UNLOAD needs the property format: write WITH (format = 'PARQUET')",
            ));
        }
        let format = Format::of(properties)?;
        let place = self.empty_place(catalog, to).await?;
        self.files(run, query, &place, format.compression, |_| Ok(())).await
    }

    pub(super) async fn create_table(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        table: NewTable,
    ) -> Result<Written, RunError> {
        let NewTable { name, if_not_exists, properties, query, with_data } = table;
        if catalog.find(&name).await?.is_some() {
            if if_not_exists {
                return Ok(Written::changed(0));
            }
            let (database, table) = (catalog.database(&name), &name.table);
            return Err(failed(format!(
                "TABLE_ALREADY_EXISTS: Table 'awsdatacatalog.{database}.{table}' already exists"
            )));
        }
        let format = Format::of(&properties)?;
        let to = match &format.location {
            Some(location) => location.clone(),
            // Athena puts the rows below where the result would be.
            None => format!("s3://{}/{}/", run.output.bucket, run.output.key),
        };
        let place = self.empty_place(catalog, &to).await?;
        let sql = query.clone();
        let check = |columns: &[ResultColumn]| {
            hive::check_names(columns, &sql)?;
            hive::columns(columns).map(drop)
        };
        let (columns, written) = if with_data {
            let mut columns = Vec::new();
            let written = self
                .files(run, query, &place, format.compression, |found| {
                    check(found)?;
                    columns = found.to_vec();
                    Ok(())
                })
                .await?;
            (columns, written)
        } else {
            let columns = self.rows(run, query, RunForm::Columns).await?.columns;
            check(&columns)?;
            (columns, Written::changed(0))
        };
        let input = table_input(&name, &columns, &place, &format)?;
        let request = json!({"DatabaseName": catalog.database(&name), "TableInput": input});
        catalog.call("CreateTable", request).await.map_err(|error| catalog::unread(&error))?;
        Ok(written)
    }

    pub(super) async fn insert(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        name: &TableName,
        columns: &[String],
        query: String,
    ) -> Result<Written, RunError> {
        let table = catalog.find(name).await?.ok_or_else(|| {
            let (database, table) = (catalog.database(name), &name.table);
            let message =
                format!("TABLE_NOT_FOUND: Table 'awsdatacatalog.{database}.{table}' does not exist");
            RunError { error_type: Some(1_301), ..failed(message) }
        })?;
        tables::refuse_lakes(&table, "INSERT INTO")?;
        if views::is_view(&table) {
            return Err(failed("NOT_SUPPORTED: Inserting into views is not supported"));
        }
        if show::keys(&table).next().is_some() {
            return Err(absent("INSERT INTO a table with partitions"));
        }
        let descriptor = &table["StorageDescriptor"];
        if descriptor["SerdeInfo"]["SerializationLibrary"] != PARQUET_SERDE {
            return Err(absent("INSERT INTO a table whose files are not Parquet"));
        }
        let place = self.place(catalog, descriptor["Location"].as_str().unwrap_or_default()).await?;
        let given = self.rows(run, query.clone(), RunForm::Columns).await?.columns;
        let sql = inserted(&table, columns, &given, &query)?;
        self.files(run, sql, &place, ParquetCompression::Gzip, |_| Ok(())).await
    }

    /// Writes a query's rows to a file in this place, and the list of files beside where a result would be. Without rows
    /// there is no file. `check` sees the columns before anything is written.
    async fn files(
        &self,
        run: &Run,
        sql: String,
        place: &Output,
        compression: ParquetCompression,
        check: impl FnOnce(&[ResultColumn]) -> Result<(), RunError> + Send,
    ) -> Result<Written, RunError> {
        let answer = self.rows(run, sql, RunForm::Parquet(compression)).await?;
        check(&answer.columns)?;
        let file =
            Output { bucket: place.bucket.clone(), key: format!("{}{}-00000.parquet", place.key, run.id) };
        let computed = || self.computed(&run.id);
        let (rows, bytes) = writer::write_file(
            &self.store,
            &run.id,
            file.clone(),
            answer,
            self.limits.result_bytes,
            computed,
        )
        .await?;
        let files = if bytes > 0 { vec![format!("s3://{}/{}", file.bucket, file.key)] } else { Vec::new() };
        let manifest = writer::write_manifest(&self.store, &run.id, &run.output, &files).await?;
        Ok(Written { rows, bytes, manifest: Some(manifest), ..Written::changed(rows) })
    }

    /// The place that a location names, in which nothing may be yet.
    async fn empty_place(&self, catalog: &Catalog<'_>, location: &str) -> Result<Output, RunError> {
        let place = self.place(catalog, location).await?;
        let (store, sought) = (Arc::clone(&self.store), place.clone());
        let has = tokio::task::spawn_blocking(move || store.has_below(&sought.bucket, &sought.key));
        match has.await {
            Ok(Ok(false)) => Ok(place),
            Ok(Ok(true)) => Err(failed(format!(
                "HIVE_PATH_ALREADY_EXISTS: Target directory already exists: {location}: empty it, or name another one"
            ))),
            Ok(Err(_)) | Err(_) => Err(system("the place of the files could not be looked at")),
        }
    }

    /// The place that a location names, if others than the lake may write there.
    async fn place(&self, catalog: &Catalog<'_>, location: &str) -> Result<Output, RunError> {
        let wrong = |why: &str| failed(format!("INVALID_TABLE_PROPERTY: the location '{location}' {why}"));
        let (bucket, key) = s3_location(location).map_err(|_| wrong("is not a valid S3 path"))?;
        if self.store.bucket(&bucket).is_err() {
            return Err(wrong("is in no bucket of the local lake"));
        }
        if !self.store.can_hold(&bucket, &format!("{key}x")) {
            return Err(wrong("is not a valid S3 path"));
        }
        let is_reserved = |key: &str| key.is_empty() || RESERVED.iter().any(|prefix| key.starts_with(prefix));
        if bucket == self.bucket && is_reserved(&key) {
            return Err(wrong("is where the lake keeps its own files: name another one, as below results/"));
        }
        // The tables of the lake may be elsewhere one day.
        let datasets = catalog.tables(None).await?;
        let of_a_dataset = datasets.iter().filter(|table| catalog::is_of_the_lake(table)).any(|table| {
            let own = table["StorageDescriptor"]["Location"].as_str().unwrap_or_default();
            !own.is_empty() && format!("s3://{bucket}/{key}").starts_with(own)
        });
        if of_a_dataset {
            return Err(wrong("is a dataset's of the lake: name another one"));
        }
        Ok(Output { bucket, key })
    }
}

/// The query whose columns are the table's, in its order and of its types.
fn inserted(
    table: &Value,
    columns: &[String],
    given: &[ResultColumn],
    query: &str,
) -> Result<String, RunError> {
    let declared: Vec<(&str, &str)> = items(&table["StorageDescriptor"]["Columns"])
        .map(|column| (catalog::name(column), column["Type"].as_str().unwrap_or_default()))
        .collect();
    let named: Vec<&str> = match columns {
        [] => declared.iter().map(|(name, _)| *name).collect(),
        columns => columns.iter().map(String::as_str).collect(),
    };
    if let Some(unknown) = named.iter().find(|name| !declared.iter().any(|(known, _)| known == *name)) {
        return Err(failed(format!(
            "COLUMN_NOT_FOUND: Insert column name does not exist in target table: {unknown}"
        )));
    }
    if let Some(twice) = (1..named.len()).find(|at| named[..*at].contains(&named[*at])) {
        return Err(failed(format!(
            "DUPLICATE_COLUMN_NAME: Insert column name is specified more than once: {}",
            named[twice]
        )));
    }
    let type_of = |name: &str| declared.iter().find(|(known, _)| *known == name).map_or("", |(_, of)| *of);
    let mismatch = || {
        let wanted: Vec<&str> = named.iter().map(|name| type_of(name)).collect();
        let found: Vec<&str> = given.iter().map(|column| column.data_type.as_str()).collect();
        failed(format!(
            "TYPE_MISMATCH: Insert query has mismatched column types: Table: [{}], Query: [{}]",
            wanted.join(", "),
            found.join(", ")
        ))
    };
    if named.len() != given.len() {
        return Err(mismatch());
    }
    let mut selected = Vec::with_capacity(declared.len());
    for (name, wanted) in &declared {
        let value = match named.iter().position(|one| one == name) {
            None => format!("CAST(NULL AS {})", of_sql(wanted).ok_or_else(mismatch)?),
            Some(index) => {
                let found = given[index].data_type.as_str();
                match (hive::data_type(found), of_sql(wanted)) {
                    (Some(found), _) if found.eq_ignore_ascii_case(wanted) => format!("\"c{index}\""),
                    (_, Some(to)) if widens(found, to) => format!("CAST(\"c{index}\" AS {to})"),
                    _ => return Err(mismatch()),
                }
            }
        };
        selected.push(format!("{value} AS \"{name}\""));
    }
    let aliases: Vec<String> = (0..given.len()).map(|index| format!("\"c{index}\"")).collect();
    // The query may end in a comment.
    Ok(format!("SELECT {} FROM ({query}\n) AS \"q\" ({})", selected.join(", "), aliases.join(", ")))
}

/// SQL's name for the catalog's type; `None` of one that is made of others, which is not converted.
fn of_sql(hive: &str) -> Option<&str> {
    match hive {
        "string" => Some("varchar"),
        "int" => Some("integer"),
        "float" => Some("real"),
        "binary" => Some("varbinary"),
        plain if plain.contains('<') => None,
        plain => Some(plain),
    }
}

/// Whether Trino converts a value of the first type to the second by itself.
fn widens(found: &str, to: &str) -> bool {
    let whole = ["tinyint", "smallint", "integer", "bigint"];
    let at = |name: &str| whole.iter().position(|one| *one == name);
    match (found, to) {
        ("unknown", _) => true,
        (_, "varchar") => found.starts_with("varchar(") || found.starts_with("char("),
        ("float", "double") | ("date", "timestamp") => true,
        (_, "real" | "double") if at(found).is_some() || found.starts_with("decimal(") => true,
        (_, decimal) if decimal.starts_with("decimal(") => decimal_holds(found, decimal, at(found)),
        _ => matches!((at(found), at(to)), (Some(found), Some(to)) if found <= to),
    }
}

/// Whether a decimal has room for every value of the type: as many digits before and behind the point.
fn decimal_holds(found: &str, decimal: &str, whole: Option<usize>) -> bool {
    let digits = |text: &str| {
        let (precision, scale) = text.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
        let (precision, scale): (u32, u32) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
        Some((precision.checked_sub(scale)?, scale))
    };
    let from = match whole {
        Some(index) => Some(([3, 5, 10, 19][index], 0)),
        None => digits(found),
    };
    match (from, digits(decimal)) {
        (Some((before, behind)), Some((room_before, room_behind))) => {
            before <= room_before && behind <= room_behind
        }
        _ => false,
    }
}

fn table_input(
    name: &TableName,
    columns: &[ResultColumn],
    place: &Output,
    format: &Format,
) -> Result<Value, RunError> {
    Ok(json!({
        "Name": name.table,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {
            "EXTERNAL": "TRUE",
            "classification": "parquet",
            "has_encrypted_data": "false",
            "parquet.compression": format.compression(),
        },
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": hive::columns(columns)?,
            "Location": format!("s3://{}/{}", place.bucket, place.key),
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "Compressed": false,
            "SerdeInfo": {"SerializationLibrary": PARQUET_SERDE, "Parameters": {"serialization.format": "1"}},
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(data_type: &str) -> ResultColumn {
        ResultColumn { name: "x".to_owned(), data_type: data_type.to_owned() }
    }

    #[test]
    fn what_is_inserted_has_the_tables_columns() {
        let table = json!({"StorageDescriptor": {"Columns": [
            {"Name": "n", "Type": "bigint"}, {"Name": "s", "Type": "string"}, {"Name": "a", "Type": "array<int>"},
        ]}});
        let sql = |columns: &[&str], given: &[&str]| {
            let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
            let given: Vec<ResultColumn> = given.iter().map(|of| column(of)).collect();
            inserted(&table, &columns, &given, "q").map_err(|error| error.message)
        };
        let all = "SELECT CAST(\"c0\" AS bigint) AS \"n\", \"c1\" AS \"s\", \"c2\" AS \"a\" FROM (q\n) AS \"q\" (\"c0\", \"c1\", \"c2\")";
        assert_eq!(sql(&[], &["integer", "varchar", "array(integer)"]).unwrap(), all);
        assert!(sql(&["s", "n"], &["varchar(3)", "bigint"]).is_err(), "an array cannot be made of nothing");
        let mismatch = "TYPE_MISMATCH: Insert query has mismatched column types: Table: [bigint, string, array<int>], Query: [double, varchar, array(integer)]";
        assert_eq!(sql(&[], &["double", "varchar", "array(integer)"]).unwrap_err(), mismatch);
        assert!(sql(&[], &["bigint"]).unwrap_err().starts_with("TYPE_MISMATCH"));
        assert!(sql(&["x"], &["bigint"]).unwrap_err().starts_with("COLUMN_NOT_FOUND"));
        assert!(sql(&["n", "n"], &["bigint", "bigint"]).unwrap_err().starts_with("DUPLICATE_COLUMN_NAME"));
    }

    #[test]
    fn only_what_loses_nothing_is_converted() {
        for (found, to, expected) in [
            ("integer", "bigint", true),
            ("bigint", "integer", false),
            ("unknown", "date", true),
            ("varchar(3)", "varchar", true),
            ("bigint", "varchar", false),
            ("float", "double", true),
            ("double", "real", false),
            ("decimal(5,2)", "double", true),
            ("integer", "decimal(12,2)", true),
            ("bigint", "decimal(20,2)", false),
            ("decimal(5,2)", "decimal(5,1)", false),
            ("decimal(5,2)", "decimal(6,3)", true),
            ("date", "timestamp", true),
            ("timestamp", "date", false),
            ("boolean", "varchar", false),
        ] {
            assert_eq!(widens(found, to), expected, "{found} to {to}");
        }
    }

    #[test]
    fn properties_are_understood_or_refused_by_name() {
        let of = |name: &str, value: &str| {
            let properties = Properties::from([(name.to_owned(), Property::Text(value.to_owned()))]);
            Format::of(&properties).map(|format| format.compression()).map_err(|error| error.message)
        };
        assert_eq!(of("format", "parquet"), Ok("GZIP"));
        assert_eq!(of("write_compression", "snappy"), Ok("SNAPPY"));
        for (name, value, named) in [
            ("format", "orc", "the format ORC"),
            ("compression", "LZ4", "the compression LZ4"),
            ("table_type", "ICEBERG", "the property table_type"),
            ("field_delimiter", ",", "the property field_delimiter"),
        ] {
            let error = of(name, value).unwrap_err();
            assert!(error.starts_with(&format!("NOT_SUPPORTED: {named}")), "{error}");
        }
        let list = Properties::from([("partitioned_by".to_owned(), Property::List(vec!["a".to_owned()]))]);
        assert!(Format::of(&list).is_err());
    }
}
