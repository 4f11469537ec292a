//! Whether this process answers, and what it is: `/healthz`.

use domain::version;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{problem::Problem, service::to_json};

/// What `/healthz` says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    status: &'static str,
    /// The version of the program that answers.
    version: &'static str,
    /// The commit that it was built from; null if its builder did not say.
    commit: Option<&'static str>,
}

impl Health {
    /// As JSON. It needs nothing but this process.
    pub(crate) fn now() -> Result<Vec<u8>, Problem> {
        to_json(&Self { status: "ok", version: version::VERSION, commit: version::COMMIT })
    }
}
