//! Parts of results as bodies, and whole results as files.

pub(super) mod rows_parameters;
pub(super) mod too_large;
mod unrendered;

use std::time::Duration;

use domain::{
    key::{self, ExecutionName},
    port::{Download, ObjectStore, PresignedUrls, PutMode, QueryId, StoredResult},
};

use super::{
    Api,
    extent::{Rest, ResultPart, Shown},
    failures, to_json,
};
use crate::{
    access::Caller,
    digest::Digest,
    execution::record::QueryRecord,
    paging::result_cursor::Cursor,
    plan::column::OutputColumn,
    ports::Ports,
    problem::{Problem, ProblemKind},
    render::{self, PageLimits, PageRequest, Position, result_types},
    request::representation::Representation,
};
use unrendered::unrendered;

/// For how long a file can be fetched. The credentials of a Lambda, which sign it, last some hours.
const URL_VALID: Duration = Duration::from_secs(15 * 60);

/// The ending of what says where the rows of a file go on, if they do.
const BEYOND: &str = "beyond";

/// The path of a page.
pub(super) fn path(name: &ExecutionName, cursor: &str) -> String {
    format!("/v1/queries/{name}/rows?cursor={cursor}")
}

/// The columns of an answer: those that were planned, or else as the result itself has them.
pub(super) fn columns(planned: Option<&[OutputColumn]>, result: &StoredResult) -> Vec<OutputColumn> {
    planned.map_or_else(|| result_types::columns(&result.columns), <[OutputColumn]>::to_vec)
}

/// Whether a result is a file at an address of its own: all rows in a format that is one, if an answer has no room for
/// them, be it for the first row alone.
pub(super) fn is_elsewhere(part: &Result<ResultPart, Problem>, representation: Representation) -> bool {
    let fits = match part {
        Ok(part) => !matches!(part.rest, Rest::Page(_)),
        Err(problem) => !problem.is(ProblemKind::ResultTooLarge),
    };
    representation.is_file() && !fits
}

impl<P: Ports> Api<P> {
    /// As many rows as one answer takes, or as the caller wants.
    pub(super) async fn page(
        &self,
        caller: &Caller,
        id: &QueryId,
        result: &StoredResult,
        shown: Shown<'_>,
        cursor: Cursor,
    ) -> Result<ResultPart, Problem> {
        let Cursor { start, limit, representation } = cursor;
        let Representation { format, options } = representation;
        let (columns, hidden, places) = (shown.columns, shown.hidden, shown.places());
        let _place = self.pages.take(caller, self.clock()).await?;
        let max_rows = shown.left(start.row).unwrap_or(u64::MAX).min(limit.unwrap_or(u64::MAX));
        let mut limits = PageLimits { max_rows, max_body: self.settings.max_body };
        loop {
            let request = PageRequest { columns, hidden, places, start, limits, format, options };
            let page = render::page(self.engine(), result, &request).await;
            let page = page.map_err(|error| unrendered(error, id, columns))?;
            // No byte becomes more than six, so that short ones need not be looked at.
            let long = representation.is_text() && page.body.len() > self.settings.max_reply / 6;
            let reply = if long { escaped(&page.body) } else { page.body.len() };
            if reply <= self.settings.max_reply {
                let rest = shown.rest(&page, start);
                return Ok(ResultPart { body: page.body, rows: page.rows, rest });
            }
            // Text with very many quotes. Its next page is much like it.
            limits.max_body = page.body.len() * self.settings.max_reply / reply * 9 / 10;
        }
    }

    /// The address of the whole result as a file. Few are rendered at once; an identical one is rendered once.
    pub(super) async fn file(
        &self,
        name: &ExecutionName,
        record: &QueryRecord,
        caller: &Caller,
        result: &StoredResult,
        shown: Shown<'_>,
        representation: Representation,
    ) -> Result<(String, Rest), Problem> {
        // Two variants of one format never take each other's place.
        let variant = u128::from_be_bytes(Digest::new("form").text(&representation.text()).finish()) as u64;
        let key = key::rendered(name, variant, representation.extension());
        let beyond = key::rendered(name, variant, BEYOND);
        let mut rest = None;
        if !self.is_stored(&key).await? {
            // The answer names the rows that this caller may page by.
            let answer = format!("{key} {}", self.page_rows(caller));
            self.too_large.check(&answer)?;
            let _place = self.files.take(caller, self.clock()).await?;
            // An identical request may have been at work meanwhile.
            if !self.is_stored(&key).await? {
                self.too_large.check(&answer)?;
                let whole = self.whole(name, caller, result, shown, representation).await;
                let whole = whole.inspect_err(|problem| self.too_large.note(&answer, problem))?;
                // Before the file: who finds that finds this too.
                if let Rest::Beyond(last) = &whole.rest {
                    let put = self.store.put(&beyond, to_json(last)?.into(), PutMode::Overwrite).await;
                    put.map_err(|error| failures::unstored(&error))?;
                }
                let put = self.store.put(&key, whole.body.into(), PutMode::Overwrite).await;
                put.map_err(|error| failures::unstored(&error))?;
                rest = Some(whole.rest);
            }
        }
        let rest = match rest {
            Some(rest) => rest,
            None => self.rest_of_file(&beyond, shown).await?,
        };
        let file_name = format!("{}.{}", record.file_name, representation.extension());
        let download = Download {
            valid: URL_VALID,
            content_type: representation.format.content_type(),
            file_name: &file_name,
        };
        let url = self.store.presigned_url(&key, &download).await;
        Ok((url.map_err(|error| failures::unstored(&error))?, rest))
    }

    /// What comes behind the rows of a file that was rendered before.
    async fn rest_of_file(&self, beyond: &str, shown: Shown<'_>) -> Result<Rest, Problem> {
        let found = self.store.find(beyond).await.map_err(|error| failures::unstored(&error))?;
        let last = found.map(|body| serde_json::from_slice(&body));
        Ok(match last {
            Some(Ok(last)) => Rest::Beyond(last),
            None if shown.has_one_more => Rest::Nothing,
            None | Some(Err(_)) => Rest::Unknown,
        })
    }

    /// The rows of a page that a caller is told to page by.
    fn page_rows(&self, caller: &Caller) -> u64 {
        caller.max_rows(self.settings.max_rows).min(1_000)
    }

    async fn is_stored(&self, key: &str) -> Result<bool, Problem> {
        self.store.exists(key).await.map_err(|error| failures::unstored(&error))
    }

    async fn whole(
        &self,
        name: &ExecutionName,
        caller: &Caller,
        result: &StoredResult,
        shown: Shown<'_>,
        representation: Representation,
    ) -> Result<ResultPart, Problem> {
        let id = QueryId::new(name.as_str());
        let maximum = self.settings.limits.max_rendered;
        let max_rows = shown.left(0).unwrap_or(u64::MAX);
        let limits = PageLimits { max_rows, max_body: usize::try_from(maximum).unwrap_or(usize::MAX) };
        let (Representation { format, options }, start) = (representation, Position::START);
        let (columns, hidden, places) = (shown.columns, shown.hidden, shown.places());
        let request = PageRequest { columns, hidden, places, start, limits, format, options };
        let page = render::page(self.engine(), result, &request).await;
        let page = page.map_err(|error| unrendered(error, &id, columns))?;
        let rest = shown.rest(&page, start);
        if !matches!(rest, Rest::Page(_)) {
            return Ok(ResultPart { body: page.body, rows: page.rows, rest });
        }
        let limit = self.page_rows(caller);
        let rows = format!("/v1/queries/{name}/rows?{}&limit={limit}", representation.parameters());
        let detail = format!(
            "the file would be longer than {maximum} bytes: lower limit, select fewer columns, or page at {rows}"
        );
        let problem =
            Problem::new(ProblemKind::ResultTooLarge, detail).with("maximum", maximum).with("rows", rows);
        Err(problem.with("query_id", id.as_str()))
    }
}

/// The length of a text as a string of JSON, without its quotes: what it takes of a Lambda's reply.
fn escaped(body: &[u8]) -> usize {
    let more = |byte: &u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 1,
        0..=0x1f => 5,
        _ => 0,
    };
    body.len() + body.iter().map(more).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping_is_counted_as_serde_does_it() {
        let text = "{\"name\":\"Peña \\ \u{1}\t\r\n\u{8}\u{7f}\"}";
        assert_eq!(escaped(text.as_bytes()) + 2, serde_json::to_string(text).unwrap().len() + 4);
        let plain = "abc,\"d\"\r\n";
        assert_eq!(escaped(plain.as_bytes()) + 2, serde_json::to_string(plain).unwrap().len());
    }
}
