//! `json_extract_scalar(json, path)`.

use std::fmt;

use datafusion::{arrow::datatypes::DataType as Arrow, error::Result};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    argument::Argument,
    made::Made,
    own::{Own, invalid, unsupported_value},
};
use crate::types::JSON;

/// The text, number or boolean that a path leads to, as text. Null where there is none, and where the text is no
/// JSON up to there. Paths have names and indexes only: `$.a.b[0]["c d"]`.
pub(super) fn json_extract_scalar() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Null, Arrow::Utf8 | Arrow::Null] => {
            Some(vec![JSON, Arrow::Utf8])
        }
        _ => None,
    };
    Own::texts("json_extract_scalar", takes, |_| Arrow::Utf8, extract)
}

fn extract(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let (documents, paths) = (arguments[0].texts::<i64>(), arguments[1].texts::<i32>());
    let mut last: Option<(&str, Vec<String>)> = None;
    for row in 0..made.rows() {
        let (Some(document), Some(path)) = (documents.get(row), paths.get(row)) else {
            made.append(None)?;
            continue;
        };
        let steps = match last.take() {
            Some((text, steps)) if text == path => steps,
            _ => parse(path)?,
        };
        made.append(scalar(document, &steps).as_deref())?;
        last = Some((path, steps));
    }
    Ok(())
}

/// The names and indexes of a path.
fn parse(path: &str) -> Result<Vec<String>> {
    let malformed = || invalid(format!("Invalid JSON path: '{path}'"));
    let unsupported =
        || unsupported_value(&format!("the JSON path '{path}' (only $.name, [0] and [\"name\"])"));
    let mut rest = path.strip_prefix('$').ok_or_else(malformed)?;
    let mut steps = Vec::new();
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let (step, next) = match first {
            '.' => {
                let end = after.find(['.', '[']).unwrap_or(after.len());
                after.split_at(end)
            }
            '[' => {
                let (step, next) = match after.strip_prefix('"') {
                    Some(quoted) => quoted.split_once("\"]"),
                    None => after.split_once(']'),
                }
                .ok_or_else(malformed)?;
                if after.starts_with('"') {
                    if step.contains(['"', '\\']) {
                        return Err(unsupported());
                    }
                    steps.push(step.to_owned());
                    rest = next;
                    continue;
                }
                (step, next)
            }
            _ => return Err(malformed()),
        };
        if step.is_empty() || step.contains(['*', '?', '@', '(', '\'']) {
            return Err(if step.is_empty() && !next.is_empty() || !step.is_empty() {
                unsupported()
            } else {
                malformed()
            });
        }
        if !step.chars().all(|c| c.is_alphanumeric() || "_:$-/|#".contains(c)) {
            return Err(malformed());
        }
        steps.push(step.to_owned());
        rest = next;
    }
    Ok(steps)
}

/// Follows the path, and looks at nothing behind its end.
fn scalar(document: &str, steps: &[String]) -> Option<String> {
    let mut value = document.trim();
    for step in steps {
        let mut found = None;
        let mut deserializer = serde_json::Deserializer::from_str(value);
        // What follows may be no JSON at all: what was found before it counts.
        let _ = Find { step, found: &mut found }.deserialize(&mut deserializer);
        value = found?.get();
    }
    match value.as_bytes().first()? {
        b'"' => serde_json::from_str(value).ok(),
        b'{' | b'[' => None,
        _ => {
            let known = serde_json::from_str::<&RawValue>(value).ok()?.get();
            (known != "null").then(|| known.to_owned())
        }
    }
}

/// Looks for one field of an object, or one element of an array.
struct Find<'s, 'f, 'd> {
    step: &'s str,
    found: &'f mut Option<&'d RawValue>,
}

impl<'d> DeserializeSeed<'d> for Find<'_, '_, 'd> {
    type Value = ();

    fn deserialize<D: Deserializer<'d>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'d> Visitor<'d> for Find<'_, '_, 'd> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if self.found.is_none() && name == self.step {
                *self.found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'d>>(self, mut elements: A) -> std::result::Result<(), A::Error> {
        let Ok(wanted) = self.step.parse::<usize>() else { return Ok(()) };
        for _ in 0..wanted {
            if elements.next_element::<IgnoredAny>()?.is_none() {
                return Ok(());
            }
        }
        *self.found = elements.next_element()?;
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_path_into_any_text_is_followed_or_refused(
            path in r#"[$.a\[\]"0é*]{0,12}"#,
            document in r#"[{}\[\]":,a0é. ntrue]{0,24}"#,
        ) {
            if let Ok(steps) = parse(&path) {
                let _ = scalar(&document, &steps);
            }
        }

        #[test]
        fn every_field_is_found_by_its_name(
            fields in prop::collection::btree_map("[a-zé_0-9]{1,6}", any::<i64>(), 1..8),
        ) {
            let document = serde_json::to_string(&fields).unwrap();
            for (name, value) in &fields {
                for path in [format!("$.{name}"), format!("$[\"{name}\"]")] {
                    let found = scalar(&document, &parse(&path).unwrap());
                    prop_assert_eq!(found, Some(value.to_string()));
                }
            }
        }
    }

    #[test]
    fn paths_lead_to_scalars() {
        let document =
            r#" {"a": {"b": [1.50, "x\u00e9\"", true, null, {}]}, "c d": 1e5, "a": 7, "n": [[3]]} "#;
        for (path, expected) in [
            ("$.a.b[0]", Some("1.50")),
            ("$.a.b[1]", Some("xé\"")),
            ("$.a.b[2]", Some("true")),
            ("$.a.b[3]", None),
            ("$.a.b[4]", None),
            ("$.a.b[5]", None),
            ("$.a.b", None),
            ("$.a", None),
            ("$", None),
            (r#"$["c d"]"#, Some("1e5")),
            ("$.n[0][0]", Some("3")),
            ("$.n.0.0", Some("3")),
            ("$.x.y", None),
        ] {
            let steps = parse(path).unwrap();
            assert_eq!(scalar(document, &steps).as_deref(), expected, "{path}");
        }
        for (document, path, expected) in [
            ("17", "$", Some("17")),
            (r#""a""#, "$", Some("a")),
            ("null", "$", None),
            ("", "$", None),
            ("nonsense", "$", None),
            (r#"{"a": 1, broken"#, "$.a", Some("1")),
            (r#"{"x": broken, "a": 1}"#, "$.a", None),
            (r#"{"1": "one"}"#, "$[1]", Some("one")),
        ] {
            assert_eq!(scalar(document, &parse(path).unwrap()).as_deref(), expected, "{document} {path}");
        }
    }

    #[test]
    fn other_paths_are_refused() {
        for (path, code) in [
            ("", "INVALID_FUNCTION_ARGUMENT"),
            ("a", "INVALID_FUNCTION_ARGUMENT"),
            ("$a", "INVALID_FUNCTION_ARGUMENT"),
            ("$.", "INVALID_FUNCTION_ARGUMENT"),
            ("$.a b", "INVALID_FUNCTION_ARGUMENT"),
            ("$[0", "INVALID_FUNCTION_ARGUMENT"),
            ("$.*", "INVALID_FUNCTION_ARGUMENT"),
            ("$..a", "INVALID_FUNCTION_ARGUMENT"),
            ("$.a[*]", "INVALID_FUNCTION_ARGUMENT"),
            ("$.a[?(@.b)]", "INVALID_FUNCTION_ARGUMENT"),
            (r#"$["a\"b"]"#, "INVALID_FUNCTION_ARGUMENT"),
        ] {
            let error = parse(path).unwrap_err().to_string();
            assert!(error.contains(code), "{path}: {error}");
        }
    }
}
