//! Objects around arrays of events, as `{"Records": […]}`.

use std::io;

use super::Scan;
use crate::{LIMIT, Source};

/// What a name is followed by, as far as the text goes.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// The array of this name begins here, behind its bracket.
    Array(usize),
    /// There is no such array.
    Nothing,
    /// The text ends too early.
    Open,
}

/// Where in the rest, which begins with an object, its array of this name begins, behind the bracket. Nothing is taken.
/// The array is looked for within the first [`LIMIT`] bytes.
pub(super) fn array_within(source: &mut Source, name: &str) -> io::Result<Option<usize>> {
    let Ok(quoted) = serde_json::to_string(name) else { return Ok(None) };
    loop {
        match find(source.rest(), quoted.as_bytes()) {
            Found::Array(begin) => return Ok(Some(begin)),
            Found::Nothing => return Ok(None),
            Found::Open if source.rest().len() > LIMIT || !source.fill()? => return Ok(None),
            Found::Open => {}
        }
    }
}

/// The same in a text that is one object.
pub(crate) fn array_in(object: &[u8], name: &str) -> Option<usize> {
    let quoted = serde_json::to_string(name).ok()?;
    match find(object, quoted.as_bytes()) {
        Found::Array(begin) => Some(begin),
        Found::Nothing | Found::Open => None,
    }
}

/// The name of the array in an object that has nothing else: `Records` in `{"Records": [{…}]}`. The text begins with the
/// object; where it ends within the array, nobody knows what follows it.
pub(super) fn sole_array(text: &[u8]) -> Option<String> {
    let skip = |at: usize| at + text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let name_at = skip(1);
    let name_end = name_at
        + text
            .get(name_at)
            .filter(|byte| **byte == b'"')
            .and_then(|_| Scan::default().feed(&text[name_at..]))?;
    let name: String = serde_json::from_slice(&text[name_at..name_end]).ok()?;
    let colon = skip(name_end);
    let array = skip(text.get(colon).filter(|byte| **byte == b':').map(|_| colon + 1)?);
    let first = skip(text.get(array).filter(|byte| **byte == b'[').map(|_| array + 1)?);
    text.get(first).filter(|byte| **byte == b'{')?;
    let behind = Scan::default().feed(&text[array..]).map(|length| skip(array + length));
    let has_more = behind.is_some_and(|behind| text.get(behind).is_some_and(|byte| *byte != b'}'));
    (!has_more && !name.is_empty()).then_some(name)
}

/// Looks through the fields of an object.
fn find(text: &[u8], quoted: &[u8]) -> Found {
    let mut at = 1;
    let skip = |mut at: usize| {
        while text.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        at
    };
    loop {
        at = skip(at);
        match text.get(at) {
            None => return Found::Open,
            Some(b'"') => {}
            Some(_) => return Found::Nothing,
        }
        let Some(length) = Scan::default().feed(&text[at..]) else { return Found::Open };
        let is_it = &text[at..at + length] == quoted;
        at = skip(at + length);
        match text.get(at) {
            None => return Found::Open,
            Some(b':') => at = skip(at + 1),
            Some(_) => return Found::Nothing,
        }
        match text.get(at) {
            None => return Found::Open,
            Some(b'[') if is_it => return Found::Array(at + 1),
            Some(_) if is_it => return Found::Nothing,
            Some(_) => {}
        }
        let Some(length) = Scan::default().feed(&text[at..]) else { return Found::Open };
        at = skip(at + length);
        match text.get(at) {
            None => return Found::Open,
            Some(b',') => at += 1,
            Some(_) => return Found::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_around_one_array_and_nothing_else_is_a_wrapper() {
        for (text, name) in [
            (r#"{"Records":[{"a":1}]}"#, Some("Records")),
            (r#"{ "events" : [ {"a":"]}"}, {"a":[]} ] }"#, Some("events")),
            (r#"{"Records":[{"a":1},{"a""#, Some("Records")),
            (r#"{"Records":[{"a":1}],"n":1}"#, None),
            (r#"{"n":1,"Records":[{"a":1}]}"#, None),
            (r#"{"tags":["a"]}"#, None),
            (r#"{"tags":[]}"#, None),
            (r#"{"a":{"b":[{}]}}"#, None),
            ("{}", None),
            ("{", None),
            (r#"{"a"#, None),
        ] {
            assert_eq!(sole_array(text.as_bytes()).as_deref(), name, "{text}");
        }
    }

    #[test]
    fn the_array_is_found_by_its_name_in_the_outer_object() {
        for (text, found) in [
            (r#"{"Records":[1]}"#, Found::Array(12)),
            (r#"{ "v" : "[", "n": {"Records": [2]}, "Records" : [ 1 ]}"#, Found::Array(49)),
            (r#"{"records":[1]}"#, Found::Nothing),
            (r#"{"Records":{}}"#, Found::Nothing),
            (r#"{"n": 1}"#, Found::Nothing),
            ("{}", Found::Nothing),
            (r#"{"n": 12"#, Found::Open),
            (r#"{"Rec"#, Found::Open),
            (r#"{"Records":"#, Found::Open),
        ] {
            assert_eq!(find(text.as_bytes(), b"\"Records\""), found, "{text}");
        }
    }
}
