//! Which of the rows that match a request an answer has, and where the others are.

use super::Job;
use crate::{
    execution::record::QueryRecord,
    paging::rows_cursor::Follow,
    plan::column::OutputColumn,
    render::{Page, Position},
};

/// Which rows an answer has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// How many rows come before it, in the pages before.
    pub(crate) first: u64,
    /// How many rows it has; `None` for a file elsewhere.
    pub(crate) rows: Option<u64>,
    /// Whether no row comes after it; `None` if that is not known.
    pub(crate) complete: Option<bool>,
    /// How many rows match, if that is known.
    pub(crate) total: Option<u64>,
    /// The path of the rows that come after it, if they can be had so.
    pub(crate) next: Option<String>,
}

/// A part of a result as a body.
#[derive(Debug)]
pub(super) struct ResultPart {
    pub(super) body: Vec<u8>,
    pub(super) rows: u64,
    pub(super) rest: Rest,
}

/// What comes behind a part of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rest {
    /// No more rows match.
    Nothing,
    /// Rows of the same result, from this place on.
    Page(Position),
    /// Rows that are not in the result: those behind the row with these values.
    Beyond(Vec<Option<String>>),
    /// Perhaps rows, perhaps none.
    Unknown,
}

/// What is shown of a result.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    /// The columns.
    pub(super) columns: &'a [OutputColumn],
    /// How many more the result has behind those.
    pub(super) hidden: usize,
    /// The most rows that are shown; `None` if that is not known.
    pub(super) rows: Option<u64>,
    /// Whether it has one row more if there are more.
    pub(super) has_one_more: bool,
    /// How its rows go on, if they do.
    pub(super) follow: Option<&'a Follow>,
}

impl<'a> Shown<'a> {
    pub(super) fn of(job: &'a Job, columns: &'a [OutputColumn]) -> Self {
        let Job { hidden, rows, follow, .. } = job;
        Self { columns, hidden: *hidden, rows: Some(*rows), has_one_more: true, follow: follow.as_ref() }
    }

    pub(super) fn recorded(record: &'a QueryRecord, columns: &'a [OutputColumn]) -> Self {
        let QueryRecord { hidden, rows, has_one_more, follow, .. } = record;
        Self { columns, hidden: *hidden, rows: *rows, has_one_more: *has_one_more, follow: follow.as_ref() }
    }

    /// The places of the values that say where the rows go on.
    pub(super) fn places(self) -> &'a [usize] {
        match self.follow {
            Some(follow) => &follow.places,
            None => &[],
        }
    }

    /// How many rows of the result may be shown behind so many; `None` for all of them.
    pub(super) fn left(self, shown: u64) -> Option<u64> {
        // For no rows, nothing more was asked for.
        self.rows.filter(|rows| *rows > 0).map(|rows| rows.saturating_sub(shown))
    }

    /// What comes behind a page that begins at `start`.
    pub(super) fn rest(self, page: &Page, start: Position) -> Rest {
        let is_full = self.left(start.row).is_some_and(|left| page.rows >= left);
        match (page.next, is_full) {
            (Some(_), true) => Rest::Beyond(page.last.clone().unwrap_or_default()),
            (Some(next), false) => Rest::Page(next),
            (None, _) if self.has_one_more && self.rows != Some(0) => Rest::Nothing,
            // A result without the row that would say so, or of no rows.
            (None, false) if self.rows.is_some_and(|rows| rows > 0) => Rest::Nothing,
            (None, _) => Rest::Unknown,
        }
    }

    /// What an answer says that has `rows` rows of the result behind its first `start`, where that is known. A page of the
    /// same result is the caller's to name.
    pub(super) fn extent(self, start: u64, rows: Option<u64>, rest: &Rest) -> Extent {
        let before = self.follow.map_or(0, |follow| follow.before);
        let first = before.saturating_add(start);
        let end = rows.map(|rows| first.saturating_add(rows));
        let (complete, next) = match rest {
            Rest::Unknown => (None, None),
            Rest::Nothing => (Some(true), None),
            Rest::Page(_) => (Some(false), None),
            Rest::Beyond(last) => {
                let shown = before.saturating_add(self.rows.unwrap_or_default());
                (Some(false), self.follow.and_then(|follow| follow.next(last, shown)))
            }
        };
        // Behind a cursor there are as many as there were then: only rows of one result are a total.
        let total = end.filter(|_| complete == Some(true) && before == 0);
        Extent { first, rows, complete, total, next }
    }
}

impl Extent {
    /// As PostgREST writes it in `Content-Range`: `0-99/8832`, with a star for what is not known or not there. None for a file
    /// elsewhere, unless how many rows match is known.
    pub(crate) fn range(&self) -> Option<String> {
        let total = self.total.map_or_else(|| "*".to_owned(), |total| total.to_string());
        Some(match self.rows {
            None => return self.total.map(|total| format!("*/{total}")),
            Some(0) => format!("*/{total}"),
            Some(rows) => format!("{}-{}/{total}", self.first, self.first.saturating_add(rows - 1)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_written_as_postgrest_does() {
        let range = |first, rows, total| {
            Extent { first, rows, total, ..Extent::default() }.range().unwrap_or_default()
        };
        assert_eq!(range(0, Some(100), None), "0-99/*");
        assert_eq!(range(100, Some(1), Some(101)), "100-100/101");
        assert_eq!(range(0, Some(0), Some(0)), "*/0");
        assert_eq!(range(0, Some(0), None), "*/*");
        assert_eq!((range(0, None, Some(7)), range(0, None, None)), ("*/7".to_owned(), String::new()));
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        let shown = Shown { columns: &[], hidden: 0, rows: Some(5), has_one_more: true, follow: None };
        let said = |rest: &Rest| {
            let Extent { complete, total, next, .. } = shown.extent(3, Some(2), rest);
            (complete, total, next)
        };
        assert_eq!(said(&Rest::Unknown), (None, None, None));
        assert_eq!(said(&Rest::Nothing), (Some(true), Some(5), None));
        assert_eq!(said(&Rest::Beyond(vec![])), (Some(false), None, None));
        assert_eq!((shown.left(3), shown.left(9)), (Some(2), Some(0)));
        assert_eq!(Shown { rows: Some(0), ..shown }.left(0), None);
        assert_eq!(Shown { rows: None, ..shown }.left(0), None);
    }
}
