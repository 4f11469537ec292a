//! What Athena shows of the catalog: `AwsDataCatalog` alone, and in it what Glue has.
//!
//! The answers are Glue's own operations', in Athena's shapes: pages and tokens are Glue's.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    error::{Violations, invalid, refused},
    request::{List, input},
};
use crate::{env::Env, glue::Glue, protocol::json::JsonError};

const CATALOG: &str = "AwsDataCatalog";

/// The catalog operations of Athena, over Glue's.
pub(super) struct Catalogs {
    glue: Arc<Glue>,
    account: String,
    env: Env,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Within {
    catalog_name: String,
    database_name: Option<String>,
    table_name: Option<String>,
    expression: Option<String>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

impl Within {
    /// The request as Glue takes it.
    fn request(&self, most: i64) -> Result<Map<String, Value>, JsonError> {
        if !self.catalog_name.eq_ignore_ascii_case(CATALOG) {
            return Err(no_catalog(&self.catalog_name));
        }
        let mut violations = Violations::default();
        if let Some(size) = self.max_results {
            violations.range("maxResults", size, 1, most);
        }
        if let Some(token) = &self.next_token {
            violations.length("nextToken", token, 1, 1_024);
        }
        violations.check()?;
        let mut request = Map::new();
        let size = self.max_results.unwrap_or(most);
        request.insert("MaxResults".to_owned(), json!(size));
        for (member, value) in [("NextToken", &self.next_token), ("Expression", &self.expression)] {
            if let Some(value) = value {
                request.insert(member.to_owned(), json!(value));
            }
        }
        Ok(request)
    }

    fn database(&self) -> Result<&str, JsonError> {
        self.database_name.as_deref().ok_or_else(|| missing("databaseName"))
    }
}

impl Catalogs {
    pub(super) fn new(glue: Arc<Glue>, account: String, env: Env) -> Self {
        Self { glue, account, env }
    }

    pub(super) fn get(&self, body: Value) -> Result<Value, JsonError> {
        let Named { name } = input(body)?;
        if !name.eq_ignore_ascii_case(CATALOG) {
            return Err(no_catalog(&name));
        }
        let parameters = json!({"catalog-id": self.account});
        Ok(json!({"DataCatalog": {"Name": CATALOG, "Type": "GLUE", "Parameters": parameters}}))
    }

    pub(super) fn list(body: Value) -> Result<Value, JsonError> {
        let list: List = input(body)?;
        list.size(2, 50)?;
        match &list.next_token {
            Some(token) => Err(invalid(format!("The nextPageToken is malformed: {token}"))),
            None => Ok(json!({"DataCatalogsSummary": [{"CatalogName": CATALOG, "Type": "GLUE"}]})),
        }
    }

    pub(super) async fn database(&self, body: Value) -> Result<Value, JsonError> {
        let within: Within = input(body)?;
        within.request(50)?;
        let answer = self.glue("GetDatabase", json!({"Name": within.database()?})).await?;
        Ok(json!({"Database": database(&answer["Database"])}))
    }

    pub(super) async fn databases(&self, body: Value) -> Result<Value, JsonError> {
        let within: Within = input(body)?;
        let answer = self.glue("GetDatabases", Value::Object(within.request(50)?)).await?;
        Ok(page(&answer, "DatabaseList", "DatabaseList", database))
    }

    pub(super) async fn table(&self, body: Value) -> Result<Value, JsonError> {
        let within: Within = input(body)?;
        within.request(50)?;
        let table = within.table_name.as_deref().ok_or_else(|| missing("tableName"))?;
        let request = json!({"DatabaseName": within.database()?, "Name": table});
        let answer = self.glue("GetTable", request).await?;
        Ok(json!({"TableMetadata": self::table(&answer["Table"])}))
    }

    pub(super) async fn tables(&self, body: Value) -> Result<Value, JsonError> {
        let within: Within = input(body)?;
        let mut request = within.request(50)?;
        request.insert("DatabaseName".to_owned(), json!(within.database()?));
        let answer = self.glue("GetTables", Value::Object(request)).await?;
        Ok(page(&answer, "TableList", "TableMetadataList", table))
    }

    async fn glue(&self, operation: &str, request: Value) -> Result<Value, JsonError> {
        self.glue.call(operation, request).await.map_err(|error| match error.code {
            // What the catalog lacks is the catalog's answer; what it does not take is the request's fault.
            "EntityNotFoundException" => {
                // In Athena's words, by which clients tell a missing table from a failure.
                let what = if operation == "GetTable" { "Entity Not Found" } else { error.message.as_str() };
                let id = self.env.uuid();
                let message = format!(
                    "{what} (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; \
                     Request ID: {id}; Proxy: null)"
                );
                JsonError::new("MetadataException", message)
            }
            "InvalidInputException" => invalid(error.message),
            _ => error,
        })
    }
}

fn no_catalog(name: &str) -> JsonError {
    refused("DATACATALOG_NOT_FOUND", format!("Data catalog {name} was not found"))
}

fn missing(member: &str) -> JsonError {
    let mut violations = Violations::default();
    violations.null(member);
    violations.error()
}

fn page(answer: &Value, from: &str, to: &str, shape: fn(&Value) -> Value) -> Value {
    let items: Vec<Value> = answer[from].as_array().into_iter().flatten().map(shape).collect();
    let mut page = json!({to: items});
    if let Some(token) = answer["NextToken"].as_str() {
        page["NextToken"] = json!(token);
    }
    page
}

fn database(glue: &Value) -> Value {
    some([
        ("Name", &glue["Name"]),
        ("Description", &glue["Description"]),
        ("Parameters", &glue["Parameters"]),
    ])
}

fn table(glue: &Value) -> Value {
    some([
        ("Name", &glue["Name"]),
        ("CreateTime", &glue["CreateTime"]),
        ("LastAccessTime", &glue["LastAccessTime"]),
        ("TableType", &glue["TableType"]),
        ("Columns", &glue["StorageDescriptor"]["Columns"]),
        ("PartitionKeys", &glue["PartitionKeys"]),
        ("Parameters", &parameters(glue)),
    ])
}

/// Athena shows where and how a table is stored among its parameters.
fn parameters(glue: &Value) -> Value {
    let descriptor = &glue["StorageDescriptor"];
    let mut parameters = glue["Parameters"].as_object().cloned().unwrap_or_default();
    for (name, value) in [
        ("inputformat", &descriptor["InputFormat"]),
        ("location", &descriptor["Location"]),
        ("outputformat", &descriptor["OutputFormat"]),
        ("serde.serialization.lib", &descriptor["SerdeInfo"]["SerializationLibrary"]),
    ] {
        if !value.is_null() {
            parameters.insert(name.to_owned(), value.clone());
        }
    }
    for (name, value) in descriptor["SerdeInfo"]["Parameters"].as_object().into_iter().flatten() {
        parameters.insert(format!("serde.param.{name}"), value.clone());
    }
    Value::Object(parameters)
}

/// The members that have a value.
fn some<const N: usize>(members: [(&str, &Value); N]) -> Value {
    let members = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(members.map(|(name, value)| (name.to_owned(), value.clone())).collect())
}
