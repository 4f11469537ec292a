//! The gate for SQL by itself: what it knows and what it answers, without an API around it.

use std::collections::BTreeSet;

use domain::DatasetName;
use serde_json::json;

use super::free_sql::FreeSql;
use crate::{plan::RowLimits, settings::DEFAULT_ROWS};

/// The functions that free SQL and named queries may call, each once, in lower case and in order.
pub fn sql_functions() -> BTreeSet<&'static str> {
    trino::functions().map(|function| function.name).collect()
}

/// Checks free SQL without parameters as the API does before it runs it, for a caller who may read these datasets of
/// `database`. Answers with the SQL that would be sent; `Err` is the sentence that the caller would be told.
pub fn check_free_sql(sql: &str, database: &str, datasets: &[&DatasetName]) -> Result<String, String> {
    let body = json!({"sql": sql}).to_string();
    let limits = RowLimits { default_rows: DEFAULT_ROWS, max_rows: DEFAULT_ROWS };
    let checked = FreeSql::parse(body.as_bytes()).and_then(|sent| sent.check(database, datasets, limits));
    checked.map(|runnable| runnable.statement.sql).map_err(|problem| problem.to_string())
}
