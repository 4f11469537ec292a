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
    /// Rows that it has written elsewhere.
    pub(super) changed: u64,
    /// Where the list of the files is that it has written.
    pub(super) manifest: Option<String>,
    /// It makes visible what it has written: from here on it goes on to its end.
    pub(super) is_publishing: bool,
    pub(super) cancel: AbortHandle,
}

impl Execution {
    /// Ends the work, if it may still end half-way.
    fn abort(&self) {
        if !self.is_publishing {
            self.cancel.abort();
        }
    }

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
        let manifest = self.manifest.as_ref().map_or(0, String::len);
        text_bytes(&self.request) + columns + error + manifest
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
                execution.abort();
            }
            self.forget(id);
        }
        self.order.retain(|id| self.by_id.contains_key(id));
    }

    /// Ends all that are queued or running.
    pub(super) fn end_all(&self) {
        for execution in self.by_id.values() {
            execution.abort();
        }
    }

    /// Remembers one, and forgets the oldest ones that are over.
    pub(super) fn insert(&mut self, execution: Execution) {
        if let Some(token) = &execution.request.client_request_token {
            self.by_token.insert(token.clone(), execution.id.clone());
        }
        self.bytes += execution.bytes();
        self.order.push_back(execution.id.clone());
        let id = execution.id.clone();
        self.by_id.insert(id.clone(), execution);
        self.forget_oldest(&id);
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
        self.forget_oldest(id);
    }

    /// `kept` stays: whoever waits for it has not seen its end yet.
    fn forget_oldest(&mut self, kept: &str) {
        while self.order.len() > REMEMBERED || self.bytes > REMEMBERED_BYTES {
            let oldest = self.order.iter().position(|id| id != kept && self.is_over(id));
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
mod tests;
