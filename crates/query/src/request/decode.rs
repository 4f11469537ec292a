//! Names and values of a query string, decoded.

use crate::problem::{Problem, ProblemKind, quote};

/// Decodes one name or value of a query string, where `+` is a space. Strict: half an escape, or bytes that
/// are no UTF-8, would otherwise become another value than the one that was meant.
pub(crate) fn decode(text: &str) -> Result<String, Problem> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => match (rest.next().and_then(hex), rest.next().and_then(hex)) {
                (Some(high), Some(low)) => bytes.push(high << 4 | low),
                _ => {
                    let detail = format!(
                        "{} has a % that two hexadecimal digits do not follow: write %25",
                        quote(text)
                    );
                    return Err(Problem::new(ProblemKind::MalformedQuery, detail));
                }
            },
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).map_err(|_| {
        Problem::new(ProblemKind::MalformedQuery, format!("{} does not decode to UTF-8 text", quote(text)))
    })
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
