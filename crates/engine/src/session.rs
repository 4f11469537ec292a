use std::sync::Arc;

use datafusion::{
    catalog::{
        CatalogProvider, CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList,
        MemorySchemaProvider, SchemaProvider,
    },
    error::DataFusionError,
    execution::{
        SessionState, SessionStateBuilder, SessionStateDefaults,
        memory_pool::{FairSpillPool, MemoryPool},
        object_store::ObjectStoreUrl,
        runtime_env::RuntimeEnvBuilder,
    },
    logical_expr::planner::ExprPlanner,
    prelude::SessionConfig,
};

use crate::{
    cancel::Cancellation,
    chains, functions,
    lake::{CATALOG, LAKE_URL, STREAMS},
    memory::{Memory, MemoryLimits, QueryMemory},
    pushdown,
    resolve::Found,
    system::INFORMATION_SCHEMA,
    unnest,
};

/// The most bytes of the temporary files to which one query's sorts and groups spill. DataFusion's own bound is 100 GB.
const MAX_SPILLED: u64 = 4_000_000_000;

/// What queries have in common, made once.
pub(crate) struct Sessions {
    template: SessionState,
    operators: Arc<dyn MemoryPool>,
    memory: Memory,
    database: String,
}

impl Sessions {
    pub(crate) fn new(database: &str, limits: MemoryLimits) -> Self {
        let mut config = SessionConfig::new()
            .with_default_catalog_and_schema(CATALOG, database)
            .with_create_default_catalog_and_schema(false)
            .with_information_schema(false)
            .with_target_partitions(STREAMS);
        let options = config.options_mut();
        // Trino's order, also for DESC.
        options.sql_parser.default_null_ordering = "nulls_last".to_owned();
        options.sql_parser.map_string_types_to_utf8view = false;
        options.sql_parser.collect_spans = true;
        let mut planners: Vec<Arc<dyn ExprPlanner>> =
            vec![Arc::new(functions::TimePlanner), Arc::new(functions::NestedPlanner)];
        planners.extend(SessionStateDefaults::default_expr_planners());
        let template = SessionStateBuilder::new()
            .with_config(config)
            .with_expr_planners(planners)
            .with_relation_planners(vec![Arc::new(unnest::Relations)])
            .with_query_planner(Arc::new(unnest::Planner))
            .with_higher_order_functions(functions::higher_order())
            .with_optimizer_rules(chains::rules())
            .with_physical_optimizer_rules(pushdown::rules())
            .with_aggregate_functions(functions::aggregate())
            .with_window_functions(functions::window())
            .build();
        Self {
            template,
            operators: Arc::new(FairSpillPool::new(limits.operators)),
            memory: Memory::new(limits),
            database: database.to_owned(),
        }
    }

    /// What a new query counts with.
    pub(crate) fn memory(&self) -> QueryMemory {
        QueryMemory::new(self.memory.clone())
    }

    /// A session that sees these tables, in this store, and nothing else. Its functions count with `memory`, and fail
    /// once the query is cancelled, which began so many milliseconds after 1970-01-01 UTC.
    pub(crate) fn session(
        &self,
        tables: Vec<Found>,
        store: Arc<dyn object_store::ObjectStore>,
        memory: &QueryMemory,
        cancellation: &Cancellation,
        began: i64,
    ) -> Result<SessionState, DataFusionError> {
        let (schema, information) = (MemorySchemaProvider::new(), MemorySchemaProvider::new());
        for Found { schema: of, name, provider } in tables {
            let schema = if of == INFORMATION_SCHEMA { &information } else { &schema };
            schema.register_table(name, provider)?;
        }
        let catalog = MemoryCatalogProvider::new();
        catalog.register_schema(&self.database, Arc::new(schema))?;
        catalog.register_schema(INFORMATION_SCHEMA, Arc::new(information))?;
        let catalogs = MemoryCatalogProviderList::new();
        catalogs.register_catalog(CATALOG.to_owned(), Arc::new(catalog));
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::clone(&self.operators))
            .with_max_temp_directory_size(MAX_SPILLED)
            .build()?;
        runtime.register_object_store(ObjectStoreUrl::parse(LAKE_URL)?.as_ref(), store);
        Ok(SessionStateBuilder::new_from_existing(self.template.clone())
            .with_scalar_functions(functions::scalar(memory, cancellation, began))
            .with_catalog_list(Arc::new(catalogs))
            .with_runtime_env(Arc::new(runtime))
            .build())
    }
}
