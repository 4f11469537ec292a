use std::{collections::BTreeMap, future::Future};

use super::{
    Source,
    partition_state::{EntryState, Others, PartitionState},
};
use crate::{commit::Generation, name::DatasetName};

/// One database of a Hive style catalog: Glue. A projection of the bucket, never the truth.
///
/// Locations are key prefixes of the lake's bucket, ending in `/`. A location elsewhere (somebody's hand) is
/// given as the whole URI.
pub trait Catalog: Send + Sync + 'static {
    /// The table, or `None`.
    fn table(&self, name: &DatasetName) -> impl Future<Output = Result<Option<Table>, CatalogError>> + Send;

    /// Every table whose name is a dataset's, in order of name: all pages.
    fn tables(&self) -> impl Future<Output = Result<Vec<Table>, CatalogError>> + Send;

    /// Creates the table. `AlreadyExists` if there is one.
    fn create_table(&self, table: &Table) -> impl Future<Output = Result<(), CatalogError>> + Send;

    /// Replaces the definition of the table. `NotFound` if there is none; with `table.version` set,
    /// `Conflict` if that is not the current one.
    fn update_table(&self, table: &Table) -> impl Future<Output = Result<(), CatalogError>> + Send;

    /// Deletes the table and all its partitions. `NotFound` if there is none.
    fn delete_table(&self, name: &DatasetName) -> impl Future<Output = Result<(), CatalogError>> + Send;

    /// The partition with these values, or `None`. `NotFound` if there is no such table.
    fn partition(
        &self,
        table: &DatasetName,
        values: &[String],
    ) -> impl Future<Output = Result<Option<CatalogPartition>, CatalogError>> + Send;

    /// Every partition of the table: all pages, without their columns. `NotFound` if there is no such table.
    fn partitions(
        &self,
        table: &DatasetName,
    ) -> impl Future<Output = Result<Vec<CatalogPartition>, CatalogError>> + Send;

    /// Creates or replaces partitions, in any number, as `mode` says. What could not be written is in the
    /// answer, item by item; the others are written. An error means that nothing is known.
    fn write_partitions(
        &self,
        table: &DatasetName,
        mode: Upsert,
        partitions: &[CatalogPartition],
    ) -> impl Future<Output = Result<Vec<ItemError>, CatalogError>> + Send;

    /// Deletes partitions by their values, in any number. One that does not exist is an item with `NotFound`.
    fn delete_partitions(
        &self,
        table: &DatasetName,
        values: &[Vec<String>],
    ) -> impl Future<Output = Result<Vec<ItemError>, CatalogError>> + Send;
}

/// Glue has no upsert: a caller says which of the two it means and reads the per-item errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upsert {
    /// The partition must not exist: else an item with `AlreadyExists`.
    Create,
    /// The partition must exist: else an item with `NotFound`.
    Replace,
}

/// A table, as far as this lake cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name: the dataset's.
    pub name: DatasetName,
    /// The dataset's description.
    pub description: Option<String>,
    /// Columns other than partition keys, in order.
    pub columns: Vec<TableColumn>,
    /// Partition keys in order. Those of the lake's own tables are of the type `string`.
    pub partition_keys: Vec<PartitionKey>,
    /// The table's root.
    pub location: String,
    /// The version of the definition that it follows. `None` where nobody says so, or not as `register` writes it.
    pub schema_version: Option<u32>,
    /// Free parameters, of others. Those an adapter needs for itself (formats) are its own affair.
    pub parameters: BTreeMap<String, String>,
    /// The catalog's version of the table as read; for an update, the version that must be current.
    pub version: Option<String>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name, lower case.
    pub name: String,
    /// Its type as the catalog writes it: `bigint`, `decimal(12,2)`.
    pub data_type: String,
    /// What it means.
    pub comment: Option<String>,
}

/// A partition key of a table: a column whose value all rows of a partition share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionKey {
    /// Its name.
    pub name: String,
    /// Its type as the catalog writes it: `string`, `int`, `date`. A partition's value is the text of a value of it.
    pub data_type: String,
}

impl PartitionKey {
    /// A key of the type `string`, of which the keys of the lake's own tables are.
    pub fn string(name: impl Into<String>) -> Self {
        Self { name: name.into(), data_type: "string".to_owned() }
    }
}

/// A partition of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogPartition {
    /// One value for each partition key.
    pub values: Vec<String>,
    /// Where its files are: all files below it, and no others.
    pub location: String,
    /// The table's columns when it was written. Not filled by [`Catalog::partitions`].
    pub columns: Vec<TableColumn>,
    /// Who wrote it, and what it says.
    pub state: EntryState,
    /// What others wrote beside that. Given back by whoever replaces the entry, so that it stays.
    pub others: Others,
}

impl CatalogPartition {
    /// An entry as somebody would write it who is not `register`: without columns.
    pub fn by_hand(values: Vec<String>, location: impl Into<String>) -> Self {
        let (state, others) = (EntryState::ByHand, Others::default());
        Self { values, location: location.into(), columns: Vec::new(), state, others }
    }

    /// What `register` says of it. `None` where `register` did not write it, or where somebody damaged that.
    pub fn registered(&self) -> Option<&PartitionState> {
        self.state.registered()
    }

    /// The generation that `register` says its location is.
    pub fn generation(&self) -> Option<Generation> {
        self.registered().map(|state| state.generation)
    }
}

/// What went wrong with one item of a batch.
#[derive(Debug)]
pub struct ItemError {
    /// The partition's values.
    pub values: Vec<String>,
    /// Why.
    pub error: CatalogError,
}

/// Why a call did not do what it should; the kinds are what a caller would do differently.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// There is no such database, table or partition.
    #[error("{what} does not exist in the catalog")]
    NotFound {
        /// Which.
        what: String,
    },
    /// There is one already: compare.
    #[error("{what} exists in the catalog already")]
    AlreadyExists {
        /// Which.
        what: String,
    },
    /// Somebody changed it at the same time: read it again.
    #[error("{what} was changed in the catalog at the same time")]
    Conflict {
        /// Which.
        what: String,
    },
    /// Throttled, timed out or out of reach: the same call may succeed later.
    #[error("the catalog is unavailable for {what}")]
    Unavailable {
        /// What was asked for.
        what: String,
        /// What the adapter got.
        #[source]
        source: Source,
    },
    /// Anything else. Trying again does not help.
    #[error("the catalog refused {what}")]
    Failed {
        /// What was asked for.
        what: String,
        /// What the adapter got.
        #[source]
        source: Source,
    },
}

impl CatalogError {
    /// Whether the same call fails again until a person changes something: a right, a setting, or a database that
    /// is missing. Who creates tables and partitions by itself gets [`CatalogError::NotFound`] only for the database.
    pub fn needs_a_person(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::NotFound { .. })
    }
}
