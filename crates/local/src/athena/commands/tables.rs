//! Changes of tables in the catalog. No statement deletes a table's files.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    Lines, Run,
    catalog::{self, Catalog},
    failed,
    parse::TableName,
    views::is_view,
};
use crate::athena::{RunError, service::Inner, writer::Written};

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
        let request = json!({"DatabaseName": catalog.database(name), "Name": name.table});
        catalog.call("DeleteTable", request).await.map_err(|error| catalog::unread(&error))?;
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
        if let Some(name) = properties.keys().find(|name| catalog::is_lakes_parameter(name)) {
            let what = format!("NOT_SUPPORTED: the property '{name}': only the lake's own tables have such");
            return Err(failed(what));
        }
        let members = DEFINITION.iter().filter(|member| !table[**member].is_null());
        let mut input: Map<String, Value> =
            members.map(|member| ((*member).to_owned(), table[*member].clone())).collect();
        let parameters = input.entry("Parameters").or_insert_with(|| json!({}));
        for (name, value) in properties {
            parameters[name] = json!(value);
        }
        let request = json!({"DatabaseName": catalog.database(name), "TableInput": input});
        catalog.call("UpdateTable", request).await.map_err(|error| catalog::unread(&error))?;
        self.lines(run, Lines::default()).await
    }
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
