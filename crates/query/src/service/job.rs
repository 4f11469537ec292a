//! A request for rows that is ready to run.

use domain::{DatasetName, QueryName};

use super::entity_tag;
use crate::{
    execution::mistake::Author, paging::rows_cursor::Follow, plan::column::OutputColumn,
    request::representation::Representation, sql::Statement,
};

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
    pub(crate) representation: Representation,
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
    pub(super) fn author(&self) -> Author {
        Author::of(self.dataset.as_ref(), self.named_query.as_ref())
    }

    /// The statement for the log. Its values stand beside it and stay out; free SQL has a caller's text within, so its
    /// digest has to do, which the query's record has too.
    pub(super) fn logged(&self) -> String {
        match self.author() {
            Author::Caller => entity_tag::digest_of(&self.statement, "statement").hexadecimal(),
            Author::Api | Author::Operator => self.statement.sql.clone(),
        }
    }
}
