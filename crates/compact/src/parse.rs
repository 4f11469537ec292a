//! From landing batches to rows.

use arrow::array::RecordBatch;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use domain::{
    Dataset, Partition,
    batch::BatchName,
    key,
    port::ObjectStore,
    quarantine::{Carrier, Original, Rejected},
};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    columns::Columns,
    error::CompactError,
    inputs::{Landed, Piece, unpack},
    limits::Limits,
    log::build_error,
};

/// The most landing objects that are read at the same time.
const READS: u64 = 16;

/// What is in the inputs.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The batches that were read, from the front.
    pub(crate) batches: Vec<BatchName>,
    /// The events that fit, in order of batch and line.
    pub(crate) events: RecordBatch,
    /// The lines that do not, by batch.
    pub(crate) rejected: Vec<(BatchName, Vec<Rejected>)>,
}

/// Reads batches from the front until the budget is used up, and every line of each; nothing is left out. `NotFound`
/// means that another run consumed and cleaned one of them: this run is stale.
pub(crate) async fn parse<S: ObjectStore>(
    store: &S,
    dataset: &Dataset,
    partition: &Partition,
    fresh: &[Landed],
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Parsed, CompactError> {
    let largest = fresh.iter().map(|landed| landed.bytes).max().unwrap_or_default().max(1);
    let at_once = (limits.inputs / largest).clamp(1, READS);
    let reads = fresh.iter().map(|landed| async move {
        let key = key::landing(dataset.name(), partition, &landed.batch);
        Ok::<_, CompactError>((landed, key.clone(), store.get(&key).await?))
    });
    // Collected, since the compiler does not see that the closure is done with before the first of them is awaited.
    let reads: Vec<_> = reads.collect();
    let mut reads = stream::iter(reads).buffered(usize::try_from(at_once).unwrap_or(1));
    let mut columns = Columns::new(dataset);
    let (mut batches, mut rejected, mut bytes) = (Vec::new(), Vec::new(), 0);
    while let Some((landed, object, packed)) = reads.try_next().await? {
        let mut lines = Vec::new();
        bytes += unpack(&packed, |position, piece| {
            if let Some((reason, original)) = take(&mut columns, piece) {
                lines.push(Rejected {
                    message_id: object.clone(),
                    position,
                    dataset: Some(dataset.name().clone()),
                    reason,
                    at: now,
                    carrier: Carrier::default(),
                    original,
                });
            }
        });
        batches.push(landed.batch.clone());
        if !lines.is_empty() {
            rejected.push((landed.batch.clone(), lines));
        }
        if bytes >= limits.inputs {
            break;
        }
    }
    let rows = columns.rows();
    tracing::debug!(batches = batches.len(), bytes, rows, "landing batches parsed");
    Ok(Parsed { batches, events: columns.finish().map_err(build_error)?, rejected })
}

/// Takes a line in; else says why not, and what it was.
fn take(columns: &mut Columns<'_>, piece: Piece<'_>) -> Option<(String, Original)> {
    match piece {
        Piece::Damage(reason, original) => Some((reason, original)),
        Piece::Line(line) => match std::str::from_utf8(line) {
            Ok(text) => {
                columns.push(text).err().map(|misfit| (misfit.to_string(), Original::Text(text.to_owned())))
            }
            Err(error) => Some((error.to_string(), Original::Base64(STANDARD.encode(line)))),
        },
    }
}
