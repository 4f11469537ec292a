//! A partition of small sorted files, as so many appends leave them that had no time to merge.

use std::{fs, path::Path, sync::Arc};

use compact::Compactor;
use domain::{
    Commit, CommitKind, DataFile, Generation,
    commit::WriterId,
    key,
    memory::{ManualClock, SeededIds},
    port::{Ids, ObjectStore, PutMode},
    run::Run,
    settings::Settings,
};
use serde_json::{Value, json};

use crate::{
    disk::Disk,
    land::{batch, dataset, define, now, partition, put},
    shape::Shape,
};

/// Compacts each landing batch in a bucket of its own, below DIRECTORY/made, and commits the files that came of it as one
/// generation of DIRECTORY/bucket. Appends of one bucket would merge them on the way.
pub(crate) async fn make(directory: &Path, shape: &Shape) -> Result<Value, Box<dyn std::error::Error>> {
    let (dataset, partition) = (dataset()?, partition()?);
    let bucket = directory.join("bucket");
    let store = Disk::new(&bucket);
    define(&store, shape).await?;
    let writer = WriterId::from(SeededIds::new(shape.seed).ulid());
    let location = key::generation_prefix(&dataset, &partition, Generation::FIRST, &writer);
    fs::create_dir_all(bucket.join(&location))?;
    let mut files = Vec::new();
    for object in 0..shape.objects {
        let made = directory.join("made").join(object.to_string());
        let source = Arc::new(Disk::new(&made));
        define(&*source, shape).await?;
        put(&*source, object, &batch(shape, object)?.0).await?;
        for file in compacted(&source).await? {
            let key = key::data_file(&location, u32::try_from(files.len())?);
            fs::rename(made.join(&file.key), bucket.join(&key))?;
            files.push(DataFile { key, ..file });
        }
    }
    let commit = Commit {
        format: CommitKind::Append.format(),
        kind: CommitKind::Append,
        dataset,
        partition,
        generation: Generation::FIRST,
        schema_version: 1,
        location,
        rows: files.iter().map(|file| file.rows).sum(),
        files,
        consumed: Vec::new(),
        duplicates_dropped: 0,
        conflicting: 0,
        discarded: None,
        writer,
        committed_at: now()?,
        newest_landed_at: None,
    };
    store.put(&commit.key(), serde_json::to_vec(&commit)?.into(), PutMode::Create).await?;
    let files: Vec<&str> = commit.files.iter().map(|file| file.key.as_str()).collect();
    Ok(json!({ "rows": commit.rows, "bytes": commit.bytes(), "files": files }))
}

/// The files of the partition, once its landing batch is compacted.
async fn compacted(store: &Arc<Disk>) -> Result<Vec<DataFile>, Box<dyn std::error::Error>> {
    let (dataset, partition, now) = (dataset()?, partition()?, now()?);
    // A budget in which so small a batch makes one generation, of one file.
    let settings = Settings::read(|name| (name == "TRIBUTARY_MEMORY_BUDGET").then(|| "8GiB".to_owned()))?;
    let (clock, ids) = (Arc::new(ManualClock::new(now)), Arc::new(SeededIds::new(1)));
    let compactor = Compactor::new(Arc::clone(store), clock, ids, &settings);
    compactor.compact_now(&dataset, &partition, &Run::new(now, None)).await?;
    let head = key::commit(&dataset, &partition, Generation::FIRST);
    Ok(Commit::parse(&head, &store.get(&head).await?)?.files)
}
