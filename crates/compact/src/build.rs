//! From inputs and the head's rows to the files of the next generation.

use domain::{
    Dataset, DatasetName, Partition,
    batch::BatchName,
    key,
    port::{ObjectStore, PutMode, StoreError},
    quarantine::{Carrier, Original, Rejected},
};

use arrow::array::RecordBatch;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};

use crate::{columns::Columns, error::CompactError, inputs::Input, log::build_error};

/// What is in the inputs.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The events that fit, in order of batch and line.
    pub(crate) events: RecordBatch,
    /// The lines that do not, by batch.
    pub(crate) rejected: Vec<(BatchName, Vec<Rejected>)>,
}

/// Reads every line of every input; nothing is left out.
pub(crate) fn parse(
    dataset: &Dataset,
    partition: &Partition,
    inputs: &[Input],
    now: DateTime<Utc>,
) -> Result<Parsed, CompactError> {
    let mut columns = Columns::new(dataset);
    let mut rejected = Vec::new();
    for input in inputs {
        let object = key::landing(dataset.name(), partition, &input.batch);
        let reject = |position, reason, original| Rejected {
            message_id: object.clone(),
            position,
            dataset: Some(dataset.name().clone()),
            reason,
            at: now,
            carrier: Carrier::default(),
            original,
        };
        let mut lines = Vec::new();
        let mut last = 0;
        for (position, line) in input.text.split(|byte| *byte == b'\n').enumerate() {
            last = position;
            if line.is_empty() {
                continue;
            }
            let misfit = match std::str::from_utf8(line) {
                Ok(text) => columns
                    .push(text)
                    .err()
                    .map(|misfit| (misfit.to_string(), Original::Text(text.to_owned()))),
                Err(error) => Some((error.to_string(), Original::Base64(STANDARD.encode(line)))),
            };
            if let Some((reason, original)) = misfit {
                lines.push(reject(position, reason, original));
            }
        }
        if let Some((reason, original)) = &input.damage {
            lines.push(reject(last, reason.clone(), original.clone()));
        }
        if !lines.is_empty() {
            rejected.push((input.batch.clone(), lines));
        }
    }
    let rows = columns.rows();
    tracing::debug!(rows, "landing batches parsed");
    Ok(Parsed { events: columns.finish().map_err(build_error)?, rejected })
}

/// Stores what does not fit, before the commit that consumes its batch. Another run that finds the same stores
/// the same object again.
pub(crate) async fn quarantine<S: ObjectStore>(
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
