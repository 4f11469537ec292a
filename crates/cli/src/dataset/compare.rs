//! A definition held against what is live: what `register` would say of it.

use domain::{
    Dataset,
    port::ObjectStore,
    schemas::{self, SchemasError},
};
use register::{Admissible, judge};
use serde::Serialize;

use crate::{lake::LakeError, survey::reasons};

/// What would become of a definition that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum Verdict {
    /// It is live, as this version.
    Live { version: u32 },
    /// It may follow.
    Next { version: u32, live_version: Option<u32> },
    /// It may not follow.
    Refused { live_version: Option<u32>, reasons: Vec<String> },
    /// Nobody can tell: what is live is not readable.
    Damaged { reason: String },
}

/// Holds a definition, `body`, against the accepted one.
pub(super) async fn compare<S: ObjectStore>(
    store: &S,
    dataset: &Dataset,
    body: &[u8],
) -> Result<Verdict, LakeError> {
    let live = match schemas::load(store, dataset.name()).await {
        Err(damaged @ SchemasError::Invalid { .. }) => {
            return Ok(Verdict::Damaged { reason: domain::chain(&damaged) });
        }
        live => live?,
    };
    let live_version = live.as_ref().map(|live| live.version);
    Ok(match judge(store, dataset.name(), body, live.as_ref()).await? {
        Ok(Admissible { version, is_live: true, .. }) => Verdict::Live { version },
        Ok(Admissible { version, is_live: false, .. }) => Verdict::Next { version, live_version },
        Err(rejected) => Verdict::Refused { live_version, reasons: reasons(&rejected) },
    })
}

impl Verdict {
    /// For a person, on one line or, where there are several reasons, on several.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Live { version } => format!("live as version {version}"),
            Self::Next { version, live_version: None } => {
                format!("would become version {version}: there is none yet")
            }
            Self::Next { version, live_version: Some(live) } => {
                format!("would become version {version} after {live}")
            }
            Self::Refused { live_version, reasons } => {
                let stays =
                    live_version.map(|live| format!("; version {live} stays live")).unwrap_or_default();
                let reasons: Vec<String> = reasons.iter().map(|reason| format!("\n    - {reason}")).collect();
                format!("would be refused{stays}:{}", reasons.concat())
            }
            Self::Damaged { reason } => format!("cannot be compared: {reason}"),
        }
    }
}
