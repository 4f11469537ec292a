//! A query's way: started, queued, running, and over.

use std::{panic::AssertUnwindSafe, sync::Arc};

use bytes::Bytes;
use futures::{
    FutureExt,
    future::{AbortHandle, AbortRegistration, Abortable},
};
use serde_json::{Value, json};

use super::{
    ErrorCategory, RunError, RunOutput,
    execution::{Execution, Output, State},
    request::{ById, Start, invalid},
    service::{Inner, unknown},
    types::column_info,
    workgroups,
};
use crate::protocol::json::JsonError;

impl Inner {
    pub(super) fn start(self: &Arc<Self>, request: Start) -> Result<Value, JsonError> {
        request.check()?;
        let workgroup = workgroups::resolve(request.work_group.as_deref(), &self.workgroup)?.to_owned();
        let mut executions = self.executions();
        let earlier = request.client_request_token.as_deref().and_then(|token| executions.of_token(token));
        if let Some(earlier) = earlier {
            return if earlier.request == request {
                Ok(json!({"QueryExecutionId": earlier.id}))
            } else {
                Err(invalid("Idempotent parameters do not match"))
            };
        }
        if executions.active() >= self.limits.active {
            return Err(JsonError::new(
                "TooManyRequestsException",
                format!("You have exceeded the limit of {} active queries", self.limits.active),
            ));
        }
        let id = self.env.uuid();
        let output = self.output(&request, &id)?;
        let (cancel, registration) = AbortHandle::new_pair();
        executions.insert(Execution {
            id: id.clone(),
            request,
            workgroup,
            output,
            state: State::Queued,
            submitted: self.env.now(),
            started: None,
            completed: None,
            bytes_scanned: 0,
            columns: Vec::new(),
            cancel,
        });
        drop(executions);
        self.spawn(id.clone(), registration);
        Ok(json!({"QueryExecutionId": id}))
    }

    fn spawn(self: &Arc<Self>, id: String, registration: AbortRegistration) {
        let inner = Arc::clone(self);
        tokio::spawn(async move {
            let work = AssertUnwindSafe(inner.work(&id)).catch_unwind();
            let outcome = match Abortable::new(work, registration).await {
                // `stop` has said so already.
                Err(_) => return,
                Ok(Ok(Ok(output))) => Ok(output),
                Ok(Ok(Err(error))) => Err(error),
                Ok(Err(_panic)) => Err(system("the query engine broke down")),
            };
            inner.finish(&id, outcome);
        });
    }

    /// Where the result goes: the request's choice, else the workgroup's.
    fn output(&self, request: &Start, id: &str) -> Result<Output, JsonError> {
        let location = request.result_configuration.output_location.as_deref();
        let location = location.filter(|location| !location.is_empty()).unwrap_or(&self.output_location);
        let wrong = || invalid(format!("outputLocation is not a valid S3 path: {location:?}"));
        let (bucket, prefix) = location
            .strip_prefix("s3://")
            .and_then(|rest| rest.split_once('/').or(Some((rest, ""))))
            .ok_or_else(wrong)?;
        if self.store.bucket(bucket).is_err() {
            return Err(invalid(format!("Unable to verify/create output bucket {bucket}")));
        }
        let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
        let key = format!("{prefix}{slash}{id}.csv");
        if !self.store.can_hold(bucket, &key) {
            return Err(wrong());
        }
        Ok(Output { bucket: bucket.to_owned(), key })
    }

    /// From QUEUED to the result object.
    async fn work(&self, id: &str) -> Result<RunOutput, RunError> {
        let _slot = self.slots.acquire().await.map_err(|_| system("the query engine is closed"))?;
        let (request, output) = {
            let mut executions = self.executions();
            let execution = executions.get_mut(id).ok_or_else(|| system("the query was forgotten"))?;
            execution.state = State::Running;
            execution.started = Some(self.env.now());
            (execution.request.clone(), execution.output.clone())
        };
        self.check_database(request.query_execution_context.database.as_deref())?;
        let answer = self.runner.run(request.query_string, request.execution_parameters).await?;
        let columns: Vec<Value> = answer.columns.iter().map(column_info).collect();
        let metadata = Bytes::from(json!({"ColumnInfo": columns}).to_string());
        let (store, csv) = (Arc::clone(&self.store), answer.csv.clone());
        let Output { bucket, key } = output;
        let written = tokio::task::spawn_blocking(move || {
            store.put(&bucket, &key, &csv, "application/octet-stream")?;
            store.put(&bucket, &format!("{key}.metadata"), &metadata, "application/json")
        });
        match written.await {
            Ok(Ok(())) => Ok(answer),
            Ok(Err(error)) => {
                tracing::error!(error = domain::chain(&error), query_id = id, "result not written");
                Err(system("the result could not be written to its output location"))
            }
            Err(_) => Err(system("the result could not be written to its output location")),
        }
    }

    fn check_database(&self, database: Option<&str>) -> Result<(), RunError> {
        match database.filter(|name| !name.is_empty()) {
            None => Ok(()),
            Some(name) if name.eq_ignore_ascii_case(&self.database) || name == "default" => Ok(()),
            Some(name) => Err(RunError {
                message: format!(
                    "SCHEMA_NOT_FOUND: Schema '{name}' does not exist: the lake's is {}",
                    self.database
                ),
                category: ErrorCategory::User,
                retryable: false,
            }),
        }
    }

    fn finish(&self, id: &str, outcome: Result<RunOutput, RunError>) {
        let mut executions = self.executions();
        let Some(execution) = executions.get_mut(id).filter(|execution| !execution.state.is_final()) else {
            return;
        };
        execution.completed = Some(self.env.now());
        match outcome {
            Ok(output) => {
                execution.bytes_scanned = output.bytes_scanned;
                execution.columns = output.columns;
                execution.state = State::Succeeded;
            }
            Err(error) => execution.state = State::Failed(error),
        }
    }

    pub(super) fn stop(&self, input: &ById) -> Result<Value, JsonError> {
        let mut executions = self.executions();
        let execution = executions.get_mut(&input.query_execution_id);
        let execution = execution.ok_or_else(|| unknown(&input.query_execution_id))?;
        if !execution.state.is_final() {
            execution.state = State::Cancelled;
            execution.completed = Some(self.env.now());
            execution.cancel.abort();
        }
        Ok(json!({}))
    }
}

fn system(message: &str) -> RunError {
    RunError { message: message.to_owned(), category: ErrorCategory::System, retryable: true }
}
