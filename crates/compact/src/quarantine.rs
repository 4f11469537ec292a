//! Landing lines that do not fit the table any more.

use domain::{
    DatasetName, Partition,
    batch::BatchName,
    key,
    port::{ObjectStore, PutMode, StoreError},
    quarantine::Rejected,
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
        let key = key::quarantine(Some(dataset), partition.day(), &BatchName::of(dataset, &place, named));
        match store.put(&key, body.into(), PutMode::Create).await {
            Ok(()) | Err(StoreError::AlreadyExists { .. }) => {
                tracing::warn!(key, lines = lines.len(), "landing lines do not fit and are in quarantine");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
