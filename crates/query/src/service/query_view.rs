//! What is said of a query that its caller may come back to.

use domain::{
    key::ExecutionName,
    port::{QueryId, QueryState, QueryStatus},
};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::failures;
use crate::{
    execution::{cost::Price, ended, record::QueryRecord},
    lake::datasets::time,
    request::representation::Representation,
};

/// What `/v1/queries/{id}` says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueryView {
    id: String,
    /// `queued`, `running`, `succeeded`, `failed` or `cancelled`.
    state: &'static str,
    dataset: Option<String>,
    /// When it was handed over to whoever comes back.
    created_at: String,
    /// When the engine took it.
    submitted_at: Option<String>,
    bytes_scanned: Option<u64>,
    engine_ms: Option<u64>,
    /// An estimate; of a query that is not over, of what it scanned so far.
    #[schema(value_type = Option<f64>)]
    cost_usd: Option<Box<RawValue>>,
    generation: Option<String>,
    freshness: Option<String>,
    /// Why it failed, as a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    error: Option<Box<RawValue>>,
    pub(crate) links: Links,
}

/// Where to go from here.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Links {
    #[serde(rename = "self")]
    pub(crate) this: String,
    rows: String,
}

impl QueryView {
    /// Puts together what is known. Without a status, the engine could not be asked just now. `maximum` is what the
    /// caller's key lets a query scan.
    pub(crate) fn new(
        name: &ExecutionName,
        record: &QueryRecord,
        representation: Representation,
        status: Option<&QueryStatus>,
        price_per_tb: u64,
        maximum: Option<u64>,
    ) -> Self {
        let price = status.map(|status| match status.state {
            QueryState::Failed { .. } => Price::default(),
            _ if status.reused => Price::default(),
            _ => Price::of_query(status.bytes_scanned, price_per_tb),
        });
        // The record may be of somebody who shares the query and wants its values in another way.
        let parameters = representation.parameters_beside(record.representation().unwrap_or(representation));
        Self {
            id: name.to_string(),
            state: status.map_or("running", |status| word(&status.state)),
            dataset: record.dataset.as_ref().map(ToString::to_string),
            created_at: time(record.created_at),
            submitted_at: status.and_then(|status| status.submitted_at).map(time),
            bytes_scanned: status.map(|status| status.bytes_scanned),
            engine_ms: status.map(|status| status.engine_millis),
            cost_usd: price.and_then(|price| RawValue::from_string(price.dollars()).ok()),
            generation: record.generation.clone(),
            freshness: record.freshness.map(time),
            error: status.and_then(|status| problem(name, record, &status.state, maximum)),
            links: Links {
                this: format!("/v1/queries/{name}"),
                rows: format!("/v1/queries/{name}/rows?{parameters}"),
            },
        }
    }

    /// Whether its state may still change.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, "queued" | "running")
    }
}

/// Why a query failed. One that was cancelled did not.
fn problem(
    name: &ExecutionName,
    record: &QueryRecord,
    state: &QueryState,
    maximum: Option<u64>,
) -> Option<Box<RawValue>> {
    let id = QueryId::new(name.as_str());
    match ended(&id, state) {
        Some(Err(error)) if word(state) == "failed" => {
            let problem = failures::of_record(&error, record, maximum);
            RawValue::from_string(problem.to_json()).ok()
        }
        _ => None,
    }
}

fn word(state: &QueryState) -> &'static str {
    match state {
        QueryState::Queued => "queued",
        QueryState::Running => "running",
        QueryState::Succeeded => "succeeded",
        QueryState::Failed { .. } | QueryState::CutOff => "failed",
        QueryState::Cancelled => "cancelled",
    }
}
