//! One page of a stored result: read in ranges, as many as the page takes.

use domain::port::{EngineError, QueryEngine, StoredResult};

use super::{
    Page, PageLimits, PageWriter, Position, RenderError,
    result::{MalformedResult, ResultReader},
    result_types,
};
use crate::{
    plan::column::OutputColumn,
    request::{format::Format, representation::FormatOptions},
};

/// The first range is short, since most answers are; the others are long, since each costs a call.
const FIRST_RANGE: u64 = 256 << 10;
const LONGEST_RANGE: u64 = 4 << 20;

/// Which page of a result is wanted, and in which form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageRequest<'a> {
    /// The columns, with the names that the result has. For a result that no dataset describes,
    /// [`result_types::columns()`] gives them.
    pub(crate) columns: &'a [OutputColumn],
    /// How many more columns the result has behind those, which are not shown.
    pub(crate) hidden: usize,
    /// The places of the values that [`Page::last`] has.
    pub(crate) places: &'a [usize],
    /// Where it begins: [`Position::START`], or the `next` of the page before.
    pub(crate) start: Position,
    /// Where it ends, at the latest.
    pub(crate) limits: PageLimits,
    /// Its form.
    pub(crate) format: Format,
    /// What is left open by the form.
    pub(crate) options: FormatOptions,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    /// The result could not be read: its kind says whether to try again. `NotFound`: the result has expired.
    #[error("the result could not be read")]
    Read(#[from] EngineError),
    /// It was read, and cannot be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// Reads and renders a page, which ends before the first row that would not fit.
///
/// Following `next` from [`Position::START`] on gives every row of the result once and in order, whatever the limits
/// are, which may change from page to page as format and options may. Memory: the page (in `parquet` and `arrow`
/// about three times), one range of 4 MiB, and one row.
///
/// Nothing here watches a deadline, and dropping the future stops the work between two ranges.
pub(crate) async fn page<Q: QueryEngine>(
    engine: &Q,
    result: &StoredResult,
    request: &PageRequest<'_>,
) -> Result<Page, PageError> {
    has_columns(result, request.columns, request.hidden)?;
    let mut limits = request.limits;
    loop {
        let mut writer =
            PageWriter::new(request.format, request.columns, request.options, limits, request.start)
                .noting(request.places);
        pull(engine, result, request.start, &mut writer).await?;
        let rows = writer.rows();
        match writer.finish(result.bytes) {
            // How long rows are when encoded is known at the end only, and is next to never more than was expected.
            Err(RenderError::TooLarge { .. }) if rows > 1 => limits.max_rows = rows / 2,
            finished => return Ok(finished?),
        }
    }
}

async fn pull<Q: QueryEngine>(
    engine: &Q,
    result: &StoredResult,
    start: Position,
    writer: &mut PageWriter<'_>,
) -> Result<(), PageError> {
    // There was a row when the page before was read: the result is another one now.
    if start.offset > result.bytes {
        return Err(RenderError::from(MalformedResult::Truncated { at: result.bytes }).into());
    }
    let mut reader = match start.offset {
        0 => ResultReader::new(result.columns.iter().map(|column| column.name.as_str())),
        offset => ResultReader::resume(result.columns.len(), offset),
    };
    let (mut at, mut length) = (start.offset, FIRST_RANGE);
    while writer.take(&mut reader)? {
        if at >= result.bytes {
            reader.end();
            writer.take(&mut reader)?;
            break;
        }
        let bytes = engine.read(result, at..result.bytes.min(at + length)).await?;
        if bytes.is_empty() {
            return Err(RenderError::from(MalformedResult::Truncated { at }).into());
        }
        at += bytes.len() as u64;
        length = (4 * length).min(LONGEST_RANGE);
        reader.feed(bytes);
    }
    Ok(())
}

/// The columns must be the result's: those of another query would read its values as what they are not.
fn has_columns(result: &StoredResult, columns: &[OutputColumn], hidden: usize) -> Result<(), RenderError> {
    let names = result_types::names(&result.columns);
    let shown = names.len().checked_sub(hidden).and_then(|shown| names.get(..shown));
    if shown.is_some_and(|shown| shown.iter().eq(columns.iter().map(|column| &column.name))) {
        return Ok(());
    }
    let expected = columns.iter().map(|column| column.name.clone()).collect();
    Err(MalformedResult::Header { expected, found: names.into_iter().map(Some).collect() }.into())
}

#[cfg(test)]
mod tests;
