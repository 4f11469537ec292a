//! Listings with an end.

use domain::port::{ObjectMeta, ObjectStore, StoreError};

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
