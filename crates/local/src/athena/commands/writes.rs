//! Queries whose rows become files: `UNLOAD`, `CREATE TABLE AS` and `INSERT INTO`. The files are Parquet.

mod columns;
mod format;

use std::sync::Arc;

use domain::{key, port::ResultColumn};
use serde_json::{Value, json};

use super::{
    Run, absent,
    catalog::{self, Catalog},
    failed, hive,
    parse::{Properties, TableName},
    show, tables, views,
};
use crate::athena::{
    ParquetCompression, RunError, RunForm,
    execution::Output,
    lifecycle::system,
    request::s3_location,
    service::Inner,
    unfinished::Unfinished,
    writer::{self, Written, WrittenFile},
};
use columns::inserted;
use format::Format;

/// The prefixes of the lake's bucket below which no statement may write.
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

/// What a statement has written that is not over yet.
struct Files {
    written: Written,
    object: Option<Unfinished>,
}

impl Files {
    /// The statement is over.
    fn kept(mut self) -> Written {
        self.object.iter_mut().for_each(Unfinished::keep);
        self.written
    }

    /// The statement has failed.
    async fn removed(self) {
        if let Some(object) = self.object {
            object.remove().await;
        }
    }
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
        self.files(run, query, &place, format.compression, |_| Ok(())).await.map(Files::kept)
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
        let (columns, mut files) = if with_data {
            let mut columns = Vec::new();
            let files = self
                .files(run, query, &place, format.compression, |found| {
                    check(found)?;
                    columns = found.to_vec();
                    Ok(())
                })
                .await?;
            (columns, files)
        } else {
            let columns = self.rows(run, query, RunForm::Columns).await?.columns;
            check(&columns)?;
            (columns, Files { written: Written::changed(0), object: None })
        };
        let input = table_input(&name, &columns, &place, &format)?;
        let request = json!({"DatabaseName": catalog.database(&name), "TableInput": input});
        // Once the catalog is asked, the table may be there, whether or not the statement is stopped meanwhile.
        files.object.iter_mut().for_each(Unfinished::keep);
        match catalog.call("CreateTable", request).await {
            Ok(_) => Ok(files.written),
            Err(error) => {
                files.removed().await;
                Err(catalog::unread(&error))
            }
        }
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
        self.files(run, sql, &place, ParquetCompression::Gzip, |_| Ok(())).await.map(Files::kept)
    }

    /// Writes a query's rows to a file in this place, and the list of files beside where a result would be. Without rows
    /// there is no file. `check` sees the columns before anything is written. A statement that fails or is stopped leaves no
    /// file, and one that would write more than the most bytes of a result fails.
    async fn files(
        &self,
        run: &Run,
        sql: String,
        place: &Output,
        compression: ParquetCompression,
        check: impl FnOnce(&[ResultColumn]) -> Result<(), RunError> + Send,
    ) -> Result<Files, RunError> {
        let answer = self.rows(run, sql, RunForm::Parquet(compression)).await?;
        check(&answer.columns)?;
        let file =
            Output { bucket: place.bucket.clone(), key: format!("{}{}-00000.parquet", place.key, run.id) };
        let computed = || self.computed(&run.id);
        let WrittenFile { rows, bytes, object } = writer::write_file(
            &self.store,
            &run.id,
            file.clone(),
            answer,
            self.limits.result_bytes,
            computed,
        )
        .await?;
        let list = if bytes > 0 { vec![format!("s3://{}/{}", file.bucket, file.key)] } else { Vec::new() };
        let mut files = Files { written: Written { rows, bytes, ..Written::changed(rows) }, object };
        match writer::write_manifest(&self.store, &run.id, &run.output, &list).await {
            Ok(manifest) => {
                files.written.manifest = Some(manifest);
                Ok(files)
            }
            Err(error) => {
                files.removed().await;
                Err(error)
            }
        }
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
            let other = format!("s3://{bucket}/mine/");
            let why = format!("is where the lake keeps its own files: name another one, such as '{other}'");
            return Err(wrong(&why));
        }
        // A dataset's table may have a location outside of these prefixes.
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
