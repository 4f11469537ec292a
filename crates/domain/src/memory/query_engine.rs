use std::{
    collections::HashMap,
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::Bytes;

use super::lock;
use crate::port::{
    EngineError, Fault, Query, QueryEngine, QueryId, QueryState, QueryStatus, ResultColumn, StoredResult,
};

/// What a query scans unless a test says otherwise, in bytes, and how long it takes.
const SCANNED: u64 = 12_345_678;
const MILLIS: u64 = 42;

/// An engine that knows the answers to the queries it was told, and fails every other one, as Athena fails
/// SQL that it does not understand.
#[derive(Debug, Default)]
pub struct MemoryEngine {
    script: Mutex<HashMap<(String, Vec<String>), Outcome>>,
    executions: Mutex<Vec<Execution>>,
    unavailable: AtomicU64,
    hangs: AtomicBool,
    /// By name, with the bytes that one of their queries may scan.
    workgroups: Mutex<HashMap<String, u64>>,
    scans: Mutex<Scans>,
}

/// What a query reads.
#[derive(Debug, Clone, Copy)]
struct Scans {
    bytes: u64,
    /// Whether nobody sees how much it is before the query is over.
    is_late: bool,
}

impl Default for Scans {
    fn default() -> Self {
        Self { bytes: SCANNED, is_late: false }
    }
}

/// What becomes of a scripted query.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It succeeds: queued at the first look, running at the second, succeeded at the third.
    Rows(Rows),
    /// It fails by the engine's fault, in the same three steps.
    Fails {
        /// The engine's words.
        reason: String,
        /// Whether a new execution may succeed.
        retryable: bool,
    },
    /// It fails by the statement's own fault, in the same three steps.
    Mistaken {
        /// The engine's words.
        reason: String,
    },
    /// It is not started: the engine's parser cannot read it.
    Malformed {
        /// The engine's words.
        reason: String,
    },
    /// It runs until it is cancelled.
    Hangs,
    /// It scans more than it may.
    CutOff,
}

/// A whole result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The columns, in order.
    pub columns: Vec<ResultColumn>,
    /// CSV as Athena writes it.
    pub csv: Bytes,
}

#[derive(Debug)]
struct Execution {
    query: Query,
    outcome: Outcome,
    scans: Scans,
    /// What it may scan.
    cutoff: u64,
    looks: u32,
    cancelled: bool,
    expired: bool,
}

impl MemoryEngine {
    /// Tells the answer to one query.
    pub fn script(&self, sql: impl Into<String>, parameters: &[&str], outcome: Outcome) {
        let parameters = parameters.iter().map(|parameter| (*parameter).to_owned()).collect();
        lock(&self.script).insert((sql.into(), parameters), outcome);
    }

    /// Adds a workgroup, beside the engine's own, whose queries are cut off when they scan more than this.
    pub fn add_workgroup(&self, name: impl Into<String>, cutoff: u64) {
        lock(&self.workgroups).insert(name.into(), cutoff);
    }

    /// Every query that is started from now on scans so many bytes.
    pub fn scan(&self, bytes: u64) {
        *lock(&self.scans) = Scans { bytes, is_late: false };
    }

    /// Every query that is started from now on scans so many bytes, and its status says so once it is over.
    pub fn scan_unseen(&self, bytes: u64) {
        *lock(&self.scans) = Scans { bytes, is_late: true };
    }

    /// The next `calls` calls answer `Unavailable` and do nothing.
    pub fn fail_next(&self, calls: u64) {
        self.unavailable.store(calls, Ordering::SeqCst);
    }

    /// From now on, no look at a query is answered.
    pub fn hang_looks(&self) {
        self.hangs.store(true, Ordering::SeqCst);
    }

    /// Every result so far goes, as results do after some days. The executions stay known.
    pub fn expire_results(&self) {
        lock(&self.executions).iter_mut().for_each(|execution| execution.expired = true);
    }

    /// Every query that was started, in order.
    pub fn started(&self) -> Vec<Query> {
        lock(&self.executions).iter().map(|execution| execution.query.clone()).collect()
    }

    fn check(&self) -> Result<(), EngineError> {
        let left = self.unavailable.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        match left {
            Ok(_) => Err(EngineError::Unavailable { source: "injected".into() }),
            Err(_) => Ok(()),
        }
    }

    fn with<T>(&self, id: &QueryId, work: impl FnOnce(&mut Execution) -> T) -> Result<T, EngineError> {
        self.check()?;
        let mut executions = lock(&self.executions);
        let index = id.as_str().strip_prefix("memory-").and_then(|number| number.parse::<usize>().ok());
        index
            .and_then(|index| executions.get_mut(index))
            .map(work)
            .ok_or_else(|| EngineError::NotFound { id: id.to_string() })
    }
}

impl Execution {
    fn state(&self) -> QueryState {
        match &self.outcome {
            _ if self.cancelled => QueryState::Cancelled,
            _ if self.looks < 2 => QueryState::Queued,
            _ if self.looks < 3 => QueryState::Running,
            _ if self.scans.bytes > self.cutoff => QueryState::CutOff,
            Outcome::Hangs => QueryState::Running,
            Outcome::Rows(_) => QueryState::Succeeded,
            Outcome::CutOff => QueryState::CutOff,
            Outcome::Fails { reason, retryable } => {
                QueryState::Failed { reason: reason.clone(), retryable: *retryable, fault: Fault::Engine }
            }
            Outcome::Mistaken { reason } | Outcome::Malformed { reason } => {
                QueryState::Failed { reason: reason.clone(), retryable: false, fault: Fault::Statement }
            }
        }
    }
}

impl QueryEngine for MemoryEngine {
    async fn start(&self, query: &Query) -> Result<QueryId, EngineError> {
        self.check()?;
        let rejected = |reason: &str| Err(EngineError::Rejected { reason: reason.to_owned() });
        if !(32..=128).contains(&query.token.chars().count()) {
            return rejected("the token must have 32 to 128 characters");
        }
        if query.parameters.iter().any(|p| !(1..=1_024).contains(&p.chars().count())) {
            return rejected("a parameter must have 1 to 1,024 characters");
        }
        let cutoff = match &query.workgroup {
            None => u64::MAX,
            Some(name) => match lock(&self.workgroups).get(name) {
                Some(cutoff) => *cutoff,
                None => return rejected("WorkGroup is not found."),
            },
        };
        let mut executions = lock(&self.executions);
        if let Some(index) = executions.iter().position(|known| known.query.token == query.token) {
            if executions[index].query != *query {
                return rejected("the token was used for another query");
            }
            return Ok(QueryId::new(format!("memory-{index}")));
        }
        let key = (query.sql.clone(), query.parameters.clone());
        let unknown = || Outcome::Mistaken {
            reason: format!("SYNTAX_ERROR: not in the script: {} {:?}", query.sql, query.parameters),
        };
        let outcome = lock(&self.script).get(&key).cloned().unwrap_or_else(unknown);
        if let Outcome::Malformed { reason } = outcome {
            return Err(EngineError::Malformed { reason });
        }
        executions.push(Execution {
            query: query.clone(),
            outcome,
            scans: *lock(&self.scans),
            cutoff,
            looks: 0,
            cancelled: false,
            expired: false,
        });
        Ok(QueryId::new(format!("memory-{}", executions.len() - 1)))
    }

    async fn status(&self, id: &QueryId) -> Result<QueryStatus, EngineError> {
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        self.with(id, |execution| {
            execution.looks += 1;
            let state = execution.state();
            let is_open = matches!(state, QueryState::Queued | QueryState::Running);
            let Scans { bytes, is_late } = execution.scans;
            QueryStatus {
                state,
                bytes_scanned: if is_open && is_late { 0 } else { bytes.min(execution.cutoff) },
                engine_millis: MILLIS,
                submitted_at: None,
                reused: false,
            }
        })
    }

    async fn result(&self, id: &QueryId) -> Result<StoredResult, EngineError> {
        self.with(id, |execution| match (execution.state(), &execution.outcome) {
            (QueryState::Succeeded, _) if execution.expired => {
                Err(EngineError::NotFound { id: id.to_string() })
            }
            (QueryState::Succeeded, Outcome::Rows(rows)) => Ok(StoredResult {
                columns: rows.columns.clone(),
                bytes: rows.csv.len() as u64,
                location: id.to_string(),
            }),
            (state, _) => Err(EngineError::Rejected { reason: format!("there is no result: {state:?}") }),
        })?
    }

    async fn read(&self, result: &StoredResult, range: Range<u64>) -> Result<Bytes, EngineError> {
        let id = QueryId::new(&result.location);
        self.with(&id, |execution| match &execution.outcome {
            _ if execution.expired => Err(EngineError::NotFound { id: id.to_string() }),
            Outcome::Rows(rows) if range.start < rows.csv.len() as u64 => {
                let end = range.end.min(rows.csv.len() as u64);
                Ok(rows.csv.slice(range.start as usize..end as usize))
            }
            _ => Err(EngineError::Failed { source: format!("nothing is at {range:?}").into() }),
        })?
    }

    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        self.with(id, |execution| {
            if matches!(execution.state(), QueryState::Queued | QueryState::Running) {
                execution.cancelled = true;
            }
        })
    }
}
