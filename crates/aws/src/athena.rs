//! The query engine on Athena.

use std::{ops::Range, time::Duration};

use aws_sdk_athena::{
    Client,
    error::SdkError,
    operation::start_query_execution::StartQueryExecutionError,
    types::{
        ColumnInfo, QueryExecution, QueryExecutionContext, QueryExecutionState, QueryExecutionStatus,
        ResultReuseByAgeConfiguration, ResultReuseConfiguration,
    },
};
use bytes::Bytes;
use chrono::DateTime;
use domain::{
    port::{
        EngineError, Fault, ObjectStore, Query, QueryEngine, QueryId, QueryState, QueryStatus, ResultColumn,
        Source, StoreError, StoredResult,
    },
    settings::{QueryFunction, ScanTiers},
};

use crate::{Outlook, failure::Failure, s3::S3Store};

/// How Athena begins the reason of a query that it stopped at the workgroup's bound.
const CUT_OFF: &str = "Bytes scanned limit was exceeded";

/// Athena's code within an `InvalidRequestException` for what its parser does not take.
const MALFORMED: &str = "MALFORMED_QUERY";

/// Athena's words within an `InvalidRequestException` for a query that it does not know (any longer), and for one whose
/// result object is gone. It has no code of its own for either.
const GONE: [&str; 2] = ["was not found", "Could not find results"];

/// Athena's category of failures that the statement has caused, or whoever set up what it reads.
const BY_USER: i32 = 2;

/// One workgroup, which names where results go, and the scan tiers beside it.
#[derive(Debug, Clone)]
pub struct AthenaEngine {
    client: Client,
    s3: aws_sdk_s3::Client,
    workgroup: String,
    tiers: ScanTiers,
    database: String,
}

impl AthenaEngine {
    pub(crate) fn new(client: Client, s3: aws_sdk_s3::Client, settings: &QueryFunction) -> Self {
        Self {
            client,
            s3,
            workgroup: settings.workgroup.clone(),
            tiers: settings.query.limits.scan_tiers.clone(),
            database: settings.database.clone(),
        }
    }

    /// Whether the workgroup is this engine's own, or one of its tiers.
    fn has(&self, workgroup: &str) -> bool {
        workgroup == self.workgroup || self.tiers.iter().any(|tier| tier.workgroup == workgroup)
    }

    async fn execution(&self, id: &QueryId) -> Result<QueryExecution, EngineError> {
        let call = self.client.get_query_execution().query_execution_id(id.as_str());
        let answer = call.send().await.map_err(|error| engine_error(Some(id), error.into()))?;
        let execution = answer.query_execution.ok_or_else(|| unreadable("Athena answered no query"))?;
        // What another workgroup ran, in another team's name perhaps, is nobody's business here.
        match execution.work_group.as_deref() {
            Some(workgroup) if self.has(workgroup) => Ok(execution),
            _ => Err(EngineError::NotFound { id: id.to_string() }),
        }
    }

    /// The store and the key that an output location names.
    fn place<'a>(&self, location: &'a str) -> Result<(S3Store, &'a str), EngineError> {
        let (bucket, key) = location
            .strip_prefix("s3://")
            .and_then(|rest| rest.split_once('/'))
            .ok_or_else(|| failed("Athena answered an output location that is not in S3"))?;
        Ok((S3Store::new(self.s3.clone(), bucket.to_owned()), key))
    }
}

impl QueryEngine for AthenaEngine {
    async fn start(&self, query: &Query) -> Result<QueryId, EngineError> {
        let workgroup = query.workgroup.as_ref().unwrap_or(&self.workgroup);
        if !self.has(workgroup) {
            let reason =
                format!("the workgroup {workgroup} is neither this lake's nor one of its scan tiers");
            return Err(EngineError::Rejected { reason });
        }
        let parameters = (!query.parameters.is_empty()).then(|| query.parameters.clone());
        let call = self
            .client
            .start_query_execution()
            .query_string(&query.sql)
            .set_execution_parameters(parameters)
            .client_request_token(&query.token)
            .work_group(workgroup)
            .set_result_reuse_configuration(query.reuse.map(reuse).transpose()?)
            .query_execution_context(QueryExecutionContext::builder().database(&self.database).build());
        let answer = call.send().await.map_err(start_error)?;
        let id = answer.query_execution_id.ok_or_else(|| unreadable("Athena answered no query id"))?;
        Ok(QueryId::new(id))
    }

    async fn status(&self, id: &QueryId) -> Result<QueryStatus, EngineError> {
        let execution = self.execution(id).await?;
        let statistics = execution
            .statistics
            .unwrap_or_else(|| aws_sdk_athena::types::QueryExecutionStatistics::builder().build());
        let number =
            |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok()).unwrap_or_default();
        let submitted = execution.status.as_ref().and_then(|status| status.submission_date_time);
        let millis = submitted.and_then(|time| time.to_millis().ok());
        let reused = statistics.result_reuse_information.map(|reuse| reuse.reused_previous_result);
        Ok(QueryStatus {
            submitted_at: millis.and_then(DateTime::from_timestamp_millis),
            reused: reused.unwrap_or_default(),
            state: state(execution.status)?,
            bytes_scanned: number(statistics.data_scanned_in_bytes),
            engine_millis: number(statistics.engine_execution_time_in_millis),
        })
    }

    async fn result(&self, id: &QueryId) -> Result<StoredResult, EngineError> {
        // The rows come from the result object; this call is for the columns' types.
        let call = self.client.get_query_results().query_execution_id(id.as_str()).max_results(1);
        let (answer, execution) = tokio::join!(call.send(), self.execution(id));
        let location =
            execution?.result_configuration.and_then(|configuration| configuration.output_location);
        let location = location.ok_or_else(|| failed("Athena answered no output location"))?;
        let answer = answer.map_err(|error| engine_error(Some(id), error.into()))?;
        let metadata = answer.result_set.and_then(|set| set.result_set_metadata);
        let infos = metadata.and_then(|metadata| metadata.column_info);
        let infos = infos.ok_or_else(|| failed("Athena answered a result without columns"))?;
        let columns = infos.into_iter().map(column).collect();
        let (store, key) = self.place(&location)?;
        let bytes = match store.head(key).await {
            Ok(head) => head.size,
            // To who may list only a part of the bucket, what is missing is forbidden.
            Err(StoreError::Failed { .. }) if store.exists(key).await.is_ok_and(|exists| !exists) => {
                return Err(EngineError::NotFound { id: location });
            }
            Err(error) => return Err(result_error(error, &location)),
        };
        Ok(StoredResult { columns, bytes, location })
    }

    async fn read(&self, result: &StoredResult, range: Range<u64>) -> Result<Bytes, EngineError> {
        let (store, key) = self.place(&result.location)?;
        // S3 cuts a range that ends behind the object, and refuses a number that is none of its own.
        let range = range.start..range.end.min(result.bytes);
        store.get_range(key, range).await.map_err(|error| result_error(error, &result.location))
    }

    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        let call = self.client.stop_query_execution().query_execution_id(id.as_str());
        call.send().await.map(|_| ()).map_err(|error| engine_error(Some(id), error.into()))
    }
}

/// Results up to so old, in Athena's whole minutes.
fn reuse(age: Duration) -> Result<ResultReuseConfiguration, EngineError> {
    let minutes = i32::try_from(age.as_secs() / 60).map_err(failed)?;
    let by_age = ResultReuseByAgeConfiguration::builder().enabled(true).max_age_in_minutes(minutes);
    Ok(ResultReuseConfiguration::builder().result_reuse_by_age_configuration(by_age.build()).build())
}

fn state(status: Option<QueryExecutionStatus>) -> Result<QueryState, EngineError> {
    let status = status.ok_or_else(|| unreadable("Athena answered no status"))?;
    match status.state {
        Some(QueryExecutionState::Queued) => Ok(QueryState::Queued),
        Some(QueryExecutionState::Running) => Ok(QueryState::Running),
        Some(QueryExecutionState::Succeeded) => Ok(QueryState::Succeeded),
        // Athena has no state of its own for it; only its words tell the two apart.
        Some(QueryExecutionState::Cancelled)
            if status.state_change_reason.as_ref().is_some_and(|reason| reason.starts_with(CUT_OFF)) =>
        {
            Ok(QueryState::CutOff)
        }
        Some(QueryExecutionState::Cancelled) => Ok(QueryState::Cancelled),
        Some(QueryExecutionState::Failed) => {
            let category = status.athena_error.as_ref().and_then(|error| error.error_category);
            Ok(QueryState::Failed {
                reason: status.state_change_reason.unwrap_or_default(),
                retryable: status.athena_error.is_some_and(|error| error.retryable),
                fault: if category == Some(BY_USER) { Fault::Statement } else { Fault::Engine },
            })
        }
        other => Err(failed(format!("Athena answered the unknown state {other:?}"))),
    }
}

fn result_error(error: StoreError, location: &str) -> EngineError {
    match error {
        StoreError::NotFound { .. } => EngineError::NotFound { id: location.to_owned() },
        StoreError::Unavailable { .. } => EngineError::Unavailable { source: error.into() },
        other => EngineError::Failed { source: other.into() },
    }
}

/// An answer without what Athena always answers is half of one, or not Athena's: it says nothing about the query.
fn unreadable(reason: &str) -> EngineError {
    EngineError::Unavailable { source: reason.into() }
}

fn failed(reason: impl Into<Source>) -> EngineError {
    EngineError::Failed { source: reason.into() }
}

/// Athena names a decimal without its digits, and has them beside it.
fn column(info: ColumnInfo) -> ResultColumn {
    let data_type = match info.r#type.as_str() {
        "decimal" => format!("decimal({},{})", info.precision, info.scale),
        _ => info.r#type,
    };
    ResultColumn { name: info.name, data_type }
}

/// Of a query that could not be started: Athena parses a statement before it gives it an id.
fn start_error(error: SdkError<StartQueryExecutionError>) -> EngineError {
    let code = match error.as_service_error() {
        Some(StartQueryExecutionError::InvalidRequestException(refused)) => refused.athena_error_code(),
        _ => None,
    };
    let is_malformed = code == Some(MALFORMED);
    let failure = Failure::from(error);
    match is_malformed {
        true => EngineError::Malformed { reason: failure.message },
        false => engine_error(None, failure),
    }
}

fn engine_error(id: Option<&QueryId>, failure: Failure) -> EngineError {
    match (failure.code.as_str(), id) {
        ("TooManyRequestsException", _) => EngineError::Busy,
        // Athena has one code for all that is wrong with a request; only its words tell them apart.
        ("InvalidRequestException", Some(id)) if GONE.iter().any(|words| failure.message.contains(words)) => {
            EngineError::NotFound { id: id.to_string() }
        }
        ("InvalidRequestException", _) => EngineError::Rejected { reason: failure.message },
        // Athena counts the calls of a second too, and refuses what is more under other codes.
        _ if failure.outlook == Outlook::Throttled => EngineError::Busy,
        _ if failure.outlook.may_pass() => EngineError::Unavailable { source: failure.source },
        _ => EngineError::Failed { source: failure.source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever code it comes under: a call that is turned away since there are too many is no failure of the engine, and the API
    /// answers it 429.
    #[test]
    fn what_is_throttled_is_busy() {
        let failed = |code: &str, status: u16, outlook: Outlook| Failure {
            code: code.to_owned(),
            message: "Rate exceeded".to_owned(),
            status,
            outlook,
            source: "Rate exceeded".into(),
        };
        let id = QueryId::new("q");
        for code in ["TooManyRequestsException", "ThrottlingException", "Throttling", "SlowDown", ""] {
            for id in [None, Some(&id)] {
                let error = engine_error(id, failed(code, 400, Outlook::Throttled));
                assert!(matches!(error, EngineError::Busy), "{code}: {error:?}");
            }
        }
        let error = engine_error(None, failed("InternalServerException", 500, Outlook::Later));
        assert!(matches!(error, EngineError::Unavailable { .. }), "{error:?}");
    }

    /// What Athena says in one code is told apart: what is gone, and what is wrong with the request.
    #[test]
    fn what_is_gone_is_not_found() {
        let refused = |message: &str| Failure {
            code: "InvalidRequestException".to_owned(),
            message: message.to_owned(),
            status: 400,
            outlook: Outlook::Final,
            source: message.into(),
        };
        let id = QueryId::new("q");
        for (message, is_gone) in [
            ("QueryExecution q was not found", true),
            ("Could not find results", true),
            ("Query has not yet finished. Current state: RUNNING", false),
            ("Query did not finish successfully. Final query state: FAILED", false),
        ] {
            let error = engine_error(Some(&id), refused(message));
            assert_eq!(matches!(error, EngineError::NotFound { .. }), is_gone, "{message}: {error:?}");
            assert!(is_gone || matches!(error, EngineError::Rejected { .. }), "{message}: {error:?}");
            // Without a query there is none that could be gone.
            let error = engine_error(None, refused(message));
            assert!(matches!(error, EngineError::Rejected { .. }), "{message}: {error:?}");
        }
    }
}
