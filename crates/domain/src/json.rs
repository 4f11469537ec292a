//! JSON objects split into their fields, each kept as the sender wrote it.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The fields of one object, in the sender's order, values untouched.
#[derive(Debug, Default)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// Why a text is not an event's object. The words go into quarantine.
#[derive(Debug, thiserror::Error)]
pub enum InvalidObject {
    /// Not JSON, or JSON that is not an object, or with a field twice.
    #[error("expected one JSON object: {0}")]
    Json(#[from] serde_json::Error),
}

impl<'a> Fields<'a> {
    /// Reads one JSON object and nothing after it. A field that occurs twice is an error: parsers disagree
    /// on which of the two counts, so neither is taken.
    pub fn parse(text: &'a str) -> Result<Self, InvalidObject> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let fields = deserializer.deserialize_map(FieldsVisitor)?;
        deserializer.end()?;
        Ok(fields)
    }

    /// The value of a field, if the object has it.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| *value)
    }

    /// All fields, in the sender's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        while let Some((FieldName(name), value)) = map.next_entry::<FieldName<'de>, &RawValue>()? {
            if !seen.insert(name.clone()) {
                return Err(serde::de::Error::custom(format_args!("field {name:?} occurs twice")));
            }
            fields.push((name, value));
        }
        Ok(Fields(fields))
    }
}

/// A field's name, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct FieldName<'a>(#[serde(borrow)] Cow<'a, str>);

/// The text on one line: in valid JSON a raw line break can only be white space between tokens.
pub fn on_one_line(raw: &RawValue) -> Cow<'_, str> {
    let text = raw.get();
    if text.contains(['\n', '\r']) { text.replace(['\n', '\r'], " ").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_the_senders_text() {
        let fields = Fields::parse(r#"{"a": 1.10, "b\u0061": {"x": [1e400]}, "c": null}"#).unwrap();
        assert_eq!(fields.get("a").unwrap().get(), "1.10");
        assert_eq!(fields.get("ba").unwrap().get(), r#"{"x": [1e400]}"#);
        assert!(fields.get("d").is_none());
    }

    #[test]
    fn what_is_not_one_object_is_refused() {
        for bad in ["", "1", "[]", r#""x""#, "{", r#"{"a":1}{"a":2}"#, r#"{"a":NaN}"#, r#"{"a":1,"a":2}"#] {
            assert!(Fields::parse(bad).is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn deep_nesting_neither_panics_nor_overflows() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
        let _either_way = Fields::parse(&deep);
    }
}
