//! JSON text written anew, as Trino keeps it: without space, with escapes where they have to be, and with the numbers that
//! Java reads. Nothing here descends on the stack.

use std::{
    borrow::Cow,
    cmp::Ordering,
    collections::{HashMap, hash_map::Entry},
};

use super::{
    string,
    token::{Malformed, Token, Tokens, unescaped},
};
use crate::text::number;

/// How the members of objects are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::functions) enum Members {
    /// All of them, as they come: what `json_extract` answers.
    AsTheyCome,
    /// In the order of their names, and of several with one name the last: what `json_parse` answers.
    Sorted,
    /// As they come, and of several with one name the last in the place of the first: what the paths of the SQL standard
    /// lead into.
    Once,
}

/// The one value that the text is, with its members sorted.
pub(in crate::functions) fn parsed(text: &str) -> Result<String, Malformed> {
    read(text, Members::Sorted)
}

/// The one value that the text is, with each member once.
pub(in crate::functions) fn kept(text: &str) -> Result<String, Malformed> {
    read(text, Members::Once)
}

fn read(text: &str, members: Members) -> Result<String, Malformed> {
    let mut tokens = Tokens::new(text);
    let first = tokens.expect()?;
    let mut out = Vec::with_capacity(text.len());
    copy(&mut tokens, first, members, &mut out)?;
    match tokens.next()? {
        None => String::from_utf8(out).map_err(|_| Malformed),
        Some(_) => Err(Malformed),
    }
}

/// What is written of an array or an object that is not at its end.
struct Open<'d> {
    is_object: bool,
    is_empty: bool,
    /// The names so far and where each begins, where they do not stay as they come.
    members: Vec<(Cow<'d, str>, usize)>,
}

/// Writes the value that begins with the token, to its end.
pub(in crate::functions) fn copy<'d>(
    tokens: &mut Tokens<'d>,
    first: Token<'d>,
    members: Members,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let mut open: Vec<Open<'d>> = Vec::new();
    let mut token = first;
    loop {
        match token {
            Token::EndObject | Token::EndArray => {
                let Some(ended) = open.pop() else { return Err(Malformed) };
                if !is_sorted(&ended.members) {
                    match members {
                        Members::AsTheyCome => {}
                        Members::Sorted => rewrite(&ended.members, &sorted(&ended.members), out),
                        Members::Once => rewrite(&ended.members, &once(&ended.members), out),
                    }
                }
                out.push(if ended.is_object { b'}' } else { b']' });
            }
            Token::Name(written) => {
                let name = unescaped(written).ok_or(Malformed)?;
                let Some(object) = open.last_mut() else { return Err(Malformed) };
                if !std::mem::take(&mut object.is_empty) {
                    out.push(b',');
                }
                let start = out.len();
                string(out, &name);
                out.push(b':');
                if members != Members::AsTheyCome {
                    object.members.push((name, start));
                }
            }
            value => {
                if let Some(array) = open.last_mut().filter(|open| !open.is_object)
                    && !std::mem::take(&mut array.is_empty)
                {
                    out.push(b',');
                }
                if value.is_start() {
                    let is_object = value == Token::StartObject;
                    out.push(if is_object { b'{' } else { b'[' });
                    open.push(Open { is_object, is_empty: true, members: Vec::new() });
                } else {
                    scalar(out, value)?;
                }
            }
        }
        if open.is_empty() {
            return Ok(());
        }
        token = tokens.expect()?;
    }
}

fn scalar(out: &mut Vec<u8>, value: Token<'_>) -> Result<(), Malformed> {
    match value {
        Token::Text(written) => string(out, &unescaped(written).ok_or(Malformed)?),
        Token::Integer("-0") => out.push(b'0'),
        Token::Integer(digits) => out.extend_from_slice(digits.as_bytes()),
        Token::Float(digits) => double(out, digits.parse().map_err(|_| Malformed)?),
        Token::True => out.extend_from_slice(b"true"),
        Token::False => out.extend_from_slice(b"false"),
        Token::Null => out.extend_from_slice(b"null"),
        _ => return Err(Malformed),
    }
    Ok(())
}

/// A double as Java writes it. What is no number is a text.
pub(in crate::functions) fn double(out: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        return number::floating(out, value);
    }
    out.push(b'"');
    number::floating(out, value);
    out.push(b'"');
}

/// As Java compares texts: by their UTF-16 units.
fn compared(left: &str, right: &str) -> Ordering {
    left.encode_utf16().cmp(right.encode_utf16())
}

fn is_sorted(members: &[(Cow<'_, str>, usize)]) -> bool {
    members.windows(2).all(|pair| compared(&pair[0].0, &pair[1].0) == Ordering::Less)
}

/// Which members stay, in the order of their names.
fn sorted(members: &[(Cow<'_, str>, usize)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by(|left, right| compared(&members[*left].0, &members[*right].0));
    // The order is stable: the last of a name is the one that counts.
    let is_last =
        |place: usize| order.get(place + 1).is_none_or(|next| members[*next].0 != members[order[place]].0);
    (0..order.len()).filter(|place| is_last(*place)).map(|place| order[place]).collect()
}

/// Which members stay, each in the place of the first of its name.
fn once(members: &[(Cow<'_, str>, usize)]) -> Vec<usize> {
    let mut order = Vec::with_capacity(members.len());
    let mut known: HashMap<&str, usize> = HashMap::with_capacity(members.len());
    for (member, (name, _)) in members.iter().enumerate() {
        match known.entry(&**name) {
            Entry::Occupied(place) => order[*place.get()] = member,
            Entry::Vacant(place) => {
                place.insert(order.len());
                order.push(member);
            }
        }
    }
    order
}

/// Writes these of the members, which end the text, in this order.
fn rewrite(members: &[(Cow<'_, str>, usize)], order: &[usize], out: &mut Vec<u8>) {
    let Some((_, start)) = members.first() else { return };
    let (start, end) = (*start, out.len());
    let mut rewritten = Vec::with_capacity(end - start);
    for member in order {
        if !rewritten.is_empty() {
            rewritten.push(b',');
        }
        let from = members[*member].1;
        // A comma is before the next one.
        let to = members.get(*member + 1).map_or(end, |(_, next)| *next - 1);
        rewritten.extend_from_slice(&out[from..to]);
    }
    out.truncate(start);
    out.extend_from_slice(&rewritten);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// By Trino's `TestJsonFunctions.testJsonParse`, Jackson's `ObjectMapper` with sorted entries, and `Double.toString`.
    #[test]
    fn what_is_parsed_is_written_as_trino_keeps_it() {
        for (text, expected) in [
            (" {\"b\" : [ 1 , 2 ] , \"a\" : null } ", "{\"a\":null,\"b\":[1,2]}"),
            (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
            (
                r#"{"c":{"z":[],"y":{}},"a":[{"q":1,"p":[true,false]}]}"#,
                r#"{"a":[{"p":[true,false],"q":1}],"c":{"y":{},"z":[]}}"#,
            ),
            // By UTF-16 units, in which the emoji comes first.
            ("{\"\u{ffee}\":1,\"😀\":2}", "{\"😀\":2,\"\u{ffee}\":1}"),
            (r#""\u00e9\/\u001f\t\"\\""#, "\"é/\\u001F\\t\\\"\\\\\""),
            (r#""\ud83d\ude00""#, "\"😀\""),
            ("1.50", "1.5"),
            ("100e2", "10000.0"),
            ("1E10", "1.0E10"),
            ("1e400", "\"Infinity\""),
            ("-1e-400", "-0.0"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("0.12345678901234567890", "0.12345678901234568"),
            ("true", "true"),
            ("\"\"", "\"\""),
        ] {
            assert_eq!(parsed(text).as_deref(), Ok(expected), "{text}");
        }
        for text in ["", " ", "1 2", "{} x", "[1]]", r#""\ud800""#, r#"{"\udc00":1}"#, "INVALID"] {
            assert_eq!(parsed(text), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn each_member_is_there_once() {
        for (text, expected) in [
            (r#"{"b":1,"a":2,"b":[{"z":1,"y":2,"z":3}]}"#, r#"{"b":[{"z":3,"y":2}],"a":2}"#),
            (r#"{"b": 1, "a": 2}"#, r#"{"b":1,"a":2}"#),
            (r#"{"\u0061":1,"a":2}"#, r#"{"a":2}"#),
            ("[]", "[]"),
        ] {
            assert_eq!(kept(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn members_stay_as_they_come_where_they_may() {
        let mut tokens = Tokens::new(r#"{"b": 1.0, "a" : [{"d":1,"c":2}], "b":2} oops"#);
        let first = tokens.expect().unwrap();
        let mut out = Vec::new();
        copy(&mut tokens, first, Members::AsTheyCome, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), r#"{"b":1.0,"a":[{"d":1,"c":2}],"b":2}"#);
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_kept(members in prop::collection::btree_map("[a-zé😀\"\\\\ ]{0,4}", any::<i64>(), 0..8)) {
            // Serde's order is that of UTF-8, which is that of code points.
            let text = serde_json::to_string(&members).unwrap();
            let again: BTreeMap<String, i64> = serde_json::from_str(&parsed(&text).unwrap()).unwrap();
            prop_assert_eq!(&again, &members);
            prop_assert_eq!(parsed(&parsed(&text).unwrap()), parsed(&text));
        }
    }
}
