//! Glue's catalog as the statements see it.

use serde_json::{Value, json};

use super::{failed, parse::TableName};
use crate::{
    athena::runner::{ErrorCategory, RunError},
    glue::Glue,
    protocol::json::JsonError,
};

/// How a parameter begins that only the lake's own tables have.
const OF_THE_LAKE: &str = "tributary.";

/// The catalog, and the database of a statement that names none.
pub(in crate::athena) struct Catalog<'a> {
    pub(in crate::athena) glue: &'a Glue,
    pub(in crate::athena) database: &'a str,
}

impl Catalog<'_> {
    /// The database in which a table is looked for.
    pub(super) fn database<'n>(&'n self, name: &'n TableName) -> &'n str {
        name.database.as_deref().unwrap_or(self.database)
    }

    /// Every item of a listing, all its pages.
    pub(super) async fn all(
        &self,
        operation: &str,
        request: Value,
        list: &str,
    ) -> Result<Vec<Value>, RunError> {
        let mut found = Vec::new();
        let mut request = request;
        loop {
            let mut page = self.call(operation, request.clone()).await.map_err(|error| unread(&error))?;
            if let Value::Array(items) = page[list].take() {
                found.extend(items);
            }
            match page["NextToken"].take() {
                Value::Null => return Ok(found),
                token => request["NextToken"] = token,
            }
        }
    }

    /// Every table and view of a database, in order of name.
    pub(super) async fn tables(&self, database: Option<&str>) -> Result<Vec<Value>, RunError> {
        let request = json!({"DatabaseName": database.unwrap_or(self.database)});
        self.all("GetTables", request, "TableList").await
    }

    /// The table or view. It fails in Hive's words if there is none.
    pub(super) async fn table(&self, name: &TableName) -> Result<Value, RunError> {
        self.find(name).await?.ok_or_else(|| {
            let database = self.database(name);
            let message =
                format!("FAILED: SemanticException [Error 10001]: Table not found {database}.{}", name.table);
            RunError { error_type: Some(1_301), ..failed(message) }
        })
    }

    /// The table or view, if there is one.
    pub(super) async fn find(&self, name: &TableName) -> Result<Option<Value>, RunError> {
        let request = json!({"DatabaseName": self.database(name), "Name": name.table});
        match self.call("GetTable", request).await {
            Ok(mut answer) => Ok(Some(answer["Table"].take())),
            Err(error) if error.code == "EntityNotFoundException" => Ok(None),
            Err(error) => Err(unread(&error)),
        }
    }

    /// Makes a table, or a view, of a statement's.
    pub(super) async fn create_table(&self, database: &str, input: Value) -> Result<(), RunError> {
        self.write_table("CreateTable", database, input).await
    }

    /// Changes a table, or a view, of a statement's.
    pub(super) async fn update_table(&self, database: &str, input: Value) -> Result<(), RunError> {
        self.write_table("UpdateTable", database, input).await
    }

    /// Every statement's definitions come by here: none may make a table one of the lake's.
    async fn write_table(&self, operation: &str, database: &str, input: Value) -> Result<(), RunError> {
        let mut names = input["Parameters"].as_object().into_iter().flat_map(serde_json::Map::keys);
        if let Some(name) = names.find(|name| is_lakes_parameter(name)) {
            let name = domain::bounded(name.as_str());
            return Err(failed(format!(
                "NOT_SUPPORTED: the property '{name}': only the lake's own tables have such"
            )));
        }
        let request = json!({"DatabaseName": database, "TableInput": input});
        self.call(operation, request).await.map(drop).map_err(|error| unread(&error))
    }

    /// Deletes a table from the catalog; its files stay.
    pub(super) async fn delete_table(&self, name: &TableName) -> Result<(), RunError> {
        let request = json!({"DatabaseName": self.database(name), "Name": name.table});
        self.call("DeleteTable", request).await.map(drop).map_err(|error| unread(&error))
    }

    /// One operation of Glue.
    pub(super) async fn call(&self, operation: &str, request: Value) -> Result<Value, JsonError> {
        self.glue.call(operation, request).await
    }
}

/// Glue's refusal as the failure of a statement.
pub(super) fn unread(error: &JsonError) -> RunError {
    let message = format!("FAILED: {}: {}", error.code, error.message);
    if error.status.is_server_error() {
        return RunError { message, category: ErrorCategory::System, error_type: None, retryable: true };
    }
    failed(message)
}

/// Whether the table is one of the lake's datasets, which only the lake may write.
pub(super) fn is_of_the_lake(table: &Value) -> bool {
    let parameters = table["Parameters"].as_object();
    parameters.is_some_and(|parameters| parameters.keys().any(|name| is_lakes_parameter(name)))
}

/// Whether only the lake's own tables have a parameter of the name.
fn is_lakes_parameter(name: &str) -> bool {
    name.starts_with(OF_THE_LAKE)
}

pub(super) fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// The name of what the catalog lists.
pub(super) fn name(item: &Value) -> &str {
    item["Name"].as_str().unwrap_or_default()
}
