//! What a dataset's definition expects of events, held against what is about to be sent.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::AtomicU64},
};

use domain::{Dataset, event::Event, json::Fields, suggest};
use formats::{Rules, columns::Column};

use super::error::PublishError;
use crate::{
    inputs::{Input, Kind},
    output::{note, one_line},
};

/// How many events of an input are looked at. CSV names its fields in the header.
const SAMPLED: usize = 100;
/// How many names are told.
const TOLD: usize = 10;

/// The fields that a definition reads.
#[derive(Debug, Clone)]
pub(super) struct Expectation {
    dataset: String,
    fields: Vec<Expected>,
    /// What does not match is a warning, and no error.
    allow_unknown: bool,
}

#[derive(Debug, Clone)]
struct Expected {
    column: String,
    field: String,
    required: bool,
}

/// What an input has.
struct Found {
    fields: BTreeSet<String>,
    /// Whether these are all that it has: of CSV they are.
    is_all: bool,
}

/// What does not match.
#[derive(Debug, Default, PartialEq, Eq)]
struct Difference {
    error: Option<String>,
    warnings: Vec<String>,
}

impl Expectation {
    pub(super) fn new(dataset: &Dataset, allow_unknown: bool) -> Self {
        let fields = dataset.columns().iter().map(|column| Expected {
            column: column.name.to_string(),
            field: column.field.clone(),
            required: column.required,
        });
        Self { dataset: dataset.name().to_string(), fields: fields.collect(), allow_unknown }
    }

    /// Looks at the beginning of every file, before anything is sent. A pipe can be read once: its header is looked at
    /// when it is read.
    pub(super) fn check(
        &self,
        inputs: &[Input],
        definition: &Dataset,
        rules: Rules,
    ) -> Result<(), PublishError> {
        for input in inputs.iter().filter(|input| matches!(input.kind, Kind::File { .. })) {
            // What cannot be read is told where it is read.
            let Ok(Ok(mut events)) = input.read(&Arc::new(AtomicU64::new(0)), Some(definition), rules) else {
                continue;
            };
            if let Some((_, columns)) = events.header() {
                self.check_header(&input.name, columns)?;
                continue;
            }
            let mut found = Found { fields: BTreeSet::new(), is_all: false };
            for _ in 0..SAMPLED {
                match events.next_event() {
                    Ok(Some(record)) => {
                        let unwrap = definition.unwraps();
                        found.fields.extend(record.event.iter().flat_map(|text| self.fields(text, unwrap)));
                    }
                    Ok(None) | Err(_) => break,
                }
            }
            self.tell(&input.name, &found)?;
        }
        Ok(())
    }

    /// Looks at the fields that a CSV header names.
    pub(super) fn check_header(&self, name: &str, columns: &[Column]) -> Result<(), PublishError> {
        let fields = columns.iter().map(|column| column.field.clone()).collect();
        self.tell(name, &Found { fields, is_all: true })
    }

    fn tell(&self, name: &str, found: &Found) -> Result<(), PublishError> {
        let Difference { error, warnings } = self.difference(found);
        let warn = |words: &str| note(&format!("warning: {}", one_line(&format!("{name}: {words}"))));
        warnings.iter().for_each(|words| warn(words));
        match error {
            Some(words) if self.allow_unknown => warn(&words),
            Some(words) => {
                return Err(PublishError::Wrong(one_line(&format!(
                    "{name}: {words}; nothing of it was sent (--allow-unknown sends it all the same)"
                ))));
            }
            None => {}
        }
        Ok(())
    }

    /// The fields of an event that columns are of: of a CloudEvent those of its data, and its attributes where a column
    /// reads one. Of an object with an array under the name `unwrap`, those of the elements, since `ingest` takes these for
    /// the events.
    fn fields(&self, text: &str, unwrap: Option<&str>) -> Vec<String> {
        let (Ok(event), Ok(fields)) = (Event::parse(text), Fields::parse(text)) else { return Vec::new() };
        if let Some(elements) = unwrap.and_then(|name| fields.elements(name)) {
            return elements.into_iter().flat_map(|element| self.fields(element, None)).collect();
        }
        let mut names: Vec<String> = fields.iter().map(|(name, _)| name.to_owned()).collect();
        if event.cloud_event().is_some() {
            // Other attributes are no news: they are those of every CloudEvent.
            names.retain(|name| self.fields.iter().any(|expected| expected.field == *name));
            if let Some(Ok(data)) = fields.get("data").map(|data| Fields::parse(data.text())) {
                names.extend(data.iter().map(|(name, _)| name.to_owned()));
            }
        }
        names
    }

    fn difference(&self, found: &Found) -> Difference {
        let mut difference = Difference::default();
        if found.fields.is_empty() {
            return difference;
        }
        let dataset = &self.dataset;
        let (there, missing): (Vec<&Expected>, Vec<&Expected>) =
            self.fields.iter().partition(|expected| found.fields.contains(&expected.field));
        let known = |field: &String| self.fields.iter().any(|expected| expected.field == *field);
        let unknown: Vec<&str> =
            found.fields.iter().filter(|field| !known(field)).map(String::as_str).collect();
        let required: Vec<&str> =
            missing.iter().filter(|missing| missing.required).map(|missing| missing.field.as_str()).collect();
        if there.is_empty() {
            let expected = names(self.fields.iter().map(|expected| expected.field.as_str()));
            difference.error = Some(format!(
                "it has no field of dataset {dataset}: it has {}, and the definition reads {expected}",
                names(unknown.iter().copied())
            ));
            return difference;
        }
        if !required.is_empty() {
            let near = required.iter().find_map(|field| {
                let near = suggest::nearest(field, unknown.iter().copied())?;
                Some(format!("; is {near} meant for {field}?"))
            });
            difference.error = Some(format!(
                "it does not have {}, which dataset {dataset} requires{}",
                names(required.iter().copied()),
                near.unwrap_or_default()
            ));
        }
        if !unknown.is_empty() && !self.allow_unknown {
            difference.warnings.push(format!(
                "dataset {dataset} has no column for {}: such values are kept in _extra",
                names(unknown.iter().copied())
            ));
        }
        let optional: Vec<&str> = missing
            .iter()
            .filter(|missing| !missing.required)
            .map(|missing| missing.column.as_str())
            .collect();
        // Events leave out what they do not have; a header has a name for everything.
        if found.is_all && !optional.is_empty() && !self.allow_unknown {
            difference.warnings.push(format!(
                "it has nothing for the columns {} of dataset {dataset}: they will be null",
                names(optional.iter().copied())
            ));
        }
        difference
    }
}

fn names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let all: Vec<&str> = names.collect();
    let told = all.iter().take(TOLD).copied().collect::<Vec<_>>().join(", ");
    match all.len().checked_sub(TOLD) {
        Some(more) if more > 0 => format!("{told} and {more} more"),
        _ => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expectation(allow_unknown: bool) -> Expectation {
        let definition = br#"{"name": "weather", "columns": [
            {"name": "origin", "type": "string", "required": true},
            {"name": "temp", "type": "double"}, {"name": "at", "type": "timestamp", "from": "timeHour"}]}"#;
        Expectation::new(&Dataset::from_json(definition).unwrap(), allow_unknown)
    }

    fn difference(fields: &[&str], is_all: bool) -> Difference {
        let fields = fields.iter().map(ToString::to_string).collect();
        expectation(false).difference(&Found { fields, is_all })
    }

    #[test]
    fn what_matches_is_silent() {
        assert_eq!(difference(&["origin", "temp", "timeHour"], true), Difference::default());
        // Not every event has everything.
        assert_eq!(difference(&["origin"], false), Difference::default());
        assert_eq!(difference(&[], true), Difference::default());
    }

    #[test]
    fn what_does_not_is_named() {
        for (fields, is_all, error, warning) in [
            (&["faa", "lat"][..], true, "it has no field of dataset weather: it has faa, lat, and", ""),
            (
                &["origins", "temp", "timeHour"],
                true,
                "it does not have origin, which dataset weather requires; is origins meant",
                "no column for origins",
            ),
            (&["origin", "wind"], true, "", "no column for wind: such values are kept in _extra"),
            (&["origin"], true, "", "nothing for the columns temp, at of dataset weather"),
            (&["temp"], false, "it does not have origin", ""),
        ] {
            let found = difference(fields, is_all);
            let said = found.error.unwrap_or_default();
            assert_eq!(said.is_empty(), error.is_empty(), "{fields:?}: {said}");
            assert!(said.contains(error), "{fields:?}: {said}");
            assert!(found.warnings.join("\n").contains(warning), "{fields:?}: {:?}", found.warnings);
        }
    }

    #[test]
    fn what_is_allowed_is_no_error() {
        let columns = [Column { field: "faa".to_owned(), kind: formats::columns::Kind::Text }];
        assert!(expectation(true).check_header("a.csv", &columns).is_ok());
        let error = expectation(false).check_header("a.csv", &columns).unwrap_err();
        assert!(error.is_wrong_input() && error.to_string().contains("--allow-unknown"), "{error}");
    }

    #[test]
    fn the_fields_of_a_cloudevent_are_those_of_its_data_and_the_attributes_that_are_read() {
        let event =
            r#"{"specversion":"1.0","id":"1","source":"/s","type":"t","timeHour":"x","data":{"origin":"x"}}"#;
        assert_eq!(expectation(false).fields(event, None), ["timeHour", "origin"]);
        let empty = r#"{"specversion":"1.0","id":"1","source":"/s","type":"t"}"#;
        assert!(expectation(false).fields(empty, None).is_empty());
        assert_eq!(expectation(false).fields(r#"{"a":1,"b":2}"#, None), ["a", "b"]);
    }

    #[test]
    fn the_fields_of_an_object_around_events_are_those_of_the_events() {
        let fields = |object: &str, unwrap| expectation(false).fields(object, unwrap);
        let object = r#"{"n": 1, "Records": [{"a": 1}, 7, {"b": 2, "Records": [{"c": 3}]}]}"#;
        assert_eq!(fields(object, Some("Records")), ["a", "b", "Records"]);
        assert_eq!(fields(object, None), ["n", "Records"]);
        assert_eq!(fields(object, Some("n")), ["n", "Records"]);
        assert!(fields(r#"{"Records": [], "n": 1}"#, Some("Records")).is_empty());
    }
}
