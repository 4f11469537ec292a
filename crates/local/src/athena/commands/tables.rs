//! Changes of tables in the catalog. No statement deletes a table's files.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::{
    Lines, Run, absent,
    catalog::{self, Catalog},
    external, failed,
    parse::{Column, TableName},
    show,
    views::is_view,
};
use crate::{
    athena::{RunError, service::Inner, writer::Written},
    glue::PARQUET_SERDE,
};

/// The members of a table that its definition has, of those that Glue shows.
const DEFINITION: [&str; 8] = [
    "Description",
    "Name",
    "Owner",
    "PartitionKeys",
    "Parameters",
    "Retention",
    "StorageDescriptor",
    "TableType",
];

impl Inner {
    /// Deletes a table or a view from the catalog.
    pub(super) async fn drop_table(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        name: &TableName,
        if_exists: bool,
        wants_view: bool,
    ) -> Result<Written, RunError> {
        let Some(table) = catalog.find(name).await? else {
            if if_exists {
                return self.lines(run, Lines::default()).await;
            }
            let what = if wants_view { "View" } else { "Table" };
            let message = format!("{what} '{}.{}' does not exist", catalog.database(name), name.table);
            return Err(RunError {
                error_type: Some(1_301),
                ..failed(format!("TABLE_NOT_FOUND: {message}"))
            });
        };
        if is_view(&table) != wants_view {
            let (is, other) = if wants_view { ("a table", "DROP TABLE") } else { ("a view", "DROP VIEW") };
            return Err(failed(format!("GENERIC_USER_ERROR: '{}' is {is}: use {other}", name.table)));
        }
        refuse_lakes(&table, if wants_view { "DROP VIEW" } else { "DROP TABLE" })?;
        catalog.delete_table(name).await?;
        self.lines(run, Lines::default()).await
    }

    /// Deletes a database from the catalog, which has no tables, or with its tables.
    pub(super) async fn drop_database(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        name: &str,
        if_exists: bool,
        cascade: bool,
    ) -> Result<Written, RunError> {
        if name.eq_ignore_ascii_case(&self.database) {
            return Err(failed(format!("NOT_SUPPORTED: DROP DATABASE of '{name}', the lake's")));
        }
        match catalog.call("GetDatabase", json!({"Name": name})).await {
            Ok(_) => {}
            Err(error) if error.code == "EntityNotFoundException" && if_exists => {
                return self.lines(run, Lines::default()).await;
            }
            Err(error) if error.code == "EntityNotFoundException" => {
                let message =
                    format!("FAILED: SemanticException [Error 10072]: Database does not exist: {name}");
                return Err(RunError { error_type: Some(1_301), ..failed(message) });
            }
            Err(error) => return Err(catalog::unread(&error)),
        }
        let tables = catalog.tables(Some(name)).await?;
        if !tables.is_empty() && !cascade {
            return Err(failed(format!(
                "FAILED: InvalidOperationException(message:Database {name} is not empty. One or more tables exist.)"
            )));
        }
        tables.iter().try_for_each(|table| refuse_lakes(table, "DROP DATABASE"))?;
        catalog
            .call("DeleteDatabase", json!({"Name": name}))
            .await
            .map_err(|error| catalog::unread(&error))?;
        self.lines(run, Lines::default()).await
    }

    /// Adds properties to a table, or changes them.
    pub(super) async fn set_properties(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        name: &TableName,
        properties: BTreeMap<String, String>,
    ) -> Result<Written, RunError> {
        let table = catalog.table(name).await?;
        refuse_lakes(&table, "ALTER TABLE")?;
        let mut input = definition(&table);
        let parameters = input.entry("Parameters").or_insert_with(|| json!({}));
        for (name, value) in properties {
            parameters[name] = json!(value);
        }
        self.update_table(run, catalog, name, input).await
    }

    /// Adds columns behind the others of a table. In files that do not have them, they are null.
    pub(super) async fn add_columns(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        name: &TableName,
        added: &[Column],
    ) -> Result<Written, RunError> {
        let table = catalog.table(name).await?;
        refuse_lakes(&table, "ALTER TABLE")?;
        if table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] != PARQUET_SERDE {
            return Err(absent("ALTER TABLE ADD COLUMNS of what is no table of Parquet"));
        }
        let mut input = definition(&table);
        let mut columns: Vec<Value> = show::columns(&table).cloned().collect();
        columns.extend(external::columns(added));
        let mut seen = HashSet::new();
        let twice =
            columns.iter().chain(show::keys(&table)).find(|column| !seen.insert(catalog::name(column)));
        if let Some(column) = twice {
            return Err(failed(format!(
                "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. Duplicate column name: {}",
                catalog::name(column)
            )));
        }
        let storage = input.entry("StorageDescriptor").or_insert_with(|| json!({}));
        storage["Columns"] = json!(columns);
        self.update_table(run, catalog, name, input).await
    }

    async fn update_table(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        name: &TableName,
        input: Map<String, Value>,
    ) -> Result<Written, RunError> {
        catalog.update_table(catalog.database(name), Value::Object(input)).await?;
        self.lines(run, Lines::default()).await
    }
}

fn definition(table: &Value) -> Map<String, Value> {
    let members = DEFINITION.iter().filter(|member| !table[**member].is_null());
    members.map(|member| ((*member).to_owned(), table[*member].clone())).collect()
}

/// Refuses to change one of the lake's own tables.
pub(super) fn refuse_lakes(table: &Value, statement: &str) -> Result<(), RunError> {
    if catalog::is_of_the_lake(table) {
        return Err(failed(format!(
            "NOT_SUPPORTED: {statement} of '{}', a dataset of the lake: only the lake writes its tables; publish events, \
             or write to a table of your own",
            catalog::name(table)
        )));
    }
    Ok(())
}
