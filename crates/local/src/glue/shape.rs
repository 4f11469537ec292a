//! Requests held against the bounds that Glue's service model states, before anything is done.
//!
//! A member of another type is a `SerializationException`; one that is missing, too long or not of its pattern is
//! a `ValidationException` that names the member as Glue does: `tableInput.storageDescriptor.columns.3.member.type`.
//! Members that the model does not have are let through: definitions come back as they were written.

mod requests;

use serde_json::{Map, Value};

use crate::protocol::json::JsonError;

/// Glue shortens nothing of a value in its message; here a long one is cut.
const MAX_SHOWN: usize = 256;

/// What a member may be.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// A text of so many characters.
    Text {
        min: usize,
        max: usize,
        lines: Lines,
    },
    /// One of these.
    Choice(&'static [&'static str]),
    /// A whole number within bounds.
    Whole {
        min: i64,
        max: i64,
    },
    Number,
    Boolean,
    /// Of such items, between so many and so many of them.
    List(&'static Shape, usize, usize),
    Map {
        key: &'static Shape,
        value: &'static Shape,
    },
    Object(&'static [Member]),
    /// A structure that is kept as it is.
    Any,
}

/// Which characters a text may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// No control character but the tab.
    One,
    /// Carriage return and line feed too.
    Many,
    Any,
}

/// A member of a structure, by its name.
#[derive(Debug, Clone, Copy)]
enum Member {
    Required(&'static str, &'static Shape),
    Optional(&'static str, &'static Shape),
}

/// Checks the input of an operation. `None`: there is no such operation here.
pub(super) fn check(operation: &str, input: &Value) -> Option<Result<(), JsonError>> {
    let members = requests::of(operation)?;
    let mut faults = Faults::default();
    let done = faults.object(String::new(), input, members);
    Some(done.and_then(|()| faults.finish()))
}

#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn finish(self) -> Result<(), JsonError> {
        let count = self.0.len();
        if count == 0 {
            return Ok(());
        }
        let errors = if count == 1 { "error" } else { "errors" };
        let text = format!("{count} validation {errors} detected: {}", self.0.join("; "));
        Err(JsonError::new("ValidationException", text))
    }

    fn add(&mut self, path: &str, value: &Value, constraint: &str) {
        let shown = match value {
            Value::Null => "null".to_owned(),
            Value::String(text) => format!("'{}'", cut(text)),
            other => format!("'{}'", cut(&other.to_string())),
        };
        self.0.push(format!("Value {shown} at '{path}' failed to satisfy constraint: {constraint}"));
    }

    fn value(&mut self, path: String, value: &Value, shape: &Shape) -> Result<(), JsonError> {
        match (shape, value) {
            (Shape::Any, Value::Object(_)) | (Shape::Boolean, Value::Bool(_)) => {}
            (Shape::Number, Value::Number(_)) => {}
            (Shape::Text { min, max, lines }, Value::String(text)) => {
                self.length(&path, value, text.chars().count(), *min, *max);
                if !lines.allow(text) {
                    let pattern = lines.pattern();
                    let constraint = format!("Member must satisfy regular expression pattern: {pattern}");
                    self.add(&path, value, &constraint);
                }
            }
            (Shape::Choice(choices), Value::String(text)) => {
                if !choices.contains(&text.as_str()) {
                    let constraint = format!("Member must satisfy enum value set: [{}]", choices.join(", "));
                    self.add(&path, value, &constraint);
                }
            }
            (Shape::Whole { min, max }, Value::Number(number)) => {
                let Some(number) = number.as_i64() else { return Err(wrong_type(&path, "a whole number")) };
                if number < *min {
                    let constraint = format!("Member must have value greater than or equal to {min}");
                    self.add(&path, value, &constraint);
                } else if number > *max {
                    let constraint = format!("Member must have value less than or equal to {max}");
                    self.add(&path, value, &constraint);
                }
            }
            (Shape::List(of, min, max), Value::Array(items)) => {
                self.length(&path, value, items.len(), *min, *max);
                for (index, item) in items.iter().enumerate() {
                    self.value(format!("{path}.{}.member", index + 1), item, of)?;
                }
            }
            (Shape::Map { key, value: shape }, Value::Object(entries)) => {
                self.map(&path, entries, key, shape)?;
            }
            (Shape::Object(members), Value::Object(_)) => self.object(path, value, members)?,
            (shape, _) => return Err(wrong_type(&path, shape.name())),
        }
        Ok(())
    }

    fn length(&mut self, path: &str, value: &Value, length: usize, min: usize, max: usize) {
        if length < min {
            let constraint = format!("Member must have length greater than or equal to {min}");
            self.add(path, value, &constraint);
        } else if length > max {
            self.add(path, value, &format!("Member must have length less than or equal to {max}"));
        }
    }

    fn map(
        &mut self,
        path: &str,
        entries: &Map<String, Value>,
        key: &Shape,
        shape: &Shape,
    ) -> Result<(), JsonError> {
        for (name, value) in entries {
            self.value(format!("{path}.key"), &Value::String(name.clone()), key)?;
            self.value(format!("{path}.{name}.member"), value, shape)?;
        }
        Ok(())
    }

    fn object(&mut self, path: String, value: &Value, members: &[Member]) -> Result<(), JsonError> {
        let Some(object) = value.as_object() else { return Err(wrong_type(&path, "a structure")) };
        for member in members {
            let (name, shape, required) = match member {
                Member::Required(name, shape) => (name, shape, true),
                Member::Optional(name, shape) => (name, shape, false),
            };
            let path = if path.is_empty() { camel(name) } else { format!("{path}.{}", camel(name)) };
            match object.get(*name) {
                None | Some(Value::Null) => {
                    if required {
                        self.add(&path, &Value::Null, "Member must not be null");
                    }
                }
                Some(value) => self.value(path, value, shape)?,
            }
        }
        Ok(())
    }
}

impl Lines {
    fn allow(self, text: &str) -> bool {
        self == Self::Any
            || text.chars().all(|c| {
                c == '\t'
                    || (c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
                    || self == Self::Many && matches!(c, '\r' | '\n')
            })
    }

    fn pattern(self) -> &'static str {
        match self {
            Self::One => r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*",
            Self::Many => r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*",
            Self::Any => ".*",
        }
    }
}

impl Shape {
    fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } | Self::Choice(_) => "a string",
            Self::Whole { .. } | Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::List(..) => "a list",
            Self::Map { .. } => "a map",
            Self::Object(_) | Self::Any => "a structure",
        }
    }
}

fn wrong_type(path: &str, wanted: &str) -> JsonError {
    let path = if path.is_empty() { "the request" } else { path };
    JsonError::new("SerializationException", format!("{path} is not {wanted}"))
}

fn camel(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + chars.as_str())
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests;
