//! The result of a query on its way into its object: as it is computed, never whole in memory.

use std::sync::Arc;

use domain::port::ResultColumn;
use futures::TryStreamExt;

use super::{
    ErrorCategory, RunError, RunOutput,
    execution::Output,
    lifecycle::{defect, system},
    metadata,
};
use crate::s3::{Store, StoreError};

/// What is gathered before it is written.
const GATHER: usize = 1 << 20;

/// What Athena writes results as: both objects, but for the few statements that it answers without its engine.
const CONTENT_TYPE: &str = "application/octet-stream";

const NOT_WRITTEN: &str = "the result could not be written to its output location";

/// The name of the failure of a query whose result is too large.
const EXCEEDED: &str = "EXCEEDED_LOCAL_RESULT_LIMIT";

/// A result that is there.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) columns: Vec<ResultColumn>,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

/// Writes the rows and then the metadata: who sees the metadata sees the result. `computed` is called when the
/// engine is done. Before that nothing is there; dropped half-way, nothing ever is. Fails where the rows take more than
/// `most` bytes.
pub(super) async fn write(
    store: &Arc<Store>,
    query_id: &str,
    output: Output,
    answer: RunOutput,
    most: u64,
    computed: impl FnOnce(),
) -> Result<Written, RunError> {
    let RunOutput { columns, mut chunks } = answer;
    let (mut rows, mut bytes) = (0, 0);
    let mut draft = off(store, query_id, Store::draft).await?;
    let mut gathered = Vec::new();
    while let Some(chunk) = chunks.try_next().await? {
        rows += chunk.rows;
        bytes += chunk.csv.len() as u64;
        if bytes > most {
            return Err(too_large(most));
        }
        gathered.extend_from_slice(&chunk.csv);
        if gathered.len() >= GATHER {
            let full = std::mem::take(&mut gathered);
            draft = off(store, query_id, move |_| draft.append(&full)).await?;
        }
    }
    computed();
    let metadata = metadata::encode(query_id, &columns);
    off(store, query_id, move |store| {
        let Output { bucket, key } = output;
        let draft = draft.append(&gathered)?;
        store.publish_draft(draft, &bucket, &key, CONTENT_TYPE)?;
        store.put(&bucket, &format!("{key}.metadata"), &metadata, CONTENT_TYPE)
    })
    .await?;
    Ok(Written { columns, rows, bytes })
}

/// Does file work off the async threads.
async fn off<T: Send + 'static>(
    store: &Arc<Store>,
    query_id: &str,
    work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, RunError> {
    let store = Arc::clone(store);
    let failed = || system(NOT_WRITTEN);
    match tokio::task::spawn_blocking(move || work(&store)).await {
        Ok(done) => done.map_err(|error: StoreError| {
            tracing::error!(error = domain::chain(&error), query_id, "result not written");
            failed()
        }),
        Err(error) if error.is_cancelled() => Err(failed()),
        Err(_panic) => Err(defect(NOT_WRITTEN)),
    }
}

/// The caller's mistake, as a query that needs too much memory is.
fn too_large(most: u64) -> RunError {
    let message = format!("{EXCEEDED}: the result has more than {most} bytes, the most of the local Athena");
    RunError { message, category: ErrorCategory::User, error_type: None, retryable: false }
}
