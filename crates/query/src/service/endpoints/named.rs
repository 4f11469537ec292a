//! Named queries: which there are, and their rows.

use std::sync::Arc;

use chrono::SubsecRound;
use domain::port::Clock;

use crate::{
    access::Caller,
    plan,
    ports::Ports,
    problem::Problem,
    request::{preferences::Preferences, representation::Representation},
    service::{Api, Job, Reply, to_json},
    sql::named::NamedQueries,
};

impl<P: Ports> Api<P> {
    /// The named queries, as last read.
    pub(crate) async fn queries(&self) -> Result<Arc<NamedQueries>, Problem> {
        self.named.get(&*self.store, self.clock(), &self.settings.database).await
    }

    /// `GET /v1/named-queries`, as JSON: those that the caller may see.
    pub(crate) async fn named_queries(&self, caller: &Caller) -> Result<Vec<u8>, Problem> {
        to_json(&self.queries().await?.listing(caller))
    }

    /// `GET /v1/named-queries/{name}/rows`.
    pub(crate) async fn named_rows(
        &self,
        name: &str,
        query: &str,
        preferences: &Preferences,
    ) -> Result<Reply, Problem> {
        let caller = &preferences.caller;
        let queries = self.queries().await?;
        let named = queries.find(name, caller)?;
        // In whole seconds, as in filters: requests of one second share a query.
        let request = named.read(query, self.clock().now().trunc_subsecs(0))?;
        let format = preferences.format(request.format.as_deref())?;
        caller.may_ask_for(request.limit)?;
        let limits = self.limits(caller);
        plan::limit(request.limit, limits)?;
        let options = request.options;
        let runnable = if named.has_patterns() {
            let (held, name) = (Arc::clone(&queries), named.name().clone());
            let run = move || held.queries[&name].run(&request, limits);
            self.checks.run(caller, self.clock(), run).await?
        } else {
            named.run(&request, limits)?
        };
        let job = Job {
            dataset: None,
            named_query: Some(named.name().clone()),
            file_name: named.name().to_string(),
            reads: runnable.datasets,
            statement: runnable.statement,
            columns: None,
            rows: runnable.rows,
            representation: Representation { format, options },
            hidden: 0,
            follow: None,
            max_bytes: caller.max_bytes_scanned(),
            unordered: (!runnable.ordered).then_some(runnable.rows),
            patterns: runnable.patterns,
            volatile: runnable.volatile,
        };
        self.answer(&job, preferences).await
    }
}
