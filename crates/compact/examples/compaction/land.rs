//! Events into a bucket, and beside it as other engines read them.

use std::{fs, path::Path};

use chrono::{DateTime, Utc};
use domain::{
    DatasetName, Partition,
    batch::BatchName,
    key, landing,
    port::{ObjectStore, PutMode},
};
use serde_json::{Value, json};

use crate::{
    disk::Disk,
    events::{DAY, definition, event, original},
    shape::Shape,
};

/// As `ingest` compresses what it stores.
const LEVEL: i32 = 1;

pub(crate) fn dataset() -> Result<DatasetName, domain::name::InvalidName> {
    DatasetName::new("orders")
}

pub(crate) fn partition() -> Result<Partition, Box<dyn std::error::Error>> {
    Ok(format!("dt={DAY}").parse()?)
}

/// When everything was ingested and is compacted: the day after.
pub(crate) fn now() -> Result<DateTime<Utc>, Box<dyn std::error::Error>> {
    Ok("2026-11-24T00:30:00Z".parse()?)
}

/// Writes DIRECTORY/bucket and DIRECTORY/plain; answers what is in them.
pub(crate) async fn land(directory: &Path, shape: &Shape) -> Result<Value, Box<dyn std::error::Error>> {
    let (bucket, plain) = (directory.join("bucket"), directory.join("plain"));
    fs::create_dir_all(&plain)?;
    let store = Disk::new(&bucket);
    define(&store, shape).await?;
    let (mut bytes, mut packed, mut plain_packed) = (0, 0, 0);
    for object in 0..shape.objects {
        let (lines, events) = batch(shape, object)?;
        let body = zstd::bulk::compress(&events, LEVEL)?;
        fs::write(plain.join(format!("{object:05}.ndjson.zst")), &body)?;
        bytes += events.len();
        plain_packed += body.len();
        packed += put(&store, object, &lines).await?;
    }
    let distinct = (0..shape.events).filter(|position| original(shape, *position) == *position).count();
    Ok(json!({
        "events": shape.events, "distinct": distinct, "objects": shape.objects, "bytes": bytes,
        "landing_bytes": packed, "plain_bytes": plain_packed,
    }))
}

pub(crate) async fn define<S: ObjectStore>(
    store: &S,
    shape: &Shape,
) -> Result<(), Box<dyn std::error::Error>> {
    let schema = key::schema(&dataset()?, 1);
    Ok(store.put(&schema, definition(shape).into(), PutMode::Overwrite).await?)
}

/// An object's events as landing lines, and as they are.
pub(crate) fn batch(shape: &Shape, object: u64) -> Result<(Vec<u8>, Vec<u8>), Box<dyn std::error::Error>> {
    let writer = landing::Writer::new(now()?);
    let (mut lines, mut events) = (Vec::new(), Vec::new());
    for position in shape.positions(object) {
        let event = event(shape, position);
        writer.line(None, &event, &mut lines);
        events.extend_from_slice(event.as_bytes());
        events.push(b'\n');
    }
    Ok((lines, events))
}

/// Stores one landing batch; answers its size.
pub(crate) async fn put<S: ObjectStore>(
    store: &S,
    object: u64,
    lines: &[u8],
) -> Result<usize, Box<dyn std::error::Error>> {
    let (dataset, partition) = (dataset()?, partition()?);
    let name = BatchName::of(&dataset, &partition.to_string(), [("", &object.to_be_bytes()[..])]);
    let body = zstd::bulk::compress(lines, LEVEL)?;
    let size = body.len();
    store.put(&key::landing(&dataset, &partition, &name), body.into(), PutMode::Create).await?;
    Ok(size)
}
