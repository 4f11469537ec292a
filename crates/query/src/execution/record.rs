//! What a later request needs to know of a query, in the store: a Lambda remembers nothing, and may be another one.
//!
//! It is written when a query is handed over: when the wait is over before the query, or its result has more than one
//! page. That it exists also shows that this API started the query. It expires with the results.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::{
    DataType, DatasetName, QueryName,
    key::{self, ExecutionName},
    port::{Ids, ObjectStore, PutMode, StoreError},
};
use serde::{Deserialize, Serialize};

use super::mistake::Author;
use crate::{
    access::Caller, lake::generations::Generations, paging::rows_cursor::Follow, plan::column::OutputColumn,
    request::representation::Representation,
};

/// The only format of records there is so far.
const FORMAT: u32 = 1;
/// How often it is tried to write a record.
const ATTEMPTS: u32 = 3;

/// A query that callers can come back to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct QueryRecord {
    format: u32,
    /// The dataset, if it was asked for by its name.
    pub(crate) dataset: Option<DatasetName>,
    /// The named query, if it is one.
    named_query: Option<QueryName>,
    /// The datasets that it reads.
    reads: Vec<DatasetName>,
    /// The name of a file with the result, without its ending.
    pub(crate) file_name: String,
    columns: Option<Vec<RecordColumn>>,
    /// The most rows that it may have; not known of records of earlier versions.
    #[serde(default)]
    pub(crate) rows: Option<u64>,
    /// How many columns the result has behind those of the answer.
    #[serde(default)]
    pub(crate) hidden: usize,
    /// Whether the result has one row more than `rows` if there are more; not so of records of earlier versions.
    #[serde(default)]
    pub(crate) has_one_more: bool,
    /// How the rows go on behind the last one, if they can be followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) follow: Option<Follow>,
    /// The parameters of a named query that stand for regular expressions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) patterns: Vec<String>,
    #[serde(rename = "form")]
    representation: String,
    key: Option<String>,
    /// A digest of statement and parameters.
    pub(crate) statement: String,
    /// The generations it was read from.
    pub(crate) generation: Option<String>,
    /// When the newest of them was committed.
    pub(crate) freshness: Option<DateTime<Utc>>,
    /// What cursors are signed with.
    pub(crate) secret: String,
    /// When it was handed over.
    pub(crate) created_at: DateTime<Utc>,
    /// Which of the counts of all callers has its place, if they are bounded and it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct RecordColumn {
    name: String,
    #[serde(rename = "type")]
    data_type: DataType,
}

/// What a record is made of.
#[derive(Debug)]
pub(crate) struct NewRecord<'a> {
    /// The dataset, if it was asked for by its name.
    pub(crate) dataset: Option<&'a DatasetName>,
    /// The named query, if it is one.
    pub(crate) named_query: Option<&'a QueryName>,
    /// The datasets that it reads.
    pub(crate) reads: &'a [DatasetName],
    /// The name of a file with the result.
    pub(crate) file_name: &'a str,
    /// The columns; `None` if only the result says.
    pub(crate) columns: Option<&'a [OutputColumn]>,
    /// The most rows that it may have.
    pub(crate) rows: u64,
    /// How many columns the result has behind those of the answer.
    pub(crate) hidden: usize,
    /// How the rows go on behind the last one, if they can be followed.
    pub(crate) follow: Option<&'a Follow>,
    /// The parameters that stand for regular expressions.
    pub(crate) patterns: &'a [String],
    /// The representation that the caller wanted.
    pub(crate) representation: Representation,
    /// Who asked.
    pub(crate) caller: &'a Caller,
    /// A digest of statement and parameters.
    pub(crate) statement: String,
    /// The generations, where they are known.
    pub(crate) generations: Option<&'a Generations>,
    /// Now.
    pub(crate) created_at: DateTime<Utc>,
    /// Which of the counts of all callers has its place.
    pub(crate) place: Option<u32>,
}

/// Why a record cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    /// The store did not do what it should.
    #[error("the record of a query cannot be reached")]
    Store(#[from] StoreError),
    /// It is not what this version writes.
    #[error("the record of a query is damaged or of a later version")]
    Damaged(#[source] Option<serde_json::Error>),
}

impl QueryRecord {
    /// Writes the record, unless there is one: the query was handed over before, and that one counts.
    pub(crate) async fn create<S: ObjectStore, I: Ids>(
        store: &S,
        ids: &I,
        name: &ExecutionName,
        new: NewRecord<'_>,
    ) -> Result<Self, RecordError> {
        let column = |column: &OutputColumn| RecordColumn {
            name: column.name.clone(),
            data_type: column.data_type.clone(),
        };
        let record = Self {
            format: FORMAT,
            dataset: new.dataset.cloned(),
            named_query: new.named_query.cloned(),
            reads: new.reads.to_vec(),
            file_name: new.file_name.to_owned(),
            columns: new.columns.map(|columns| columns.iter().map(column).collect()),
            rows: Some(new.rows),
            hidden: new.hidden,
            has_one_more: true,
            follow: new.follow.cloned(),
            patterns: new.patterns.to_vec(),
            representation: new.representation.text(),
            key: new.caller.id().map(str::to_owned),
            statement: new.statement,
            generation: new.generations.map(|generations| generations.digest.clone()),
            freshness: new.generations.and_then(|generations| generations.freshness),
            secret: format!("{:016x}{:016x}", ids.random(), ids.random()),
            created_at: new.created_at,
            place: new.place,
        };
        let body = serde_json::to_vec(&record).map_err(|error| RecordError::Damaged(Some(error)))?;
        let body = Bytes::from(body);
        let mut attempt = 1;
        loop {
            match store.put(&key::query_record(name), body.clone(), PutMode::Create).await {
                Ok(()) => return Ok(record),
                Err(error @ (StoreError::AlreadyExists { .. } | StoreError::Conflict { .. })) => {
                    // Ours too, if its reply was lost: what is stored is what counts.
                    if let Some(stored) = Self::load(store, name).await? {
                        return Ok(stored);
                    }
                    // Where two write at the same time S3 may refuse both.
                    if attempt == ATTEMPTS {
                        return Err(error.into());
                    }
                    attempt += 1;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Reads the record. `None` if there is none, or none any longer.
    pub(crate) async fn load<S: ObjectStore>(
        store: &S,
        name: &ExecutionName,
    ) -> Result<Option<Self>, RecordError> {
        let Some(body) = store.find(&key::query_record(name)).await? else { return Ok(None) };
        let record: Self =
            serde_json::from_slice(&body).map_err(|error| RecordError::Damaged(Some(error)))?;
        if record.format == FORMAT { Ok(Some(record)) } else { Err(RecordError::Damaged(None)) }
    }

    /// Whether this caller may know of it: the key that asked, as long as it might ask for it again.
    pub(crate) fn is_of(&self, caller: &Caller) -> bool {
        let sees = match (&self.dataset, &self.named_query) {
            (_, Some(query)) => caller.sees_query(query, &self.reads),
            (dataset, None) => {
                let may = dataset.is_some() || caller.may_send_sql().is_ok();
                may && self.reads.iter().all(|dataset| caller.sees(dataset))
            }
        };
        sees && self.key.as_deref() == caller.id()
    }

    /// Who wrote the statement.
    pub(crate) fn author(&self) -> Author {
        Author::of(self.dataset.as_ref(), self.named_query.as_ref())
    }

    /// The representation that its rows have unless a request says otherwise.
    pub(crate) fn representation(&self) -> Option<Representation> {
        Representation::from_text(&self.representation)
    }

    /// How the rows go on in this representation: the recorded request is for the recorded one.
    pub(crate) fn follow_in(&self, representation: Representation) -> Option<Follow> {
        let follow = self.follow.as_ref()?;
        Some(if self.representation() == Some(representation) {
            follow.clone()
        } else {
            follow.in_representation(representation)
        })
    }

    /// The columns; `None` if only the result says.
    pub(crate) fn columns(&self) -> Option<Vec<OutputColumn>> {
        let column = |column: &RecordColumn| OutputColumn {
            name: column.name.clone(),
            data_type: column.data_type.clone(),
        };
        self.columns.as_ref().map(|columns| columns.iter().map(column).collect())
    }
}

#[cfg(test)]
mod tests;
