//! The work behind each endpoint, generic over the ports. HTTP itself is the router's.
//!
//! An endpoint (`endpoints`) makes a `job` of its request. `run` finds the reply to a job: from a query, whose result becomes
//! `pages`, or from what the caller has already (`entity_tag`). `limits` holds requests and queries to their bounds, and
//! `failures` says what went wrong.

mod endpoints;
pub(crate) mod entity_tag;
mod extent;
mod failures;
mod job;
mod limits;
mod pages;
mod query_view;
mod reply;
mod run;

pub(crate) use endpoints::health::Health;
pub(crate) use endpoints::ready::Ready;
pub(crate) use extent::Extent;
pub(crate) use failures::RETRY_POLL;
pub(crate) use job::Job;
pub(crate) use limits::bodies::Held;
pub(crate) use query_view::QueryView;
pub(crate) use reply::{Accepted, Kept, Reply, Rows};

use limits::bodies::Bodies;
use limits::checks::Checks;
use limits::render_places::RenderPlaces;
use pages::too_large::TooLarge;

use std::sync::Arc;

use axum::http::HeaderMap;

use domain::{
    DatasetName,
    port::{Catalog, Clock, Ids, PresignedUrls, QueryEngine},
};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    access::{Access, Caller, Gate},
    execution::{Runner, flight::Flights},
    lake::{
        datasets::{Detail, Listing, Summary},
        snapshot::{Datasets, Snapshot, SnapshotError},
    },
    paging::rows_cursor::Follow,
    plan::{RowLimits, RowsPlan},
    ports::Ports,
    problem::{Problem, ProblemKind, quote},
    request::{RowsRequest, preferences::Preferences, representation::Representation},
    settings::ApiSettings,
    sql::{compile, named::NamedSnapshot},
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
    files: RenderPlaces,
    pages: RenderPlaces,
    too_large: TooLarge,
    checks: Checks,
    /// The memory of request bodies.
    pub(crate) bodies: Bodies,
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
        let (files, pages, too_large) =
            (RenderPlaces::of_files(), RenderPlaces::of_pages(), TooLarge::default());
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

    /// How requests get in at present.
    pub(crate) async fn gate(&self) -> Result<Gate, Problem> {
        self.access.gate(&*self.store, self.clock()).await
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
        let request = Arc::new(request);
        let plan = self.rows_plan(&datasets, name, &request, self.limits(caller), caller).await?;
        let job = Job {
            dataset: Some(name.clone()),
            named_query: None,
            file_name: name.to_string(),
            reads: vec![name.clone()],
            statement: compile(&plan, &self.settings.database).bounded()?,
            columns: Some(plan.outputs()),
            rows: plan.limit,
            representation: Representation { format, options: request.options },
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
        limits: RowLimits,
        caller: &Caller,
    ) -> Result<RowsPlan, Problem> {
        if !request.may_have_patterns() {
            return RowsPlan::new(&datasets[name].dataset, request, limits);
        }
        let (datasets, name, request) = (Arc::clone(datasets), name.clone(), Arc::clone(request));
        let plan = move || RowsPlan::new(&datasets[&name].dataset, &request, limits);
        self.checks.run(caller, self.clock(), plan).await
    }

    /// How many rows this caller gets.
    fn limits(&self, caller: &Caller) -> RowLimits {
        let ApiSettings { default_rows, max_rows, .. } = self.settings;
        RowLimits { default_rows, max_rows: caller.max_rows(max_rows) }
    }

    /// The definitions of all datasets, as last read.
    pub(crate) async fn definitions(&self) -> Result<Arc<Datasets>, Problem> {
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
        Problem::new(ProblemKind::UnknownDataset, format!("unknown dataset {}", quote(name))).suggesting(
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
        Problem::new(ProblemKind::Internal, "the answer could not be written")
    })
}
