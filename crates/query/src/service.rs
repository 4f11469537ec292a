//! The work behind each endpoint, generic over the ports. HTTP itself is the router's.

mod accounts;
mod answering;
mod bodies;
mod bounds;
mod checks;
mod count;
mod description;
mod extent;
mod failures;
mod handed_over;
mod health;
mod named;
mod pages;
mod patience;
mod quoted;
mod ready;
mod renders;
mod running;
mod sql;
mod too_large;
mod unrendered;

pub(crate) use bodies::Held;
pub(crate) use extent::Extent;
pub(crate) use handed_over::{QueryView, RETRY_POLL};
pub(crate) use health::Health;
pub(crate) use ready::Ready;

use bodies::Bodies;
use checks::Checks;
use renders::Places;
use too_large::TooLarge;

use std::sync::Arc;

use axum::http::HeaderMap;

use domain::{
    DatasetName, QueryName,
    port::{Catalog, Clock, Ids, PresignedUrls, QueryEngine},
};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    access::{Access, Caller},
    cache,
    column::OutputColumn,
    cost::Cost,
    datasets::{Detail, Listing, Summary},
    execute::Runner,
    flight::Flights,
    follow::Follow,
    form::Form,
    mistake::Author,
    named::NamedSnapshot,
    plan::{Limits, RowsPlan},
    ports::Ports,
    preferences::Preferences,
    problem::{Kind, Problem, quote},
    request::RowsRequest,
    settings::ApiSettings,
    snapshot::{Datasets, Snapshot, SnapshotError},
    sql::{Statement, compile},
};

/// How many tables' partitions are listed at the same time.
const LISTINGS: usize = 8;

/// The API over its ports.
#[derive(Debug)]
pub struct Api<P: Ports> {
    store: Arc<P::Store>,
    catalog: P::Catalog,
    flights: Flights<P::Engine, P::Clock, P::Ids>,
    pub(crate) settings: ApiSettings,
    snapshot: Snapshot,
    access: Access,
    named: NamedSnapshot,
    files: Places,
    pages: Places,
    too_large: TooLarge,
    checks: Checks,
    /// The memory of request bodies.
    pub(crate) bodies: Bodies,
}

/// A request for rows that is ready to run, whichever endpoint it came by.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// The dataset, if it was asked for by its name.
    pub(crate) dataset: Option<DatasetName>,
    /// The named query, if it is one.
    pub(crate) named_query: Option<QueryName>,
    /// The name of a file with the rows, without its ending: no caller's text.
    pub(crate) file_name: String,
    /// The datasets that it reads.
    pub(crate) reads: Vec<DatasetName>,
    /// What runs.
    pub(crate) statement: Statement,
    /// The columns of the result; `None` if only the result says.
    pub(crate) columns: Option<Vec<OutputColumn>>,
    /// The most rows of the answer. The statement gives one more, if there are more.
    pub(crate) rows: u64,
    /// How many columns the result has behind those of the answer.
    pub(crate) hidden: usize,
    /// How the rows go on behind the last one, if they can be followed.
    pub(crate) follow: Option<Follow>,
    /// The parameters of a named query that stand for regular expressions, whose values an engine may not take.
    pub(crate) patterns: Vec<String>,
    /// What the rows are written as.
    pub(crate) form: Form,
    /// The most bytes that the query may read, beside the workgroup's own bound.
    pub(crate) max_bytes: Option<u64>,
    /// The most rows of a statement without an ORDER BY. If the answer has so many, they may be others the next time: there
    /// is no `ETag` then.
    pub(crate) unordered: Option<u64>,
    /// Whether the same data may give another answer the next time: there is no `ETag` then, and nothing to share.
    pub(crate) volatile: bool,
}

impl Job {
    /// Who wrote the statement.
    fn author(&self) -> Author {
        Author::of(self.dataset.as_ref(), self.named_query.as_ref())
    }

    /// The statement for the log. Its values stand beside it and stay out; free SQL has a caller's text within, so its
    /// digest has to do, which the query's record has too.
    fn logged(&self) -> String {
        match self.author() {
            Author::Caller => cache::digest_of(&self.statement, "statement").hexadecimal(),
            Author::Api | Author::Operator => self.statement.sql.clone(),
        }
    }
}

/// What comes of a request for rows.
#[derive(Debug)]
pub(crate) enum Reply {
    /// Rows: all of them, or a page.
    Rows(Rows),
    /// The caller has them already.
    NotModified(Kept, Cost),
    /// The query goes on, and the caller may come back.
    Accepted(Accepted),
    /// The rows are a file at this address.
    Elsewhere(String, Cost, Extent),
}

impl Reply {
    /// Whether it says how many rows match.
    pub(crate) fn has_total(&self) -> bool {
        match self {
            Self::Rows(Rows { extent, .. }) | Self::Elsewhere(_, _, extent) => extent.total.is_some(),
            Self::NotModified(..) | Self::Accepted(_) => false,
        }
    }
}

/// Rows, rendered.
#[derive(Debug)]
pub(crate) struct Rows {
    /// The bytes.
    pub(crate) body: Vec<u8>,
    /// Their form.
    pub(crate) form: Form,
    /// What they cost.
    pub(crate) cost: Cost,
    /// What the caller may keep, if anything.
    pub(crate) kept: Option<Kept>,
    /// Which rows they are.
    pub(crate) extent: Extent,
}

/// What a caller may keep of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// `ETag`.
    pub(crate) tag: String,
    /// `Cache-Control`.
    pub(crate) control: String,
}

/// A query that goes on.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// The path to come back to.
    pub(crate) location: String,
    /// The query's state, as JSON.
    pub(crate) body: Vec<u8>,
}

impl<S: PresignedUrls, C: Catalog, Q: QueryEngine, K: Clock, I: Ids> Api<(S, C, Q, K, I)> {
    /// Puts the API on its ports.
    pub fn new(store: S, catalog: C, engine: Q, clock: K, ids: I, settings: ApiSettings) -> Self {
        let snapshot = Snapshot::new(settings.snapshot_age);
        if settings.access.open {
            tracing::info!("access is open: as long as there is no API key, anybody may use the API");
        }
        let access = Access::new(settings.access.open, settings.snapshot_age);
        let named = NamedSnapshot::new(settings.snapshot_age);
        let runner = Runner {
            engine,
            clock,
            ids,
            workgroup: settings.workgroup.clone(),
            database: settings.database.clone(),
            reuse: settings.limits.result_reuse,
            tiers: settings.limits.scan_tiers.clone(),
        };
        let flights = Flights::new(runner, settings.limits.max_queries);
        let store = Arc::new(store);
        let (files, pages, too_large) = (Places::of_files(), Places::of_pages(), TooLarge::default());
        let (checks, bodies) = (Checks::new(), Bodies::default());
        Self {
            store,
            catalog,
            flights,
            settings,
            snapshot,
            access,
            named,
            files,
            pages,
            too_large,
            checks,
            bodies,
        }
    }
}

impl<P: Ports> Api<P> {
    /// The clock that everything here goes by.
    pub(crate) fn clock(&self) -> &P::Clock {
        &self.flights.runner.clock
    }

    pub(crate) fn engine(&self) -> &P::Engine {
        &self.flights.runner.engine
    }

    #[cfg(test)]
    pub(crate) fn store_and_catalog(&self) -> (&P::Store, &P::Catalog) {
        (&*self.store, &self.catalog)
    }

    /// Who sent a request with these headers, if it gets in.
    pub(crate) async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        self.access.check(&*self.store, self.clock(), headers).await
    }

    /// `GET /v1/datasets`, as JSON: those that the caller may see.
    pub(crate) async fn datasets(&self, caller: &Caller) -> Result<Vec<u8>, Problem> {
        let datasets = self.definitions().await?;
        let seen: Vec<DatasetName> = datasets.keys().filter(|name| caller.sees(name)).cloned().collect();
        let states: Vec<_> = stream::iter(seen.clone())
            .map(|name| async move { self.snapshot.table(&self.catalog, self.clock(), &name, None).await })
            .buffered(LISTINGS)
            .try_collect()
            .await
            .map_err(|error| failures::unreadable(&error))?;
        let summaries = seen.iter().filter_map(|name| datasets.get(name)).zip(&states);
        let summaries = summaries.map(|(accepted, state)| Summary::new(accepted, (*state.value).as_ref()));
        to_json(&Listing { datasets: summaries.collect() })
    }

    /// `GET /v1/datasets/{dataset}`, as JSON.
    pub(crate) async fn dataset(&self, name: &str, caller: &Caller) -> Result<Vec<u8>, Problem> {
        let datasets = self.definitions().await?;
        let (name, accepted) = find(&datasets, name, caller)?;
        let state = self.snapshot.table(&self.catalog, self.clock(), name, None).await;
        let state = state.map_err(|error| failures::unreadable(&error))?;
        to_json(&Detail::new(accepted, (*state.value).as_ref()))
    }

    /// `GET /v1/datasets/{dataset}/rows`.
    pub(crate) async fn rows(
        &self,
        name: &str,
        query: &str,
        preferences: &Preferences,
    ) -> Result<Reply, Problem> {
        let begun = self.clock().now();
        let datasets = self.definitions().await?;
        let caller = &preferences.caller;
        let (name, _) = find(&datasets, name, caller)?;
        let mut request = RowsRequest::parse(query)?;
        let follow = Follow::of(name, query, &mut request, self.clock().now())?;
        let format = preferences.format(request.format.as_deref())?;
        caller.may_ask_for(request.limit)?;
        let limits = self.limits(caller);
        let request = Arc::new(request);
        let plan = self.rows_plan(&datasets, name, &request, limits).await?;
        let job = Job {
            dataset: Some(name.clone()),
            named_query: None,
            file_name: name.to_string(),
            reads: vec![name.clone()],
            statement: compile(&plan, &self.settings.database).bounded()?,
            columns: Some(plan.outputs()),
            rows: plan.limit,
            form: Form { format, options: request.options },
            hidden: plan.keys.hidden.len(),
            follow: Some(follow.by(&plan.keys)),
            max_bytes: caller.max_bytes_scanned(),
            unordered: None,
            patterns: Vec::new(),
            volatile: false,
        };
        let reply = self.answer(&job, preferences).await?;
        // What a count of rows says nothing of: how many groups there are.
        if !preferences.count || plan.grouped {
            return Ok(reply);
        }
        Ok(self.counted(&datasets, name, &request, reply, preferences, begun).await)
    }

    /// The plan of a request for rows of this dataset, which is one of those. Patterns are costly to check, so that does not
    /// happen on the threads that answer.
    async fn rows_plan(
        &self,
        datasets: &Arc<Datasets>,
        name: &DatasetName,
        request: &Arc<RowsRequest>,
        limits: Limits,
    ) -> Result<RowsPlan, Problem> {
        if !request.may_have_patterns() {
            return RowsPlan::new(&datasets[name].dataset, request, limits);
        }
        let (datasets, name, request) = (Arc::clone(datasets), name.clone(), Arc::clone(request));
        let plan = move || RowsPlan::new(&datasets[&name].dataset, &request, limits);
        self.checks.run(self.clock(), plan).await
    }

    /// How many rows this caller gets.
    fn limits(&self, caller: &Caller) -> Limits {
        let ApiSettings { default_rows, max_rows, .. } = self.settings;
        Limits { default_rows, max_rows: caller.max_rows(max_rows) }
    }

    async fn definitions(&self) -> Result<Arc<Datasets>, Problem> {
        let datasets = self.snapshot.datasets(&*self.store, self.clock()).await;
        datasets.map_err(|error: SnapshotError| failures::unreadable(&error))
    }
}

/// The dataset of this name. To who may not see it, it is not there.
fn find<'a>(
    datasets: &'a Datasets,
    name: &str,
    caller: &Caller,
) -> Result<(&'a DatasetName, &'a domain::schemas::Accepted), Problem> {
    datasets.get_key_value(name).filter(|(name, _)| caller.sees(name)).ok_or_else(|| {
        Problem::new(Kind::UnknownDataset, format!("unknown dataset {}", quote(name))).suggesting(
            name,
            "datasets",
            datasets.keys().filter(|name| caller.sees(name)).map(DatasetName::as_str),
        )
    })
}

/// An answer's body.
pub(crate) fn to_json(value: &impl serde::Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| {
        tracing::error!(error = domain::chain(&error), "an answer could not be written as JSON");
        Problem::new(Kind::Internal, "the answer could not be written")
    })
}
