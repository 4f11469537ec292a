//! A query's way: started, queued, running, and over.

use std::{panic::AssertUnwindSafe, sync::Arc};

use domain::key;
use engine::BytesScanned;
use futures::{
    FutureExt,
    future::{AbortHandle, AbortRegistration, Abortable},
};
use serde_json::{Value, json};

use super::{
    ErrorCategory, RunError, RunSlot,
    commands::{Catalog, Command, Run},
    error::{refused, unknown},
    execution::{Execution, Output, State, Times},
    places,
    request::{ById, Start, s3_location},
    runner::{defect, system},
    service::Inner,
    statement::Kind,
    workgroups::Settings,
    writer::Written,
};
use crate::protocol::json::JsonError;

const BY_USER: &str = "Query cancelled by user";
const BY_LIMIT: &str = "Bytes scanned limit was exceeded";

impl Inner {
    /// The order of the checks is Athena's: the request's form, the output location, the statement's syntax,
    /// and then whether its token was there before. What is refused does not use up its token.
    pub(super) async fn start(self: &Arc<Self>, request: Start) -> Result<Value, JsonError> {
        request.check()?;
        let workgroup = self.workgroups.resolve(request.work_group.as_deref());
        let settings = self.workgroups.settings(&workgroup)?;
        let kind = Kind::of(&request.query_string);
        let id = self.env.uuid();
        let output = self.output(&request, &settings, &kind.key(&id))?;
        self.check_datasets(&output).await?;
        if let Some(reason) = self.refusal(&request).await? {
            return Err(refused("MALFORMED_QUERY", reason));
        }
        let mut executions = self.executions();
        let earlier = request.client_request_token.as_deref().and_then(|token| executions.of_token(token));
        if let Some(earlier) = earlier {
            return if request.repeats(&earlier.request) {
                Ok(json!({"QueryExecutionId": earlier.id}))
            } else {
                Err(refused("IDEMPOTENT_PARAMETER_MISMATCH", "Idempotent parameters do not match"))
            };
        }
        if executions.active() >= self.limits.active {
            let message = format!("You have exceeded the limit of {} active queries", self.limits.active);
            return Err(JsonError::new("TooManyRequestsException", message)
                .with("AthenaErrorCode", "TOO_MANY_REQUESTS")
                .with("Reason", "CONCURRENT_QUERY_LIMIT_EXCEEDED"));
        }
        let (cancel, registration) = AbortHandle::new_pair();
        let submitted = self.env.now();
        executions.insert(Execution {
            id: id.clone(),
            request,
            kind,
            workgroup,
            output,
            state: State::Queued,
            times: Times { submitted, started: None, planned: None, computed: None, completed: None },
            scanned: settings.cutoff.map_or_else(BytesScanned::default, BytesScanned::up_to),
            columns: Vec::new(),
            written: (0, 0),
            changed: 0,
            manifest: None,
            is_publishing: false,
            cancel,
        });
        drop(executions);
        self.spawn(id.clone(), registration);
        Ok(json!({"QueryExecutionId": id}))
    }

    /// Parses the statement, off the async threads: a long one takes a while.
    async fn refusal(&self, request: &Start) -> Result<Option<String>, JsonError> {
        let (sql, parameters) = (request.query_string.clone(), request.execution_parameters.clone());
        let runner = Arc::clone(&self.runner);
        let refusal = tokio::task::spawn_blocking(move || match Command::of(&sql) {
            Err(reason) => Some(reason),
            Ok(None) => runner.refusal(&sql, &parameters),
            Ok(Some(command)) => command.query().and_then(|query| runner.refusal(query, &parameters)),
        });
        let broken = |_| JsonError::internal("InternalServerException", "the statement could not be parsed");
        refusal.await.map_err(broken)
    }

    fn spawn(self: &Arc<Self>, id: String, registration: AbortRegistration) {
        let inner = Arc::clone(self);
        tokio::spawn(async move {
            let work = AssertUnwindSafe(inner.work(&id)).catch_unwind();
            let outcome = match Abortable::new(work, registration).await {
                // `stop` has said so already.
                Err(_) => return,
                Ok(Ok(Ok(written))) => Ok(written),
                Ok(Ok(Err(error))) => Err(error),
                Ok(Err(_panic)) => Err(defect("the query engine broke down")),
            };
            inner.finish(&id, outcome);
        });
    }

    /// Where the result goes: the workgroup's choice where it insists, else the request's, else the workgroup's.
    fn output(&self, request: &Start, settings: &Settings, key: &str) -> Result<Output, JsonError> {
        let asked = request.result_configuration.output_location.as_deref();
        let asked = asked.filter(|location| !location.is_empty());
        // What is no path is refused also where it would not be used.
        asked.map(s3_location).transpose()?;
        let own = settings.output.as_deref();
        let location = if settings.is_enforced { own } else { asked.or(own) };
        let location = location.ok_or_else(|| {
            super::error::invalid(
                "No output location provided. You did not provide an output location for  your query results. \
                 Either specify an S3 bucket location or enable Athena managed query results in your workgroup \
                 settings.",
            )
        })?;
        let (bucket, prefix) = s3_location(location)?;
        if self.store.bucket(&bucket).is_err() {
            return Err(super::error::invalid(format!("Unable to verify/create output bucket {bucket}")));
        }
        let key = format!("{prefix}{key}");
        if !self.store.can_hold(&bucket, &key) {
            return Err(super::error::invalid("outputLocation is not a valid S3 path."));
        }
        places::check_output(&self.bucket, &bucket, &key, location)?;
        Ok(Output { bucket, key })
    }

    /// Refuses a result among the files of a dataset whose table is outside of the lake's own places.
    async fn check_datasets(&self, output: &Output) -> Result<(), JsonError> {
        let Output { bucket, key } = output;
        // Where results go unless somebody says otherwise.
        if *bucket == self.bucket && key.starts_with(key::RESULTS) {
            return Ok(());
        }
        let catalog = Catalog { glue: &self.glue, database: &self.database };
        let found = self.is_a_datasets(&catalog, bucket, key).await;
        let unread = |_| JsonError::internal("InternalServerException", "the catalog could not be read");
        if found.map_err(unread)? {
            return Err(places::taken(
                &self.bucket,
                &format!("s3://{bucket}/{key}"),
                "a dataset's of the lake",
            ));
        }
        Ok(())
    }

    /// From QUEUED to the end. What counts against the time is running, not waiting to.
    async fn work(&self, id: &str) -> Result<Written, RunError> {
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let slot = RunSlot::new(slot.map_err(|_| system("the query engine is closed"))?);
        let timeout = self.limits.timeout;
        let mut run = Box::pin(self.run(id, &slot));
        let outcome = tokio::time::timeout(timeout, &mut run).await;
        match outcome {
            Ok(outcome) => outcome,
            Err(_) if self.is_publishing(id) => run.await,
            Err(_) => Err(RunError {
                message: format!("Query timeout: it ran for longer than {} seconds", timeout.as_secs()),
                category: ErrorCategory::User,
                error_type: None,
                retryable: false,
            }),
        }
    }

    /// From RUNNING to the result object.
    async fn run(&self, id: &str, slot: &RunSlot) -> Result<Written, RunError> {
        let (sql, run) = self
            .update(id, |execution| {
                execution.state = State::Running;
                execution.times.started = Some(self.env.now());
                // Clients name this one when they do not know another.
                let database = execution.request.database().filter(|name| *name != "default");
                let run = Run {
                    id: id.to_owned(),
                    parameters: execution.request.execution_parameters.clone(),
                    output: execution.output.clone(),
                    scanned: execution.scanned.clone(),
                    slot: slot.clone(),
                    workgroup: execution.workgroup.clone(),
                    database: database.unwrap_or(&self.database).to_owned(),
                };
                (execution.request.query_string.clone(), run)
            })
            .ok_or_else(|| system("the query was forgotten"))?;
        self.check_database(&run.database).await?;
        self.statement(run, sql).await
    }

    /// The execution runs this prepared statement: its result has the form of that one's.
    pub(super) fn executes(&self, id: &str, sql: &str) {
        self.update(id, |execution| execution.kind = Kind::of(sql));
    }

    /// The engine has a plan.
    pub(super) fn planned(&self, id: &str) {
        self.update(id, |execution| execution.times.planned = Some(self.env.now()));
    }

    /// The engine is done.
    pub(super) fn computed(&self, id: &str) {
        self.update(id, |execution| execution.times.computed = Some(self.env.now()));
    }

    /// The statement is about to make visible what it has written, unless it was stopped: it cannot be any more.
    pub(super) fn publishes(&self, id: &str) -> bool {
        let publishes = |execution: &mut Execution| {
            execution.is_publishing = !execution.state.is_final();
            execution.is_publishing
        };
        self.update(id, publishes).unwrap_or(false)
    }

    fn is_publishing(&self, id: &str) -> bool {
        self.executions().get(id).is_some_and(|execution| execution.is_publishing)
    }

    fn update<T>(&self, id: &str, change: impl FnOnce(&mut Execution) -> T) -> Option<T> {
        self.executions().get_mut(id).map(change)
    }

    async fn check_database(&self, name: &str) -> Result<(), RunError> {
        let is_known = name.eq_ignore_ascii_case(&self.database)
            || self.glue.call("GetDatabase", json!({"Name": name})).await.is_ok();
        if is_known {
            return Ok(());
        }
        Err(RunError {
            message: format!(
                "SCHEMA_NOT_FOUND: Schema '{name}' does not exist: the lake's is {}",
                self.database
            ),
            category: ErrorCategory::User,
            error_type: Some(1_301),
            retryable: false,
        })
    }

    fn finish(&self, id: &str, outcome: Result<Written, RunError>) {
        let now = self.env.now();
        self.executions().end(id, |execution| {
            execution.times.computed.get_or_insert(now);
            execution.times.completed = Some(now);
            execution.state = match outcome {
                Ok(written) => {
                    execution.written = (written.rows, written.bytes);
                    execution.columns = written.columns;
                    execution.changed = written.changed;
                    execution.manifest = written.manifest;
                    State::Succeeded
                }
                Err(_) if execution.scanned.is_exceeded() => State::Cancelled(BY_LIMIT),
                Err(error) => State::Failed(error),
            };
        });
    }

    pub(super) fn stop(&self, input: &ById) -> Result<Value, JsonError> {
        let mut executions = self.executions();
        let execution = executions.get_mut(&input.query_execution_id);
        let execution = execution.ok_or_else(|| unknown(&input.query_execution_id))?;
        // What it writes is about to be seen: it is over in a moment, and then SUCCEEDED or FAILED.
        if !execution.state.is_final() && !execution.is_publishing {
            execution.state = State::Cancelled(BY_USER);
            execution.times.completed = Some(self.env.now());
            execution.cancel.abort();
        }
        Ok(json!({}))
    }
}
