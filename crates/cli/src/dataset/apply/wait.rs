//! Waiting for `register`, within a bound.

use std::{fmt, time::Duration};

use domain::{
    Dataset, key,
    port::{Clock, ObjectStore, StoreError},
    schemas,
};
use register::judge;
use serde::Serialize;

use crate::{dataset::compare::Verdict, lake::LakeError, survey::reasons};

/// Between two looks: `register` takes some milliseconds in a local lake, and seconds in AWS.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) body: &'a [u8],
}

/// What became of one definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It was live before.
    Unchanged { version: u32 },
    /// It went live.
    Live { version: u32 },
    /// It is asked for, and nobody waited.
    Requested { version: u32 },
    /// It may not follow what is live, and was not asked for.
    Refused { live_version: Option<u32>, reasons: Vec<String> },
    /// What is live cannot be read, so it was not asked for.
    Damaged { reason: String },
    /// It would have been, but another one in the same call is not.
    Withheld,
    /// Somebody else asked for another definition meanwhile.
    Overtaken,
    /// It is asked for and not live yet.
    TimedOut { seconds: u64 },
}

impl Outcome {
    /// Of a call that asks for nothing, since not all may go live.
    pub(super) fn not_asked(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Live { version } => Self::Unchanged { version: *version },
            Verdict::Next { .. } => Self::Withheld,
            Verdict::Refused { live_version, reasons } => {
                Self::Refused { live_version: *live_version, reasons: reasons.clone() }
            }
            Verdict::Damaged { reason } => Self::Damaged { reason: reason.clone() },
        }
    }

    pub(super) fn is_good(&self) -> bool {
        matches!(self, Self::Unchanged { .. } | Self::Live { .. } | Self::Requested { .. })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unchanged { version } => write!(f, "version {version} is live already"),
            Self::Live { version } => write!(f, "version {version} is live"),
            Self::Requested { version } => write!(f, "asked for, to become version {version}"),
            Self::Refused { live_version, reasons } => {
                f.write_str("refused")?;
                if let Some(version) = live_version {
                    write!(f, "; version {version} stays live")?;
                }
                f.write_str(":")?;
                reasons.iter().try_for_each(|reason| write!(f, "\n  - {reason}"))
            }
            Self::Damaged { reason } => write!(f, "not asked for: {reason}"),
            Self::Withheld => f.write_str("not asked for, since another definition is refused"),
            Self::Overtaken => f.write_str(
                "somebody else asked for another definition meanwhile: compare, and apply again if this one is right",
            ),
            Self::TimedOut { seconds } => write!(
                f,
                "asked for, and not live within {seconds} s: look at the log of register, and at `tributary dataset \
                 status`"
            ),
        }
    }
}

/// Looks until the definition is live, cannot become so any more, or the time is up.
pub(super) async fn until_live<S: ObjectStore>(
    store: &S,
    clock: &impl Clock,
    request: Request<'_>,
    timeout: Duration,
) -> Result<Outcome, LakeError> {
    let name = request.dataset.name();
    let began = clock.now();
    let mut pause = FIRST_PAUSE;
    loop {
        let live = schemas::load(store, name).await?;
        match judge(store, name, request.body, live.as_ref()).await? {
            Ok(admissible) if admissible.is_live => return Ok(Outcome::Live { version: admissible.version }),
            Ok(_) => {}
            // Another one became live first.
            Err(rejected) => {
                let live_version = live.map(|live| live.version);
                return Ok(Outcome::Refused { live_version, reasons: reasons(&rejected) });
            }
        }
        match store.get(&key::definition(name)).await {
            Ok(body) if body == request.body => {}
            Ok(_) | Err(StoreError::NotFound { .. }) => return Ok(Outcome::Overtaken),
            Err(error) => return Err(error.into()),
        }
        if (clock.now() - began).to_std().unwrap_or_default() >= timeout {
            return Ok(Outcome::TimedOut { seconds: timeout.as_secs() });
        }
        clock.sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests;
