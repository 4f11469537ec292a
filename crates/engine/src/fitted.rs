//! Batches of a file that fit in memory.
//!
//! DataFusion decodes as many rows at once as the query's batches have, and only then can anybody count them. A text that
//! repeats is in a Parquet file once, and in each row of a batch: 2,048 rows with one text of 1 MB are 2 GB, and events can
//! say so. DataFusion 55.2 has one number of rows for all files of a scan, so [`Fitted`] opens each file for itself. A file
//! whose footer says that some rows could take too much is opened a second time, with smaller batches, before a row of it is
//! read. All others are read as they were.

mod closer;
mod long;

use std::{collections::HashSet, fmt, sync::Arc};

use datafusion::{
    arrow::array::RecordBatch,
    common::tree_node::TreeNodeRecursion,
    config::ConfigOptions,
    datasource::{
        listing::PartitionedFile,
        physical_plan::{
            FileOpenFuture, FileOpener, FileScanConfig, FileSource, ParquetSource,
            parquet::ParquetFileReaderFactory,
        },
        table_schema::TableSchema,
    },
    error::Result,
    parquet::{arrow::async_reader::AsyncFileReader, file::metadata::ParquetMetaData},
    physical_expr::{
        EquivalenceProperties, PhysicalExpr, PhysicalSortExpr, projection::ProjectionExprs,
        utils::collect_columns,
    },
    physical_plan::{
        DisplayFormatType, SortOrderPushdownResult, filter_pushdown::FilterPushdownPropagation,
        metrics::ExecutionPlanMetricsSet,
    },
};
use futures::{FutureExt, StreamExt, stream::BoxStream};

use crate::{
    chains,
    memory::MemoryLimits,
    scan::{CountedFiles, Footer},
};
use long::Asked;

/// A source of Parquet files, with smaller batches of those whose rows are long.
pub(crate) struct Fitted {
    source: Arc<dyn FileSource>,
    files: Arc<CountedFiles>,
    limits: MemoryLimits,
    /// The rows that a batch should have: whoever runs the scan says so before.
    rows: usize,
}

impl Fitted {
    /// Around DataFusion's own source, which reads by `files`.
    pub(crate) fn around(
        source: Arc<dyn FileSource>,
        files: Arc<CountedFiles>,
        limits: MemoryLimits,
    ) -> Self {
        Self { source, files, limits, rows: 1 }
    }

    fn with(&self, source: Arc<dyn FileSource>) -> Arc<dyn FileSource> {
        let (files, limits) = (Arc::clone(&self.files), self.limits);
        Arc::new(Self { source, files, limits, rows: self.rows })
    }

    /// The names of the columns that a scan reads.
    fn columns(&self) -> HashSet<String> {
        match self.source.projection() {
            Some(projection) => projection
                .iter()
                .flat_map(|projected| collect_columns(&projected.expr))
                .map(|column| column.name().to_owned())
                .collect(),
            None => {
                let schema = self.source.table_schema().file_schema();
                schema.fields().iter().map(|field| field.name().clone()).collect()
            }
        }
    }
}

/// The source with its condition as a tree of little depth: each file is opened by going through it.
fn balanced(source: Arc<dyn FileSource>) -> Arc<dyn FileSource> {
    let parquet = source.downcast_ref::<ParquetSource>().and_then(|parquet| {
        let condition = parquet.filter()?;
        Some(parquet.with_predicate(chains::predicate(&condition)?))
    });
    match parquet {
        Some(parquet) => Arc::new(parquet),
        None => source,
    }
}

impl FileSource for Fitted {
    fn create_file_opener(
        &self,
        store: Arc<dyn object_store::ObjectStore>,
        config: &FileScanConfig,
        partition: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        let mut config = config.clone();
        // The files of the scan are no part of how one is opened.
        config.file_groups = Vec::new();
        let asked = Asked {
            columns: self.columns(),
            rows: self.rows,
            budget: self.limits.read() as u64,
            row: self.limits.row() as u64,
        };
        let (source, files) = (Arc::clone(&self.source), Arc::clone(&self.files));
        Ok(Arc::new(Opener(Arc::new(Opening { source, files, store, config, partition, asked }))))
    }

    fn table_schema(&self) -> &TableSchema {
        self.source.table_schema()
    }

    fn with_batch_size(&self, rows: usize) -> Arc<dyn FileSource> {
        let (source, files) = (self.source.with_batch_size(rows), Arc::clone(&self.files));
        Arc::new(Self { source, files, limits: self.limits, rows })
    }

    fn filter(&self) -> Option<Arc<dyn PhysicalExpr>> {
        self.source.filter()
    }

    fn projection(&self) -> Option<&ProjectionExprs> {
        self.source.projection()
    }

    fn metrics(&self) -> &ExecutionPlanMetricsSet {
        self.source.metrics()
    }

    fn file_type(&self) -> &str {
        self.source.file_type()
    }

    fn fmt_extra(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt_extra(format, f)
    }

    fn supports_repartitioning(&self) -> bool {
        self.source.supports_repartitioning()
    }

    fn try_pushdown_filters(
        &self,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        config: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn FileSource>>> {
        let FilterPushdownPropagation { filters, updated_node } =
            self.source.try_pushdown_filters(filters, config)?;
        let updated_node = updated_node.map(|source| self.with(balanced(source)));
        Ok(FilterPushdownPropagation { filters, updated_node })
    }

    fn try_pushdown_sort(
        &self,
        order: &[PhysicalSortExpr],
        properties: &EquivalenceProperties,
    ) -> Result<SortOrderPushdownResult<Arc<dyn FileSource>>> {
        Ok(self.source.try_pushdown_sort(order, properties)?.map(|source| self.with(source)))
    }

    fn reorder_files(&self, files: Vec<PartitionedFile>) -> Vec<PartitionedFile> {
        self.source.reorder_files(files)
    }

    fn try_pushdown_projection(&self, projection: &ProjectionExprs) -> Result<Option<Arc<dyn FileSource>>> {
        let pushed = self.source.try_pushdown_projection(projection)?;
        Ok(pushed.map(|source| self.with(source)))
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.source.apply_expressions(f)
    }
}

/// Opens the files of one stream.
struct Opener(Arc<Opening>);

struct Opening {
    source: Arc<dyn FileSource>,
    files: Arc<CountedFiles>,
    store: Arc<dyn object_store::ObjectStore>,
    config: FileScanConfig,
    partition: usize,
    asked: Asked,
}

impl FileOpener for Opener {
    fn open(&self, file: PartitionedFile) -> Result<FileOpenFuture> {
        let opening = Arc::clone(&self.0);
        let open = async move {
            let footer = Footer::default();
            let file = file.with_extension(footer.clone());
            let rows = opening.rows(opening.asked.rows, file.clone()).await?;
            // A file that was left out by what is known of it has not been looked at.
            let Some(metadata) = footer.get() else { return Ok(rows) };
            let fitting = opening.fitting(&metadata, &file).await?;
            if fitting < opening.asked.rows { opening.rows(fitting, file).await } else { Ok(rows) }
        };
        Ok(open.boxed())
    }
}

impl Opening {
    /// The rows of a file, in batches of so many.
    async fn rows(
        &self,
        batch: usize,
        file: PartitionedFile,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let source = self.source.with_batch_size(batch);
        let parts = source.create_morselizer(Arc::clone(&self.store), &self.config, self.partition)?;
        let (mut steps, mut rows) = (vec![parts.plan_file(file)?], Vec::new());
        while let Some(step) = steps.pop() {
            let Some(mut done) = step.plan()? else { continue };
            for part in done.take_morsels() {
                rows.push(part.into_stream());
            }
            steps.extend(done.take_ready_planners());
            if let Some(pending) = done.take_pending_planner() {
                steps.push(pending.await?);
            }
        }
        Ok(futures::stream::iter(rows).flatten().boxed())
    }

    /// How many rows of the file fit in memory at once.
    async fn fitting(&self, metadata: &ParquetMetaData, file: &PartitionedFile) -> Result<usize> {
        let mut long = self.asked.long(metadata);
        if long.is_empty() {
            return Ok(self.asked.rows);
        }
        let metrics = self.source.metrics();
        let mut reader: Box<dyn AsyncFileReader> =
            self.files.create_reader(self.partition, file.clone(), None, metrics)?;
        // It is known already, and says which reads are of indexes.
        reader.get_metadata(None).await?;
        closer::look(&mut long, &self.asked, metadata, &mut reader).await;
        Ok(self.asked.fitting(&long))
    }
}
