//! One group of events as one object.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::{
    batch::BatchName,
    key, landing,
    port::{ObjectStore, PutMode, Source, StoreError},
};

use crate::sort::{Place, Sorted};

/// zstd's own default: more costs the Lambda more than it saves in storage that lives for minutes.
const LEVEL: i32 = 3;

/// Stores the group. An object of the same name holds the same events: then they are stored already.
pub(crate) async fn write<S: ObjectStore>(
    store: &S,
    place: &Place,
    events: &[(usize, Sorted)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let key = key(place, events);
    let body = encode(events, now).map_err(|source| StoreError::Failed { key: key.clone(), source })?;
    match store.put(&key, body, PutMode::Create).await {
        Err(StoreError::AlreadyExists { .. }) => Ok(()),
        answer => answer,
    }
}

fn key(place: &Place, events: &[(usize, Sorted)]) -> String {
    let texts: Vec<(String, &[u8])> = events.iter().map(|(_, event)| event.identify()).collect();
    let named = texts.iter().map(|(id, payload)| (id.as_str(), *payload));
    match place {
        Place::Landing(dataset, partition) => {
            let batch = BatchName::of(dataset, &partition.to_string(), named);
            key::landing(dataset, partition, &batch)
        }
        Place::Quarantine(dataset, day) => {
            let name = dataset.as_ref().map_or("", |name| name.as_str());
            let batch = BatchName::of(name, &day.to_string(), named);
            key::quarantine(dataset.as_ref(), *day, &batch)
        }
    }
}

fn encode(events: &[(usize, Sorted)], now: DateTime<Utc>) -> Result<Bytes, Source> {
    let mut lines = Vec::new();
    let writer = landing::Writer::new(now);
    for (_, event) in events {
        match event {
            Sorted::Accepted { id, data } => writer.line(id.as_deref(), data, &mut lines),
            Sorted::Rejected(rejected) => {
                rejected.write(&mut lines)?;
            }
        }
    }
    Ok(zstd::bulk::compress(&lines, LEVEL)?.into())
}

impl Sorted {
    /// What the batch name hashes: nothing that differs between two deliveries of the same message.
    fn identify(&self) -> (String, &[u8]) {
        match self {
            Self::Accepted { id, data } => (id.clone().unwrap_or_default(), data.as_bytes()),
            Self::Rejected(rejected) => {
                let id = format!("{}:{}", rejected.message_id, rejected.position);
                (id, rejected.original.as_bytes())
            }
        }
    }
}
