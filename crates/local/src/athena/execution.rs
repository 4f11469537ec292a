//! One execution, and the newest of them.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use domain::port::ResultColumn;
use engine::BytesScanned;
use futures::future::AbortHandle;

use super::{request::Start, runner::RunError, statement::Kind};

/// How many executions are remembered.
const REMEMBERED: usize = 10_000;

/// How many bytes of statements, parameters and other texts of requests, of results' columns and of errors are remembered.
/// What is not over counts too.
const REMEMBERED_BYTES: usize = 64 << 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    Queued,
    Running,
    Succeeded,
    Failed(RunError),
    /// With the reason.
    Cancelled(&'static str),
}

impl State {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed(_) => "FAILED",
            Self::Cancelled(_) => "CANCELLED",
        }
    }

    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed(_) | Self::Cancelled(_))
    }
}

/// Where a result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) bucket: String,
    pub(super) key: String,
}

/// When an execution reached which point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) submitted: DateTime<Utc>,
    /// It left the queue.
    pub(super) started: Option<DateTime<Utc>>,
    /// The engine had a plan.
    pub(super) planned: Option<DateTime<Utc>>,
    /// The engine was done.
    pub(super) computed: Option<DateTime<Utc>>,
    pub(super) completed: Option<DateTime<Utc>>,
}

#[derive(Debug)]
pub(super) struct Execution {
    pub(super) id: String,
    pub(super) request: Start,
    pub(super) kind: Kind,
    pub(super) workgroup: String,
    pub(super) output: Output,
    pub(super) state: State,
    pub(super) times: Times,
    pub(super) scanned: BytesScanned,
    pub(super) columns: Vec<ResultColumn>,
    /// Rows and bytes of the result.
    pub(super) written: (u64, u64),
    pub(super) cancel: AbortHandle,
}

impl Execution {
    /// The bytes of its texts, of its result's columns and of its error.
    fn bytes(&self) -> usize {
        let columns = self.columns.iter();
        let columns: usize = columns
            .map(|column| size_of::<ResultColumn>() + column.name.len() + column.data_type.len())
            .sum();
        let error = match &self.state {
            State::Failed(error) => error.message.len(),
            State::Queued | State::Running | State::Succeeded | State::Cancelled(_) => 0,
        };
        text_bytes(&self.request) + columns + error
    }
}

/// The newest executions by id and by token.
#[derive(Debug, Default)]
pub(super) struct Executions {
    by_id: HashMap<String, Execution>,
    by_token: HashMap<String, String>,
    order: VecDeque<String>,
    /// Of all of them ([`Execution::bytes`]).
    bytes: usize,
}

impl Executions {
    pub(super) fn get(&self, id: &str) -> Option<&Execution> {
        self.by_id.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Execution> {
        self.by_id.get_mut(id)
    }

    pub(super) fn of_token(&self, token: &str) -> Option<&Execution> {
        self.by_id.get(self.by_token.get(token)?)
    }

    /// Those that are queued or running.
    pub(super) fn active(&self) -> usize {
        self.by_id.values().filter(|execution| !execution.state.is_final()).count()
    }

    /// The ids of a workgroup's executions, newest first.
    pub(super) fn of_workgroup(&self, workgroup: &str) -> impl Iterator<Item = &str> {
        let ids = self.order.iter().rev().map(String::as_str);
        ids.filter(move |id| self.by_id.get(*id).is_some_and(|one| one.workgroup == workgroup))
    }

    /// Ends and forgets all executions of a workgroup.
    pub(super) fn forget_workgroup(&mut self, workgroup: &str) {
        let ids: Vec<String> = self.of_workgroup(workgroup).map(str::to_owned).collect();
        for id in &ids {
            if let Some(execution) = self.by_id.get(id) {
                execution.cancel.abort();
            }
            self.forget(id);
        }
        self.order.retain(|id| self.by_id.contains_key(id));
    }

    /// Ends all that are queued or running.
    pub(super) fn end_all(&self) {
        for execution in self.by_id.values() {
            execution.cancel.abort();
        }
    }

    /// Remembers one, and forgets the oldest ones that are over.
    pub(super) fn insert(&mut self, execution: Execution) {
        if let Some(token) = &execution.request.client_request_token {
            self.by_token.insert(token.clone(), execution.id.clone());
        }
        self.bytes += execution.bytes();
        self.order.push_back(execution.id.clone());
        self.by_id.insert(execution.id.clone(), execution);
        self.forget_oldest();
    }

    /// Changes one that is not over, and forgets the oldest ones that are over: what comes of a query is remembered with
    /// it. Whoever changes its columns, or makes it a failure, does it here.
    pub(super) fn end(&mut self, id: &str, change: impl FnOnce(&mut Execution)) {
        let Some(execution) = self.by_id.get_mut(id).filter(|execution| !execution.state.is_final()) else {
            return;
        };
        let before = execution.bytes();
        change(execution);
        self.bytes = (self.bytes + execution.bytes()).saturating_sub(before);
        self.forget_oldest();
    }

    fn forget_oldest(&mut self) {
        while self.order.len() > REMEMBERED || self.bytes > REMEMBERED_BYTES {
            let oldest = self.order.iter().position(|id| self.is_over(id));
            let Some(oldest) = oldest.and_then(|index| self.order.remove(index)) else { return };
            self.forget(&oldest);
        }
    }

    fn is_over(&self, id: &str) -> bool {
        self.by_id.get(id).is_none_or(|execution| execution.state.is_final())
    }

    fn forget(&mut self, id: &str) {
        let Some(execution) = self.by_id.remove(id) else { return };
        self.bytes = self.bytes.saturating_sub(execution.bytes());
        if let Some(token) = &execution.request.client_request_token
            && self.by_token.get(token).is_some_and(|of| of == id)
        {
            self.by_token.remove(token);
        }
    }
}

/// The bytes of a request's texts.
fn text_bytes(request: &Start) -> usize {
    let optional = [
        &request.client_request_token,
        &request.work_group,
        &request.query_execution_context.database,
        &request.query_execution_context.catalog,
        &request.result_configuration.output_location,
    ];
    let optional: usize = optional.into_iter().flatten().map(String::len).sum();
    let parameters: usize = request.execution_parameters.iter().map(String::len).sum();
    request.query_string.len() + parameters + optional
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCategory;

    fn execution(id: usize, bytes: usize, state: State) -> Execution {
        let token = format!("token-{id}");
        let request = Start {
            query_string: "x".repeat(bytes - bytes / 2 - token.len()),
            execution_parameters: vec!["x".repeat(bytes / 2)],
            client_request_token: Some(token),
            ..Start::default()
        };
        let submitted = DateTime::UNIX_EPOCH;
        Execution {
            id: id.to_string(),
            request,
            kind: Kind::of("SELECT 1"),
            workgroup: "primary".to_owned(),
            output: Output { bucket: "bucket".to_owned(), key: id.to_string() },
            state,
            times: Times { submitted, started: None, planned: None, computed: None, completed: None },
            scanned: BytesScanned::default(),
            columns: Vec::new(),
            written: (0, 0),
            cancel: AbortHandle::new_pair().0,
        }
    }

    #[test]
    fn the_oldest_that_are_over_are_forgotten_beyond_the_bytes() {
        let mut executions = Executions::default();
        let quarter = REMEMBERED_BYTES / 4;
        executions.insert(execution(0, quarter, State::Running));
        for id in 1..=3 {
            executions.insert(execution(id, quarter, State::Succeeded));
        }
        assert!((0..=3).all(|id| executions.get(&id.to_string()).is_some()), "all fit");
        executions.insert(execution(4, quarter + 1, State::Queued));
        let left: Vec<&str> = executions.of_workgroup("primary").collect();
        assert_eq!(left, ["4", "3", "0"], "the running one stays");
        assert!(executions.of_token("token-1").is_none());
        assert_eq!(executions.bytes, 3 * quarter + 1);
        // Nothing but executions that are not over: they all stay.
        for id in 5..=8 {
            executions.insert(execution(id, quarter, State::Running));
        }
        let left: Vec<&str> = executions.of_workgroup("primary").collect();
        assert_eq!(left, ["8", "7", "6", "5", "4", "0"]);
        executions.forget_workgroup("primary");
        assert_eq!(executions.bytes, 0);
    }

    /// One statement of `SELECT *` may have thousands of columns, and an error may quote a statement.
    #[test]
    fn what_comes_of_a_query_counts_too() {
        let mut executions = Executions::default();
        let half = REMEMBERED_BYTES / 2;
        for id in 0..3 {
            executions.insert(execution(id, 100, State::Running));
        }
        let column = ResultColumn { name: "x".repeat(half), data_type: "varchar".to_owned() };
        executions.end("0", |execution| {
            execution.columns = vec![column];
            execution.state = State::Succeeded;
        });
        assert!(executions.get("0").is_some());
        let message = "x".repeat(half);
        let error = RunError { message, category: ErrorCategory::User, error_type: None, retryable: false };
        executions.end("1", |execution| execution.state = State::Failed(error));
        let left: Vec<&str> = executions.of_workgroup("primary").collect();
        assert_eq!(left, ["2", "1"]);
        assert_eq!(executions.bytes, half + 200);
        // It is over: nothing changes it any more.
        executions.end("1", |execution| execution.state = State::Succeeded);
        assert!(matches!(executions.get("1").unwrap().state, State::Failed(_)));
        executions.forget_workgroup("primary");
        assert_eq!(executions.bytes, 0);
    }

    #[test]
    fn the_oldest_that_are_over_are_forgotten_beyond_the_number() {
        let mut executions = Executions::default();
        executions.insert(execution(0, 100, State::Running));
        for id in 1..=REMEMBERED + 5 {
            executions.insert(execution(id, 100, State::Succeeded));
        }
        assert_eq!(executions.of_workgroup("primary").count(), REMEMBERED);
        assert!(executions.get("0").is_some() && executions.get("6").is_none());
        assert!(executions.get("7").is_some());
    }
}
