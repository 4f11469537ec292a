//! One page of an answer, filled row by row.

use std::borrow::Cow;

#[cfg(feature = "columnar")]
use super::columnar::{Arrow, Parquet};
use super::{
    RenderError, Renderer,
    columns::Columns,
    csv::Lines,
    json::Records,
    result::{MAX_ROW, MalformedResult, ResultReader, Row, Value},
};
use crate::{
    plan::column::OutputColumn,
    request::{format::Format, representation::FormatOptions},
};

/// What a page may hold; the first bound that is reached ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageLimits {
    /// Rows.
    pub(crate) max_rows: u64,
    /// Bytes of its body.
    pub(crate) max_body: usize,
}

/// A place between two rows of a result, as good as the result itself: what a cursor holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// The byte of the result at which the next row begins. 0 is before the header, and nothing else is.
    pub(crate) offset: u64,
    /// How many rows come before it. `columns` goes on counting from here.
    pub(crate) row: u64,
}

impl Position {
    /// Before the header.
    pub(crate) const START: Self = Self { offset: 0, row: 0 };
}

/// A finished page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// A whole document of its format.
    pub(crate) body: Vec<u8>,
    /// How many rows are in it.
    pub(crate) rows: u64,
    /// Where the next page begins; `None` if there are no more rows.
    pub(crate) next: Option<Position>,
    /// Of the last row, what the writer was asked for ([`PageWriter::noting`]), if the page ended at its bound on rows.
    pub(crate) last: Option<Vec<Option<String>>>,
}

/// Fills a page. It holds what the page holds, and nothing else of the result.
pub(crate) struct PageWriter<'c> {
    renderer: FormatRenderer,
    columns: &'c [OutputColumn],
    limits: PageLimits,
    start: Position,
    rows: u64,
    /// Where the page ended, once it is full.
    full: Option<u64>,
    /// Which values of the last row are noted.
    places: &'c [usize],
    last: Option<Vec<Option<String>>>,
}

/// The formats.
enum FormatRenderer {
    Records(Records),
    Columns(Columns),
    Lines(Lines),
    #[cfg(feature = "columnar")]
    Parquet(Parquet),
    #[cfg(feature = "columnar")]
    Arrow(Arrow),
}

impl<'c> PageWriter<'c> {
    /// A page whose rows begin at `start`, to which the reader has to be set.
    pub(crate) fn new(
        format: Format,
        columns: &'c [OutputColumn],
        options: FormatOptions,
        limits: PageLimits,
        start: Position,
    ) -> Self {
        let renderer = match format {
            Format::Json => FormatRenderer::Records(Records::array(columns, options)),
            Format::NdJson => FormatRenderer::Records(Records::lines(columns, options)),
            Format::Columns => FormatRenderer::Columns(Columns::new(columns, options)),
            Format::Csv => FormatRenderer::Lines(Lines::new(columns, options)),
            #[cfg(feature = "columnar")]
            Format::Parquet => FormatRenderer::Parquet(Parquet::new(columns)),
            #[cfg(feature = "columnar")]
            Format::Arrow => FormatRenderer::Arrow(Arrow::new(columns)),
        };
        Self { renderer, columns, limits, start, rows: 0, full: None, places: &[], last: None }
    }

    /// Notes the values at these places of the row at which the bound on rows ends the page.
    pub(crate) fn noting(self, places: &'c [usize]) -> Self {
        Self { places, ..self }
    }

    /// Takes what rows the reader has, as long as the page has room. `true` asks for more: feed the reader and come
    /// again, or finish the page if the result is at its end.
    pub(crate) fn take(&mut self, reader: &mut ResultReader) -> Result<bool, RenderError> {
        let Self { renderer, columns, limits, start, rows, full, places, last } = self;
        let mut filling = Filling { columns, limits: *limits, start: *start, rows, full, places, last };
        match renderer {
            FormatRenderer::Records(records) => filling.fill(records, reader),
            FormatRenderer::Columns(columns) => filling.fill(columns, reader),
            FormatRenderer::Lines(lines) => filling.fill(lines, reader),
            #[cfg(feature = "columnar")]
            FormatRenderer::Parquet(parquet) => filling.fill(parquet, reader),
            #[cfg(feature = "columnar")]
            FormatRenderer::Arrow(arrow) => filling.fill(arrow, reader),
        }
    }

    /// How many rows it took.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// The page, of a result of so many bytes.
    pub(crate) fn finish(self, result_bytes: u64) -> Result<Page, RenderError> {
        let maximum = self.limits.max_body;
        let body = match self.renderer {
            FormatRenderer::Records(records) => records.finish(),
            FormatRenderer::Columns(columns) => columns.finish(),
            FormatRenderer::Lines(lines) => lines.finish(),
            #[cfg(feature = "columnar")]
            FormatRenderer::Parquet(parquet) => parquet.finish(),
            #[cfg(feature = "columnar")]
            FormatRenderer::Arrow(arrow) => arrow.finish(),
        }?;
        if body.len() > maximum {
            return Err(RenderError::TooLarge { maximum });
        }
        // No row is without bytes: where some are left, there is another row.
        let next = self.full.filter(|offset| *offset < result_bytes);
        let next = next.map(|offset| Position { offset, row: self.start.row + self.rows });
        Ok(Page { body, rows: self.rows, next, last: self.last })
    }
}

/// The part of a page that is no format's own.
struct Filling<'w> {
    columns: &'w [OutputColumn],
    limits: PageLimits,
    start: Position,
    rows: &'w mut u64,
    full: &'w mut Option<u64>,
    places: &'w [usize],
    last: &'w mut Option<Vec<Option<String>>>,
}

impl Filling<'_> {
    fn fill(&mut self, renderer: &mut impl Renderer, reader: &mut ResultReader) -> Result<bool, RenderError> {
        while self.full.is_none() {
            let offset = reader.offset();
            if *self.rows >= self.limits.max_rows {
                *self.full = Some(offset);
                break;
            }
            let row = match reader.read() {
                Ok(Some(row)) => row,
                Ok(None) => return Ok(true),
                Err(MalformedResult::RowTooLong { .. }) => {
                    self.end_before(offset, self.limits.max_body.min(MAX_ROW))?;
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            let number = self.start.row + *self.rows;
            match renderer.row(number, row, self.limits.max_body) {
                Ok(true) => {
                    *self.rows += 1;
                    if *self.rows == self.limits.max_rows {
                        *self.last = Some(noted(row, self.places));
                    }
                }
                Ok(false) => self.end_before(offset, self.limits.max_body)?,
                Err(index) => return Err(self.mismatch(index, number)),
            }
        }
        Ok(false)
    }

    /// Ends the page before a row that has no room; one that has none in an empty page has none in any.
    fn end_before(&mut self, offset: u64, maximum: usize) -> Result<(), RenderError> {
        if *self.rows == 0 {
            return Err(RenderError::TooLarge { maximum });
        }
        *self.full = Some(offset);
        Ok(())
    }

    #[cold]
    fn mismatch(&self, index: usize, row: u64) -> RenderError {
        let column = &self.columns[index];
        RenderError::Cell { column: column.name.clone(), data_type: column.data_type.clone(), row }
    }
}

/// The values at these places of a row.
fn noted(row: Row<'_>, places: &[usize]) -> Vec<Option<String>> {
    if places.is_empty() {
        return Vec::new();
    }
    let values: Vec<Option<Value<'_>>> = row.values().collect();
    let value = |place: &usize| values.get(*place).copied().flatten();
    places.iter().map(|place| value(place).and_then(Value::text).map(Cow::into_owned)).collect()
}
