use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{
    PreparedStatements, SqlRunner, WorkGroups,
    catalogs::Catalogs,
    error::{Violations, invalid, unknown},
    execution::Executions,
    request::{ById, ByIds, List, input},
    tags,
};
use crate::{
    env::Env,
    faults::{Faults, Service},
    glue::Glue,
    protocol::json::JsonError,
    s3::Store,
};

const MAX_BATCH: usize = 50;

/// How many pages of results are read at once. Each takes several times the bytes of its rows in memory.
const PAGES: usize = 8;

/// How many queries at once, for how long, and how many bytes a result may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AthenaLimits {
    pub(crate) active: usize,
    pub(crate) running: usize,
    pub(crate) timeout: Duration,
    pub(crate) result_bytes: u64,
}

/// Athena over AWS JSON.
pub(crate) struct Athena {
    inner: Arc<Inner>,
    catalogs: Catalogs,
    account: String,
}

pub(super) struct Inner {
    pub(super) database: String,
    /// The lake's own bucket.
    pub(super) bucket: String,
    pub(super) glue: Arc<Glue>,
    pub(super) prepared: Arc<PreparedStatements>,
    pub(super) workgroups: Arc<WorkGroups>,
    pub(super) limits: AthenaLimits,
    /// As many as queries may run at once.
    pub(super) slots: Arc<Semaphore>,
    /// As many as pages of results may be read at once.
    pub(super) pages: Arc<Semaphore>,
    executions: Mutex<Executions>,
    pub(super) runner: Arc<dyn SqlRunner>,
    pub(super) store: Arc<Store>,
    faults: Faults,
    pub(super) env: Env,
}

/// What [`Athena::new`] needs besides its settings.
pub(crate) struct AthenaPorts {
    pub(crate) runner: Arc<dyn SqlRunner>,
    pub(crate) store: Arc<Store>,
    pub(crate) workgroups: Arc<WorkGroups>,
    pub(crate) prepared: Arc<PreparedStatements>,
    pub(crate) bucket: String,
    pub(crate) glue: Glue,
    pub(crate) faults: Faults,
    pub(crate) env: Env,
}

impl Athena {
    pub(crate) fn new(database: String, account: String, limits: AthenaLimits, ports: AthenaPorts) -> Self {
        let AthenaPorts { runner, store, workgroups, prepared, bucket, glue, faults, env } = ports;
        let glue = Arc::new(glue);
        let slots = Arc::new(Semaphore::new(limits.running));
        let (pages, executions) = (Arc::new(Semaphore::new(PAGES)), Mutex::default());
        let catalogs = Catalogs::new(Arc::clone(&glue), account.clone(), env.clone());
        let inner = Inner {
            database,
            bucket,
            glue,
            prepared,
            workgroups,
            limits,
            slots,
            pages,
            executions,
            runner,
            store,
            faults,
            env,
        };
        Self { inner: Arc::new(inner), catalogs, account }
    }

    /// Runs one operation.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Result<Value, JsonError> {
        let (inner, catalogs) = (&self.inner, &self.catalogs);
        if inner.faults.strikes(Service::Athena, operation) {
            return Err(JsonError::new("TooManyRequestsException", "Rate exceeded"));
        }
        match operation {
            "StartQueryExecution" => inner.start(input(body)?).await,
            "GetQueryExecution" => inner.get(&input(body)?),
            "BatchGetQueryExecution" => inner.get_batch(&input(body)?),
            "ListQueryExecutions" => inner.list(&input(body)?),
            "GetQueryResults" => inner.results(input(body)?).await,
            "GetQueryRuntimeStatistics" => inner.runtime_statistics(&input(body)?),
            "StopQueryExecution" => inner.stop(&input(body)?),
            "CreatePreparedStatement" => {
                inner.prepared.create(&inner.workgroups, input(body)?, inner.env.epoch_seconds())
            }
            "GetPreparedStatement" => inner.prepared.get(&inner.workgroups, &input(body)?),
            "BatchGetPreparedStatement" => inner.prepared.get_batch(&inner.workgroups, &input(body)?),
            "ListPreparedStatements" => inner.prepared.list(&inner.workgroups, &input(body)?),
            "UpdatePreparedStatement" => {
                inner.prepared.update(&inner.workgroups, input(body)?, inner.env.epoch_seconds())
            }
            "DeletePreparedStatement" => inner.prepared.delete(&inner.workgroups, &input(body)?),
            "CreateWorkGroup" => inner.workgroups.create(input(body)?, inner.env.epoch_seconds()),
            "GetWorkGroup" => inner.workgroups.get(&input(body)?),
            "ListWorkGroups" => inner.workgroups.list(&input(body)?),
            "UpdateWorkGroup" => inner.workgroups.update(input(body)?),
            "DeleteWorkGroup" => {
                let group = input(body)?;
                let answer = inner.workgroups.delete(&group, &mut inner.executions())?;
                inner.prepared.forget(&group.work_group)?;
                Ok(answer)
            }
            "GetDataCatalog" => catalogs.get(body),
            "ListDataCatalogs" => Catalogs::list(body),
            "GetDatabase" => catalogs.database(body).await,
            "ListDatabases" => catalogs.databases(body).await,
            "GetTableMetadata" => catalogs.table(body).await,
            "ListTableMetadata" => catalogs.tables(body).await,
            "ListTagsForResource" => tags::list(&inner.workgroups, &self.account, &input(body)?),
            other => Err(JsonError::not_implemented("Athena", other)),
        }
    }
}

impl Drop for Athena {
    /// Nobody can ask for them any more.
    fn drop(&mut self) {
        self.inner.executions().end_all();
    }
}

impl Inner {
    pub(super) fn executions(&self) -> MutexGuard<'_, Executions> {
        self.executions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, input: &ById) -> Result<Value, JsonError> {
        let executions = self.executions();
        let execution = executions.get(&input.query_execution_id);
        let execution = execution.ok_or_else(|| unknown(&input.query_execution_id))?;
        Ok(json!({"QueryExecution": execution.describe(self.env.now())}))
    }

    fn runtime_statistics(&self, input: &ById) -> Result<Value, JsonError> {
        let executions = self.executions();
        let execution = executions.get(&input.query_execution_id);
        let execution = execution.ok_or_else(|| unknown(&input.query_execution_id))?;
        Ok(execution.runtime_statistics(self.env.now()))
    }

    fn get_batch(&self, input: &ByIds) -> Result<Value, JsonError> {
        let ids = &input.query_execution_ids;
        let mut violations = Violations::default();
        violations.items("queryExecutionIds", ids.len(), 1, MAX_BATCH);
        violations.check()?;
        let executions = self.executions();
        let now = self.env.now();
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for id in ids {
            match executions.get(id) {
                Some(execution) => found.push(execution.describe(now)),
                None => missing.push(json!({
                    "QueryExecutionId": id,
                    "ErrorCode": "QUERY_EXECUTION_NOT_FOUND",
                    "ErrorMessage": unknown(id).message,
                })),
            }
        }
        Ok(json!({"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}))
    }

    /// Newest first. A token names the last id of the page before: what was started meanwhile is not seen.
    fn list(&self, input: &List) -> Result<Value, JsonError> {
        let size = match input.size(0, 50)? {
            0 => 50,
            size => size,
        };
        let workgroup = self.workgroups.resolve(input.work_group.as_deref());
        self.workgroups.check(&workgroup)?;
        let executions = self.executions();
        let mut rest = executions.of_workgroup(&workgroup);
        if let Some(token) = &input.next_token {
            let last = URL_SAFE_NO_PAD.decode(token).ok().and_then(|id| String::from_utf8(id).ok());
            if !last.is_some_and(|last| rest.any(|id| id == last)) {
                return Err(invalid(format!("The nextPageToken is malformed: {token}")));
            }
        }
        let page: Vec<&str> = rest.by_ref().take(size).collect();
        let mut answer = json!({"QueryExecutionIds": page});
        if let (Some(last), Some(_)) = (page.last(), rest.next()) {
            answer["NextToken"] = json!(URL_SAFE_NO_PAD.encode(last));
        }
        Ok(answer)
    }
}
