//! One execution, and the newest of them.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use domain::port::ResultColumn;
use futures::future::AbortHandle;
use serde_json::{Value, json};

use super::{request::Start, runner::RunError};
use crate::env::epoch_seconds;

/// How many executions are remembered.
const REMEMBERED: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    Queued,
    Running,
    Succeeded,
    Failed(RunError),
    Cancelled,
}

impl State {
    fn name(&self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed(_) => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed(_) | Self::Cancelled)
    }
}

/// Where a result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) bucket: String,
    pub(super) key: String,
}

#[derive(Debug)]
pub(super) struct Execution {
    pub(super) id: String,
    pub(super) request: Start,
    pub(super) workgroup: String,
    pub(super) output: Output,
    pub(super) state: State,
    pub(super) submitted: DateTime<Utc>,
    pub(super) started: Option<DateTime<Utc>>,
    pub(super) completed: Option<DateTime<Utc>>,
    pub(super) bytes_scanned: u64,
    pub(super) columns: Vec<ResultColumn>,
    pub(super) cancel: AbortHandle,
}

impl Execution {
    /// As `GetQueryExecution` answers it.
    pub(super) fn describe(&self, now: DateTime<Utc>) -> Value {
        let end = self.completed.unwrap_or(now);
        let engine = self.started.map_or(0, |started| millis(started, end));
        let queued = millis(self.submitted, self.started.unwrap_or(end));
        let mut status = json!({
            "State": self.state.name(),
            "SubmissionDateTime": epoch_seconds(self.submitted),
        });
        if let Some(completed) = self.completed {
            status["CompletionDateTime"] = json!(epoch_seconds(completed));
        }
        match &self.state {
            State::Failed(error) => {
                status["StateChangeReason"] = json!(error.message);
                status["AthenaError"] = json!({
                    "ErrorCategory": error.category.code(),
                    "ErrorType": error.category.general_type(),
                    "Retryable": error.retryable,
                    "ErrorMessage": error.message,
                });
            }
            State::Cancelled => status["StateChangeReason"] = json!("Query cancelled by user"),
            _ => {}
        }
        let mut execution = json!({
            "QueryExecutionId": self.id,
            "Query": self.request.query_string,
            "StatementType": statement_type(&self.request.query_string),
            "ResultConfiguration": {
                "OutputLocation": format!("s3://{}/{}", self.output.bucket, self.output.key),
            },
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": false}},
            "QueryExecutionContext": {
                "Database": self.request.query_execution_context.database,
                "Catalog": "awsdatacatalog",
            },
            "Status": status,
            "Statistics": {
                "EngineExecutionTimeInMillis": engine,
                "DataScannedInBytes": self.bytes_scanned,
                "TotalExecutionTimeInMillis": millis(self.submitted, end),
                "QueryQueueTimeInMillis": queued,
                "ResultReuseInformation": {"ReusedPreviousResult": false},
            },
            "WorkGroup": self.workgroup,
            "EngineVersion": super::workgroups::engine_version(),
        });
        if !self.request.execution_parameters.is_empty() {
            execution["ExecutionParameters"] = json!(self.request.execution_parameters);
        }
        execution
    }
}

fn millis(from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
    (to - from).num_milliseconds().max(0)
}

fn statement_type(sql: &str) -> &'static str {
    let word: String = sql.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    match word.to_ascii_uppercase().as_str() {
        "CREATE" | "ALTER" | "DROP" | "MSCK" => "DDL",
        "SHOW" | "DESCRIBE" | "EXPLAIN" => "UTILITY",
        _ => "DML",
    }
}

/// The newest executions by id and by token.
#[derive(Debug, Default)]
pub(super) struct Executions {
    by_id: HashMap<String, Execution>,
    by_token: HashMap<String, String>,
    order: VecDeque<String>,
}

impl Executions {
    pub(super) fn get(&self, id: &str) -> Option<&Execution> {
        self.by_id.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Execution> {
        self.by_id.get_mut(id)
    }

    pub(super) fn of_token(&self, token: &str) -> Option<&Execution> {
        self.by_id.get(self.by_token.get(token)?)
    }

    /// Those that are queued or running.
    pub(super) fn active(&self) -> usize {
        self.by_id.values().filter(|execution| !execution.state.is_final()).count()
    }

    /// Remembers one, and forgets the oldest ones that are over.
    pub(super) fn insert(&mut self, execution: Execution) {
        if let Some(token) = &execution.request.client_request_token {
            self.by_token.insert(token.clone(), execution.id.clone());
        }
        self.order.push_back(execution.id.clone());
        self.by_id.insert(execution.id.clone(), execution);
        while self.order.len() > REMEMBERED {
            let Some(oldest) = self.order.pop_front() else { return };
            match self.by_id.get(&oldest) {
                // One that is not over yet is as good as new.
                Some(execution) if !execution.state.is_final() => self.order.push_back(oldest),
                _ => self.forget(&oldest),
            }
        }
    }

    fn forget(&mut self, id: &str) {
        let Some(execution) = self.by_id.remove(id) else { return };
        if let Some(token) = &execution.request.client_request_token
            && self.by_token.get(token).is_some_and(|of| of == id)
        {
            self.by_token.remove(token);
        }
    }
}
