//! Views in the catalog, as Athena keeps them: the query is in a comment of its own form.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::port::ResultColumn;
use serde_json::{Value, json};

use super::{
    Lines, Run,
    catalog::{self, Catalog},
    failed, hive,
    parse::TableName,
};
use crate::{
    athena::{RunError, RunForm, service::Inner, writer::Written},
    glue::{VIEW_END, VIEW_START, view_query},
};

/// Whether the catalog's table is a view.
pub(super) fn is_view(table: &Value) -> bool {
    table["TableType"] == "VIRTUAL_VIEW"
}

/// The query of a view.
pub(super) fn query(table: &Value) -> Option<String> {
    view_query(table)
}

impl Inner {
    pub(super) async fn create_view(
        &self,
        run: &Run,
        catalog: &Catalog<'_>,
        view: &TableName,
        or_replace: bool,
        query: String,
    ) -> Result<Written, RunError> {
        let found = catalog.find(view).await?;
        if let Some(table) = &found {
            if !is_view(table) {
                let name = &view.table;
                return Err(failed(format!(
                    "TABLE_ALREADY_EXISTS: '{name}' exists, and is a table: name the view otherwise"
                )));
            }
            if !or_replace {
                return Err(failed(format!("GENERIC_USER_ERROR: View already exists: '{}'", view.table)));
            }
        }
        // It is planned, and its rows are not computed.
        let columns = self.rows(run, query.clone(), RunForm::Columns).await?.columns;
        hive::check_names(&columns, &query)?;
        let input = table_input(catalog.database(view), &view.table, &query, &columns)?;
        let operation = if found.is_some() { "UpdateTable" } else { "CreateTable" };
        let request = json!({"DatabaseName": catalog.database(view), "TableInput": input});
        catalog.call(operation, request).await.map_err(|error| catalog::unread(&error))?;
        self.lines(run, Lines::default()).await
    }

    /// Forgets a table, or a view. The files stay: they are nobody's but who wrote them.
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

fn table_input(database: &str, name: &str, query: &str, columns: &[ResultColumn]) -> Result<Value, RunError> {
    let shown = columns.iter().map(|column| {
        let data_type = if column.data_type == "float" { "real" } else { &column.data_type };
        json!({"name": column.name.to_lowercase(), "type": data_type})
    });
    let definition = json!({
        "originalSql": query,
        "catalog": "awsdatacatalog",
        "schema": database,
        "columns": shown.collect::<Vec<_>>(),
    });
    let text = format!("{VIEW_START}{}{VIEW_END}", STANDARD.encode(definition.to_string()));
    Ok(json!({
        "Name": name,
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"comment": "Presto View", "presto_view": "true"},
        "PartitionKeys": [],
        "ViewOriginalText": text,
        "ViewExpandedText": "/* Presto View */",
        "StorageDescriptor": {
            "Columns": hive::columns(columns)?,
            "Location": "",
            "SerdeInfo": {"Parameters": {}},
        },
    }))
}
