//! Listings with an end.

use std::collections::BTreeSet;

use domain::{
    DatasetName,
    port::{ObjectMeta, ObjectStore, StoreError},
};

/// Objects in order of key.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) objects: Vec<ObjectMeta>,
    /// Where more would have come; `None` if these are all.
    pub(super) more_after: Option<String>,
}

/// Lists the objects after `after`, until there are at least `limit`.
pub(super) async fn scan<S: ObjectStore>(
    store: &S,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Scan, StoreError> {
    let mut page = store.list(prefix, after).await?;
    let mut objects = page.objects;
    while let Some(next) = &page.next_after {
        if objects.len() >= limit {
            break;
        }
        page = store.list(prefix, Some(next)).await?;
        objects.append(&mut page.objects);
    }
    Ok(Scan { objects, more_after: page.next_after })
}

/// The datasets that there is something of below a prefix such as `commits/`. One page for each: what else there is of it
/// is jumped over.
pub(super) async fn datasets<S: ObjectStore>(
    store: &S,
    base: &str,
) -> Result<BTreeSet<DatasetName>, StoreError> {
    let mut names = BTreeSet::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.list(base, after.as_deref()).await?;
        let name = |key: &str| DatasetName::new(key.strip_prefix(base)?.split_once('/')?.0).ok();
        names.extend(page.objects.iter().filter_map(|object| name(&object.key)));
        let Some(next) = page.next_after else { return Ok(names) };
        // Every partition begins with a letter, and `~` sorts after all of them.
        let beyond =
            page.objects.last().and_then(|last| name(&last.key)).map(|last| format!("{base}{last}/~"));
        after = Some(beyond.map_or(next.clone(), |beyond| beyond.max(next)));
    }
}

#[cfg(test)]
mod tests {
    use domain::{memory::MemoryStore, port::PutMode};

    use super::*;

    #[tokio::test]
    async fn every_dataset_is_found_however_much_there_is_of_the_others() {
        let store = MemoryStore::default();
        let many = (0..1_500).map(|number| format!("commits/a/dt=2026-11-23/{number:010}.json"));
        let others = ["commits/b/dt=2026-11-23/0000000001.json", "commits/Stranger/x", "landing/c/x"];
        for key in many.chain(others.map(str::to_owned)) {
            store.put(&key, "".into(), PutMode::Create).await.unwrap();
        }
        let found: Vec<String> =
            datasets(&store, "commits/").await.unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["a", "b"]);
    }
}
