//! The notes of the vacuum.

use domain::{
    DatasetName, Partition, key,
    port::{ObjectStore, StoreError},
    vacuum::Notes,
};
use futures::{StreamExt, stream};

use super::{
    difference::{Difference, Kind},
    examiner::READS,
    listing::each,
    scope::Scope,
};

pub(super) async fn examine<S: ObjectStore>(store: &S, scope: &Scope) -> Result<Vec<Difference>, StoreError> {
    let (mut places, mut differences) = (Vec::new(), Vec::new());
    each(store, &scope.notes_prefix(), |object| match place(&object.key) {
        Some(place) => places.push(place),
        None => differences.push(Difference::stranger(object.key)),
    })
    .await?;
    let reads = places.into_iter().map(|(dataset, partition)| async move {
        let key = key::vacuum(&dataset, &partition);
        let body = match store.get(&key).await {
            // Deleted since it was listed.
            Err(StoreError::NotFound { .. }) => return Ok(None),
            body => body?,
        };
        let unreadable = Notes::parse(&key, &body).err();
        Ok(unreadable.map(|error| {
            let what = domain::chain(&error);
            Difference::of_partition(&dataset, &partition, Kind::NotesUnreadable, what).at(key)
        }))
    });
    let mut reads = stream::iter(reads).buffer_unordered(READS);
    while let Some(read) = reads.next().await {
        differences.extend(read?);
    }
    Ok(differences)
}

fn place(key: &str) -> Option<(DatasetName, Partition)> {
    let rest = key.strip_prefix(key::VACUUM)?.strip_suffix(".json")?;
    let (dataset, partition) = rest.split_once('/')?;
    Some((DatasetName::new(dataset).ok()?, partition.parse().ok()?))
}
