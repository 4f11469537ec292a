use proptest::prelude::*;

use super::*;

/// Writes a result as Athena does.
pub(crate) fn athena_csv(columns: &[&str], rows: &[Vec<Option<String>>]) -> Vec<u8> {
    let header = columns.iter().map(|name| Some((*name).to_owned())).collect::<Vec<_>>();
    let line = |row: &Vec<Option<String>>| {
        let quoted = |text: &String| format!("\"{}\"", text.replace('"', "\"\""));
        let values = row.iter().map(|value| value.as_ref().map(quoted).unwrap_or_default());
        values.collect::<Vec<_>>().join(",") + "\n"
    };
    std::iter::once(&header).chain(rows).map(line).collect::<String>().into_bytes()
}

fn read_all(csv: &[u8], columns: &[&str]) -> Result<Vec<Vec<Option<String>>>, MalformedResult> {
    let mut reader = ResultReader::new(csv, columns.iter().copied())?;
    let (mut rows, mut row) = (Vec::new(), Vec::new());
    while reader.read(&mut row)? {
        rows.push(row.iter().map(|field| field.as_deref().map(str::to_owned)).collect());
    }
    Ok(rows)
}

#[test]
fn null_and_the_empty_string_stay_apart() {
    let rows = read_all(b"\"a\",\"b\"\n,\"\"\n\"\"\"\",\"x\ny\"\n", &["a", "b"]).unwrap();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(rows, [vec![None, some("")], vec![some("\""), some("x\ny")]]);
}

#[test]
fn a_null_alone_in_its_row_is_an_empty_line() {
    assert_eq!(read_all(b"\"a\"\n\n\"\"\n", &["a"]).unwrap(), [vec![None], vec![Some(String::new())]]);
    assert_eq!(read_all(b"\"a\"\n", &["a"]).unwrap(), Vec::<Vec<_>>::new());
}

#[test]
fn values_without_doubled_quotes_are_borrowed() {
    let mut reader = ResultReader::new(b"\"a\"\n\"x\"\n\"x\"\"y\"\n", ["a"].into_iter()).unwrap();
    let mut row = Vec::new();
    reader.read(&mut row).unwrap();
    assert!(matches!(row[0], Some(Cow::Borrowed("x"))));
    reader.read(&mut row).unwrap();
    assert_eq!(row[0].as_deref(), Some("x\"y"));
}

#[test]
fn what_is_malformed_is_an_error() {
    for bad in [
        "",
        "\"b\"\n",
        "a\n",
        "\"a\",\"b\"\n",
        "\"a\"\nx\n",
        "\"a\"\n\"x\n",
        "\"a\"\n\"x\"y\n",
        "\"a\"\n\"x\",\"y\"\n",
        "\"a\"\r\n\"x\"\r\n",
    ] {
        assert!(read_all(bad.as_bytes(), &["a"]).is_err(), "{bad:?} was read");
    }
    assert!(read_all(b"\"a\",\"b\"\n\"x\"\n", &["a", "b"]).is_err());
    assert_eq!(read_all(b"\"a\"\n\"\xff\"\n", &["a"]), Err(MalformedResult::NotText));
}

fn value() -> impl Strategy<Value = Option<String>> {
    prop_oneof![Just(None), Just(Some(String::new())), "[\",\n\r\\\\ aé🦀]{0,8}".prop_map(Some)]
}

proptest! {
    #[test]
    fn what_athena_writes_is_read_back(
        rows in (1_usize..5).prop_flat_map(|width| {
            prop::collection::vec(prop::collection::vec(value(), width), 0..8).prop_map(move |rows| (width, rows))
        }),
    ) {
        let (width, rows) = rows;
        let columns = &["a", "b", "c", "d"][..width];
        prop_assert_eq!(read_all(&athena_csv(columns, &rows), columns).unwrap(), rows);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), text in "[\",\na]{0,40}") {
        let _either_way = read_all(&bytes, &["a"]);
        let _either_way = read_all(text.as_bytes(), &["a"]);
        let _either_way = read_all(format!("\"a\",\"b\"\n{text}").as_bytes(), &["a", "b"]);
    }
}
