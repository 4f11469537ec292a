//! `GetQueryResults`: rows of the result object, page by page.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    error::{Violations, invalid, refused, unknown},
    execution::{Output, State},
    request::Results,
    results,
    service::Inner,
    types::column_info,
};
use crate::{protocol::json::JsonError, s3::Store};

const MAX_ROWS: i64 = 1_000;

impl Inner {
    /// The order of the checks is Athena's: the request's form, the id, the page's size, the state, the token.
    pub(super) async fn results(&self, input: Results) -> Result<Value, JsonError> {
        let mut violations = Violations::default();
        if let Some(token) = &input.next_token {
            violations.length("nextToken", token, 1, 1_024);
        }
        if let Some(size) = input.max_results {
            violations.range("maxResults", size, 1, 100_000);
        }
        violations.check()?;
        let id = input.query_execution_id;
        let (state, output, columns) = {
            let executions = self.executions();
            let execution = executions.get(&id).ok_or_else(|| unknown(&id))?;
            (execution.state.clone(), execution.output.clone(), execution.columns.clone())
        };
        let most = input.max_results.unwrap_or(MAX_ROWS);
        if most > MAX_ROWS {
            return Err(invalid(format!("MaxResults is more than maximum allowed length {MAX_ROWS}")));
        }
        check_state(&state)?;
        let offset = match input.next_token.as_deref() {
            None => 0,
            Some(token) => results::from_token(token, &id)
                .ok_or_else(|| invalid(format!("Malformed nextPageToken {token}")))?,
        };
        let (store, Output { bucket, key }) = (Arc::clone(&self.store), output);
        let most = usize::try_from(most).unwrap_or(1);
        let read = tokio::task::spawn_blocking(move || page(&store, &bucket, &key, offset, most));
        let (rows, end) = match read.await {
            Ok(Ok(page)) => page,
            Ok(Err(error)) => {
                // Deleted, by somebody or because it expired.
                tracing::debug!(error = domain::chain(&error), query_id = id, "result not readable");
                return Err(not_there());
            }
            Err(_) => {
                return Err(JsonError::internal("InternalServerException", "the operation was cut off"));
            }
        };
        // A full page has a token, also when nothing is left: the next page is then empty.
        let next = (rows.len() == most).then(|| results::to_token(&id, end));
        let rows: Vec<Value> = rows.iter().map(results::row_json).collect();
        let columns: Vec<Value> = columns.iter().map(column_info).collect();
        let mut answer = json!({
            "ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": columns}},
            "UpdateCount": 0,
        });
        if let Some(next) = next {
            answer["NextToken"] = json!(next);
        }
        Ok(answer)
    }
}

fn check_state(state: &State) -> Result<(), JsonError> {
    const NOT_NOW: &str = "INVALID_QUERY_EXECUTION_STATE";
    let name = state.name();
    match state {
        State::Succeeded => Ok(()),
        State::Queued | State::Running => {
            Err(refused(NOT_NOW, format!("Query has not yet finished. Current state: {name}")))
        }
        State::Failed(_) => {
            Err(refused(NOT_NOW, format!("Query did not finish successfully. Final query state: {name}")))
        }
        State::Cancelled(_) => Err(not_there()),
    }
}

fn not_there() -> JsonError {
    refused("RESULT_NOT_FOUND", "Could not find results")
}

/// Rows from a byte of the result object on, and the byte behind them.
fn page(
    store: &Store,
    bucket: &str,
    key: &str,
    offset: u64,
    most: usize,
) -> Result<(Vec<results::Row>, u64), crate::s3::StoreError> {
    let mut reader = store.reader(bucket, key, offset)?;
    let mut text = Vec::new();
    loop {
        let is_end = !reader.fill(&mut text)?;
        let (rows, consumed) = results::records(&text, is_end, most);
        if rows.len() == most || is_end {
            return Ok((rows, offset + consumed as u64));
        }
    }
}
