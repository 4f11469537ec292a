use std::ops::Range;

use bytes::Bytes;
use domain::port::{Query, QueryId, QueryStatus, ResultColumn};
use futures::FutureExt;
use proptest::prelude::*;

use super::*;
use crate::render::{render, result::tests::athena_csv};

/// An engine with one result; it may have less of it than it said.
struct Stored(Bytes);

impl QueryEngine for Stored {
    async fn start(&self, _: &Query) -> Result<QueryId, EngineError> {
        unreachable!("pages start nothing")
    }

    async fn status(&self, _: &QueryId) -> Result<QueryStatus, EngineError> {
        unreachable!("pages look at no state")
    }

    async fn result(&self, _: &QueryId) -> Result<StoredResult, EngineError> {
        unreachable!("pages have the result")
    }

    async fn read(&self, result: &StoredResult, range: Range<u64>) -> Result<Bytes, EngineError> {
        assert!(range.start < range.end && range.end <= result.bytes, "a range within the result");
        let place = |at: u64| usize::try_from(at).unwrap().min(self.0.len());
        Ok(self.0.slice(place(range.start)..place(range.end)))
    }

    async fn cancel(&self, _: &QueryId) -> Result<(), EngineError> {
        unreachable!("pages cancel nothing")
    }
}

fn stored(csv: &Bytes, names: &[&str]) -> StoredResult {
    let column = |name: &&str| ResultColumn { name: (*name).to_owned(), data_type: "varchar".to_owned() };
    StoredResult {
        columns: names.iter().map(column).collect(),
        bytes: csv.len() as u64,
        location: "s3://tributary/results/1.csv".to_owned(),
    }
}

const NAMES: [&str; 2] = ["id", "name"];

fn request(columns: &[OutputColumn], format: Format, max_rows: u64, max_body: usize) -> PageRequest<'_> {
    let limits = PageLimits { max_rows, max_body };
    let options = FormatOptions::default();
    PageRequest { columns, hidden: 0, places: &[], start: Position::START, limits, format, options }
}

/// Every page, from the first one on.
fn pages(csv: &Bytes, format: Format, max_rows: u64, max_body: usize) -> Result<Vec<Page>, PageError> {
    let (engine, result) = (Stored(csv.clone()), stored(csv, &NAMES));
    let columns = result_types::columns(&result.columns);
    let mut request = request(&columns, format, max_rows, max_body);
    let mut pages = Vec::new();
    loop {
        let page = page(&engine, &result, &request).now_or_never().unwrap()?;
        let next = page.next;
        assert!(page.body.len() <= max_body && page.rows <= max_rows);
        pages.push(page);
        match next {
            None => return Ok(pages),
            Some(next) => {
                assert!(next.offset > request.start.offset && next.row > request.start.row);
                request.start = next;
            }
        }
    }
}

fn lines(rows: usize, length: usize) -> Bytes {
    let row = |index: usize| vec![Some(index.to_string()), Some("x".repeat(length))];
    athena_csv(&NAMES, &(0..rows).map(row).collect::<Vec<_>>()).into()
}

#[test]
fn a_page_ends_before_the_row_that_has_no_room() {
    let csv = lines(3, 4);
    let whole = render(Format::NdJson, &result_types::columns(&stored(&csv, &NAMES).columns), &csv, 1_000);
    let body = whole.unwrap().body;
    let line = body.len() / 3;
    let lengths = |maximum: usize| -> Vec<usize> {
        pages(&csv, Format::NdJson, 100, maximum).unwrap().iter().map(|page| page.body.len()).collect()
    };
    assert_eq!(lengths(3 * line), [3 * line]);
    assert_eq!(lengths(3 * line - 1), [2 * line, line]);
    assert_eq!(lengths(line), [line; 3]);
    let error = pages(&csv, Format::NdJson, 100, line - 1).unwrap_err();
    assert!(matches!(error, PageError::Render(RenderError::TooLarge { maximum }) if maximum == line - 1));
}

#[test]
fn the_last_page_says_that_it_is() {
    let csv = lines(4, 4);
    let rows = |max_rows| -> Vec<u64> {
        let pages = pages(&csv, Format::Json, max_rows, 1_000).unwrap();
        pages.iter().map(|page| page.rows).collect()
    };
    assert_eq!(rows(2), [2, 2]);
    assert_eq!(rows(3), [3, 1]);
    assert_eq!(rows(4), [4]);
    assert_eq!(pages(&lines(0, 0), Format::Json, 10, 100).unwrap()[0].body, b"[]");
}

#[test]
fn columns_go_on_counting() {
    let pages = pages(&lines(3, 1), Format::Columns, 2, 1_000).unwrap();
    assert_eq!(pages[1].body, br#"{"id":{"2":"2"},"name":{"2":"x"}}"#);
}

#[test]
fn long_results_are_read_in_ranges() {
    let csv = lines(60_000, 100);
    assert!(csv.len() as u64 > LONGEST_RANGE + FIRST_RANGE);
    for format in [Format::Csv, Format::Columns] {
        let pages = pages(&csv, format, u64::MAX, usize::MAX).unwrap();
        assert_eq!(pages.iter().map(|page| page.rows).collect::<Vec<_>>(), [60_000]);
    }
    let by_size = pages(&csv, Format::Csv, u64::MAX, 1 << 20).unwrap();
    assert_eq!(by_size.iter().map(|page| page.rows).sum::<u64>(), 60_000);
    assert!(by_size[..by_size.len() - 1].iter().all(|page| page.body.len() > (1 << 20) - 200));
}

#[test]
fn a_page_takes_memory_for_itself_and_not_for_the_result() {
    const BODY: usize = 256 << 10;
    let csv = lines(60_000, 100);
    let (result, engine) = (stored(&csv, &NAMES), Stored(csv));
    let columns = result_types::columns(&result.columns);
    for format in [Format::Json, Format::Columns, Format::Csv, Format::NdJson] {
        // The ranges themselves are the engine's, and here they are slices.
        let memory = allocation_counter::measure(|| {
            let request = request(&columns, format, u64::MAX, BODY);
            let page = page(&engine, &result, &request).now_or_never().unwrap().unwrap();
            assert!(page.body.len() > BODY - 300 && page.next.is_some());
        });
        assert!(memory.bytes_max < 4 * BODY as u64, "{format:?}: {} bytes", memory.bytes_max);
    }
}

#[test]
fn hidden_columns_are_not_shown_and_say_where_the_page_ended() {
    let csv = lines(5, 3);
    let (result, engine) = (stored(&csv, &NAMES), Stored(csv));
    let columns = result_types::columns(&result.columns);
    for format in [Format::Json, Format::Columns, Format::Csv, Format::NdJson] {
        let mut request = request(&columns[..1], format, 2, 1_000);
        request.places = &[1, 0];
        let error = page(&engine, &result, &request).now_or_never().unwrap().unwrap_err();
        assert!(matches!(error, PageError::Render(RenderError::Malformed(MalformedResult::Header { .. }))));
        request.hidden = 1;
        let page = page(&engine, &result, &request).now_or_never().unwrap().unwrap();
        assert_eq!(page.last, Some(vec![Some("xxx".to_owned()), Some("1".to_owned())]));
        assert!(!page.body.contains(&b'x'), "{format:?}");
        // A page that has no room for more says nothing of it: its next page is of the same result.
        request.limits = PageLimits { max_rows: 9, max_body: 40 };
        let page = super::page(&engine, &result, &request).now_or_never().unwrap().unwrap();
        assert_eq!((page.last, page.next.is_some()), (None, page.rows < 5));
    }
}

#[test]
fn columns_of_another_result_are_refused() {
    let csv = lines(1, 1);
    let columns = result_types::columns(&stored(&csv, &["id", "price"]).columns);
    let request = request(&columns, Format::Json, 1, 1_000);
    let (result, engine) = (stored(&csv, &NAMES), Stored(csv));
    let error = page(&engine, &result, &request).now_or_never().unwrap().unwrap_err();
    assert!(matches!(error, PageError::Render(RenderError::Malformed(MalformedResult::Header { .. }))));
}

#[test]
fn a_result_that_ends_too_early_is_no_answer() {
    let csv = lines(3, 3);
    let mut result = stored(&csv, &NAMES);
    result.bytes += 1;
    let columns = result_types::columns(&result.columns);
    let request = request(&columns, Format::Json, 100, 1_000);
    let error = page(&Stored(csv), &result, &request).now_or_never().unwrap().unwrap_err();
    assert!(matches!(error, PageError::Render(RenderError::Malformed(MalformedResult::Truncated { .. }))));
}

#[test]
fn a_place_beyond_the_end_of_the_result_is_no_empty_page() {
    let csv = lines(2, 10);
    let (engine, result) = (Stored(csv.clone()), stored(&csv, &NAMES));
    let columns = result_types::columns(&result.columns);
    for (offset, is_beyond) in [(result.bytes, false), (result.bytes + 1, true), (u64::MAX, true)] {
        let start = Position { offset, row: 2 };
        let request = PageRequest { start, ..request(&columns, Format::Json, 10, 1_000) };
        match page(&engine, &result, &request).now_or_never().unwrap() {
            Ok(page) => assert_eq!((page.rows, is_beyond), (0, false), "{offset}"),
            Err(PageError::Render(RenderError::Malformed(MalformedResult::Truncated { at }))) => {
                assert_eq!((at, is_beyond), (result.bytes, true), "{offset}");
            }
            Err(other) => panic!("{offset}: {other:?}"),
        }
    }
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop_oneof![Just(None), Just(Some(String::new())), "[\",\n\r\\\\ aé🦀]{0,8}".prop_map(Some)]
}

proptest! {
    #[test]
    fn pages_of_any_size_are_the_rows_once_and_in_order(
        rows in prop::collection::vec((text(), text()), 0..40), max_rows in 1_u64..9, max_body in 120_usize..400,
    ) {
        let rows: Vec<Vec<Option<String>>> = rows.into_iter().map(|(a, b)| vec![a, b]).collect();
        let csv = Bytes::from(athena_csv(&NAMES, &rows));
        let columns = result_types::columns(&stored(&csv, &NAMES).columns);
        let whole = render(Format::NdJson, &columns, &csv, usize::MAX).unwrap().body;
        let paged = pages(&csv, Format::NdJson, max_rows, max_body).unwrap();
        prop_assert_eq!(paged.iter().map(|page| page.rows).sum::<u64>(), rows.len() as u64);
        let joined: Vec<u8> = paged.into_iter().flat_map(|page| page.body).collect();
        prop_assert_eq!(joined, whole);
        // The other formats end their pages elsewhere, and lose none either.
        for format in [Format::Json, Format::Columns, Format::Csv] {
            let mut values = Vec::new();
            for page in pages(&csv, format, max_rows, max_body).unwrap() {
                if format == Format::Csv { continue; }
                let value: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
                let ids: Vec<serde_json::Value> = match value {
                    serde_json::Value::Array(records) => records.iter().map(|record| record["id"].clone()).collect(),
                    object => object["id"].as_object().unwrap().values().cloned().collect(),
                };
                prop_assert_eq!(ids.len() as u64, page.rows);
                if format == Format::Json { values.extend(ids); }
            }
            if format == Format::Json {
                let expected: Vec<serde_json::Value> = rows.iter().map(|row| row[0].clone().into()).collect();
                prop_assert_eq!(values, expected);
            }
        }
    }
}
