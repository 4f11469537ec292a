//! Whether requests can be answered: `/readyz`.

use domain::DatasetName;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::Gate,
    ports::Ports,
    problem::{Problem, ProblemKind},
    service::{Api, failures, to_json},
};

/// What `/readyz` says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ready {
    status: &'static str,
    store: &'static str,
    catalog: &'static str,
    /// Whether anybody may ask (`open`), only who has an API key (`keys`), or nobody, since there is none (`closed`).
    access: &'static str,
}

impl<P: Ports> Api<P> {
    /// `GET /readyz`: looks whether store and catalog answer, at most once a second. The engine is not asked: it has
    /// no call that says whether it could.
    pub(crate) async fn ready(&self) -> Result<Vec<u8>, Problem> {
        // Any name does: that there is no such table is an answer too.
        let probe = DatasetName::new("readyz").map_err(|error| {
            tracing::error!(error = domain::chain(&error), "the probe's name is none");
            Problem::new(ProblemKind::Internal, "readiness cannot be looked at")
        })?;
        let reach = self.snapshot.reach(&*self.store, &self.catalog, self.clock(), &probe).await;
        let access = self.gate().await.map(Gate::as_str).unwrap_or("unknown");
        reach.map_err(|error| failures::unreadable(&error).with("access", access))?;
        to_json(&Ready { status: "ready", store: "ok", catalog: "ok", access })
    }
}
