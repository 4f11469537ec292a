//! CSV: cells that no spreadsheet takes for formulas, and what a reader of CSV gets back.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A CSV of these columns, each with its type.
fn csv_of(columns: &[(&str, &str)], rows: &[Vec<Option<String>>], spreadsheet: bool) -> String {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let column = |(name, data_type): &(&str, &str)| OutputColumn {
        name: (*name).to_owned(),
        data_type: data_type.parse().unwrap(),
    };
    let columns: Vec<OutputColumn> = columns.iter().map(column).collect();
    let csv: Bytes = athena_csv(&names, rows).into();
    let (options, limits) = (
        FormatOptions { spreadsheet, ..FormatOptions::default() },
        PageLimits { max_rows: 100, max_body: 10_000 },
    );
    let mut writer = PageWriter::new(Format::Csv, &columns, options, limits, Position::START);
    let mut reader = ResultReader::new(names.into_iter());
    reader.feed(csv.clone());
    reader.end();
    writer.take(&mut reader).unwrap();
    String::from_utf8(writer.finish(csv.len() as u64).unwrap().body).unwrap()
}

#[test]
fn no_cell_for_a_spreadsheet_is_a_formula() {
    let columns =
        [("=name", "string"), ("n", "bigint"), ("d", "double"), ("x", "decimal(4,2)"), ("b", "binary")];
    let row = |text: &str| vec![some(text), some("-5"), some("-1.5E10"), some("-0.10"), some("+/8=")];
    let texts = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "a,\"=b\"", "=\"a\"", "Ana", ""];
    let rows: Vec<_> = texts.iter().map(|text| row(text)).chain([vec![None; 5]]).collect();
    let safe = csv_of(&columns, &rows, true);
    let cells = [
        "\"'=1+1\"",
        "\"'+1\"",
        "\"'-1\"",
        "\"'@x\"",
        "\"'\t'=1\"",
        "\"'\r'=1\"",
        "\"' =1\"",
        "\"'＝1\"",
        "\"a,\"\"=b\"\"\"",
        "\"'=\"\"a\"\"\"",
        "\"Ana\"",
        "\"\"",
    ];
    let mut expected = "\"'=name\",\"n\",\"d\",\"x\",\"b\"\r\n".to_owned();
    for cell in cells {
        // Numbers stay numbers, and base64 is a text.
        expected.push_str(&format!("{cell},-5,-1.5E10,-0.10,\"'+/8=\"\r\n"));
    }
    expected.push_str(",,,,\r\n");
    assert_eq!(safe, expected);
    // By default every byte is as it is in the table.
    let exact = csv_of(&columns, &rows, false);
    assert!(exact.starts_with("=name,n,d,x,b\r\n=1+1,-5,-1.5E10,-0.10,+/8=\r\n"), "{exact}");
    assert!(!exact.contains('\''), "{exact}");
}

#[test]
fn names_that_sql_made_are_quoted_as_values_are() {
    let names = ["a,b", "say \"x\"", ""];
    let column = |name: &str| OutputColumn { name: name.to_owned(), data_type: domain::DataType::String };
    let columns = names.map(column);
    let csv = athena_csv(&names, &[vec![some("1"), some("2"), some("3")]]).into();
    let body = |format| String::from_utf8(render(format, &columns, &csv, 1_000).unwrap().body).unwrap();
    assert_eq!(body(Format::Csv), "\"a,b\",\"say \"\"x\"\"\",\"\"\r\n1,2,3\r\n");
    let json: Value = serde_json::from_str(&body(Format::Columns)).unwrap();
    assert_eq!(json, json!({"a,b": {"0": "1"}, "say \"x\"": {"0": "2"}, "": {"0": "3"}}));
}

fn cell() -> impl Strategy<Value = Option<String>> {
    prop_oneof![Just(None), any::<String>().prop_map(Some)]
}

/// The cells that a lenient reader makes of a CSV: quotes count at the beginning of a cell alone.
fn cells(csv: &str, separator: char) -> Vec<String> {
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let (mut is_start, mut in_quotes) = (true, false);
    let mut rest = csv.chars().peekable();
    while let Some(c) = rest.next() {
        if in_quotes {
            match c {
                '"' if rest.next_if_eq(&'"').is_none() => in_quotes = false,
                c => cell.push(c),
            }
        } else if c == separator || matches!(c, '\r' | '\n') {
            cells.push(std::mem::take(&mut cell));
            is_start = true;
        } else if is_start && c == '"' {
            (is_start, in_quotes) = (false, true);
        } else {
            is_start = false;
            cell.push(c);
        }
    }
    cells.push(cell);
    cells
}

proptest! {
    #[test]
    fn no_separator_makes_a_formula_of_a_text(
        rows in prop::collection::vec(prop::collection::vec("[-=+@;|,\"' ax\t\r\n＝]{0,12}", 2), 0..5)
    ) {
        let rows: Vec<Vec<Option<String>>> =
            rows.into_iter().map(|row| row.into_iter().map(Some).collect()).collect();
        let csv = csv_of(&[("a", "string"), ("b;=1", "string")], &rows, true);
        for separator in [',', ';', '\t', '|'] {
            for cell in cells(&csv, separator) {
                let begins = cell.trim_start().chars().next();
                let is_formula = begins.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '＝'));
                prop_assert!(!is_formula, "{cell:?} of {csv:?} by {separator:?}");
            }
        }
    }

    #[test]
    fn json_and_columns_say_what_the_result_says(rows in prop::collection::vec((cell(), any::<Option<i32>>()), 0..6)) {
        let names = ["booking_id", "seats"];
        let text: Vec<Vec<Option<String>>> =
            rows.iter().map(|(id, seats)| vec![id.clone(), seats.map(|seats| seats.to_string())]).collect();
        let records: Value = serde_json::from_str(&rendered(Format::Json, &names, &text)).unwrap();
        let expected: Vec<Value> =
            rows.iter().map(|(id, seats)| json!({"booking_id": id, "seats": seats})).collect();
        prop_assert_eq!(&records, &Value::Array(expected.clone()));
        let columns: Value = serde_json::from_str(&rendered(Format::Columns, &names, &text)).unwrap();
        for (index, record) in expected.iter().enumerate() {
            for name in names {
                prop_assert_eq!(&columns[name][index.to_string()], &record[name]);
            }
        }
    }

    #[test]
    fn csv_says_what_the_result_says(rows in prop::collection::vec((cell(), cell()), 0..6)) {
        let text: Vec<Vec<Option<String>>> = rows.into_iter().map(|(a, b)| vec![a, b]).collect();
        let mut back = csv_back(&rendered(Format::Csv, &["booking_id", "_extra"], &text));
        prop_assert_eq!(back.remove(0), vec![some("booking_id"), some("_extra")]);
        prop_assert_eq!(back, text);
    }
}
