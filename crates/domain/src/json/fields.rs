//! Objects split into their fields.

use std::borrow::Cow;

use super::{Fault, Raw, Scanner};

/// The fields of one object, in the sender's order, values untouched.
#[derive(Debug, Default)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, Raw<'a>)>);

/// Why a text is not an event's object. The words go into quarantine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidObject {
    /// Not JSON.
    #[error("expected one JSON object: {0}")]
    Syntax(#[from] Fault),
    /// JSON, but no object.
    #[error("expected one JSON object, found {0}")]
    Other(&'static str),
    /// Parsers disagree on which of the two counts, so neither is taken.
    #[error("field {0:?} occurs twice: send it once")]
    Duplicate(String),
}

/// Up to this many fields each that may have been there is looked for among those before; with more, all are sorted.
const FEW: usize = 32;

/// A rough memory of names, which is enough to see of most that they are new.
#[derive(Default)]
struct Seen(u64);

impl Seen {
    /// Whether the name may have been here; from now on it has.
    #[inline]
    fn perhaps(&mut self, name: &str) -> bool {
        let bytes = name.as_bytes();
        let (first, last) = bytes.first().zip(bytes.last()).unwrap_or((&0, &0));
        let bit = 1 << ((usize::from(*first) * 7 + usize::from(*last) * 31 + bytes.len() * 13) % 64);
        let before = self.0;
        self.0 |= bit;
        before & bit != 0
    }
}

/// The most fields of an object: ten times the columns of a dataset.
const MAX_FIELDS: usize = 10_000;

impl<'a> Fields<'a> {
    /// Reads one JSON object and nothing after it.
    pub fn parse(text: &'a str) -> Result<Self, InvalidObject> {
        let mut scanner = Scanner::new(text);
        let fields = Self::scan(&mut scanner)?;
        scanner.end()?;
        Ok(fields)
    }

    /// Takes the next value, which has to be an object.
    pub fn scan(scanner: &mut Scanner<'a>) -> Result<Self, InvalidObject> {
        match scanner.peek() {
            Some(b'{') => {}
            Some(b'[') => return Err(InvalidObject::Other("an array")),
            Some(b'"') => return Err(InvalidObject::Other("a string")),
            Some(b'-' | b'0'..=b'9') => return Err(InvalidObject::Other("a number")),
            Some(b't' | b'f') => return Err(InvalidObject::Other("true or false")),
            Some(b'n') => return Err(InvalidObject::Other("null, NaN or another word")),
            None => return Err(InvalidObject::Other("nothing")),
            Some(_) => return Err(scanner.fault("no JSON value begins").into()),
        }
        scanner.expect(b'{', "expected an object")?;
        let mut fields = Vec::with_capacity(16);
        let (mut seen, mut twice) = (Seen::default(), None);
        if !scanner.take(b'}') {
            loop {
                let name = scanner.name()?;
                scanner.expect(b':', "expected \":\" after a name")?;
                if seen.perhaps(&name) && fields.len() < FEW && twice.is_none() {
                    twice = fields.iter().position(|(earlier, _)| *earlier == name);
                }
                if fields.len() == MAX_FIELDS {
                    return Err(scanner.fault("more than 10,000 fields in an object").into());
                }
                fields.push((name, scanner.field()?));
                if !scanner.take(b',') {
                    scanner.expect(b'}', "expected \",\" or \"}\"")?;
                    break;
                }
            }
        }
        match twice.map(|index: usize| fields[index].0.as_ref()).or_else(|| duplicate(&fields)) {
            Some(name) => Err(InvalidObject::Duplicate(name.to_owned())),
            None => Ok(Self(fields)),
        }
    }

    /// The value of a field, if the object has it.
    pub fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.find(name, 0).map(|(_, value)| value)
    }

    /// The same, and where it is. Senders write their fields in one order most of the time: with the place where
    /// it is expected it is found at once.
    pub fn find(&self, name: &str, expected: usize) -> Option<(usize, Raw<'a>)> {
        // Behind it first: a sender who writes more than the columns has the same fields later.
        let behind = expected.min(self.0.len());
        let (before, rest) = self.0.split_at(behind);
        let place = |fields: &[(Cow<'a, str>, Raw<'a>)]| fields.iter().position(|(other, _)| other == name);
        let place = place(rest).map(|place| behind + place).or_else(|| place(before))?;
        Some((place, self.0[place].1))
    }

    /// The elements of the array that a field has, as they are written. `None` if the object has no such field, or the
    /// field has no array.
    pub fn elements(&self, name: &str) -> Option<Vec<&'a str>> {
        let array = self.get(name).filter(|value| value.text().starts_with('['))?;
        let mut scanner = Scanner::new(array.text());
        let mut elements = Vec::new();
        let mut more = scanner.take(b'[') && !scanner.take(b']');
        while more {
            elements.push(scanner.value().ok()?.text());
            more = scanner.take(b',');
        }
        Some(elements)
    }

    /// All fields, in the sender's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Raw<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }
}

impl<'a> IntoIterator for Fields<'a> {
    type Item = (Cow<'a, str>, Raw<'a>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A name that occurs twice among many.
fn duplicate<'f>(fields: &'f [(Cow<'_, str>, Raw<'_>)]) -> Option<&'f str> {
    if fields.len() <= FEW {
        return None;
    }
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_the_senders_text() {
        let fields = Fields::parse(r#" {"a": 1.10, "b\u0061": {"x": [1e400]}, "c": null } "#).unwrap();
        assert_eq!(fields.get("a").unwrap().text(), "1.10");
        assert_eq!(fields.get("ba").unwrap().text(), r#"{"x": [1e400]}"#);
        assert_eq!(fields.get("c").unwrap().text(), "null");
        assert!(fields.get("d").is_none());
        assert_eq!(fields.find("c", 2), fields.find("c", 7));
    }

    #[test]
    fn what_is_not_one_object_is_refused_with_what_is_wrong() {
        for (bad, words) in [
            ("", "found nothing"),
            (" \n", "found nothing"),
            ("1", "found a number"),
            ("[]", "found an array"),
            (r#""x""#, "found a string"),
            ("null", "found null"),
            ("{", "the text ends too early at byte 1"),
            (r#"{"a":1}{"a":2}"#, "something follows the value at byte 7"),
            (r#"{"a":NaN}"#, "expected a JSON value at byte 5"),
            (r#"{"a":1,}"#, "expected a string in quotes at byte 7"),
            (r#"{a:1}"#, "expected a string in quotes at byte 1"),
            (r#"{"a":1,"a":2}"#, "field \"a\" occurs twice"),
            (r#"{"a":1,"\u0061":2}"#, "field \"a\" occurs twice"),
        ] {
            let message = Fields::parse(bad).unwrap_err().to_string();
            assert!(message.contains(words), "{bad:?}: {message:?} does not say {words:?}");
        }
    }

    #[test]
    fn the_elements_of_an_array_are_found_by_its_name() {
        let text = r#"{"n": 1, "\u0052s": [ {"a": 1.0} ,7, [8, "]"]], "Rs\\": [], "o": {"Rs": [9]}}"#;
        let fields = Fields::parse(text).unwrap();
        assert_eq!(fields.elements("Rs").unwrap(), [r#"{"a": 1.0}"#, "7", r#"[8, "]"]"#]);
        assert_eq!(fields.elements("Rs\\"), Some(Vec::new()));
        for name in ["n", "o", "rs", ""] {
            assert_eq!(fields.elements(name), None, "{name}");
        }
    }

    #[test]
    fn an_object_has_a_bound_on_its_fields() {
        let object = |fields: usize| {
            let fields: Vec<String> = (0..fields).map(|index| format!("\"f{index}\":0")).collect();
            format!("{{{}}}", fields.join(","))
        };
        assert_eq!(Fields::parse(&object(MAX_FIELDS)).unwrap().iter().count(), MAX_FIELDS);
        let message = Fields::parse(&object(MAX_FIELDS + 1)).unwrap_err().to_string();
        assert!(message.contains("more than 10,000 fields in an object"), "{message}");
    }

    #[test]
    fn a_duplicate_is_found_among_many_fields_too() {
        let names: Vec<String> = (0..1_000).map(|index| format!("\"f{index}\":0")).collect();
        assert!(Fields::parse(&format!("{{{}}}", names.join(","))).is_ok());
        let text = format!("{{{},\"f7\":1}}", names.join(","));
        assert_eq!(Fields::parse(&text).unwrap_err(), InvalidObject::Duplicate("f7".into()));
    }
}
