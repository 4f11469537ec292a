//! Objects around arrays of events, as `{"Records": […]}`.

use std::io;

use super::{Scan, blank, out_of_joint};
use crate::{LIMIT, Record, Source};

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

/// The same in a text that is one object. `None` also if it has the name twice: the lake refuses such an object, and says
/// so.
pub(crate) fn array_in(object: &[u8], name: &str) -> Option<usize> {
    let quoted = serde_json::to_string(name).ok()?;
    let Found::Array(begin) = find(object, quoted.as_bytes()) else { return None };
    let end = begin - 1 + Scan::default().feed(&object[begin - 1..])?;
    match Behind::new(Some(name)).feed(&object[end..]) {
        Some(Place::Name(_)) => None,
        Some(Place::End(_)) | None => Some(begin),
    }
}

/// Takes the rest of the object around an array whose bracket was taken. A record is what is wrong with that rest: the
/// elements of a second array of this name are not read, since the lake takes no object that has a name twice.
pub(super) fn leave(source: &mut Source, name: Option<&str>) -> io::Result<Option<Record>> {
    if blank(source)?.is_some_and(|byte| !matches!(byte, b',' | b'}')) {
        return out_of_joint(source, "a comma or }").map(Some);
    }
    let (mut behind, mut again) = (Behind::new(name), None);
    loop {
        match behind.feed(source.rest()) {
            Some(Place::Name(at)) => {
                source.take(at);
                again.get_or_insert(source.line());
            }
            Some(Place::End(at)) => {
                source.take(at);
                return Ok(again.map(|line| twice(line, name)));
            }
            None => {
                source.take(source.rest().len());
                if !source.fill()? {
                    source.abandon();
                    let event = Err("the file ends within the object around its array".to_owned());
                    return Ok(Some(Record { line: source.line(), event }));
                }
            }
        }
    }
}

fn twice(line: u64, name: Option<&str>) -> Record {
    let name = name.unwrap_or_default();
    let event = Err(format!(
        "the object has the field {name:?} twice, and only what is in the first is sent: write one array"
    ));
    Record { line, event }
}

/// A place behind an array, in bytes of the text that was looked at.
enum Place {
    /// Behind the array's name, which the object has once more.
    Name(usize),
    /// Behind the object.
    End(usize),
}

/// Looks through the fields behind an array, over as many pieces as it takes.
struct Behind<'n> {
    wanted: Option<&'n str>,
    /// Of the object's own fields it is 1.
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// Whether the next text of the object's own is a name.
    is_name: bool,
    /// The name so far, without its quotes.
    name: Vec<u8>,
}

impl<'n> Behind<'n> {
    fn new(wanted: Option<&'n str>) -> Self {
        Self { wanted, depth: 1, in_text: false, escaped: false, is_name: false, name: Vec::new() }
    }

    /// What there is in these bytes; they are looked at up to there.
    fn feed(&mut self, bytes: &[u8]) -> Option<Place> {
        for (at, byte) in bytes.iter().enumerate() {
            if self.in_text {
                if self.text(*byte) {
                    return Some(Place::Name(at + 1));
                }
                continue;
            }
            match byte {
                b'"' => {
                    self.in_text = true;
                    self.name.clear();
                }
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth <= 1 => return Some(Place::End(at + 1)),
                b'}' | b']' => self.depth -= 1,
                b',' => self.is_name = self.depth == 1,
                b':' => self.is_name = false,
                _ => {}
            }
        }
        None
    }

    /// Goes on in a text. Whether it ends here, and is the name.
    fn text(&mut self, byte: u8) -> bool {
        if self.escaped {
            self.escaped = false;
        } else if byte == b'\\' {
            self.escaped = true;
        } else if byte == b'"' {
            self.in_text = false;
            return self.is_name && self.depth == 1 && self.is_wanted();
        }
        // An escape has six bytes for each byte of the name at the most.
        let most = self.wanted.map_or(0, |wanted| 6 * wanted.len() + 1);
        if self.is_name && self.name.len() < most {
            self.name.push(byte);
        }
        false
    }

    fn is_wanted(&self) -> bool {
        let quoted = [&b"\""[..], &self.name[..], &b"\""[..]].concat();
        self.wanted.is_some() && serde_json::from_slice::<String>(&quoted).ok().as_deref() == self.wanted
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

/// Whether a name, with its quotes, is the other one. It may be written with escapes.
fn is_same(name: &[u8], quoted: &[u8]) -> bool {
    let text = |name: &[u8]| serde_json::from_slice::<String>(name).ok();
    name == quoted || (name.contains(&b'\\') && text(name).is_some_and(|name| text(quoted) == Some(name)))
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
        let is_it = is_same(&text[at..at + length], quoted);
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
    fn an_object_that_has_the_name_twice_has_no_array() {
        for (text, found) in [
            (r#"{"Rs":[1], "n": {"Rs": [2]}, "m": ["Rs", {"a": 1, "Rs": 2}], "o": "Rs", "Rss": 3}"#, Some(7)),
            (r#"{"n":1,"Rs":[]}"#, Some(13)),
            (r#"{"Rs":[1],"Rs":[2]}"#, None),
            (r#"{"Rs":[1],"n":["]}",{"b":"\\"}] , "\u0052\u0073" : 2}"#, None),
            (r#"{"Rs":[1],"Rs":[2],"Rs":[3]}"#, None),
            (r#"{"\u0052s":[1],"Rs":[2]}"#, None),
        ] {
            assert_eq!(array_in(text.as_bytes(), "Rs"), found, "{text}");
        }
    }

    #[test]
    fn the_array_is_found_by_its_name_in_the_outer_object() {
        for (text, found) in [
            (r#"{"Records":[1]}"#, Found::Array(12)),
            (r#"{ "v" : "[", "n": {"Records": [2]}, "Records" : [ 1 ]}"#, Found::Array(49)),
            (r#"{"\u0052ecords":[1]}"#, Found::Array(17)),
            (r#"{"\u0072ecords":[1]}"#, Found::Nothing),
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
