//! Reading rows back from a result object, page by page, without reading what earlier pages had.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A row: NULL is `None`.
pub(super) type Row = Vec<Option<String>>;

/// Reads up to `max` whole records from the beginning of `text`; answers them and how many bytes they were.
/// A record counts as whole when its line ends, or when `text` ends and nothing comes after it.
pub(super) fn records(text: &[u8], is_end: bool, max: usize) -> (Vec<Row>, usize) {
    let mut rows = Vec::new();
    let mut consumed = 0;
    while rows.len() < max && consumed < text.len() {
        let Some((row, length)) = record(&text[consumed..], is_end) else { break };
        rows.push(row);
        consumed += length;
    }
    (rows, consumed)
}

/// The same of a result that is text: every line is a row of one value, with its tabs in it.
pub(super) fn lines(text: &[u8], is_end: bool, max: usize) -> (Vec<Row>, usize) {
    let mut rows = Vec::new();
    let mut consumed = 0;
    while rows.len() < max && consumed < text.len() {
        let rest = &text[consumed..];
        let length = match rest.iter().position(|b| *b == b'\n') {
            Some(length) => length,
            None if is_end => rest.len(),
            None => break,
        };
        rows.push(vec![Some(String::from_utf8_lossy(&rest[..length]).into_owned())]);
        consumed += (length + 1).min(rest.len());
    }
    (rows, consumed)
}

fn record(text: &[u8], is_end: bool) -> Option<(Row, usize)> {
    let mut row = Vec::new();
    let mut at = 0;
    loop {
        let (value, next) = cell(text, at, is_end)?;
        row.push(value);
        match text.get(next) {
            Some(b',') => at = next + 1,
            Some(b'\r') if text.get(next + 1) == Some(&b'\n') => return Some((row, next + 2)),
            Some(_) => return Some((row, next + 1)),
            None => return is_end.then_some((row, next)),
        }
    }
}

/// The cell at `at`, and where what follows it begins. `None` when it may go on beyond `text`.
fn cell(text: &[u8], at: usize, is_end: bool) -> Option<(Option<String>, usize)> {
    if text.get(at) != Some(&b'"') {
        let rest = &text[at..];
        let length = rest.iter().position(|b| matches!(b, b',' | b'\n' | b'\r'));
        let length = match length {
            Some(length) => length,
            None if is_end => rest.len(),
            None => return None,
        };
        let bare = &rest[..length];
        // Nothing at all is NULL: an empty string has its quotes.
        let value = (!bare.is_empty()).then(|| String::from_utf8_lossy(bare).into_owned());
        return Some((value, at + length));
    }
    let mut value = Vec::new();
    let mut position = at + 1;
    loop {
        let quote = position + text.get(position..)?.iter().position(|b| *b == b'"')?;
        value.extend_from_slice(&text[position..quote]);
        match text.get(quote + 1) {
            Some(b'"') => {
                value.push(b'"');
                position = quote + 2;
            }
            None if !is_end => return None,
            _ => return Some((Some(String::from_utf8_lossy(&value).into_owned()), quote + 1)),
        }
    }
}

pub(super) fn row_json(row: &Row) -> Value {
    let data: Vec<Value> = row
        .iter()
        .map(|value| match value {
            Some(text) => json!({"VarCharValue": text}),
            None => json!({}),
        })
        .collect();
    json!({"Data": data})
}

/// A page begins at a byte of one execution's result.
pub(super) fn to_token(id: &str, offset: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{id}:{offset}"))
}

pub(super) fn from_token(token: &str, id: &str) -> Option<u64> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (of, offset) = text.split_once(':')?;
    offset.parse().ok().filter(|_| of == id)
}

#[cfg(test)]
mod tests {
    use super::{from_token, lines, records, to_token};

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_line_of_text_is_a_row() {
        let text = "a \t b\n\n\"c\",é";
        let rows = ["a \t b", "", "\"c\",é"].map(|line| vec![some(line)]);
        assert_eq!(lines(text.as_bytes(), true, 10), (rows.to_vec(), text.len()));
        assert_eq!(lines(text.as_bytes(), false, 10), (rows[..2].to_vec(), 7));
        assert_eq!(lines(text.as_bytes(), true, 1), (rows[..1].to_vec(), 6));
        assert_eq!(lines(b"", true, 1), (Vec::new(), 0));
    }

    #[test]
    fn null_and_the_empty_string_stay_apart() {
        let text = b"\"a\",\"b\"\n\"\",\n,\"x\"\"y,\nz\"\r\nbare,\n";
        let (rows, consumed) = records(text, true, 10);
        assert_eq!(consumed, text.len());
        assert_eq!(
            rows,
            [
                vec![some("a"), some("b")],
                vec![some(""), None],
                vec![None, some("x\"y,\nz")],
                vec![some("bare"), None],
            ]
        );
        // One column, NULL: an empty line.
        assert_eq!(records(b"\"c\"\n\n\"\"\n", true, 9).0, [vec![some("c")], vec![None], vec![some("")]]);
    }

    #[test]
    fn records_that_are_cut_are_left_for_the_next_read() {
        let text = b"\"a\"\n\"b\"\"c\"\n";
        for cut in 0..text.len() {
            let (rows, consumed) = records(&text[..cut], false, 10);
            let (rest, more) = records(&text[consumed..], true, 10);
            assert_eq!(rows.len() + rest.len(), 2, "cut at {cut}");
            assert_eq!(consumed + more, text.len());
        }
        assert_eq!(records(b"\"a\"", true, 1).0, [vec![some("a")]]);
        assert!(records(b"\"a", true, 1).0.is_empty());
    }

    #[test]
    fn tokens_belong_to_one_execution() {
        assert_eq!(from_token(&to_token("q1", 17), "q1"), Some(17));
        assert_eq!(from_token(&to_token("q1", 17), "q2"), None);
        assert_eq!(from_token("nonsense", "q1"), None);
    }
}
