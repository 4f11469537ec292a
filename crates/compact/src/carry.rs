//! Data files that go from one generation to the next unread.

use domain::{
    DataFile, key,
    port::{ObjectStore, StoreError},
};
use futures::{StreamExt, TryStreamExt, stream};

/// How many copies are under way at the same time.
const COPIES: usize = 16;

/// Has the store copy the files into a directory, as its parts from number `first` on. `NotFound` means that one was
/// vacuumed: the run is stale.
pub(crate) async fn carry<'f, S: ObjectStore>(
    store: &S,
    files: impl IntoIterator<Item = &'f DataFile>,
    location: &str,
    first: usize,
) -> Result<Vec<DataFile>, StoreError> {
    let copies = files.into_iter().enumerate().map(|(index, file)| {
        // Numbers have 32 bits; no generation has so many files.
        let part = u32::try_from(first + index).unwrap_or(u32::MAX);
        let copy = DataFile { key: key::data_file(location, part), ..file.clone() };
        async move {
            store.copy(&file.key, &copy.key).await?;
            Ok(copy)
        }
    });
    let copies: Vec<_> = copies.collect();
    stream::iter(copies).buffered(COPIES).try_collect().await
}
