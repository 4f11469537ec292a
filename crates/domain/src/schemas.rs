//! The accepted definitions: how `register` writes them, and how everybody reads them.
//!
//! An accepted definition is what somebody asked for, and the [`FieldIds`] of its columns in `field_ids`. Versions of this
//! software before that wrote none. Their ids follow from the versions in order, each of which stays as it is, so every
//! process comes to the same ids, also where an older `register` adds a version meanwhile. The next version that is
//! accepted has them written down.

mod dropped;

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize, ser::Error as _};
use serde_json::{Map, Value};

use crate::{
    dataset::{Dataset, Definition, FieldIds, InvalidDefinition},
    key::{self, ParsedKey},
    name::DatasetName,
    port::{ObjectStore, StoreError},
    problem::Problem,
};

pub use dropped::{Dropped, dropped, extend_drop};

/// How many definitions are read at the same time.
const READS: usize = 16;

/// An accepted version of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Counted from 1.
    pub version: u32,
    /// The dataset.
    pub dataset: Dataset,
}

/// Why the accepted definitions cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SchemasError {
    /// The store.
    #[error("cannot read the accepted definitions")]
    Store(#[from] StoreError),
    /// Somebody damaged `schemas/`, or a newer version of this software wrote it.
    #[error("accepted definition {key} is not valid here: restore it, or upgrade")]
    Invalid {
        /// The object.
        key: String,
        /// What is wrong with it.
        #[source]
        source: InvalidDefinition,
    },
}

impl SchemasError {
    /// Whether the same read fails again until a person changes something.
    pub fn needs_a_person(&self) -> bool {
        self.problem().is_some()
    }

    /// What a person has to mend, if the same read fails again until then.
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Store(error) => error.needs_a_person().then_some(Problem::StoreRefused),
            Self::Invalid { .. } => Some(Problem::DefinitionDamaged),
        }
    }
}

/// The current version of every dataset.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Those that can be worked with.
    pub datasets: BTreeMap<DatasetName, Accepted>,
    /// Those that cannot, and why. They hold nobody else back, and their events must wait.
    pub damaged: BTreeMap<DatasetName, SchemasError>,
    /// Those that somebody dropped, and that nobody asked for again.
    pub dropped: BTreeSet<DatasetName>,
    /// Those that somebody dropped and asked for again, with the newest version that was dropped. What arrives now is
    /// another dataset's than what arrived before.
    pub again: BTreeMap<DatasetName, u32>,
}

/// Reads the current version of every dataset. An error means that nothing is known.
///
/// Only the current versions are read: where one was accepted without field ids, the dataset has none. Who writes data
/// files or accepts a version takes [`load`].
pub async fn load_all<S: ObjectStore>(store: &S) -> Result<Loaded, SchemasError> {
    let objects = store.list_all(key::SCHEMAS).await?;
    let (mut newest, mut notes) = (BTreeMap::new(), Vec::new());
    for object in &objects {
        notes.extend(key::dropped_of(&object.key));
        if let Ok(ParsedKey::Schema(dataset, version)) = ParsedKey::parse(&object.key) {
            let known = newest.entry(dataset).or_insert(version);
            *known = version.max(*known);
        }
    }
    let mut loaded = Loaded::default();
    for name in notes {
        match dropped(store, &name).await {
            Ok(Some(note)) if newest.get(&name).is_none_or(|newest| *newest <= note.version) => {
                newest.remove(&name);
                loaded.dropped.insert(name);
            }
            Ok(Some(note)) => drop(loaded.again.insert(name, note.version)),
            Ok(None) => {}
            Err(unknown @ SchemasError::Store(_)) => return Err(unknown),
            Err(damaged @ SchemasError::Invalid { .. }) => {
                newest.remove(&name);
                loaded.damaged.insert(name, damaged);
            }
        }
    }
    let reads = newest.into_iter().map(|(name, version)| async move {
        let accepted = load_version(store, &name, version).await;
        (name, accepted)
    });
    let mut reads = stream::iter(reads).buffer_unordered(READS);
    while let Some((name, accepted)) = reads.next().await {
        match accepted {
            Ok(accepted) => drop(loaded.datasets.insert(name, accepted)),
            Err(damaged @ SchemasError::Invalid { .. }) => drop(loaded.damaged.insert(name, damaged)),
            Err(unknown @ SchemasError::Store(_)) => return Err(unknown),
        }
    }
    Ok(loaded)
}

/// The current version of one dataset with its field ids; `None` if there is none, or it was [`dropped()`]. Where it was
/// accepted without ids, all versions are read.
pub async fn load<S: ObjectStore>(store: &S, name: &DatasetName) -> Result<Option<Accepted>, SchemasError> {
    let objects = store.list_all(&format!("{}{name}/", key::SCHEMAS)).await?;
    let versions = objects.iter().filter_map(|object| match ParsedKey::parse(&object.key) {
        Ok(ParsedKey::Schema(_, version)) => Some(version),
        _ => None,
    });
    let mut versions: Vec<u32> = versions.collect();
    versions.sort_unstable();
    let is_note = |key: &str| key::dropped_of(key).is_some();
    if objects.iter().any(|object| is_note(&object.key))
        && let Some(note) = dropped(store, name).await?
    {
        versions.retain(|version| *version > note.version);
    }
    let Some(newest) = versions.pop() else { return Ok(None) };
    let accepted = load_version(store, name, newest).await?;
    if accepted.dataset.field_ids().is_some() {
        return Ok(Some(accepted));
    }
    let earlier = versions.into_iter().map(|version| load_version(store, name, version));
    let mut chain: Vec<Accepted> = stream::iter(earlier).buffered(READS).try_collect().await?;
    chain.push(accepted);
    numbered(chain)
}

/// The last version of a chain, in order, with the ids that the versions come to.
fn numbered(chain: Vec<Accepted>) -> Result<Option<Accepted>, SchemasError> {
    let (mut ids, mut newest): (Option<FieldIds>, _) = (None, None);
    for accepted in chain {
        ids = Some(match accepted.dataset.field_ids() {
            Some(written) => written.clone(),
            None => FieldIds::following(ids.as_ref(), &accepted.dataset),
        });
        newest = Some(accepted);
    }
    let (Some(Accepted { version, dataset }), Some(ids)) = (newest, ids) else { return Ok(None) };
    let key = key::schema(dataset.name(), version);
    let dataset = dataset.with_field_ids(ids).map_err(|source| SchemasError::Invalid { key, source })?;
    Ok(Some(Accepted { version, dataset }))
}

/// One version as it was written, so without field ids where it was accepted without them.
pub async fn load_version<S: ObjectStore>(
    store: &S,
    name: &DatasetName,
    version: u32,
) -> Result<Accepted, SchemasError> {
    let key = key::schema(name, version);
    let bytes = store.get(&key).await?;
    let dataset = decode(&bytes).map_err(|source| SchemasError::Invalid { key, source })?;
    Ok(Accepted { version, dataset })
}

/// The name of the field ids within an accepted definition.
const FIELD_IDS: &str = "field_ids";

/// Reads and validates an accepted definition.
pub fn decode(bytes: &[u8]) -> Result<Dataset, InvalidDefinition> {
    let mut object: Map<String, Value> = serde_json::from_slice(bytes)?;
    let ids = object.remove(FIELD_IDS);
    let dataset = Dataset::new(Definition::deserialize(Value::Object(object))?)?;
    match ids {
        None => Ok(dataset),
        Some(ids) => dataset.with_field_ids(FieldIds::deserialize(ids)?),
    }
}

/// The accepted definition of a dataset that follows `live`, which [`load`] has read: the same bytes, whoever makes them.
///
/// # Errors
///
/// If the field ids of `live` are not known. To give its columns new ones would be wrong.
pub fn encode(dataset: &Dataset, live: Option<&Accepted>) -> Result<Vec<u8>, serde_json::Error> {
    #[derive(Serialize)]
    struct Written<'a> {
        #[serde(flatten)]
        definition: &'a Definition,
        field_ids: FieldIds,
    }

    let before = live.map(|live| live.dataset.field_ids().ok_or(live.version)).transpose();
    let before = before.map_err(|version| {
        serde_json::Error::custom(format!("the field ids of version {version} are not known"))
    })?;
    let field_ids = FieldIds::following(before, dataset);
    serde_json::to_vec_pretty(&Written { definition: dataset.definition(), field_ids })
}

#[cfg(test)]
mod tests;
