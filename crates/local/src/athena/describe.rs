//! An execution as Athena describes it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    execution::{Execution, State, Times},
    runner::RunError,
    workgroups,
};
use crate::env::epoch_seconds;

impl Execution {
    /// As `GetQueryExecution` answers it.
    pub(super) fn describe(&self, now: DateTime<Utc>) -> Value {
        let mut context = json!({});
        let asked = &self.request.query_execution_context;
        if let Some(catalog) = &asked.catalog {
            context["Catalog"] = json!(catalog.to_lowercase());
        }
        if let Some(database) = &asked.database {
            context["Database"] = json!(database);
        }
        let mut execution = json!({
            "QueryExecutionId": self.id,
            "Query": self.sql(),
            "StatementType": self.kind.statement,
            "ResultConfiguration": {
                "OutputLocation": format!("s3://{}/{}", self.output.bucket, self.output.key),
            },
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": false}},
            "QueryExecutionContext": context,
            "Status": self.status(),
            "Statistics": self.statistics(now),
            "WorkGroup": self.workgroup,
            "EngineVersion": workgroups::engine_version(),
        });
        if let Some(substatement) = self.kind.substatement {
            execution["SubstatementType"] = json!(substatement);
        }
        if !self.request.execution_parameters.is_empty() {
            execution["ExecutionParameters"] = json!(self.request.execution_parameters);
        }
        execution
    }

    /// The text without the blanks and semicolons around it.
    fn sql(&self) -> &str {
        self.request.query_string.trim_matches(|c: char| c.is_whitespace() || c == ';')
    }

    fn status(&self) -> Value {
        let mut status = json!({
            "State": self.state.name(),
            "SubmissionDateTime": epoch_seconds(self.times.submitted),
        });
        if let Some(completed) = self.times.completed {
            status["CompletionDateTime"] = json!(epoch_seconds(completed));
        }
        match &self.state {
            State::Failed(error) => {
                status["StateChangeReason"] = json!(error.message);
                status["AthenaError"] = athena_error(error);
            }
            State::Cancelled(reason) => status["StateChangeReason"] = json!(reason),
            _ => {}
        }
        status
    }

    fn statistics(&self, now: DateTime<Utc>) -> Value {
        let mut statistics = self.times.spans(now);
        statistics["DataScannedInBytes"] = json!(self.scanned.get());
        if let Some(manifest) = &self.manifest {
            statistics["DataManifestLocation"] = json!(manifest);
        }
        statistics["ResultReuseInformation"] = json!({"ReusedPreviousResult": false});
        statistics
    }

    /// As `GetQueryRuntimeStatistics` answers it. What the engine does not count is left out.
    pub(super) fn runtime_statistics(&self, now: DateTime<Utc>) -> Value {
        let (rows, bytes) = self.written;
        json!({
            "QueryRuntimeStatistics": {
                "Timeline": self.times.spans(now),
                "Rows": {"InputBytes": self.scanned.get(), "OutputRows": rows, "OutputBytes": bytes},
            },
        })
    }
}

fn athena_error(error: &RunError) -> Value {
    json!({
        "ErrorCategory": error.category.code(),
        "ErrorType": error.error_type.unwrap_or_else(|| error.category.general_type()),
        "Retryable": error.retryable,
        "ErrorMessage": error.message,
    })
}

impl Times {
    /// How long each part took, in milliseconds: what is not over counts up to `now`.
    fn spans(&self, now: DateTime<Utc>) -> Value {
        let end = self.completed.unwrap_or(now);
        let started = self.started.unwrap_or(end);
        let computed = self.computed.unwrap_or(end);
        let mut spans = json!({
            // Parsing is done before a query has an id.
            "ServicePreProcessingTimeInMillis": 0,
            "QueryQueueTimeInMillis": millis(self.submitted, started),
            "EngineExecutionTimeInMillis": millis(started, computed),
            "ServiceProcessingTimeInMillis": millis(computed, end),
            "TotalExecutionTimeInMillis": millis(self.submitted, end),
        });
        if let Some(planned) = self.planned {
            spans["QueryPlanningTimeInMillis"] = json!(millis(started, planned));
        }
        spans
    }
}

fn millis(from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
    (to - from).num_milliseconds().max(0)
}
