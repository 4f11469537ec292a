//! Landing lines that do not fit the table any more.

use chrono::NaiveDate;
use domain::{
    DatasetName, Granularity, Partition,
    batch::BatchName,
    key,
    landing::Line,
    port::{ObjectStore, PutMode, StoreError},
    quarantine::{Original, Rejected},
};

use crate::{error::CompactError, log::build_error};

/// Stores what does not fit, before the commit that consumes its batch. Another run that finds the same stores
/// the same object again.
pub(crate) async fn store_rejected<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    partition: &Partition,
    rejected: &[(BatchName, Vec<Rejected>)],
) -> Result<(), CompactError> {
    for (landed, lines) in rejected {
        let mut text = Vec::new();
        for line in lines {
            line.write(&mut text);
        }
        let body = zstd::bulk::compress(&text, zstd::DEFAULT_COMPRESSION_LEVEL).map_err(build_error)?;
        // Named by what is in it: under another definition another run may reject other lines of this batch.
        let place = format!("{partition}/{landed}");
        let reasons: Vec<String> =
            lines.iter().map(|line| format!("{}:{}", line.position, line.reason)).collect();
        let named =
            reasons.iter().zip(lines).map(|(reason, line)| (reason.as_str(), line.original.as_bytes()));
        let key =
            key::quarantine(Some(dataset), day(partition, lines), &BatchName::of(dataset, &place, named));
        match store.put(&key, body.into(), PutMode::Create).await {
            Ok(()) | Err(StoreError::AlreadyExists { .. }) => {
                tracing::warn!(key, lines = lines.len(), "landing lines do not fit and are in quarantine");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Under which day the lines are kept: that of their partition or, where this is more than a day, that on which the first of
/// them was ingested. Another run finds the same day.
fn day(partition: &Partition, lines: &[Rejected]) -> NaiveDate {
    let ingested = |line: &Rejected| match &line.original {
        Original::Text(text) => Line::parse(text).ok().map(|line| line.ingested_at.date_naive()),
        _ => None,
    };
    match partition.granularity() {
        Granularity::Day | Granularity::Hour => partition.day(),
        Granularity::Month | Granularity::None => {
            lines.iter().find_map(ingested).unwrap_or_else(|| partition.day())
        }
    }
}
