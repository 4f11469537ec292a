//! The places that statements name for their files: in a bucket of the lake, and not among the lake's own.

use std::sync::Arc;

use crate::athena::{
    RunError,
    commands::{
        catalog::{self, Catalog},
        failed,
    },
    execution::Output,
    places,
    request::s3_location,
    runner::system,
    service::Inner,
};

impl Inner {
    /// The place that a location names, in which nothing may be yet.
    pub(super) async fn empty_place(
        &self,
        catalog: &Catalog<'_>,
        location: &str,
    ) -> Result<Output, RunError> {
        let place = self.place(catalog, location).await?;
        let (store, sought) = (Arc::clone(&self.store), place.clone());
        let has = tokio::task::spawn_blocking(move || store.has_below(&sought.bucket, &sought.key));
        match has.await {
            Ok(Ok(false)) => Ok(place),
            Ok(Ok(true)) => Err(failed(format!(
                "HIVE_PATH_ALREADY_EXISTS: Target directory already exists: {location}: empty it, or name another one"
            ))),
            Ok(Err(_)) | Err(_) => Err(system("the place of the files could not be looked at")),
        }
    }

    /// The place that a location names, if others than the lake may write there.
    pub(in crate::athena::commands) async fn place(
        &self,
        catalog: &Catalog<'_>,
        location: &str,
    ) -> Result<Output, RunError> {
        let wrong = |why: &str| failed(format!("INVALID_TABLE_PROPERTY: the location '{location}' {why}"));
        let (bucket, key) = s3_location(location).map_err(|_| wrong("is not a valid S3 path"))?;
        if self.store.bucket(&bucket).is_err() {
            return Err(wrong("is in no bucket of the local lake"));
        }
        if !self.store.can_hold(&bucket, &format!("{key}x")) {
            return Err(wrong("is not a valid S3 path"));
        }
        if bucket.eq_ignore_ascii_case(&self.bucket) && (key.is_empty() || places::is_reserved(&key)) {
            let other = format!("s3://{bucket}/mine/");
            let why = format!("is where the lake keeps its own files: name another one, such as '{other}'");
            return Err(wrong(&why));
        }
        if self.is_a_datasets(catalog, &bucket, &key).await? {
            return Err(wrong("is a dataset's of the lake: name another one"));
        }
        Ok(Output { bucket, key })
    }

    /// Whether a key, or a prefix, is below the place of a dataset's table, which may be outside of the lake's own places.
    pub(in crate::athena) async fn is_a_datasets(
        &self,
        catalog: &Catalog<'_>,
        bucket: &str,
        key: &str,
    ) -> Result<bool, RunError> {
        let place = format!("s3://{bucket}/{key}");
        let tables = catalog.tables(Some(&self.database)).await?;
        Ok(tables.iter().filter(|table| catalog::is_of_the_lake(table)).any(|table| {
            let own = table["StorageDescriptor"]["Location"].as_str().unwrap_or_default();
            !own.is_empty() && places::is_below(&place, &format!("{}/", own.trim_end_matches('/')))
        }))
    }
}
