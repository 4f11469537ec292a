//! Mappings on the events of a body.

use serde_json::value::{RawValue, to_raw_value};

use super::{Mapping, Step, object::Object};

/// The body with its events changed: one object, an array of them, or several after one another, which become NDJSON.
/// `None` if no mapping changes anything.
pub(crate) fn apply(mappings: &[Mapping], body: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let text =
        std::str::from_utf8(body).map_err(|_| "it is not UTF-8, so no mapping changes it".to_owned())?;
    let text = text.trim_start_matches('\u{feff}').trim_ascii();
    let is_array = text.starts_with('[');
    let objects: Result<Vec<Object>, _> = match is_array {
        true => serde_json::from_str(text),
        false => serde_json::Deserializer::from_str(text).into_iter().collect(),
    };
    let mut objects =
        objects.map_err(|error| format!("no mapping changes it, since it is no JSON object: {error}"))?;
    let mut is_changed = false;
    for object in &mut objects {
        for mapping in mappings {
            is_changed |= mapping.apply(object)?;
        }
    }
    if !is_changed {
        return Ok(None);
    }
    let failed = |error: serde_json::Error| format!("it cannot be written out: {error}");
    if is_array {
        return serde_json::to_vec(&objects).map(Some).map_err(failed);
    }
    let lines: Result<Vec<String>, _> = objects.iter().map(serde_json::to_string).collect();
    Ok(Some(lines.map_err(failed)?.join("\n").into_bytes()))
}

impl Mapping {
    /// Whether it changed something.
    fn apply(&self, object: &mut Object) -> Result<bool, String> {
        let before = find(object, &self.path);
        let mut value = before.clone();
        let mut is_text = false;
        let mut moved = None;
        for step in &self.steps {
            value = match step {
                Step::From(other) => match find(object, other) {
                    // Without the other field there is nothing to move.
                    None => value,
                    Some(found) => {
                        moved = Some(other);
                        Some(found)
                    }
                },
                Step::Value(json) => Some(json.clone()),
                Step::Default(json) => value.filter(|value| value != "null").or_else(|| Some(json.clone())),
                Step::Remove => None,
                Step::Text => {
                    is_text = true;
                    value.map(as_text)
                }
                of_text => value.map(|value| changed(of_text, value)),
            };
        }
        if let Some(found) = value.as_ref().filter(|_| !is_text && self.changes_text() && value != before) {
            value = Some(as_number(found));
        }
        if value == before && moved.is_none_or(|moved| *moved == self.path) {
            return Ok(false);
        }
        if let Some(other) = moved.filter(|moved| **moved != self.path) {
            put(object, other, None)?;
        }
        put(object, &self.path, value)?;
        Ok(true)
    }

    fn changes_text(&self) -> bool {
        let changes = |step: &Step| {
            matches!(step, Step::Trim | Step::TrimPrefix(_) | Step::TrimSuffix(_) | Step::Replace(..))
        };
        self.steps.iter().any(changes)
    }
}

/// A text changed by a function; what is no text stays as it is.
fn changed(step: &Step, value: String) -> String {
    let Ok(text) = serde_json::from_str::<String>(&value) else { return value };
    let text = match step {
        Step::Trim => text.trim().to_owned(),
        Step::TrimPrefix(prefix) => text.strip_prefix(prefix.as_str()).unwrap_or(&text).to_owned(),
        Step::TrimSuffix(suffix) => text.strip_suffix(suffix.as_str()).unwrap_or(&text).to_owned(),
        Step::Replace(what, with) => text.replace(what.as_str(), with),
        Step::Lower => text.to_lowercase(),
        Step::Upper => text.to_uppercase(),
        Step::From(_) | Step::Value(_) | Step::Default(_) | Step::Remove | Step::Text => text,
    };
    quoted(&text)
}

/// A number or a boolean as text; anything else as it is.
fn as_text(value: String) -> String {
    if value.starts_with(['"', '{', '[']) || value == "null" { value } else { quoted(&value) }
}

/// A text that is a JSON number, as that number; anything else as it is.
fn as_number(value: &str) -> String {
    let text = serde_json::from_str::<String>(value).ok();
    let is_number = |text: &String| {
        text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
            && serde_json::from_str::<&RawValue>(text).is_ok()
    };
    text.filter(is_number).unwrap_or_else(|| value.to_owned())
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The value of a field, as it is written.
fn find(object: &Object, path: &[String]) -> Option<String> {
    let (name, inner) = path.split_first()?;
    let value = object.get(name)?;
    if inner.is_empty() {
        return Some(value.get().to_owned());
    }
    find(&serde_json::from_str(value.get()).ok()?, inner)
}

/// Gives a field a value, or removes it. Objects around it are made where there are none.
fn put(object: &mut Object, path: &[String], value: Option<String>) -> Result<(), String> {
    let Some((name, inner)) = path.split_first() else { return Ok(()) };
    if inner.is_empty() {
        match value {
            None => object.remove(name),
            Some(value) => object.set(name, raw(value)?),
        }
        return Ok(());
    }
    let mut around = match object.get(name) {
        None if value.is_none() => return Ok(()),
        None => Object::default(),
        Some(found) => serde_json::from_str(found.get())
            .map_err(|_| format!("field {name:?} is no object, so there is no field {inner:?} in it"))?,
    };
    put(&mut around, inner, value)?;
    object.set(name, to_raw_value(&around).map_err(|error| error.to_string())?);
    Ok(())
}

fn raw(value: String) -> Result<Box<RawValue>, String> {
    RawValue::from_string(value).map_err(|error| error.to_string())
}
