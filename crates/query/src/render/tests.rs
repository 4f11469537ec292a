mod csv_cells;

use serde_json::Value;

use super::result::tests::athena_csv;
use super::*;
use crate::{plan::column::TableColumn, testing};

const MAXIMUM: usize = 1_000_000;

/// Columns of two datasets that have no name in common.
fn columns(names: &[&str]) -> Vec<OutputColumn> {
    let datasets = [testing::bookings(), testing::parcels()];
    let find = |name: &&str| datasets.iter().find_map(|dataset| TableColumn::find(dataset, name)).unwrap();
    let find = |name: &&str| OutputColumn::from(&find(name));
    names.iter().map(find).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn rendered(format: Format, names: &[&str], rows: &[Vec<Option<String>>]) -> String {
    let rendered = render(format, &columns(names), &athena_csv(names, rows).into(), MAXIMUM).unwrap();
    assert_eq!(rendered.rows, rows.len() as u64);
    String::from_utf8(rendered.body).unwrap()
}

#[test]
fn the_three_forms_of_the_same_rows() {
    let names = ["booking_id", "price", "booked_at"];
    let rows =
        [vec![some("a \"b\""), some("1.5E2"), some("2026-11-23 10:05:00.123")], vec![some(""), None, None]];
    assert_eq!(
        rendered(Format::Json, &names, &rows),
        "[{\"booking_id\":\"a \\\"b\\\"\",\"price\":1.5E2,\"booked_at\":\"2026-11-23T10:05:00.123Z\"},\n\
         {\"booking_id\":\"\",\"price\":null,\"booked_at\":null}]"
    );
    assert_eq!(
        rendered(Format::Columns, &names, &rows),
        "{\"booking_id\":{\"0\":\"a \\\"b\\\"\",\"1\":\"\"},\"price\":{\"0\":1.5E2,\"1\":null},\
         \"booked_at\":{\"0\":\"2026-11-23T10:05:00.123Z\",\"1\":null}}"
    );
    assert_eq!(
        rendered(Format::Csv, &names, &rows),
        "booking_id,price,booked_at\r\n\"a \"\"b\"\"\",1.5E2,2026-11-23T10:05:00.123Z\r\n\"\",,\r\n"
    );
}

#[test]
fn nested_values_are_json_in_every_form_and_bytes_are_base64() {
    let names = ["code", "fee", "address"];
    let address = r#"{"city":"a,\"b\"","since":"2026-11-23 10:05:00.000"}"#;
    let rows = [vec![some("AP8="), some("9999999999.90"), some(address)], vec![some(""), None, None]];
    let shown = r#"{"city":"a,\"b\"","since":"2026-11-23T10:05:00.000Z"}"#;
    assert_eq!(
        rendered(Format::Json, &names, &rows),
        format!(
            "[{{\"code\":\"AP8=\",\"fee\":9999999999.90,\"address\":{shown}}},\n\
             {{\"code\":\"\",\"fee\":null,\"address\":null}}]"
        )
    );
    assert_eq!(
        rendered(Format::Columns, &names, &rows),
        format!(
            "{{\"code\":{{\"0\":\"AP8=\",\"1\":\"\"}},\"fee\":{{\"0\":9999999999.90,\"1\":null}},\
             \"address\":{{\"0\":{shown},\"1\":null}}}}"
        )
    );
    let back = csv_back(&rendered(Format::Csv, &names, &rows));
    assert_eq!(
        back[1..],
        [vec![some("AP8="), some("9999999999.90"), some(shown)], vec![some(""), None, None]]
    );
}

#[test]
fn ndjson_is_a_record_on_each_line() {
    let names = ["booking_id", "seats"];
    let rows = [vec![some("a\nb"), some("2")], vec![None, None]];
    let expected = "{\"booking_id\":\"a\\nb\",\"seats\":2}\n{\"booking_id\":null,\"seats\":null}\n";
    assert_eq!(rendered(Format::NdJson, &names, &rows), expected);
    assert_eq!(rendered(Format::NdJson, &names, &[]), "");
}

#[test]
fn numbers_that_a_double_cannot_hold_are_exact_and_strings_for_who_wants_them() {
    let names = ["customer", "fee", "seats", "price"];
    let rows = [vec![some("9007199254740993"), some("9999999999.90"), some("2"), some("1.5")], vec![None; 4]];
    let csv = athena_csv(&names, &rows).into();
    let body = |format, numbers_as_strings| {
        let (columns, limits) = (columns(&names), PageLimits { max_rows: 10, max_body: 1_000 });
        let options = FormatOptions { numbers_as_strings, ..FormatOptions::default() };
        let mut writer = PageWriter::new(format, &columns, options, limits, Position::START);
        let mut reader = ResultReader::new(names.into_iter());
        reader.feed(Bytes::clone(&csv));
        assert!(writer.take(&mut reader).unwrap());
        String::from_utf8(writer.finish(csv.len() as u64).unwrap().body).unwrap()
    };
    let null = "{\"customer\":null,\"fee\":null,\"seats\":null,\"price\":null}\n";
    let exact = "{\"customer\":9007199254740993,\"fee\":9999999999.90,\"seats\":2,\"price\":1.5}\n";
    assert_eq!(body(Format::NdJson, false), [exact, null].concat());
    let strings = "{\"customer\":\"9007199254740993\",\"fee\":\"9999999999.90\",\"seats\":2,\"price\":1.5}\n";
    assert_eq!(body(Format::NdJson, true), [strings, null].concat());
    assert!(body(Format::Columns, true).contains("{\"customer\":{\"0\":\"9007199254740993\",\"1\":null},"));
    // CSV has no types: a number is a text in any case.
    assert_eq!(body(Format::Csv, true), body(Format::Csv, false));
}

/// The rest of such a row is not looked at, and the rows before it stay whole.
#[test]
fn a_row_is_not_finished_where_it_has_no_room() {
    let names = ["text", "n"];
    let columns = [("text", "string"), ("n", "bigint")].map(|(name, data_type)| OutputColumn {
        name: name.to_owned(),
        data_type: data_type.parse().unwrap(),
    });
    let page = |format, rows: &[Vec<Option<String>>]| {
        let csv: Bytes = athena_csv(&names, rows).into();
        let limits = PageLimits { max_rows: 100, max_body: 1_000 };
        let mut writer = PageWriter::new(format, &columns, FormatOptions::default(), limits, Position::START);
        let mut reader = ResultReader::new(names.into_iter());
        reader.feed(csv.clone());
        reader.end();
        writer.take(&mut reader)?;
        writer.finish(csv.len() as u64)
    };
    let row = |length: usize, number: &str| vec![some(&"x".repeat(length)), some(number)];
    for (format, expected) in [
        (Format::NdJson, "{\"text\":\"xx\",\"n\":1}\n"),
        (Format::Json, "[{\"text\":\"xx\",\"n\":1}]"),
        (Format::Columns, "{\"text\":{\"0\":\"xx\"},\"n\":{\"0\":1}}"),
    ] {
        assert!(matches!(page(format, &[row(2_000, "none")]), Err(RenderError::TooLarge { .. })));
        assert!(matches!(page(format, &[row(2, "none")]), Err(RenderError::Cell { .. })));
        let before = page(format, &[row(2, "1"), row(2_000, "2"), row(2, "3")]).unwrap();
        assert_eq!((before.rows, String::from_utf8(before.body).unwrap().as_str()), (1, expected));
        assert!(before.next.is_some());
    }
}

#[test]
fn columns_of_many_rows_are_whole() {
    let rows: Vec<Vec<Option<String>>> =
        (0..3_000).map(|row| vec![Some(format!("{row:0>60}")), Some(row.to_string())]).collect();
    let body = rendered(Format::Columns, &["booking_id", "seats"], &rows);
    let columns: Value = serde_json::from_str(&body).unwrap();
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(columns["booking_id"][index.to_string()].as_str(), row[0].as_deref());
        assert_eq!(columns["seats"][index.to_string()], index);
    }
    assert_eq!(columns["seats"].as_object().unwrap().len(), 3_000);
}

#[test]
fn no_rows_have_their_columns_all_the_same() {
    let names = ["booking_id", "price"];
    assert_eq!(rendered(Format::Json, &names, &[]), "[]");
    assert_eq!(rendered(Format::Columns, &names, &[]), "{\"booking_id\":{},\"price\":{}}");
    assert_eq!(rendered(Format::Csv, &names, &[]), "booking_id,price\r\n");
}

#[test]
fn an_answer_is_bounded() {
    let row = vec![some("x")];
    let csv = athena_csv(&["booking_id"], &vec![row; 100]).into();
    for format in [Format::Json, Format::Columns, Format::Csv, Format::NdJson] {
        let error = render(format, &columns(&["booking_id"]), &csv, 50).unwrap_err();
        assert!(matches!(error, RenderError::TooLarge { maximum: 50 }), "{error}");
    }
}

#[test]
fn a_value_of_another_type_is_the_engines_fault() {
    let csv = athena_csv(&["price"], &[vec![some("1.0")], vec![some("abc")]]).into();
    let error = render(Format::Json, &columns(&["price"]), &csv, MAXIMUM).unwrap_err();
    assert_eq!(error.to_string(), "row 1 has a value in column price that is not of type double");
}

#[test]
fn the_result_of_another_query_is_refused() {
    let csv = athena_csv(&["seats"], &[]).into();
    let error = render(Format::Json, &columns(&["price"]), &csv, MAXIMUM).unwrap_err();
    assert!(matches!(error, RenderError::Malformed(MalformedResult::Header { .. })));
}

#[test]
fn the_twenty_passengers_are_what_the_python_service_answered() {
    let dataset = testing::passengers();
    let columns: Vec<OutputColumn> =
        TableColumn::defined(&dataset).map(|column| OutputColumn::from(&column)).collect();
    let csv = testing::passengers_csv().into();
    let body = render(Format::Columns, &columns, &csv, MAXIMUM).unwrap().body;
    let answer: Value = serde_json::from_slice(&body).unwrap();
    let expected: Value =
        serde_json::from_str(include_str!("../../../../events/seed/response.json")).unwrap();
    assert_eq!(answer, expected);
}

/// A plain reader of RFC 4180 that keeps NULL apart.
fn csv_back(text: &str) -> Vec<Vec<Option<String>>> {
    let mut rows = vec![vec![]];
    let mut rest = text.chars().peekable();
    while rest.peek().is_some() {
        let mut value: Option<String> = None;
        if rest.next_if_eq(&'"').is_some() {
            let mut quoted = String::new();
            while let Some(character) = rest.next() {
                if character == '"' && rest.next_if_eq(&'"').is_none() {
                    break;
                }
                quoted.push(character);
            }
            value = Some(quoted);
        } else {
            while let Some(character) = rest.next_if(|c| !matches!(c, ',' | '\r')) {
                value.get_or_insert_default().push(character);
            }
        }
        rows.last_mut().unwrap().push(value);
        if rest.next() == Some('\r') {
            assert_eq!(rest.next(), Some('\n'));
            rows.push(vec![]);
        } else if rest.peek() == Some(&'\r') {
            rows.last_mut().unwrap().push(None);
            rest.next();
            rest.next();
            rows.push(vec![]);
        }
    }
    rows.pop();
    rows
}
