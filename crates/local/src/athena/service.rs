use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{
    SqlRunner,
    execution::{Executions, Output, State},
    request::{ById, ByIds, Results, WorkGroup, invalid},
    results,
    types::column_info,
    workgroups,
};
use crate::{
    env::Env,
    faults::{Faults, Service},
    protocol::json::JsonError,
    s3::Store,
};

const MAX_ROWS: i64 = 1_000;
const MAX_BATCH: usize = 50;

/// How many queries at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AthenaLimits {
    pub(crate) active: usize,
    pub(crate) running: usize,
}

/// Athena over AWS JSON.
pub(crate) struct Athena {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) workgroup: String,
    pub(super) database: String,
    pub(super) output_location: String,
    pub(super) limits: AthenaLimits,
    created: f64,
    pub(super) slots: Semaphore,
    executions: Mutex<Executions>,
    pub(super) runner: Arc<dyn SqlRunner>,
    pub(super) store: Arc<Store>,
    faults: Faults,
    pub(super) env: Env,
}

/// What [`Athena::new`] needs besides its settings.
pub(crate) struct AthenaPorts {
    pub(crate) runner: Arc<dyn SqlRunner>,
    pub(crate) store: Arc<Store>,
    pub(crate) faults: Faults,
    pub(crate) env: Env,
}

impl Athena {
    pub(crate) fn new(
        workgroup: String,
        database: String,
        output_location: String,
        limits: AthenaLimits,
        ports: AthenaPorts,
    ) -> Self {
        let AthenaPorts { runner, store, faults, env } = ports;
        let inner = Inner {
            workgroup,
            database,
            output_location,
            limits,
            created: env.epoch_seconds(),
            slots: Semaphore::new(limits.running),
            executions: Mutex::default(),
            runner,
            store,
            faults,
            env,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Runs one operation.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Result<Value, JsonError> {
        if self.inner.faults.strikes(Service::Athena, operation) {
            return Err(JsonError::new("TooManyRequestsException", "Rate exceeded"));
        }
        match operation {
            "StartQueryExecution" => self.inner.start(input(body)?),
            "GetQueryExecution" => self.inner.get(&input::<ById>(body)?),
            "BatchGetQueryExecution" => self.inner.get_batch(&input(body)?),
            "GetQueryResults" => self.inner.results(input(body)?).await,
            "StopQueryExecution" => self.inner.stop(&input::<ById>(body)?),
            "GetWorkGroup" => self.inner.work_group(&input(body)?),
            "ListWorkGroups" => Ok(workgroups::list(&self.inner.workgroup, self.inner.created)),
            other => Err(JsonError::not_implemented("Athena", other)),
        }
    }
}

impl Inner {
    pub(super) fn executions(&self) -> MutexGuard<'_, Executions> {
        self.executions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, input: &ById) -> Result<Value, JsonError> {
        let executions = self.executions();
        let execution = executions.get(&input.query_execution_id);
        let execution = execution.ok_or_else(|| unknown(&input.query_execution_id))?;
        Ok(json!({"QueryExecution": execution.describe(self.env.now())}))
    }

    fn get_batch(&self, input: &ByIds) -> Result<Value, JsonError> {
        let ids = &input.query_execution_ids;
        if ids.is_empty() || ids.len() > MAX_BATCH {
            return Err(invalid(format!("QueryExecutionIds must have 1 to {MAX_BATCH} items")));
        }
        let executions = self.executions();
        let now = self.env.now();
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for id in ids {
            match executions.get(id) {
                Some(execution) => found.push(execution.describe(now)),
                None => missing.push(json!({
                    "QueryExecutionId": id,
                    "ErrorCode": "INVALID_INPUT",
                    "ErrorMessage": unknown(id).message,
                })),
            }
        }
        Ok(json!({"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}))
    }

    async fn results(&self, input: Results) -> Result<Value, JsonError> {
        let most = input.max_results.unwrap_or(MAX_ROWS);
        if !(1..=MAX_ROWS).contains(&most) {
            return Err(invalid(format!("MaxResults must be between 1 and {MAX_ROWS}")));
        }
        let most = usize::try_from(most).unwrap_or(1);
        let id = input.query_execution_id;
        let (output, columns) = {
            let executions = self.executions();
            let execution = executions.get(&id).ok_or_else(|| unknown(&id))?;
            match &execution.state {
                State::Succeeded => (execution.output.clone(), execution.columns.clone()),
                State::Queued | State::Running => {
                    return Err(invalid("Query has not yet finished. Current state: not final"));
                }
                State::Failed(_) => {
                    return Err(invalid("Query did not finish successfully. Final query state: FAILED"));
                }
                State::Cancelled => {
                    return Err(invalid("Query did not finish successfully. Final query state: CANCELLED"));
                }
            }
        };
        let offset = match input.next_token.as_deref().filter(|token| !token.is_empty()) {
            None => 0,
            Some(token) => results::from_token(token, &id)
                .ok_or_else(|| invalid("NextToken is not one that this query's results gave"))?,
        };
        let (store, Output { bucket, key }) = (Arc::clone(&self.store), output);
        let read = tokio::task::spawn_blocking(move || page(&store, &bucket, &key, offset, most));
        let (rows, next) = match read.await {
            Ok(Ok(page)) => page,
            Ok(Err(error)) => {
                tracing::warn!(error = domain::chain(&error), query_id = id, "result not readable");
                return Err(invalid("Could not find results: they have been deleted or changed"));
            }
            Err(_) => {
                return Err(JsonError::internal("InternalServerException", "the operation was cut off"));
            }
        };
        let rows: Vec<Value> = rows.iter().map(results::row_json).collect();
        let columns: Vec<Value> = columns.iter().map(column_info).collect();
        let mut answer = json!({
            "ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": columns}},
            "UpdateCount": 0,
        });
        if let Some(next) = next {
            answer["NextToken"] = json!(results::to_token(&id, next));
        }
        Ok(answer)
    }

    fn work_group(&self, input: &WorkGroup) -> Result<Value, JsonError> {
        let name = workgroups::resolve(Some(&input.work_group), &self.workgroup)?;
        Ok(workgroups::describe(name, &self.output_location, self.created))
    }
}

/// Rows from a byte of the result object on, and the byte of the next page.
fn page(
    store: &Store,
    bucket: &str,
    key: &str,
    offset: u64,
    most: usize,
) -> Result<(Vec<results::Row>, Option<u64>), crate::s3::StoreError> {
    let mut reader = store.reader(bucket, key, offset)?;
    let mut text = Vec::new();
    loop {
        let is_end = !reader.fill(&mut text)?;
        let (rows, consumed) = results::records(&text, is_end, most);
        if rows.len() == most || is_end {
            let at = offset + consumed as u64;
            let next = (consumed > 0 && at < reader.size()).then_some(at);
            return Ok((rows, next));
        }
    }
}

fn input<T: DeserializeOwned>(body: Value) -> Result<T, JsonError> {
    crate::protocol::json::input(body, "InvalidRequestException")
}

pub(super) fn unknown(id: &str) -> JsonError {
    invalid(format!("QueryExecution {id} was not found"))
}
