//! Runs a job. Its reply is one of these: the caller has the answer already; the rows of a query that is over (`finished`); or,
//! if the query takes longer than the request waits (`patience`), where to come back to.

mod finished;
mod patience;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    DatasetName,
    key::ExecutionName,
    port::{Catalog, Clock, QueryEngine, QueryId},
};
use futures::future::try_join_all;

use super::{
    Accepted, Api, Job, Reply,
    entity_tag::{self, EntityTag},
    failures,
    query_view::QueryView,
    to_json,
};
use crate::{
    access::Caller,
    digest::Digest,
    execution::{
        ExecuteError,
        account::Entered,
        cost::Cost,
        flight::{FlightHandle, FlightKey, Run, Waited},
        record::{NewRecord, QueryRecord},
    },
    lake::generations::Generations,
    ports::Ports,
    problem::{Problem, ProblemKind},
    request::preferences::Preferences,
};
use finished::kept;
use patience::{Patience, TO_ANSWER, TO_STOP};

/// A hold on a query of this API.
type FlightHandleOf<P> = FlightHandle<<P as Ports>::Engine, <P as Ports>::Clock, <P as Ports>::Ids>;

impl<P: Ports> Api<P> {
    /// Answers a job: 304 without the engine where the caller has the answer; else by a query, shared with identical
    /// requests at the same time. What takes longer than the wait goes on, and the reply says where to come back to.
    pub(crate) async fn answer(&self, job: &Job, preferences: &Preferences) -> Result<Reply, Problem> {
        let before = self.generations(&job.reads, &preferences.caller, None).await?;
        let tag = EntityTag::of_answer(
            &job.statement,
            job.columns.as_deref(),
            job.representation,
            &preferences.caller,
            &before,
        );
        if !job.volatile && tag.is_in(preferences.if_none_match.as_deref()) {
            let cost = Cost::without_query(&before);
            return Ok(Reply::NotModified(kept(&tag, &before), cost));
        }
        // Who does not wait gets a query of its own, to cancel as it likes.
        let is_waiting = !self.patience(preferences, TimeDelta::zero()).wait.is_zero();
        let key = (is_waiting && !job.volatile).then(|| flight_key(job, preferences, &before));
        let begun = self.clock().now();
        let (flight, shared) = self.take_off(job, preferences, key).await?;
        // To enter the query in an account takes calls to the store.
        let Patience { wait, slack } = self.patience(preferences, self.clock().now() - begun);
        match flight.wait(wait, slack).await {
            Waited::Over(Ok(finished)) if !preferences.caller.may_have_scanned(finished.bytes_scanned) => {
                let error = ExecuteError::CutOff(finished.id.clone());
                Err(failures::of_job(&error, job, self.maximum(&preferences.caller)))
            }
            Waited::Over(Ok(finished)) => {
                self.finished(job, preferences, &before, &tag, &finished, shared).await
            }
            Waited::Over(Err(error)) => Err(match self.behind(job, &error).await {
                Some(name) => failures::behind(&name, &preferences.caller, &error, job),
                None => failures::of_job(&error, job, self.maximum(&preferences.caller)),
            }),
            Waited::Running(_) if preferences.ends_with_request => {
                flight.give_up().await;
                Err(failures::not_awaited())
            }
            Waited::Running(_) if self.is_watched(&preferences.caller) => {
                flight.give_up().await;
                let bound = preferences.caller.max_bytes_scanned().unwrap_or_default();
                Err(failures::not_handed_over(bound, self.settings.limits.scan_tiers.lowest()))
            }
            Waited::Running(id) => self.accepted(job, preferences, &before, flight, &id).await,
            Waited::NotStarted => {
                let is_turned_away = flight.is_turned_away();
                flight.give_up().await;
                Err(failures::not_started(wait + slack, is_turned_away))
            }
        }
    }

    /// A place in the query under way for this key, or in a new one, which its caller's account allows; and whether
    /// somebody else has a place in it too.
    async fn take_off(
        &self,
        job: &Job,
        preferences: &Preferences,
        key: Option<FlightKey>,
    ) -> Result<(FlightHandleOf<P>, bool), Problem> {
        // To share a query costs nothing.
        if let Some(flight) = key.and_then(|key| self.flights.under_way(&key)) {
            return Ok((flight, true));
        }
        let in_background = preferences.deadline.is_none();
        // Where many begin at once, that takes many calls. Its process ends the request later, and with a 504.
        let entering = self.enter(&preferences.caller, in_background);
        let entered = self.in_time(preferences, TO_STOP, entering).await;
        let entered = entered.unwrap_or_else(|| Err(failures::not_entered_in_time()))?;
        let run = Run {
            statement: job.statement.clone(),
            max_bytes: job.max_bytes,
            in_background,
            owner: preferences.caller.id().map(str::to_owned),
            account: entered.as_ref().and_then(Entered::account).cloned(),
        };
        let joined = match key {
            Some(key) => self.flights.join(key, run),
            None => self.flights.alone(run).map(|flight| (flight, false)),
        };
        match entered {
            None => {}
            Some(entered) if matches!(joined, Ok((_, false))) => entered.done(),
            // Nothing runs for the entry if there is no place, or if an identical request was faster.
            Some(entered) => entered.take_back(self.clock()).await,
        }
        joined.map_err(|full| failures::full(full, &preferences.caller))
    }

    /// The dataset whose table does not follow its definition yet, if that may be why the query failed: it was planned
    /// by the definition, which is accepted before the catalog has it. What its caller can do something about is no such
    /// failure.
    async fn behind(&self, job: &Job, error: &ExecuteError) -> Option<DatasetName> {
        let is_final = matches!(error, ExecuteError::Failed { retryable: false, .. });
        if !is_final || failures::is_callers(error, job) {
            return None;
        }
        let definitions = self.definitions().await.ok()?;
        for name in &job.reads {
            let table = self.catalog.table(name).await.ok()??;
            if table.schema_version.is_some_and(|version| {
                definitions.get(name).is_some_and(|accepted| accepted.version > version)
            }) {
                return Some(name.clone());
            }
        }
        None
    }

    /// What the catalog has of these datasets; with `since`, at that time or later.
    pub(crate) async fn generations(
        &self,
        reads: &[DatasetName],
        caller: &Caller,
        since: Option<DateTime<Utc>>,
    ) -> Result<Generations, Problem> {
        let read = reads.iter().map(|name| self.snapshot.table(&self.catalog, self.clock(), name, since));
        let tables = try_join_all(read).await.map_err(|error| failures::unreadable(&error))?;
        let mut states = Vec::with_capacity(tables.len());
        for (name, table) in reads.iter().zip(&tables) {
            let state = (*table.value).as_ref().ok_or_else(|| failures::not_registered(name, caller))?;
            states.push((name, state, self.snapshot.remaining(self.clock(), table.begun)));
        }
        Ok(Generations::new(self.settings.snapshot_age, states.into_iter()))
    }

    async fn accepted(
        &self,
        job: &Job,
        preferences: &Preferences,
        before: &Generations,
        flight: FlightHandleOf<P>,
        id: &QueryId,
    ) -> Result<Reply, Problem> {
        let handed_over = async {
            self.goes_on(flight.account(), id).await?;
            let place = flight.account().and_then(|account| account.place());
            self.hand_over(job, preferences, Some(before), id, place).await
        };
        let handed_over = self.in_time(preferences, TO_STOP, handed_over).await;
        let (name, record) = match handed_over.unwrap_or_else(|| Err(failures::not_recorded_in_time(id))) {
            Ok(handed_over) => handed_over,
            Err(problem) => {
                flight.give_up().await;
                return Err(problem);
            }
        };
        flight.hand_over();
        let look = async {
            let found = self.engine().status(id).await.ok()?;
            // What could not be stopped now is stopped by the next look, or by its tier.
            self.held_to_bound(&name, found, &preferences.caller).await.ok()
        };
        // The query goes on: without the answer nobody would know its id.
        let status = self.in_time(preferences, TO_ANSWER, look).await.flatten();
        let (price, maximum) = (self.settings.limits.price_per_tb, self.maximum(&preferences.caller));
        let view = QueryView::new(&name, &record, job.representation, status.as_ref(), price, maximum);
        tracing::info!(query_id = %id, "a query takes longer than its request waits, and goes on");
        Ok(Reply::Accepted(Accepted { location: view.links.this.clone(), body: to_json(&view)? }))
    }

    /// Writes what a later request needs to know of the query.
    pub(super) async fn hand_over(
        &self,
        job: &Job,
        preferences: &Preferences,
        generations: Option<&Generations>,
        id: &QueryId,
        place: Option<u32>,
    ) -> Result<(ExecutionName, QueryRecord), Problem> {
        let Some(name) = ExecutionName::parse(id.as_str()) else {
            tracing::error!(query_id = %id, "the engine's id can be no part of a key");
            return Err(Problem::new(ProblemKind::Internal, "the query cannot be come back to"));
        };
        let new = NewRecord {
            dataset: job.dataset.as_ref(),
            named_query: job.named_query.as_ref(),
            reads: &job.reads,
            file_name: &job.file_name,
            columns: job.columns.as_deref(),
            rows: job.rows,
            hidden: job.hidden,
            follow: job.follow.as_ref(),
            patterns: &job.patterns,
            representation: job.representation,
            caller: &preferences.caller,
            statement: entity_tag::digest_of(&job.statement, "statement").hexadecimal(),
            generations,
            created_at: self.clock().now(),
            place,
        };
        let record = QueryRecord::create(&*self.store, &self.flights.runner.ids, &name, new).await;
        Ok((name, record.map_err(|error| failures::unrecorded(&error))?))
    }
}

/// Requests are identical if they send the same statement, for the same caller with the same rights, of the same
/// generations, show as many rows, and have as many rows before them. So nobody gets a query that was run within another bound, or
/// whose record says that it has more rows than were asked for. The rows before are what a cursor says, which anybody can write:
/// while access is open, a record that was shared would number the rows of one caller by the cursor of another.
fn flight_key(job: &Job, preferences: &Preferences, before: &Generations) -> FlightKey {
    let digest: Digest = entity_tag::digest_of(&job.statement, "flight");
    let caller = &preferences.caller;
    let rows = job.rows.to_string();
    let first = job.follow.as_ref().map_or(0, |follow| follow.before).to_string();
    let digest = digest.option(caller.id()).text(&caller.rights_digest()).text(&before.digest);
    digest.text(&rows).text(&first).finish()
}
