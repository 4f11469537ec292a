//! Queries whose rows become files: `UNLOAD`, `CREATE TABLE AS` and `INSERT INTO`. The files are Parquet, one for each
//! partition that gets rows.

mod columns;
mod explained;
mod format;
mod locations;
mod partitions;

use domain::port::ResultColumn;
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
        service::Inner,
        unfinished::Unfinished,
        writer::{self, Written, WrittenFile},
    },
    glue::PARQUET_SERDE,
    s3::Draft,
};
use columns::inserted;
use format::Format;

/// What `CREATE TABLE AS` asks for.
pub(super) struct NewTable {
    pub(super) name: TableName,
    pub(super) if_not_exists: bool,
    pub(super) properties: Properties,
    pub(super) query: String,
    pub(super) with_data: bool,
}

/// What a statement has written, and no reader sees yet. Dropped, it is gone.
struct Files {
    written: Written,
    drafts: Vec<(Output, Draft)>,
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
        let check = |columns: &[ResultColumn]| hive::check_types(columns, 0);
        let files = self.files(run, query, &place, format.compression, check).await?;
        self.publish(run, files, async { Ok(()) }).await
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
            return Err(exists(catalog, &name));
        }
        let format = Format::of(&properties)?;
        let to = match &format.location {
            Some(location) => location.clone(),
            // Athena puts the rows below where the result would be.
            None => format!("s3://{}/{}/", run.output.bucket, run.output.key),
        };
        let place = self.empty_place(catalog, &to).await?;
        let sql = query.clone();
        let check = |columns: &[ResultColumn]| check_columns(columns, &sql, &format);
        let descriptor = |columns: &[ResultColumn]| table_input(&name, columns, &place, &format);
        let database = catalog.database(&name);
        if !with_data {
            let columns = self.rows(run, query, RunForm::Columns).await?.columns;
            check(&columns)?;
            let table = descriptor(&columns)?;
            self.cannot_be_stopped(run)?;
            catalog.create_table(database, table).await?;
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
            return self.publish(run, files, catalog.create_table(database, table)).await;
        }
        let partitions = partitions::Places::to(&place, &format.keys);
        let (files, made) = self.partitions(run, query, partitions, format.compression, keep).await?;
        let table = descriptor(&columns)?;
        let storage = table["StorageDescriptor"].clone();
        let registered = async {
            catalog.create_table(database, table).await?;
            let Err(error) = partitions::register(catalog, &name, &storage, made).await else {
                return Ok(());
            };
            // A table without its partitions would stay, and would have no rows.
            if let Err(left) = catalog.delete_table(&name).await {
                let reason = domain::chain(&left);
                tracing::error!(
                    error = reason,
                    query_id = run.id,
                    "the table of a statement that failed stays"
                );
            }
            Err(error)
        };
        self.publish(run, files, registered).await
    }

    pub(super) async fn insert(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        name: &TableName,
        columns: &[String],
        query: String,
    ) -> Result<Written, RunError> {
        let table = target(catalog, name).await?;
        let descriptor = &table["StorageDescriptor"];
        let place = self.place(catalog, descriptor["Location"].as_str().unwrap_or_default()).await?;
        let given = self.rows(run, query.clone(), RunForm::Columns).await?.columns;
        let sql = inserted(&table, columns, &given, &query)?;
        let keys = partitions::keys(&table)?;
        if keys.is_empty() {
            let files = self.files(run, sql, &place, ParquetCompression::Gzip, |_| Ok(())).await?;
            return self.publish(run, files, async { Ok(()) }).await;
        }
        let existing = self.existing(catalog, name, &place).await?;
        let partitions = partitions::Places::to(&place, &keys).or_into(existing);
        let (files, made) =
            self.partitions(run, sql, partitions, ParquetCompression::Gzip, |_| Ok(())).await?;
        self.publish(run, files, partitions::register(catalog, name, descriptor, made)).await
    }

    /// Writes a query's rows to a file for this place. Without rows there is no file. `check` sees the columns before anything
    /// is written. A statement that would write more than the most bytes of a result fails.
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
        let most = self.limits.result_bytes;
        let WrittenFile { rows, bytes, draft } =
            writer::write_file(&self.store, &run.id, answer, most, computed).await?;
        let written = Written { rows, bytes, ..Written::changed(rows) };
        Ok(Files { written, drafts: draft.map(|draft| (file, draft)).into_iter().collect() })
    }

    /// Makes the files visible, and tells the catalog: the end of a statement. From here on it can neither be stopped nor run
    /// out of time, so that no file is seen of a statement that is CANCELLED. If a step fails, the files that were published
    /// are removed. The list of the files is written first, beside where a result would be: it names what the statement is
    /// about to write, and stays whatever becomes of that.
    async fn publish(
        &self,
        run: &Run,
        files: Files,
        told: impl Future<Output = Result<(), RunError>> + Send,
    ) -> Result<Written, RunError> {
        self.cannot_be_stopped(run)?;
        let Files { mut written, drafts } = files;
        let list: Vec<String> = drafts.iter().map(|(file, _)| partitions::location(file)).collect();
        written.manifest = Some(writer::write_manifest(&self.store, &run.id, &run.output, &list).await?);
        let mut objects = Vec::with_capacity(drafts.len());
        let mut outcome = Ok(());
        for (file, draft) in drafts {
            let object = Unfinished::new(&self.store, file);
            outcome = writer::publish(&self.store, &run.id, &object, draft).await;
            objects.push(object);
            if outcome.is_err() {
                break;
            }
        }
        if outcome.is_ok() {
            outcome = told.await;
        }
        match outcome {
            Ok(()) => {
                objects.iter_mut().for_each(Unfinished::keep);
                Ok(written)
            }
            Err(error) => {
                for object in objects {
                    object.remove().await;
                }
                Err(error)
            }
        }
    }
}

/// The failure of a statement whose table is there already.
fn exists(catalog: &Catalog<'_>, name: &TableName) -> RunError {
    let (database, table) = (catalog.database(name), &name.table);
    failed(format!("TABLE_ALREADY_EXISTS: Table 'awsdatacatalog.{database}.{table}' already exists"))
}

/// Checks the columns of a query that a table is made of.
fn check_columns(columns: &[ResultColumn], sql: &str, format: &Format) -> Result<(), RunError> {
    hive::check_names(columns, sql)?;
    partitions::check_keys(columns, &format.keys)?;
    hive::check_types(columns, format.keys.len())
}

/// The table that rows are inserted into, if they may be.
async fn target(catalog: &Catalog<'_>, name: &TableName) -> Result<Value, RunError> {
    let table = catalog.find(name).await?.ok_or_else(|| {
        let (database, table) = (catalog.database(name), &name.table);
        let message = format!("TABLE_NOT_FOUND: Table 'awsdatacatalog.{database}.{table}' does not exist");
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
    for column in catalog::items(&descriptor["Columns"]) {
        let of = column["Type"].as_str().unwrap_or_default();
        hive::check_type(catalog::name(column), of, of)?;
    }
    Ok(table)
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
