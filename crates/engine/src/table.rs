use std::{fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    datasource::{
        TableType,
        listing::PartitionedFile,
        physical_plan::{FileScanConfigBuilder, ParquetSource},
        source::DataSourceExec,
        table_schema::TableSchema,
    },
    error::{DataFusionError, Result},
    execution::object_store::ObjectStoreUrl,
    logical_expr::{Expr, TableProviderFilterPushDown},
    physical_plan::{ExecutionPlan, empty::EmptyExec},
};
use domain::port::ObjectStore;

use crate::{
    adapt::StrictTypes,
    error::EngineError,
    files::{self, Snapshot},
    fitted::Fitted,
    keys::{self, KeyType, Partition},
    lake::{LAKE_URL, STREAMS},
    memory::MemoryLimits,
    prune,
    scan::CountedFiles,
    schema::TableSchemas,
};

/// How much of a file's end is read at once to find its footer: the footer of a file of some dozens of
/// columns and row groups is below that, and a larger one costs a second read.
const FOOTER_BYTES: usize = 16 * 1024;

/// One table of the lake, as one query sees it.
pub(crate) struct LakeTable<S> {
    schemas: TableSchemas,
    snapshot: Snapshot<S>,
    limits: MemoryLimits,
}

impl<S: ObjectStore> LakeTable<S> {
    /// With batches that take as much memory as the limits say, at most.
    pub(crate) fn new(schemas: TableSchemas, snapshot: Snapshot<S>, limits: MemoryLimits) -> Self {
        Self { schemas, snapshot, limits }
    }

    /// The partition keys.
    pub(crate) fn keys(&self) -> &SchemaRef {
        &self.schemas.keys
    }

    /// Their types.
    pub(crate) fn key_types(&self) -> std::result::Result<Vec<KeyType>, EngineError> {
        keys::types(&self.snapshot.table)
    }

    /// The partitions that the filters leave.
    pub(crate) fn kept(&self, session: &dyn Session, filters: &[Expr]) -> Result<Vec<Partition>> {
        prune::keep(session, &self.schemas.keys, &self.snapshot.partitions, filters)
    }

    fn plan(
        &self,
        files: Vec<PartitionedFile>,
        projection: Option<&Vec<usize>>,
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if files.is_empty() {
            let schema = match projection {
                None => Arc::clone(&self.schemas.whole),
                Some(columns) => Arc::new(self.schemas.whole.project(columns)?),
            };
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let schema = TableSchema::builder(Arc::clone(&self.schemas.file))
            .with_table_partition_cols(self.schemas.common.fields().clone())
            .build();
        let store = Arc::clone(&self.snapshot.store);
        let files_read = Arc::new(CountedFiles::new(store.clone(), store.scanned().clone()));
        let source = ParquetSource::new(schema)
            .with_metadata_size_hint(FOOTER_BYTES)
            .with_parquet_file_reader_factory(files_read.clone());
        let source = Fitted::around(Arc::new(source), files_read, self.limits);
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse(LAKE_URL)?, Arc::new(source))
            .with_file_groups(files::groups(files, STREAMS))
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .with_expr_adapter(Some(Arc::new(StrictTypes::of(&self.snapshot.table))))
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

#[async_trait]
impl<S: ObjectStore> TableProvider for LakeTable<S> {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schemas.whole)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let answer = |filter: &&Expr| {
            if prune::decides(&self.schemas.keys, filter) {
                TableProviderFilterPushDown::Exact
            } else {
                TableProviderFilterPushDown::Inexact
            }
        };
        Ok(filters.iter().map(answer).collect())
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Snapshot { table, store, bucket, .. } = &self.snapshot;
        let kept = self.kept(session, filters)?;
        let files = files::list(store, table, kept, bucket.as_deref()).await;
        let files = files.map_err(|error| DataFusionError::External(Box::new(error)))?;
        self.plan(files, projection, limit)
    }
}

impl<S> fmt::Debug for LakeTable<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LakeTable").field("table", &self.snapshot.table.name).finish_non_exhaustive()
    }
}
