//! Whether a requested definition may go live: one decision, for `register` and for whoever asks beforehand.

use domain::{Dataset, DatasetName, evolution, schemas::Accepted};

use crate::error::RejectedDefinition;

/// A request that may be live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admissible {
    /// What is asked for.
    pub dataset: Dataset,
    /// The version that it is, or would be.
    pub version: u32,
    /// Whether it is live already.
    pub is_live: bool,
}

/// Holds the request for a dataset against what is live.
pub fn judge(
    name: &DatasetName,
    request: &[u8],
    live: Option<&Accepted>,
) -> Result<Admissible, RejectedDefinition> {
    let dataset = Dataset::from_json(request)?;
    if dataset.name() != name {
        return Err(RejectedDefinition::Misnamed { file: name.clone(), name: dataset.name().clone() });
    }
    match live {
        None => Ok(Admissible { dataset, version: 1, is_live: false }),
        Some(live) if live.dataset == dataset => {
            Ok(Admissible { dataset, version: live.version, is_live: true })
        }
        Some(live) => {
            evolution::check(&live.dataset, &dataset)?;
            Ok(Admissible { dataset, version: live.version + 1, is_live: false })
        }
    }
}
