//! `GetQueryResults`: rows of the result object, page by page.

use std::{io, sync::Arc};

use serde_json::{Value, json};

use super::{
    error::{Violations, invalid, refused, unknown},
    execution::{Output, State},
    request::Results,
    results,
    service::Inner,
    statement::Kind,
    types::column_info,
};
use crate::{
    protocol::json::JsonError,
    s3::{Store, StoreError},
};

const MAX_ROWS: i64 = 1_000;

/// The bytes of the result at which a page ends, though it has fewer rows than were asked for. A thousand rows may have
/// gigabytes, and take several times that as JSON.
const PAGE: u64 = 16 << 20;

/// The longest row, in bytes of the result: Athena itself goes no further than 32 MB.
const MAX_ROW: usize = 34 << 20;

/// The values at which a page ends, as well: each takes several hundred bytes as JSON, however short it is. A row has up to
/// 20,000 of them.
const VALUES: usize = 100_000;

/// Rows of a result, and the byte at which the next page begins, if there is one.
#[derive(Debug)]
struct Page {
    rows: Vec<results::Row>,
    next: Option<u64>,
}

impl Inner {
    /// The order of the checks is Athena's: the request's form, the id, the page's size, the state, the token.
    pub(super) async fn results(&self, input: Results) -> Result<Value, JsonError> {
        let mut violations = Violations::default();
        if let Some(token) = &input.next_token {
            violations.length("nextToken", token, 1, 1_024);
        }
        if let Some(size) = input.max_results {
            violations.range("maxResults", size, 1, 100_000);
        }
        violations.check()?;
        let id = input.query_execution_id;
        let (state, output, columns, kind, changed) = {
            let executions = self.executions();
            let execution = executions.get(&id).ok_or_else(|| unknown(&id))?;
            let (state, output) = (execution.state.clone(), execution.output.clone());
            (state, output, execution.columns.clone(), execution.kind, execution.changed)
        };
        let most = input.max_results.unwrap_or(MAX_ROWS);
        if most > MAX_ROWS {
            return Err(invalid(format!("MaxResults is more than maximum allowed length {MAX_ROWS}")));
        }
        check_state(&state)?;
        let offset = match input.next_token.as_deref() {
            None => 0,
            Some(token) => results::from_token(token, &id)
                .ok_or_else(|| invalid(format!("Malformed nextPageToken {token}")))?,
        };
        if !kind.has_rows() {
            let columns: Vec<Value> = columns.iter().map(column_info).collect();
            return Ok(json!({
                "ResultSet": {"Rows": [], "ResultSetMetadata": {"ColumnInfo": columns}},
                "UpdateCount": changed,
            }));
        }
        let (store, Output { bucket, key }) = (Arc::clone(&self.store), output);
        let most = usize::try_from(most).unwrap_or(1).min(most_rows(columns.len()));
        // Nobody closes the semaphore. Who leaves gives the place back when the page is done.
        let place = Arc::clone(&self.pages).acquire_owned().await;
        let read = tokio::task::spawn_blocking(move || {
            let Page { rows, next } = page(&store, &bucket, &key, kind, offset, most)?;
            let rows: Vec<Value> = rows.iter().map(results::row_json).collect();
            drop(place);
            Ok::<_, StoreError>((rows, next))
        });
        let (rows, next) = match read.await {
            Ok(Ok(page)) => page,
            Ok(Err(error)) => {
                // Deleted, by somebody or because it expired.
                tracing::debug!(error = domain::chain(&error), query_id = id, "result not readable");
                return Err(not_there());
            }
            Err(_) => {
                return Err(JsonError::internal("InternalServerException", "the operation was cut off"));
            }
        };
        let next = next.map(|at| results::to_token(&id, at));
        let columns: Vec<Value> = columns.iter().map(column_info).collect();
        let mut answer = json!({
            "ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": columns}},
            "UpdateCount": 0,
        });
        if let Some(next) = next {
            answer["NextToken"] = json!(next);
        }
        Ok(answer)
    }
}

/// How many rows of so many columns a page may have: one at least.
fn most_rows(columns: usize) -> usize {
    (VALUES / columns.max(1)).max(1)
}

fn check_state(state: &State) -> Result<(), JsonError> {
    const NOT_NOW: &str = "INVALID_QUERY_EXECUTION_STATE";
    let name = state.name();
    match state {
        State::Succeeded => Ok(()),
        State::Queued | State::Running => {
            Err(refused(NOT_NOW, format!("Query has not yet finished. Current state: {name}")))
        }
        State::Failed(_) => {
            Err(refused(NOT_NOW, format!("Query did not finish successfully. Final query state: {name}")))
        }
        State::Cancelled(_) => Err(not_there()),
    }
}

fn not_there() -> JsonError {
    refused("RESULT_NOT_FOUND", "Could not find results")
}

/// Rows from a byte of the result object on.
fn page(
    store: &Store,
    bucket: &str,
    key: &str,
    kind: Kind,
    offset: u64,
    most: usize,
) -> Result<Page, StoreError> {
    let mut reader = store.reader(bucket, key, offset)?;
    let parse = if kind.is_text() { results::lines } else { results::records };
    gather(|text| reader.fill(text), parse, offset, most, PAGE)
}

/// Gathers rows until there are `most`, or they have some `bytes`, at least one. `fill` appends some more of the result,
/// and answers `false` at its end. `parse` is [`results::records`].
///
/// A row that is not whole yet is parsed again when there is twice as much of it: a long one comes in many pieces.
fn gather(
    mut fill: impl FnMut(&mut Vec<u8>) -> Result<bool, StoreError>,
    mut parse: impl FnMut(&[u8], bool, usize) -> (Vec<results::Row>, usize),
    offset: u64,
    most: usize,
    bytes: u64,
) -> Result<Page, StoreError> {
    let (mut text, mut rows, mut end) = (Vec::new(), Vec::new(), offset);
    let mut enough = 0;
    loop {
        let is_end = !fill(&mut text)?;
        if !is_end && text.len() < enough {
            continue;
        }
        let (more, consumed) = parse(&text, is_end, most - rows.len());
        text.drain(..consumed);
        enough = (2 * text.len()).min(MAX_ROW + 1);
        end += consumed as u64;
        rows.extend(more);
        if rows.len() == most || is_end {
            // A full page has a token, also when nothing is left: the next page is then empty.
            let next = (rows.len() == most).then_some(end);
            return Ok(Page { rows, next });
        }
        if end - offset >= bytes {
            return Ok(Page { rows, next: Some(end) });
        }
        if text.len() > MAX_ROW {
            let what = format!("the result has a row of more than {MAX_ROW} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what).into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A result in pieces of so many bytes.
    fn pieces(text: &str, piece: usize) -> impl FnMut(&mut Vec<u8>) -> Result<bool, StoreError> {
        let mut rest = text.as_bytes().to_vec();
        move |into| {
            into.extend(rest.drain(..piece.min(rest.len())));
            Ok(!rest.is_empty())
        }
    }

    /// As pages are read, with rows that are whole.
    fn gathered(
        fill: impl FnMut(&mut Vec<u8>) -> Result<bool, StoreError>,
        offset: u64,
        most: usize,
        bytes: u64,
    ) -> Result<Page, StoreError> {
        gather(fill, results::records, offset, most, bytes)
    }

    /// However many pieces it comes in.
    #[test]
    fn a_long_row_is_not_parsed_again_for_each_piece() {
        let text = format!("\"{}\"\n\"b\"\n", "x".repeat(1 << 20));
        for piece in [512, 4_096, 100_000, 1 << 19, 1 << 22] {
            let mut parsed = 0;
            let parse = |text: &[u8], is_end: bool, most: usize| {
                parsed += text.len();
                results::records(text, is_end, most)
            };
            let page = gather(pieces(&text, piece), parse, 0, 10, PAGE).unwrap();
            assert_eq!((page.rows.len(), page.next), (2, None), "{piece}");
            assert!(parsed <= 4 * text.len(), "{piece}: {parsed} bytes were parsed");
        }
    }

    #[test]
    fn a_page_ends_with_its_rows_its_bytes_or_the_result() {
        // Six bytes each.
        let text = "\"abc\"\n".repeat(10);
        for piece in [1, 5, 6, 7, 100] {
            for (most, bytes, rows, next) in
                [(3, 1_000, 3, Some(18)), (10, 1_000, 10, Some(60)), (11, 1_000, 10, None)]
            {
                let page = gathered(pieces(&text, piece), 0, most, bytes).unwrap();
                assert_eq!((page.rows.len(), page.next), (rows, next), "{piece} {most} {bytes}");
            }
        }
        let page = gathered(pieces(&text, 6), 100, 1_000, 12).unwrap();
        assert_eq!((page.rows.len(), page.next), (2, Some(112)));
        // One row is a page, however long it is.
        let page = gathered(pieces(&text, 6), 0, 1_000, 1).unwrap();
        assert_eq!((page.rows.len(), page.next), (1, Some(6)));
    }

    /// A thousand rows of four thousand columns are gigabytes as JSON.
    #[test]
    fn a_page_has_a_bounded_number_of_values() {
        for (columns, most) in
            [(0, VALUES), (1, VALUES), (100, 1_000), (101, 990), (4_000, 25), (20_000, 5), (VALUES + 1, 1)]
        {
            assert_eq!(most_rows(columns), most, "{columns}");
        }
        let row = format!("{}\n", vec!["\"1\""; 4_000].join(","));
        let (text, length) = (row.repeat(30), row.len() as u64);
        let read = |offset: u64| {
            let rest = &text[usize::try_from(offset).unwrap()..];
            gathered(pieces(rest, 100_000), offset, most_rows(4_000), PAGE).unwrap()
        };
        let first = read(0);
        assert_eq!((first.rows.len(), first.next), (25, Some(25 * length)));
        let last = read(25 * length);
        assert_eq!((last.rows.len(), last.next), (5, None));
    }

    /// Somebody may have put anything in the place of a result.
    #[test]
    fn a_row_without_an_end_is_no_row() {
        let endless = |text: &mut Vec<u8>| {
            text.resize(text.len() + (8 << 20), b'x');
            Ok(true)
        };
        assert!(matches!(gathered(endless, 0, 10, PAGE), Err(StoreError::Io(_))));
    }
}
