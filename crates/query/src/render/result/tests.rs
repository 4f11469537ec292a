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

/// A row as a test has it.
type Texts = Vec<Option<String>>;

fn texts(row: Row<'_>) -> Texts {
    row.values().map(|value| value.map(|value| value.text().unwrap().into_owned())).collect()
}

/// The rows, read in pieces of these lengths, over and over, and with each the offset before it.
fn read_pieces(
    mut reader: ResultReader,
    csv: &[u8],
    lengths: &[usize],
) -> Result<Vec<(u64, Texts)>, MalformedResult> {
    let (mut rows, mut rest, mut lengths) = (Vec::new(), csv, lengths.iter().cycle());
    loop {
        let mut offset = reader.offset();
        while let Some(row) = reader.read()? {
            rows.push((offset, texts(row)));
            offset = reader.offset();
        }
        if rest.is_empty() {
            if reader.last {
                return Ok(rows);
            }
            reader.end();
            continue;
        }
        let (piece, others) = rest.split_at((*lengths.next().unwrap()).min(rest.len()));
        reader.feed(Bytes::copy_from_slice(piece));
        rest = others;
    }
}

fn read_all(csv: &[u8], columns: &[&str]) -> Result<Vec<Texts>, MalformedResult> {
    let reader = ResultReader::new(columns.iter().copied());
    let rows = read_pieces(reader, csv, &[usize::MAX])?;
    Ok(rows.into_iter().map(|(_, row)| row).collect())
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
fn rows_are_lent_where_they_lie() {
    let csv = Bytes::from_static(b"\"a\"\n\"x\"\n\"x\"\"y\"\n");
    let mut reader = ResultReader::new(["a"].into_iter());
    reader.feed(csv.clone());
    for place in [5, 9] {
        let row = reader.read().unwrap().unwrap();
        let value = row.values().next().unwrap().unwrap();
        assert_eq!(value.bytes().as_ptr(), csv[place..].as_ptr());
        assert_eq!(value.is_doubled(), place == 9);
    }
    assert_eq!(reader.offset(), csv.len() as u64);
    assert!(reader.read().unwrap().is_none());
}

#[test]
fn a_row_may_be_longer_than_a_piece_and_not_than_the_bound() {
    let long = format!("\"a\"\n\"{}\"\n\"end\"\n", "x\ny".repeat(100_000));
    let reader = ResultReader::new(["a"].into_iter());
    let rows = read_pieces(reader, long.as_bytes(), &[1_000]).unwrap();
    assert_eq!(rows[0].1[0].as_ref().unwrap().len(), 300_000);
    assert_eq!(rows[1], (4 + 300_003, vec![Some("end".to_owned())]));
    let mut reader = ResultReader::resume(1, 77);
    let piece = Bytes::from(["\"".to_owned(), "x".repeat(1 << 20)].concat());
    let error = loop {
        reader.feed(piece.clone());
        match reader.read() {
            Ok(row) => assert!(row.is_none()),
            Err(error) => break error,
        }
    };
    assert_eq!(error, MalformedResult::RowTooLong { at: 77 });
}

#[test]
fn errors_say_where_in_the_result() {
    let reader = ResultReader::resume(2, 1_000);
    let error = read_pieces(reader, b"\"x\",\"y\"\n\"x\"\n", &[3]).unwrap_err();
    assert_eq!(error, MalformedResult::Syntax { at: 1_011, what: "a row with too few values" });
    let reader = ResultReader::resume(2, 1_000);
    let error = read_pieces(reader, b"\"x\",\"y\"\n\"x\"\n", &[99]).unwrap_err();
    assert_eq!(error, MalformedResult::Syntax { at: 1_011, what: "a row with too few values" });
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

/// Rows of one to four columns.
fn rows() -> impl Strategy<Value = (usize, Vec<Texts>)> {
    (1_usize..5).prop_flat_map(|width| {
        let rows = prop::collection::vec(prop::collection::vec(value(), width), 0..8);
        rows.prop_map(move |rows| (width, rows))
    })
}

proptest! {
    #[test]
    fn what_athena_writes_is_read_back_in_pieces_of_any_length(
        (width, rows) in rows(), lengths in prop::collection::vec(1_usize..40, 1..5), whole: bool, ended: bool,
    ) {
        let columns = &["a", "b", "c", "d"][..width];
        let mut csv = athena_csv(columns, &rows);
        if !ended && csv.ends_with(b"\"\n") {
            csv.pop();
        }
        let lengths = if whole { vec![usize::MAX] } else { lengths };
        let read = read_pieces(ResultReader::new(columns.iter().copied()), &csv, &lengths).unwrap();
        let read: Vec<Texts> = read.into_iter().map(|(_, row)| row).collect();
        prop_assert_eq!(read, rows);
    }

    #[test]
    fn from_any_row_on_the_rest_follows(
        (width, rows) in rows(), lengths in prop::collection::vec(1_usize..40, 1..5),
    ) {
        let columns = &["a", "b", "c", "d"][..width];
        let csv = athena_csv(columns, &rows);
        let read = read_pieces(ResultReader::new(columns.iter().copied()), &csv, &lengths).unwrap();
        // The first offset is before the header, and begins with it.
        for (index, (offset, _)) in read.iter().enumerate().skip(1) {
            let reader = ResultReader::resume(width, *offset);
            let rest = read_pieces(reader, &csv[usize::try_from(*offset).unwrap()..], &lengths).unwrap();
            prop_assert_eq!(&rest[..], &read[index..]);
        }
    }

    #[test]
    fn what_is_wrong_is_wrong_in_pieces_too(
        text in "[\",\na]{0,40}", lengths in prop::collection::vec(1_usize..9, 1..5),
    ) {
        let csv = format!("\"a\",\"b\"\n{text}");
        let reader = || ResultReader::new(["a", "b"].into_iter());
        let read = |lengths: &[usize]| -> Result<Vec<Texts>, MalformedResult> {
            let rows = read_pieces(reader(), csv.as_bytes(), lengths)?;
            Ok(rows.into_iter().map(|(_, row)| row).collect())
        };
        prop_assert_eq!(read(&lengths), read(&[usize::MAX]));
    }

    #[test]
    fn no_bytes_make_it_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..60), text in "[\",\naé]{0,40}", length in 1_usize..9,
    ) {
        for columns in [&["a"][..], &["a", "b"]] {
            for csv in [bytes.clone(), text.clone().into_bytes(), format!("\"a\",\"b\"\n{text}").into_bytes()] {
                let reader = ResultReader::new(columns.iter().copied());
                let _either_way = read_pieces(reader, &csv, &[length]);
            }
        }
    }
}
