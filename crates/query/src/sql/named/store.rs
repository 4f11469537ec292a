//! The named queries of the bucket.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::Bytes;
use domain::{
    QueryName, key,
    port::{Clock, ObjectStore, StoreError},
};
use futures::{StreamExt, stream};

use super::{InvalidQuery, NamedQuery, view::QueryListing};
use crate::{
    access::Caller,
    lake::fresh::Fresh,
    problem::{Problem, ProblemKind, quote},
};

/// After how many seconds to come again when the bucket is out of reach.
const RETRY: u32 = 5;

/// How many definitions are read at the same time.
const READS: usize = 16;

/// Every named query.
#[derive(Debug, Default)]
pub(crate) struct NamedQueries {
    /// Those that can be run.
    pub(crate) queries: BTreeMap<QueryName, NamedQuery>,
    /// Those that cannot, and why. They hold nobody else back.
    pub(crate) damaged: BTreeMap<QueryName, InvalidQuery>,
}

impl NamedQueries {
    /// The query of this name, if it is there for the caller. To whom it is not, it does not exist.
    pub(crate) fn find(&self, name: &str, caller: &Caller) -> Result<&NamedQuery, Problem> {
        let found = self.queries.get(name).filter(|query| is_there(query, caller));
        found.ok_or_else(|| {
            let names = self.queries.values().filter(|query| is_there(query, caller));
            let names = names.map(|query| query.name().as_str());
            Problem::new(ProblemKind::UnknownNamedQuery, format!("unknown named query {}", quote(name)))
                .suggesting(name, "named queries", names)
        })
    }

    /// Those that are there for the caller.
    pub(crate) fn listing(&self, caller: &Caller) -> QueryListing<'_> {
        QueryListing { named_queries: self.seen_by(caller).map(|query| query.view(caller)).collect() }
    }

    /// Those that are there for the caller, in order of name.
    pub(crate) fn seen_by(&self, caller: &Caller) -> impl Iterator<Item = &NamedQuery> {
        self.queries.values().filter(|query| is_there(query, caller))
    }
}

fn is_there(query: &NamedQuery, caller: &Caller) -> bool {
    caller.sees_query(query.name(), query.datasets())
}

/// The named queries as last read.
#[derive(Debug)]
pub(crate) struct NamedSnapshot(Fresh<NamedQueries>);

impl NamedSnapshot {
    /// Nothing read yet. They may be `age` old.
    pub(crate) fn new(age: Duration) -> Self {
        Self(Fresh::new(age))
    }

    /// The named queries over tables of `database`. One that is damaged is in the log and left out.
    pub(crate) async fn get<S: ObjectStore, K: Clock>(
        &self,
        store: &S,
        clock: &K,
        database: &str,
    ) -> Result<Arc<NamedQueries>, Problem> {
        let read = async || {
            let loaded = load_all(store, database).await?;
            for (query, damaged) in &loaded.damaged {
                tracing::error!(%query, error = domain::chain(damaged), "a named query is damaged and left out");
            }
            Ok(loaded)
        };
        self.0.get(clock, read).await.map_err(|error: StoreError| {
            tracing::error!(error = domain::chain(&error), "the named queries cannot be read");
            if matches!(error, StoreError::Unavailable { .. }) {
                let detail = "the lake's named queries are out of reach: try again in some seconds";
                Problem::new(ProblemKind::Unavailable, detail).retry_after(RETRY)
            } else {
                let detail =
                    "the lake's named queries cannot be read: its operator finds the reason in the log";
                Problem::new(ProblemKind::Internal, detail)
            }
        })
    }
}

/// Reads every named query. An error means that nothing is known.
pub(super) async fn load_all<S: ObjectStore>(store: &S, database: &str) -> Result<NamedQueries, StoreError> {
    let objects = store.list_all(key::QUERIES).await?;
    let names = objects.into_iter().filter_map(|object| key::named_query_of(&object.key));
    let reads = names.map(|name| async move {
        let bytes = store.find(&key::named_query(&name)).await;
        (name, bytes)
    });
    let mut reads = stream::iter(reads).buffer_unordered(READS);
    let mut loaded = NamedQueries::default();
    while let Some((name, bytes)) = reads.next().await {
        match bytes {
            Ok(Some(bytes)) => match checked(name.clone(), bytes, database.to_owned()).await {
                Ok(query) => drop(loaded.queries.insert(name, query)),
                Err(invalid) => drop(loaded.damaged.insert(name, invalid)),
            },
            // Deleted since it was listed.
            Ok(None) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(loaded)
}

/// Parses and checks a definition, off the async threads: it may take a while, and `/healthz` is answered meanwhile.
async fn checked(name: QueryName, bytes: Bytes, database: String) -> Result<NamedQuery, InvalidQuery> {
    let check = move || NamedQuery::from_json(&name, &bytes, &database);
    tokio::task::spawn_blocking(check).await.unwrap_or_else(|error| {
        Err(InvalidQuery::Other(format!("it cannot be checked, by a defect of ours: {error}")))
    })
}
