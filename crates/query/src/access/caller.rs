//! The sender of a request, and the questions that are asked about it.

use std::{collections::BTreeSet, sync::LazyLock};

use domain::{
    DatasetName, QueryName,
    access::{Allowed, Key, Rights},
};

use crate::problem::{Problem, ProblemKind, listing};

/// Everything, for whom there is no key to say less.
static ALL: LazyLock<Rights> = LazyLock::new(|| Rights { free_sql: true, ..Rights::default() });

/// The sender of a request: the owner of a key, or anybody where access is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Caller(Option<Box<Known>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    id: String,
    rights: Rights,
}

impl Caller {
    /// Anybody.
    pub(crate) fn anybody() -> Self {
        Self(None)
    }

    /// Who may see nothing and do nothing: stands in where nobody found out who asks.
    pub(crate) fn nobody() -> Self {
        let rights = Rights {
            datasets: Allowed::These(BTreeSet::new()),
            named_queries: Allowed::These(BTreeSet::new()),
            formats: Allowed::These(BTreeSet::new()),
            max_rows: Some(0),
            ..Rights::default()
        };
        Self(Some(Box::new(Known { id: String::new(), rights })))
    }

    /// A caller with a key of this id that allows everything.
    #[cfg(test)]
    pub(crate) fn named(id: &str) -> Self {
        Self(Some(Box::new(Known { id: id.to_owned(), rights: Rights::default() })))
    }

    pub(super) fn of(key: &Key) -> Self {
        Self(Some(Box::new(Known { id: key.id.to_string(), rights: key.rights.clone() })))
    }

    /// The owner of a key with these rights.
    #[cfg(test)]
    pub(crate) fn with(rights: Rights) -> Self {
        Self(Some(Box::new(Known { id: "0123abcd".to_owned(), rights })))
    }

    fn rights(&self) -> &Rights {
        self.0.as_ref().map_or(&ALL, |known| &known.rights)
    }

    /// The id of the key, for the log and for what belongs to its owner; nothing where access is open.
    pub(crate) fn id(&self) -> Option<&str> {
        self.0.as_ref().map(|known| known.id.as_str())
    }

    /// Stands for all rights that an answer depends on: a part of its `ETag` and of whatever else is shared.
    pub(crate) fn rights_digest(&self) -> String {
        self.rights().digest()
    }

    /// Whether the dataset is there for it. One that is not is to be answered as one that does not exist.
    pub(crate) fn sees(&self, dataset: &DatasetName) -> bool {
        self.rights().datasets.contains(dataset.as_str())
    }

    /// Whether the named query, which reads these datasets, is there for it.
    ///
    /// A key that names the query may run it whatever it reads: that is how a partner gets sums and not the rows.
    /// A key that has a `*` sees the queries over what it sees, and no more.
    pub(crate) fn sees_query<'a>(
        &self,
        name: &QueryName,
        datasets: impl IntoIterator<Item = &'a DatasetName>,
    ) -> bool {
        match &self.rights().named_queries {
            Allowed::Every => datasets.into_iter().all(|dataset| self.sees(dataset)),
            Allowed::These(names) => names.contains(name),
        }
    }

    /// Whether it may have the format of this name.
    pub(crate) fn may_have(&self, format: &str) -> Result<(), Problem> {
        match &self.rights().formats {
            Allowed::These(formats) if !formats.contains(format) => {
                let allowed = listing(formats.iter().map(String::as_str));
                let detail =
                    format!("the API key does not allow the format {format:?}; it allows: {allowed}");
                Err(Problem::new(ProblemKind::Forbidden, detail).with("parameter", "format"))
            }
            _ => Ok(()),
        }
    }

    /// Whether it may send SQL of its own.
    pub(crate) fn may_send_sql(&self) -> Result<(), Problem> {
        if self.rights().free_sql {
            return Ok(());
        }
        let detail =
            "the API key does not allow SQL of one's own: ask /v1/datasets/{dataset}/rows, or a named query";
        Err(Problem::new(ProblemKind::Forbidden, detail))
    }

    /// Whether it may have that many rows. Asked for explicitly, more are refused; what goes without saying is
    /// lowered by [`Caller::max_rows`].
    pub(crate) fn may_ask_for(&self, rows: Option<u64>) -> Result<(), Problem> {
        match (rows, self.rights().max_rows) {
            (Some(rows), Some(maximum)) if rows > maximum => {
                let detail =
                    format!("the API key allows {maximum} rows, and {rows} were asked for: lower limit");
                let problem = Problem::new(ProblemKind::Forbidden, detail);
                Err(problem.with("parameter", "limit").with("maximum", maximum))
            }
            _ => Ok(()),
        }
    }

    /// Whether it may have the result of a query that was begun with so many rows as its limit, if that is known: its
    /// key may have allowed more by then.
    pub(crate) fn may_have_rows(&self, rows: Option<u64>) -> Result<(), Problem> {
        match (rows, self.rights().max_rows) {
            (Some(rows), Some(maximum)) if rows > maximum => {
                let detail = format!(
                    "the API key allows {maximum} rows now, and the query may have {rows}: send its request again, with a \
                     lower limit"
                );
                Err(Problem::new(ProblemKind::Forbidden, detail).with("maximum", maximum))
            }
            _ => Ok(()),
        }
    }

    /// The most rows of an answer to it.
    pub(crate) fn max_rows(&self, setting: u64) -> u64 {
        self.rights().max_rows.map_or(setting, |rows| rows.min(setting))
    }

    /// The most bytes that one of its queries may scan, beside the workgroup's own bound. Athena has no such bound
    /// for one query: a scan tier below it stops the query, or who waits for it.
    pub(crate) fn max_bytes_scanned(&self) -> Option<u64> {
        self.rights().max_bytes_scanned
    }

    /// Whether it may have the rows of a query that scanned so many bytes.
    pub(crate) fn may_have_scanned(&self, bytes: u64) -> bool {
        self.max_bytes_scanned().is_none_or(|most| bytes <= most)
    }

    /// Its rights, if they have a limit for which its queries are counted.
    pub(crate) fn counted(&self) -> Option<&Rights> {
        let rights = self.rights();
        (rights.max_queries.is_some() || rights.has_budget()).then_some(rights)
    }
}
