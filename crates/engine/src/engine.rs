use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::{
    catalog::TableProvider,
    execution::SessionState,
    logical_expr::{LogicalPlan, ScalarUDF},
    physical_plan::execute_stream,
    sql::{parser::Statement as DfStatement, sqlparser::ast::Statement},
};
use domain::port::{Catalog, Clock, ObjectStore};
use futures::StreamExt;

use crate::{
    aggregated, batches,
    cancel::{self, Cancellation},
    chains, coerce,
    columns::Tables,
    correlated, disjoint,
    error::EngineError,
    failure::{from_datafusion, while_reading},
    floating,
    functions::{self, CONCAT},
    guard, guarded, hidden, in_query,
    inputs::{self, TableInput},
    lookups,
    memory::{MemoryLimits, QueryMemory},
    numeric, repeated, resolve,
    result::{Execution, Shape},
    scan::BytesScanned,
    session::Sessions,
    sets, shadowed, stack,
    statement::Prepared,
    store::LakeStore,
    typing, unmoved, using, volatile,
};

/// A query whose rows are not asked for yet.
struct Planned<S> {
    plan: LogicalPlan,
    session: SessionState,
    store: Arc<LakeStore<S>>,
    memory: QueryMemory,
}

/// Runs Athena's SQL on the tables of one database.
pub struct Engine<C, S> {
    catalog: Arc<C>,
    store: Arc<S>,
    database: String,
    /// The bucket of the files, where it is known.
    bucket: Option<String>,
    sessions: Sessions,
    /// What time it is, which a query is told once.
    now: Box<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl<C: Catalog, S: ObjectStore> Engine<C, S> {
    /// An engine for the tables that `catalog` has, which is known to queries as `database`. `clock` says what `now()` is.
    pub fn new(database: impl Into<String>, catalog: Arc<C>, store: Arc<S>, clock: impl Clock) -> Self {
        Self::with_limits(database, catalog, store, clock, MemoryLimits::default())
    }

    /// [`Engine::new`], with other limits than the usual ones on what queries hold in memory.
    pub fn with_limits(
        database: impl Into<String>,
        catalog: Arc<C>,
        store: Arc<S>,
        clock: impl Clock,
        limits: MemoryLimits,
    ) -> Self {
        let database = database.into().to_lowercase();
        let sessions = Sessions::new(&database, limits);
        Self { catalog, store, database, bucket: None, sessions, now: Box::new(move || clock.now()) }
    }

    /// The same with the name of the bucket in which the files are: rows can then say which they come from (`"$path"`).
    #[must_use]
    pub fn in_bucket(self, bucket: impl Into<String>) -> Self {
        Self { bucket: Some(bucket.into()), ..self }
    }

    /// Parses and checks a query and binds its parameters (SQL literals), without any I/O. `Rejected` is what
    /// Athena answers when asked to start such a query; any other error is a query that fails.
    pub fn prepare(&self, sql: &str, parameters: &[String]) -> Result<Prepared, EngineError> {
        Prepared::new(sql, parameters, &self.database)
    }

    /// Runs a prepared query. The partitions' locations are read from the catalog once, before this comes
    /// back: the rows are those of one whole generation of each partition. Before that, the clock is read once.
    ///
    /// What is read is counted in `scanned`; where that has a limit, the read beyond it does not happen, and
    /// the query ends with `ScanLimit`. Once `cancellation` says so, planning ends with its step and the rows with
    /// the batch that is computed, as `Cancelled`.
    ///
    /// This and the rows take a thread for as long as they compute: a caller who has others to answer polls them on
    /// a thread of their own, which has to be one of a Tokio runtime whose threads have [`crate::STACK`].
    pub async fn run(
        &self,
        prepared: &Prepared,
        scanned: BytesScanned,
        cancellation: Cancellation,
    ) -> Result<Execution, EngineError> {
        stack::deep(self.begun(prepared, scanned, cancellation)).await
    }

    async fn begun(
        &self,
        prepared: &Prepared,
        scanned: BytesScanned,
        cancellation: Cancellation,
    ) -> Result<Execution, EngineError> {
        let Planned { plan, session, store, memory } =
            self.planned(prepared, scanned.clone(), &cancellation).await?;
        let failed = move |error| while_reading(&store, error);
        let plan = chains::balanced(guarded::conditions(plan).map_err(&failed)?)?;
        let plan = cancel::watch_joins(plan, &cancellation).map_err(&failed)?;
        let session = batches::sized(session, &plan, memory.limits()).map_err(&failed)?;
        let plan = session.query_planner().create_physical_plan(&plan, &session).await.map_err(&failed)?;
        memory.end_planning();
        cancellation.check()?;
        let rows = session.config().batch_size();
        let plan = guard::around(plan, rows, &memory, &cancellation).map_err(&failed)?;
        let shape = Shape::of(&plan.schema(), &prepared.names)?.with_characters(&prepared.characters);
        let shown = Arc::clone(&plan);
        let columns = shape.columns.clone();
        let rows = execute_stream(plan, session.task_ctx()).map_err(&failed)?;
        // Tasks of the query's own, which compute too, are not dropped before they wait.
        let ends = cancellation.on_drop();
        let failing = cancellation.clone();
        let batches = rows.map(move |batch| {
            let _until_dropped = &ends;
            let shaped = batch.and_then(|batch| Ok(shape.apply(&batch)?));
            shaped.map_err(|error| {
                // Whoever is told may keep the rows for a while, and the tasks would go on.
                failing.cancel();
                failed(error)
            })
        });
        Ok(Execution { columns, batches: batches.boxed(), scanned, plan: shown, cancellation })
    }

    /// Which tables a prepared query reads, and what it asks of their columns. The catalog is read, and of the files only
    /// those of CSV, which count in `scanned`.
    pub async fn inputs(
        &self,
        prepared: &Prepared,
        scanned: BytesScanned,
        cancellation: Cancellation,
    ) -> Result<Vec<TableInput>, EngineError> {
        stack::deep(async {
            let Planned { plan, session, .. } = self.planned(prepared, scanned, &cancellation).await?;
            inputs::tables::<S>(plan, &session, &self.database)
        })
        .await
    }

    /// The optimized plan of a query.
    async fn planned(
        &self,
        prepared: &Prepared,
        scanned: BytesScanned,
        cancellation: &Cancellation,
    ) -> Result<Planned<S>, EngineError> {
        let began = (self.now)().timestamp_millis();
        let store = Arc::new(LakeStore::new(Arc::clone(&self.store), scanned));
        let mut query = prepared.query.clone();
        let bucket = match hidden::is_named(&mut query)? {
            false => None,
            true => match self.bucket.as_deref() {
                None => return Err(EngineError::unsupported("\"$path\"")),
                bucket => bucket,
            },
        };
        let statement = Statement::Query(query.clone());
        let statement = DfStatement::Statement(Box::new(statement));
        let memory = self.sessions.memory();
        let (catalog, limits) = (&*self.catalog, memory.limits());
        let tables = resolve::tables(&statement, &self.database, bucket, catalog, &store, limits).await?;
        let known: Tables =
            tables.iter().map(|found| (found.name.clone(), columns_of(&found.provider))).collect();
        using::rewrite(&mut query, &known)?;
        repeated::rename(&mut query, &known)?;
        shadowed::rename(&mut query, &known);
        sets::rename(&mut query);
        let statement = DfStatement::Statement(Box::new(Statement::Query(query)));
        let session = self
            .sessions
            .session(
                tables,
                Arc::clone(&store) as Arc<dyn object_store::ObjectStore>,
                &memory,
                cancellation,
                began,
            )
            .map_err(from_datafusion)?;
        cancellation.check()?;
        let plan = session.statement_to_plan(statement).await.map_err(from_datafusion)?;
        let (plan, calls) = functions::hidden(plan, &session, &memory, cancellation)?;
        typing::check(&plan)?;
        correlated::check(&plan)?;
        let plan = aggregated::prepared(plan, &memory, cancellation)?;
        let (concat, like) = (concat(&session)?, functions::like(cancellation));
        let plan = calls.typed(plan, |plan| {
            let plan = coerce::as_athena(numeric::as_athena(plan)?, concat, &like)?;
            functions::json_defaults(plan, &memory, cancellation)
        })?;
        let plan = functions::enclosed(plan, &session, cancellation)?;
        let plan = floating::keyed(plan)?;
        let plan = lookups::aggregated(plan)?;
        let plan = in_query::taken_apart(plan)?;
        let plan = unmoved::conditions(plan)?;
        let plan = sets::named(plan)?;
        let plan = disjoint::lists(plan)?;
        let plan = chains::balanced(volatile::conditions(plan)?)?;
        batches::expect_copies(&plan, &memory)?;
        cancellation.check()?;
        let plan = session.optimize(&plan).map_err(|error| while_reading(&store, error))?;
        cancellation.check()?;
        Ok(Planned { plan, session, store, memory })
    }

    /// [`Engine::prepare`] and [`Engine::run`], without a limit; dropping it cancels it.
    pub async fn execute(&self, sql: &str, parameters: &[String]) -> Result<Execution, EngineError> {
        self.run(&self.prepare(sql, parameters)?, BytesScanned::default(), Cancellation::default()).await
    }
}

fn columns_of(table: &Arc<dyn TableProvider>) -> Vec<String> {
    table.schema().fields().iter().map(|field| field.name().clone()).collect()
}

/// The function that `||` stands for.
fn concat(session: &SessionState) -> Result<&Arc<ScalarUDF>, EngineError> {
    let found = session.scalar_functions().get(CONCAT);
    found.ok_or_else(|| EngineError::Internal(format!("no function {CONCAT}").into()))
}

impl<C, S> std::fmt::Debug for Engine<C, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("database", &self.database).finish_non_exhaustive()
    }
}
