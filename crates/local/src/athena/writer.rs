//! The result of a query on its way into its object: as it is computed, never whole in memory.

use std::{collections::BTreeMap, sync::Arc};

use domain::port::ResultColumn;
use futures::TryStreamExt;

use super::{
    ErrorCategory, PartitionValues, RunChunk, RunError, RunOutput,
    execution::Output,
    metadata,
    runner::{defect, system},
    unfinished::Unfinished,
};
use crate::s3::{Draft, Store, StoreError};

/// What is gathered before it is written.
const GATHER: usize = 1 << 20;

/// What Athena writes results as: both objects, but for the few statements that it answers without its engine.
const CONTENT_TYPE: &str = "application/octet-stream";

const NOT_WRITTEN: &str = "the result could not be written to its output location";

/// The name of the failure of a query whose result is too large.
const EXCEEDED: &str = "EXCEEDED_LOCAL_RESULT_LIMIT";

/// A result that is there.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) columns: Vec<ResultColumn>,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    /// How many rows of a table the statement has written.
    pub(super) changed: u64,
    /// Where the list of the files is that it has written.
    pub(super) manifest: Option<String>,
}

impl Written {
    /// What a statement answers that writes so many rows elsewhere: Athena has the one column for it, and no row.
    pub(super) fn changed(rows: u64) -> Self {
        let column = ResultColumn { name: "rows".to_owned(), data_type: "bigint".to_owned() };
        Self { columns: vec![column], changed: rows, ..Self::default() }
    }
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
    let drawn = draw(store, query_id, answer, most).await?;
    computed();
    let Drawn { columns, rows, bytes, draft } = drawn;
    let metadata = metadata::encode(query_id, &columns);
    off(store, query_id, move |store| {
        let Output { bucket, key } = output;
        store.publish_draft(draft, &bucket, &key, CONTENT_TYPE)?;
        store.put(&bucket, &format!("{key}.metadata"), &metadata, CONTENT_TYPE)
    })
    .await?;
    Ok(Written { columns, rows, bytes, ..Written::default() })
}

/// A file of rows that is no result. Nobody sees it before it is published; dropped, it is gone.
pub(super) struct WrittenFile {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    /// None without rows.
    pub(super) draft: Option<Draft>,
}

/// Writes the rows to a file of their own. Fails as `write` does.
pub(super) async fn write_file(
    store: &Arc<Store>,
    query_id: &str,
    answer: RunOutput,
    most: u64,
    computed: impl FnOnce(),
) -> Result<WrittenFile, RunError> {
    let Drawn { rows, bytes, draft, .. } = draw(store, query_id, answer, most).await?;
    computed();
    Ok(WrittenFile { rows, bytes, draft: (bytes > 0).then_some(draft) })
}

/// A partition's file that was written. Nobody sees it before it is published; dropped, it is gone.
pub(super) struct PartitionFile {
    pub(super) values: PartitionValues,
    pub(super) file: Output,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) draft: Draft,
}

/// Writes the rows of each partition to a file of its own. `place` says where that one is to be, or why there is none. Fails
/// as `write` does.
pub(super) async fn write_partitions(
    store: &Arc<Store>,
    query_id: &str,
    answer: RunOutput,
    most: u64,
    place: impl Fn(&PartitionValues) -> Result<Output, RunError> + Send,
    computed: impl FnOnce() + Send,
) -> Result<Vec<PartitionFile>, RunError> {
    let RunOutput { mut chunks, .. } = answer;
    let mut open: BTreeMap<PartitionValues, PartitionFile> = BTreeMap::new();
    let mut all = 0;
    while let Some(RunChunk { bytes, rows, partition }) = chunks.try_next().await? {
        let values = partition.ok_or_else(|| defect("a row of no partition"))?;
        all += bytes.len() as u64;
        if all > most {
            return Err(too_large(most));
        }
        let mut begun = match open.remove(&values) {
            Some(begun) => begun,
            None => {
                let file = place(&values)?;
                let draft = off(store, query_id, Store::draft).await?;
                PartitionFile { values: PartitionValues::clone(&values), file, rows: 0, bytes: 0, draft }
            }
        };
        begun.rows += rows;
        begun.bytes += bytes.len() as u64;
        let draft = begun.draft;
        begun.draft = off(store, query_id, move |_| draft.append(&bytes)).await?;
        open.insert(values, begun);
    }
    computed();
    Ok(open.into_values().collect())
}

/// Makes a file that was written the object.
pub(super) async fn publish(
    store: &Arc<Store>,
    query_id: &str,
    object: &Unfinished,
    draft: Draft,
) -> Result<(), RunError> {
    off(store, query_id, object.publish(draft, CONTENT_TYPE)).await
}

/// Writes the list of the files that a statement has written, one a line, and answers where it is.
pub(super) async fn write_manifest(
    store: &Arc<Store>,
    query_id: &str,
    output: &Output,
    files: &[String],
) -> Result<String, RunError> {
    let stem = output.key.strip_suffix(".csv").unwrap_or(&output.key);
    let (bucket, key) = (output.bucket.clone(), format!("{stem}-manifest.csv"));
    let manifest = format!("s3://{bucket}/{key}");
    let list: String = files.iter().map(|file| format!("{file}\n")).collect();
    off(store, query_id, move |store| store.put(&bucket, &key, list.as_bytes(), CONTENT_TYPE)).await?;
    Ok(manifest)
}

/// A result that is text: lines without a header, as Athena answers what is no query.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) columns: Vec<ResultColumn>,
    pub(super) lines: Vec<String>,
}

impl Lines {
    pub(super) fn of(columns: &[&str], lines: Vec<String>) -> Self {
        let column = |name: &&str| ResultColumn { name: (*name).to_owned(), data_type: "string".to_owned() };
        Self { columns: columns.iter().map(column).collect(), lines }
    }
}

/// Writes a result that is text, and its metadata.
pub(super) async fn write_lines(
    store: &Arc<Store>,
    query_id: &str,
    output: Output,
    lines: Lines,
) -> Result<Written, RunError> {
    let Lines { columns, lines } = lines;
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let (rows, bytes) = (lines.len() as u64, text.len() as u64);
    let metadata = metadata::encode(query_id, &columns);
    off(store, query_id, move |store| {
        let Output { bucket, key } = output;
        store.put(&bucket, &key, text.as_bytes(), CONTENT_TYPE)?;
        store.put(&bucket, &format!("{key}.metadata"), &metadata, CONTENT_TYPE)
    })
    .await?;
    Ok(Written { columns, rows, bytes, ..Written::default() })
}

/// All pieces of a result, in a body that is no object yet.
struct Drawn {
    columns: Vec<ResultColumn>,
    rows: u64,
    bytes: u64,
    draft: Draft,
}

async fn draw(store: &Arc<Store>, query_id: &str, answer: RunOutput, most: u64) -> Result<Drawn, RunError> {
    let RunOutput { columns, mut chunks } = answer;
    let (mut rows, mut bytes) = (0, 0);
    let mut draft = off(store, query_id, Store::draft).await?;
    let mut gathered = Vec::new();
    while let Some(chunk) = chunks.try_next().await? {
        rows += chunk.rows;
        bytes += chunk.bytes.len() as u64;
        if bytes > most {
            return Err(too_large(most));
        }
        gathered.extend_from_slice(&chunk.bytes);
        if gathered.len() >= GATHER {
            let full = std::mem::take(&mut gathered);
            draft = off(store, query_id, move |_| draft.append(&full)).await?;
        }
    }
    let draft = off(store, query_id, move |_| draft.append(&gathered)).await?;
    Ok(Drawn { columns, rows, bytes, draft })
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
