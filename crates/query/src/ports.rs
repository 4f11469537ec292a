//! The ports of the API, together.

use domain::port::{Catalog, Clock, Ids, PresignedUrls, QueryEngine};

/// What the API works on: what is generic over it names one parameter instead of five. A tuple of the five
/// implements it.
pub trait Ports: Send + Sync + 'static {
    /// Where results, records and the definitions lie.
    type Store: PresignedUrls;
    /// What the tables are.
    type Catalog: Catalog;
    /// What runs the queries.
    type Engine: QueryEngine;
    /// What it waits and reckons by.
    type Clock: Clock;
    /// What names its requests to the engine.
    type Ids: Ids;
}

impl<S: PresignedUrls, C: Catalog, Q: QueryEngine, K: Clock, I: Ids> Ports for (S, C, Q, K, I) {
    type Store = S;
    type Catalog = C;
    type Engine = Q;
    type Clock = K;
    type Ids = I;
}
