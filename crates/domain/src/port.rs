//! What the outside world must provide. Each trait states what an adapter owes; `contract` checks it.

mod catalog;
mod clock;
mod entropy;
pub mod hive;
mod object_store;
mod partition_state;
mod query_engine;

pub use catalog::{
    Catalog, CatalogError, CatalogPartition, ItemError, PartitionKey, Table, TableColumn, Upsert,
};
pub use clock::{Clock, Ids};
pub use entropy::Entropy;
pub use object_store::{
    DeleteFailure, Download, ListPage, ObjectMeta, ObjectStore, PresignedUrls, PutMode, StoreError, Version,
};
pub use partition_state::{DamagedEntry, EntryState, Others, PartitionState};
pub use query_engine::{
    EngineError, Fault, Query, QueryEngine, QueryId, QueryState, QueryStatus, ResultColumn, StoredResult,
};

/// What an adapter wraps: the SDK's error, or its own. Kept, so that nobody has to parse text.
pub type Source = Box<dyn std::error::Error + Send + Sync + 'static>;
