use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch},
        datatypes::{Field, Schema},
        json::ReaderBuilder,
    },
    parquet::{
        arrow::ArrowWriter,
        basic::{Compression, ZstdLevel},
        file::properties::WriterProperties,
    },
};
use domain::{
    DatasetName,
    memory::{MemoryCatalog, MemoryStore},
    port::{
        Catalog, CatalogPartition, Clock, DeleteFailure, ListPage, ObjectMeta, ObjectStore, PartitionKey,
        PutMode, StoreError, Table, TableColumn, Upsert, Version,
    },
};
use engine::{Engine, EngineError, MemoryLimits, csv};

/// A store that remembers which objects were read.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    inner: MemoryStore,
    reads: Mutex<Vec<String>>,
}

impl Watched {
    fn note(&self, key: &str) {
        self.reads.lock().unwrap().push(key.to_owned());
    }
}

impl ObjectStore for Watched {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        self.note(key);
        self.inner.get(key).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.note(key);
        self.inner.get_range(key, range).await
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.note(key);
        self.inner.head(key).await
    }

    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        self.note(key);
        self.inner.get_versioned(key).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        self.inner.copy(from, to).await
    }

    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        self.inner.put(key, body, mode).await
    }

    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        self.inner.delete(keys).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        self.note(prefix);
        self.inner.list(prefix, after).await
    }
}

/// A clock that always shows 2026-11-23 10:05:07.891 UTC.
#[derive(Debug)]
pub(crate) struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_795_428_307_891).unwrap()
    }

    async fn sleep(&self, _: Duration) {}
}

pub(crate) struct Lake {
    pub(crate) store: Arc<Watched>,
    pub(crate) catalog: Arc<MemoryCatalog>,
    pub(crate) engine: Engine<MemoryCatalog, Watched>,
}

impl Lake {
    pub(crate) fn new() -> Self {
        let (store, catalog) = (Arc::<Watched>::default(), Arc::<MemoryCatalog>::default());
        let engine = Engine::new("tributary", Arc::clone(&catalog), Arc::clone(&store), Stopped);
        Self { store, catalog, engine }
    }

    /// The same lake, with other limits on what queries hold in memory.
    pub(crate) fn limited(self, limits: MemoryLimits) -> Self {
        let (catalog, store) = (Arc::clone(&self.catalog), Arc::clone(&self.store));
        Self { engine: Engine::with_limits("tributary", catalog, store, Stopped, limits), ..self }
    }

    /// A table of one file with these columns, in one partition, `dt=2026-11-23`.
    pub(crate) async fn with(types: &[(&str, &str)], columns: Vec<(&str, ArrayRef)>) -> Self {
        let lake = Self::new();
        lake.table("t", types).await;
        lake.file("tables/t/dt=2026-11-23/g1/part-00000.parquet", columns).await;
        lake.point("t", "2026-11-23", "tables/t/dt=2026-11-23/g1/").await;
        lake
    }

    /// The same, with the rows as lines of JSON.
    pub(crate) async fn of(types: &[(&str, &str)], rows: &[&str]) -> Self {
        let lake = Self::new();
        lake.table("t", types).await;
        lake.rows_of("2026-11-23", types, rows).await;
        lake
    }

    /// A partition of one file with these rows, whose columns have these types there.
    pub(crate) async fn rows_of(&self, dt: &str, types: &[(&str, &str)], rows: &[&str]) {
        let location = format!("tables/t/dt={dt}/g1/");
        self.file(&format!("{location}part-00000.parquet"), columns(types, rows)).await;
        self.point("t", dt, &location).await;
    }

    pub(crate) async fn table(&self, name: &str, types: &[(&str, &str)]) {
        let column = |(name, data_type): &(&str, &str)| TableColumn {
            name: (*name).to_owned(),
            data_type: (*data_type).to_owned(),
            comment: None,
        };
        let table = Table {
            name: DatasetName::new(name).unwrap(),
            description: None,
            columns: types.iter().map(column).collect(),
            partition_keys: vec![PartitionKey::string("dt")],
            location: format!("tables/{name}/"),
            schema_version: None,
            parameters: BTreeMap::new(),
            version: None,
        };
        if self.catalog.table(&table.name).await.unwrap().is_some() {
            self.catalog.update_table(&table).await.unwrap();
        } else {
            self.catalog.create_table(&table).await.unwrap();
        }
    }

    /// Points the partition at a location.
    pub(crate) async fn point(&self, table: &str, dt: &str, location: &str) {
        let table = DatasetName::new(table).unwrap();
        let values = vec![dt.to_owned()];
        let exists = self.catalog.partition(&table, &values).await.unwrap().is_some();
        let partition = CatalogPartition::by_hand(values, location);
        let mode = if exists { Upsert::Replace } else { Upsert::Create };
        let errors = self.catalog.write_partitions(&table, mode, &[partition]).await.unwrap();
        assert!(errors.is_empty());
    }

    pub(crate) async fn file(&self, key: &str, columns: Vec<(&str, ArrayRef)>) {
        let columns = columns.into_iter().map(|(name, column)| (name, column, true));
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(10_000))
            .build();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        let body = writer.into_inner().unwrap();
        self.store.put(key, body.into(), PutMode::Overwrite).await.unwrap();
    }

    pub(crate) async fn remove(&self, key: &str) {
        self.store.delete(&[key.to_owned()]).await.unwrap();
    }

    /// The result, less its header.
    pub(crate) async fn rows(&self, sql: &str) -> String {
        let text = self.text(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        text.split_once('\n').unwrap().1.to_owned()
    }

    pub(crate) async fn text(&self, sql: &str, parameters: &[&str]) -> Result<String, csv::CsvError> {
        let parameters: Vec<String> = parameters.iter().map(|text| (*text).to_owned()).collect();
        let execution = self.engine.execute(sql, &parameters).await?;
        Ok(String::from_utf8(csv::write(execution, Vec::new()).await?).unwrap())
    }

    pub(crate) async fn error(&self, sql: &str, parameters: &[&str]) -> EngineError {
        match self.text(sql, parameters).await {
            Err(csv::CsvError::Query(error)) => error,
            other => panic!("{sql}: {other:?}"),
        }
    }

    /// The keys and prefixes read since this was last asked.
    pub(crate) fn reads(&self) -> Vec<String> {
        std::mem::take(&mut *self.store.reads.lock().unwrap())
    }
}

/// Columns of the lake's types from lines of JSON. Bytes are hexadecimal there.
pub(crate) fn columns<'n>(types: &[(&'n str, &str)], rows: &[&str]) -> Vec<(&'n str, ArrayRef)> {
    let field = |(name, data_type): &(&str, &str)| {
        Field::new(*name, data_type.parse::<domain::DataType>().unwrap().arrow(), true)
    };
    let schema = Arc::new(Schema::new(types.iter().map(field).collect::<Vec<_>>()));
    let mut decoder =
        ReaderBuilder::new(Arc::clone(&schema)).with_batch_size(rows.len().max(1)).build_decoder().unwrap();
    decoder.decode(rows.join("\n").as_bytes()).unwrap();
    let batch = decoder.flush().unwrap().unwrap_or_else(|| RecordBatch::new_empty(schema));
    types.iter().zip(batch.columns()).map(|((name, _), column)| (*name, Arc::clone(column))).collect()
}
