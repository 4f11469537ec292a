//! Views in the catalog, as Athena keeps them: the query is in a comment of its own form.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::port::ResultColumn;
use serde_json::{Value, json};

use super::{Lines, Run, catalog::Catalog, failed, hive, parse::TableName};
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
        let is_own = catalog.database(view).eq_ignore_ascii_case(&self.database);
        let name = is_own.then(|| view.table.to_lowercase());
        let columns = self.rows_for(run, query.clone(), RunForm::Columns, name).await?.columns;
        hive::check_names(&columns, &query)?;
        let input = table_input(catalog.database(view), &view.table, &query, &columns)?;
        let database = catalog.database(view);
        self.cannot_be_stopped(run)?;
        match found {
            Some(_) => catalog.update_table(database, input).await?,
            None => catalog.create_table(database, input).await?,
        }
        self.lines(run, Lines::default()).await
    }
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
