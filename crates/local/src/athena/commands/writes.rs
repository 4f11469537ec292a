//! Queries whose rows become files: `UNLOAD`, `CREATE TABLE AS` and `INSERT INTO`. The files are Parquet, one for each
//! partition that gets rows.

mod columns;
mod format;
mod partitions;

use std::sync::Arc;

use domain::{key, port::ResultColumn};
use serde_json::{Value, json};

use super::{
    Run, absent,
    catalog::{self, Catalog},
    failed, hive,
    parse::{Properties, TableName},
    tables, views,
};
use crate::{
    athena::{
        ParquetCompression, RunError, RunForm,
        execution::Output,
        lifecycle::system,
        request::s3_location,
        service::Inner,
        unfinished::Unfinished,
        writer::{self, Written, WrittenFile},
    },
    glue::PARQUET_SERDE,
    s3::Store,
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
    objects: Vec<Unfinished>,
}

impl Files {
    /// The statement is over.
    fn kept(mut self) -> Written {
        self.objects.iter_mut().for_each(Unfinished::keep);
        self.written
    }

    /// The statement is over when the catalog knows of them. Once it is asked, they may be a table's, whether or not the
    /// statement is stopped meanwhile.
    async fn once(
        mut self,
        told: impl Future<Output = Result<(), RunError>> + Send,
    ) -> Result<Written, RunError> {
        self.objects.iter_mut().for_each(Unfinished::keep);
        match told.await {
            Ok(()) => Ok(self.written),
            Err(error) => {
                self.removed().await;
                Err(error)
            }
        }
    }

    /// The statement has failed.
    async fn removed(self) {
        for object in self.objects {
            object.remove().await;
        }
    }

    /// Writes the list of the files beside where a result would be.
    async fn listed(mut self, store: &Arc<Store>, run: &Run, list: &[String]) -> Result<Self, RunError> {
        match writer::write_manifest(store, &run.id, &run.output, list).await {
            Ok(manifest) => {
                self.written.manifest = Some(manifest);
                Ok(self)
            }
            Err(error) => {
                self.removed().await;
                Err(error)
            }
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
        if !format.keys.is_empty() {
            return Err(absent("the property partitioned_by of UNLOAD"));
        }
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
            partitions::check_keys(columns, &format.keys)?;
            hive::columns(columns).map(drop)
        };
        let descriptor = |columns: &[ResultColumn]| table_input(&name, columns, &place, &format);
        let database = catalog.database(&name);
        if !with_data {
            let columns = self.rows(run, query, RunForm::Columns).await?.columns;
            check(&columns)?;
            catalog.create_table(database, descriptor(&columns)?).await?;
            return Ok(Written::changed(0));
        }
        let mut columns = Vec::new();
        let keep = |found: &[ResultColumn]| -> Result<(), RunError> {
            check(found)?;
            columns = found.to_vec();
            Ok(())
        };
        if format.keys.is_empty() {
            let files = self.files(run, query, &place, format.compression, keep).await?;
            let table = descriptor(&columns)?;
            return files.once(catalog.create_table(database, table)).await;
        }
        let partitions = partitions::Places::to(&place, &format.keys);
        let (files, made) = self.partitions(run, query, partitions, format.compression, keep).await?;
        let table = descriptor(&columns)?;
        let storage = table["StorageDescriptor"].clone();
        let registered = async {
            catalog.create_table(database, table).await?;
            partitions::register(catalog, &name, &storage, made).await
        };
        files.once(registered).await
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
        let descriptor = &table["StorageDescriptor"];
        if descriptor["SerdeInfo"]["SerializationLibrary"] != PARQUET_SERDE {
            return Err(absent("INSERT INTO a table whose files are not Parquet"));
        }
        let place = self.place(catalog, descriptor["Location"].as_str().unwrap_or_default()).await?;
        let given = self.rows(run, query.clone(), RunForm::Columns).await?.columns;
        let sql = inserted(&table, columns, &given, &query)?;
        let keys = partitions::keys(&table)?;
        if keys.is_empty() {
            return self.files(run, sql, &place, ParquetCompression::Gzip, |_| Ok(())).await.map(Files::kept);
        }
        let existing = self.existing(catalog, name, &place).await?;
        let partitions = partitions::Places::to(&place, &keys).or_into(existing);
        let (files, made) =
            self.partitions(run, sql, partitions, ParquetCompression::Gzip, |_| Ok(())).await?;
        files.once(partitions::register(catalog, name, descriptor, made)).await
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
        let written = Written { rows, bytes, ..Written::changed(rows) };
        Files { written, objects: object.into_iter().collect() }.listed(&self.store, run, &list).await
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
    pub(super) async fn place(&self, catalog: &Catalog<'_>, location: &str) -> Result<Output, RunError> {
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
    let mut columns = hive::columns(columns)?;
    let keys = columns.split_off(columns.len().saturating_sub(format.keys.len()));
    Ok(json!({
        "Name": name.table,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {
            "EXTERNAL": "TRUE",
            "classification": "parquet",
            "has_encrypted_data": "false",
            "parquet.compression": format.compression(),
        },
        "PartitionKeys": keys,
        "StorageDescriptor": {
            "Columns": columns,
            "Location": format!("s3://{}/{}", place.bucket, place.key),
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "Compressed": false,
            "SerdeInfo": {"SerializationLibrary": PARQUET_SERDE, "Parameters": {"serialization.format": "1"}},
        },
    }))
}
