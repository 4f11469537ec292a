//! Whether a requested definition may go live: one decision, for `register` and for whoever asks beforehand.

use domain::{
    Dataset, DatasetName, evolution,
    port::ObjectStore,
    schemas::{self, Accepted, SchemasError},
};

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
    /// Whose field ids its columns go on with: what is live, or what was live until it was dropped, if its data is there.
    pub follows: Option<Accepted>,
}

/// Holds the request for a dataset against what is live of it, or was until it was dropped, and where it asks for a
/// CloudEvents type, against the other datasets too.
pub async fn judge<S: ObjectStore>(
    store: &S,
    name: &DatasetName,
    request: &[u8],
    live: Option<&Accepted>,
) -> Result<Result<Admissible, RejectedDefinition>, SchemasError> {
    let dropped = match live {
        Some(_) => None,
        None => schemas::dropped(store, name).await?,
    };
    let last = dropped.as_ref().map(|note| note.last(name)).transpose()?.flatten();
    let newest = dropped.map_or(0, |note| note.version);
    let admissible = match compare(name, request, live, last, newest) {
        Ok(admissible) => admissible,
        Err(rejected) => return Ok(Err(rejected)),
    };
    let live_type = live.and_then(|live| live.dataset.cloudevents_type());
    match admissible.dataset.cloudevents_type() {
        Some(wanted) if live_type != Some(wanted) => {
            Ok(taken(store, name, wanted).await?.map_or(Ok(admissible), Err))
        }
        _ => Ok(Ok(admissible)),
    }
}

/// `last` is what a dataset that was dropped has to go on from, and `newest` the version that it had.
fn compare(
    name: &DatasetName,
    request: &[u8],
    live: Option<&Accepted>,
    last: Option<Accepted>,
    newest: u32,
) -> Result<Admissible, RejectedDefinition> {
    let dataset = Dataset::from_json(request)?;
    if dataset.name() != name {
        return Err(RejectedDefinition::Misnamed { file: name.clone(), name: dataset.name().clone() });
    }
    let Some(live) = live else {
        if let Some(last) = last.as_ref().filter(|last| last.dataset.definition() != dataset.definition()) {
            evolution::check(&last.dataset, &dataset)
                .map_err(|refused| RejectedDefinition::Dropped { name: name.clone(), refused })?;
        }
        return Ok(Admissible { dataset, version: newest + 1, is_live: false, follows: last });
    };
    let is_live = live.dataset.definition() == dataset.definition();
    if !is_live {
        evolution::check(&live.dataset, &dataset)?;
    }
    let version = if is_live { live.version } else { live.version + 1 };
    Ok(Admissible { dataset, version, is_live, follows: Some(live.clone()) })
}

/// Why the definition cannot have the CloudEvents type that it asks for. Two that are accepted at the same moment
/// can both get it: the full reconcile says so, and events go to the first one by name.
async fn taken<S: ObjectStore>(
    store: &S,
    name: &DatasetName,
    wanted: &str,
) -> Result<Option<RejectedDefinition>, SchemasError> {
    // One that is damaged routes nothing, and its type is not known.
    let others = schemas::load_all(store).await?.datasets;
    let mut others = others.into_values().map(|accepted| accepted.dataset);
    let owner = others.find(|other| other.name() != name && other.cloudevents_type() == Some(wanted));
    Ok(owner.map(|owner| RejectedDefinition::TypeTaken {
        cloudevents_type: wanted.to_owned(),
        owner: owner.name().clone(),
    }))
}
