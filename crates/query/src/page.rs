//! Stand-in until R's pages are merged: the same interface, on the renderer that takes whole results.

use domain::port::{EngineError, QueryEngine, StoredResult};

use crate::{
    column::OutputColumn,
    format::Format,
    render::{self, RenderError},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) offset: u64,
    pub(crate) row: u64,
}

impl Position {
    pub(crate) const START: Self = Self { offset: 0, row: 0 };
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) max_rows: u64,
    pub(crate) max_body: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Options {}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) body: Vec<u8>,
    pub(crate) rows: u64,
    pub(crate) next: Option<Position>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct PageRequest<'a> {
    pub(crate) columns: &'a [OutputColumn],
    pub(crate) start: Position,
    pub(crate) limits: Limits,
    pub(crate) format: Format,
    #[expect(dead_code, reason = "stand-in")]
    pub(crate) options: Options,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    #[error("the result could not be read")]
    Read(#[from] EngineError),
    #[error(transparent)]
    Render(#[from] RenderError),
}

pub(crate) async fn page<Q: QueryEngine>(
    engine: &Q,
    result: &StoredResult,
    request: &PageRequest<'_>,
) -> Result<Page, PageError> {
    let csv = engine.read(result, 0..result.bytes).await?;
    let ends: Vec<usize> = {
        let mut quoted = false;
        let ends = csv.iter().enumerate().filter(|(_, byte)| {
            quoted ^= **byte == b'"';
            !quoted && **byte == b'\n'
        });
        ends.map(|(at, _)| at + 1).collect()
    };
    let header = &csv[..*ends.first().unwrap_or(&csv.len())];
    let start = header.len().max(request.start.offset as usize);
    let ends: Vec<usize> = ends.into_iter().filter(|end| *end > start).collect();
    let mut rows = ends.len().min(usize::try_from(request.limits.max_rows).unwrap_or(usize::MAX));
    loop {
        let end = if rows == 0 { start } else { ends[rows - 1] };
        let part = [header, &csv[start..end]].concat();
        match render::render(request.format, request.columns, &part, request.limits.max_body) {
            Err(RenderError::TooLarge { .. }) if rows > 1 => rows /= 2,
            other => {
                let rendered = other?;
                let next = Position { offset: end as u64, row: request.start.row + rendered.rows };
                let next = Some(next).filter(|next| next.offset < result.bytes);
                return Ok(Page { body: rendered.body, rows: rendered.rows, next });
            }
        }
    }
}
