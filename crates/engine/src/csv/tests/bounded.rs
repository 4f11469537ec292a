//! However long a row or a value is, no more than a piece of it is in memory as text.

use datafusion::arrow::{
    array::{Array, ListArray, MapArray, StructArray},
    buffer::{OffsetBuffer, ScalarBuffer},
    datatypes::Field,
};

use super::*;
use crate::csv::pieces::PIECE;

/// Counts what it is given, and keeps the text where it is asked to.
#[derive(Debug, Default)]
struct Counted {
    largest: usize,
    pieces: usize,
    bytes: usize,
    kept: Option<Vec<u8>>,
    /// Cancelled at the piece of this number.
    cancelled: Option<(usize, Cancellation)>,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.largest = self.largest.max(bytes.len());
        self.pieces += 1;
        self.bytes += bytes.len();
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(bytes);
        }
        if let Some((at, cancellation)) = &self.cancelled
            && *at == self.pieces
        {
            cancellation.cancel();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Counted {
    fn keeping() -> Self {
        Self { kept: Some(Vec::new()), ..Self::default() }
    }
}

fn batch(columns: Vec<ArrayRef>) -> RecordBatch {
    let named = columns.into_iter().enumerate().map(|(n, column)| (format!("c{n}"), column, true));
    RecordBatch::try_from_iter_with_nullable(named).unwrap()
}

fn written(batch: &RecordBatch, out: Counted) -> Counted {
    let mut writer = CsvWriter::new(out, &[]).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap()
}

/// A list in each row, of so many elements.
fn lists(lengths: &[usize], elements: ArrayRef) -> ArrayRef {
    let field = Arc::new(Field::new_list_field(elements.data_type().clone(), true));
    Arc::new(ListArray::new(field, OffsetBuffer::from_lengths(lengths.to_vec()), elements, None))
}

/// The text is in memory once, and the row has as many copies as it has columns.
#[test]
fn a_row_of_columns_that_share_a_text_is_written_in_pieces() {
    let length = 1_000_003;
    for (columns, quotes) in [(1, 0), (3, 1_000), (40, 7)] {
        let mut text = "\"".repeat(quotes);
        text.push_str(&"x".repeat(length - quotes));
        let text: ArrayRef = Arc::new(StringArray::from(vec![text]));
        let found = written(&batch(vec![text; columns]), Counted::default());
        // The header's line end, the row's, the commas, and the quotes around each value and before each in it.
        let expected = 2 + (columns - 1) + columns * (length + 2 + quotes);
        assert_eq!(found.bytes, expected, "{columns} {quotes}");
        assert_eq!(found.largest, PIECE, "{columns} {quotes}");
        assert!(found.pieces <= expected / PIECE + 2, "{columns} {quotes}: {}", found.pieces);
    }
}

#[test]
fn an_array_of_many_columns_is_written_in_pieces() {
    let element = format!("a \"{}\"", "é".repeat(400));
    let elements: ArrayRef = Arc::new(StringArray::from(vec![element.as_str(); 1_000]));
    let array = lists(&[1_000], elements);
    let found = written(&batch(vec![array; 8]), Counted::keeping());
    let shown = format!("\"[{}]\"", vec![element.replace('"', "\"\""); 1_000].join(", "));
    let expected = format!("\n{}\n", vec![shown; 8].join(","));
    assert!(found.kept.as_deref() == Some(expected.as_bytes()), "another text of {} bytes", found.bytes);
    assert_eq!(found.largest, PIECE);
}

/// Bytes take three characters each, and a map or a row has several values.
#[test]
fn bytes_maps_and_rows_are_written_in_pieces() {
    let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    let binary: ArrayRef = Arc::new(BinaryArray::from(vec![bytes.as_slice()]));
    let text = "\"y\"".repeat(100_000);
    let texts: ArrayRef = Arc::new(StringArray::from(vec![text.as_str()]));
    let field = |name: &str, array: &ArrayRef| Arc::new(Field::new(name, array.data_type().clone(), true));
    let row = StructArray::from(vec![
        (field("b", &binary), Arc::clone(&binary)),
        (field("", &texts), Arc::clone(&texts)),
    ]);
    let key = Arc::new(Field::new("key", Arrow::Utf8, false));
    let entries =
        StructArray::from(vec![(key, Arc::clone(&texts)), (field("value", &binary), Arc::clone(&binary))]);
    let whole = Arc::new(Field::new("entries", Array::data_type(&entries).clone(), false));
    let map = MapArray::new(whole, OffsetBuffer::new(ScalarBuffer::from(vec![0, 1])), entries, None, false);
    let columns: Vec<ArrayRef> = vec![binary, Arc::new(row), Arc::new(map)];
    let found = written(&batch(columns), Counted::keeping());
    let text = text.replace('"', "\"\"");
    let expected = format!("\n\"{hex}\",\"{{b={hex}, field1={text}}}\",\"{{{text}={hex}}}\"\n");
    assert!(found.kept.as_deref() == Some(expected.as_bytes()), "another text of {} bytes", found.bytes);
    assert_eq!(found.largest, PIECE);
}

/// A quote is doubled, and a number whole, wherever a piece ends.
#[test]
fn texts_are_the_same_wherever_a_piece_ends() {
    for length in (PIECE - 140..PIECE + 4).chain([2 * PIECE - 1, 2 * PIECE, 2 * PIECE + 1]) {
        let (text, number) = (format!("{}\"é\"", "x".repeat(length)), i64::MIN + length as i64);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec![text.as_str(), ""])),
            Arc::new(Int64Array::from(vec![Some(number), None])),
            lists(&[1, 2], Arc::new(Int64Array::from(vec![Some(number), None, Some(1)]))),
        ];
        let found = written(&batch(columns), Counted::keeping());
        let text = text.replace('"', "\"\"");
        let expected = format!("\n\"{text}\",\"{number}\",\"[{number}]\"\n\"\",,\"[null, 1]\"\n");
        assert!(found.kept.as_deref() == Some(expected.as_bytes()), "another text at {length}");
        assert!(found.largest <= PIECE, "{length}: {}", found.largest);
    }
}

#[test]
fn a_query_that_is_cancelled_writes_no_further_piece() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(1 << 20)]));
    let elements: ArrayRef = Arc::new(Int64Array::from(vec![1; 1 << 20]));
    for row in [vec![text; 20], vec![lists(&[1 << 20], elements); 4]] {
        // The header is the first piece.
        for at in [1, 2, 5, 9] {
            let cancellation = Cancellation::default();
            let out = Counted { cancelled: Some((at, cancellation.clone())), ..Counted::default() };
            let mut writer = CsvWriter::begin(out, &[], cancellation).unwrap();
            let error = writer.write(&batch(row.clone())).unwrap_err();
            assert!(matches!(error, CsvError::Query(EngineError::Cancelled(_))), "{error}");
            assert_eq!(writer.out.inner().pieces, at);
        }
    }
}

#[test]
fn short_texts_go_out_in_pieces_too() {
    let mut out = Pieces::new(Counted::default(), Cancellation::default());
    for _ in 0..PIECE {
        out.short(|text| text.extend_from_slice(b"0123456789")).unwrap();
    }
    let found = out.finish().unwrap();
    assert_eq!(found.bytes, 10 * PIECE);
    assert!(found.largest <= PIECE && found.pieces <= 11, "{found:?}");
}
