//! Datasets that somebody dropped.
//!
//! One object, `schemas/<dataset>/dropped.json`, says so: to put it is the moment of the drop. From then on no version up to
//! the one that it names is live, whether its object is there still or not. A dataset that is asked for again goes on with
//! higher versions.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Accepted, SchemasError, decode, encode};
use crate::{
    dataset::InvalidDefinition,
    key,
    name::DatasetName,
    port::{ObjectStore, PutMode, StoreError},
};

/// The newest format of the note that this code writes and reads.
const FORMAT: u32 = 1;

/// What is noted of a dataset that was dropped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dropped {
    format: u32,
    /// The newest version that was accepted before; 0 if nobody knows of any.
    pub version: u32,
    /// That version, while what it describes is in the bucket: who asks for the dataset again has to go on from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    definition: Option<Value>,
    /// When the dataset was dropped.
    pub at: DateTime<Utc>,
}

impl Dropped {
    /// A drop that leaves the data where it is. `last` has to be as [`super::load`] reads it.
    ///
    /// # Errors
    ///
    /// If the definition cannot be written out.
    pub fn keeping_data(last: &Accepted, at: DateTime<Utc>) -> Result<Self, serde_json::Error> {
        let definition = serde_json::from_slice(&encode(&last.dataset, Some(last))?)?;
        Ok(Self { format: FORMAT, version: last.version, definition: Some(definition), at })
    }

    /// A drop of which no data is left, or of which none was there.
    pub fn without_data(version: u32, at: DateTime<Utc>) -> Self {
        Self { format: FORMAT, version, definition: None, at }
    }

    /// Whether what its last definition describes may be in the bucket still.
    pub fn has_data(&self) -> bool {
        self.definition.is_some()
    }

    /// The definition that a new one has to go on from: `None` if any will do.
    ///
    /// # Errors
    ///
    /// If somebody damaged the note.
    pub fn last(&self, name: &DatasetName) -> Result<Option<Accepted>, SchemasError> {
        let Some(definition) = &self.definition else { return Ok(None) };
        let invalid = |source| SchemasError::Invalid { key: key::dropped(name), source };
        let bytes = serde_json::to_vec(definition).map_err(|error| invalid(error.into()))?;
        Ok(Some(Accepted { version: self.version, dataset: decode(&bytes).map_err(invalid)? }))
    }

    /// The note as it is stored.
    ///
    /// # Errors
    ///
    /// If it cannot be written out.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec_pretty(self)
    }
}

/// What is noted of a drop of this dataset, if there ever was one. Whether the dataset was asked for again since, only its
/// versions say: see [`super::load`].
pub async fn dropped<S: ObjectStore>(store: &S, name: &DatasetName) -> Result<Option<Dropped>, SchemasError> {
    let key = key::dropped(name);
    let bytes = match store.find(&key).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) | Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    read(key, &bytes).map(Some)
}

/// Takes the version after `last` into the drop of `last`: somebody accepted it who had not seen the drop. Answers whether it
/// was done: it is not where no drop is of just that version, or where the drop goes on at this moment, since that finds the
/// version itself.
///
/// # Errors
///
/// If the store fails, or if somebody damaged the note.
pub async fn extend_drop<S: ObjectStore>(
    store: &S,
    name: &DatasetName,
    last: u32,
) -> Result<bool, SchemasError> {
    let key = key::dropped(name);
    let Some((bytes, found)) = store.find_versioned(&key).await? else { return Ok(false) };
    let note = read(key.clone(), &bytes)?;
    if note.version != last {
        return Ok(false);
    }
    let note = Dropped { version: last + 1, ..note }.to_bytes();
    let note = note.map_err(|error| SchemasError::Invalid { key: key.clone(), source: error.into() })?;
    match store.put(&key, note.into(), PutMode::Update(found)).await {
        Ok(()) => Ok(true),
        Err(StoreError::Conflict { .. } | StoreError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn read(key: String, bytes: &[u8]) -> Result<Dropped, SchemasError> {
    let note: Result<Dropped, InvalidDefinition> = serde_json::from_slice(bytes).map_err(Into::into);
    match note {
        Ok(note) if note.format > FORMAT => {
            let source = <serde_json::Error as serde::de::Error>::custom(format!(
                "it has format {}, and this version reads up to {FORMAT}",
                note.format
            ));
            Err(SchemasError::Invalid { key, source: source.into() })
        }
        Ok(note) => Ok(note),
        Err(source) => Err(SchemasError::Invalid { key, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Dataset,
        memory::MemoryStore,
        schemas::{load, load_all},
    };

    const SEATS: &str = r#"{"name": "seats", "columns": [{"name": "seat", "type": "bigint"}]}"#;

    fn seats() -> DatasetName {
        DatasetName::new("seats").unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    async fn put(store: &MemoryStore, key: &str, body: Vec<u8>) {
        store.put(key, body.into(), PutMode::Overwrite).await.unwrap();
    }

    async fn accept(store: &MemoryStore, version: u32) {
        let dataset = Dataset::from_json(SEATS.as_bytes()).unwrap();
        put(store, &key::schema(&seats(), version), encode(&dataset, None).unwrap()).await;
    }

    #[tokio::test]
    async fn the_note_drops_every_version_up_to_its_own_though_their_objects_are_there() {
        let store = MemoryStore::default();
        accept(&store, 1).await;
        accept(&store, 2).await;
        let live = load(&store, &seats()).await.unwrap().unwrap();
        let note = Dropped::keeping_data(&live, now()).unwrap();
        put(&store, &key::dropped(&seats()), note.to_bytes().unwrap()).await;

        assert_eq!(load(&store, &seats()).await.unwrap(), None);
        let loaded = load_all(&store).await.unwrap();
        assert!(loaded.datasets.is_empty() && loaded.damaged.is_empty());
        assert_eq!(loaded.dropped, [seats()].into());
        assert!(loaded.again.is_empty());
        let read = dropped(&store, &seats()).await.unwrap().unwrap();
        assert_eq!(read, note);
        assert_eq!(read.last(&seats()).unwrap(), Some(live));

        accept(&store, 3).await;
        assert_eq!(load(&store, &seats()).await.unwrap().unwrap().version, 3);
        let loaded = load_all(&store).await.unwrap();
        assert_eq!(loaded.datasets[&seats()].version, 3);
        assert!(loaded.dropped.is_empty(), "it was asked for again");
        assert_eq!(loaded.again, [(seats(), 2)].into());
    }

    #[tokio::test]
    async fn a_drop_takes_the_next_version_in_and_no_other() {
        let store = MemoryStore::default();
        assert!(!extend_drop(&store, &seats(), 1).await.unwrap(), "there is no drop");
        accept(&store, 1).await;
        let live = load(&store, &seats()).await.unwrap().unwrap();
        let note = Dropped::keeping_data(&live, now()).unwrap();
        put(&store, &key::dropped(&seats()), note.to_bytes().unwrap()).await;
        accept(&store, 2).await;
        for other in [0, 2, 3] {
            assert!(!extend_drop(&store, &seats(), other).await.unwrap(), "{other}");
        }
        store.contend_next(1);
        assert!(!extend_drop(&store, &seats(), 1).await.unwrap(), "somebody else is at the note");
        assert_eq!(load(&store, &seats()).await.unwrap().unwrap().version, 2);
        assert!(extend_drop(&store, &seats(), 1).await.unwrap());
        assert_eq!(load(&store, &seats()).await.unwrap(), None);
        let extended = dropped(&store, &seats()).await.unwrap().unwrap();
        // Whoever asks for it again goes on from the definition whose rows there are.
        assert_eq!(extended.last(&seats()).unwrap().unwrap().dataset, live.dataset);
        assert_eq!(extended, Dropped { version: 2, ..note });
    }

    #[tokio::test]
    async fn a_note_that_cannot_be_read_damages_the_dataset_and_is_no_drop() {
        let store = MemoryStore::default();
        accept(&store, 1).await;
        for note in [&b"{"[..], br#"{"format": 2, "version": 1, "at": "2026-11-23T10:00:00Z"}"#] {
            put(&store, &key::dropped(&seats()), note.to_vec()).await;
            assert!(matches!(load(&store, &seats()).await, Err(SchemasError::Invalid { .. })));
            let loaded = load_all(&store).await.unwrap();
            assert!(loaded.damaged.contains_key(&seats()) && loaded.dropped.is_empty());
        }
    }
}
