//! One parameter: its type, its bounds, and whether a text is a value of it.

use chrono::{DateTime, Utc};
use domain::DataType;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::InvalidQuery;
use crate::{
    plan::value::{self, Value},
    problem::{Problem, ProblemKind, listing, quote},
    sql::scalar,
};

/// The longest name.
const MAX_NAME: usize = 63;
/// The most values to choose from.
const MAX_CHOICES: usize = 100;
/// The longest text without `max_length`, in characters.
const MAX_LENGTH: usize = 1_000;

/// The words that requests for rows have, whatever the query.
pub(super) const WORDS: [&str; 5] = ["limit", "format", "cursor", "select", "order"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawParameter {
    name: String,
    #[serde(rename = "type")]
    data_type: DataType,
    description: Option<String>,
    default: Option<Box<RawValue>>,
    min: Option<Box<RawValue>>,
    max: Option<Box<RawValue>>,
    max_length: Option<usize>,
    #[serde(rename = "enum")]
    choices: Option<Vec<Box<RawValue>>>,
}

/// A parameter that was checked.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) data_type: DataType,
    pub(super) description: Option<String>,
    /// What holds without it; a parameter without one has to be given.
    pub(super) default: Option<Given>,
    pub(super) min: Option<Given>,
    pub(super) max: Option<Given>,
    pub(super) max_length: usize,
    /// The only values there are, unless empty.
    pub(super) choices: Vec<Given>,
}

/// A value of the definition: as it is, and as it was written.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) json: Box<RawValue>,
}

impl Parameter {
    pub(super) fn new(raw: RawParameter) -> Result<Self, InvalidQuery> {
        let name = raw.name.clone();
        Self::checked(raw).map_err(|reason| InvalidQuery::Parameter { name, reason })
    }

    fn checked(raw: RawParameter) -> Result<Self, String> {
        let RawParameter { name, data_type, description, default, min, max, max_length, choices } = raw;
        let mut bytes = name.bytes();
        let valid = name.len() <= MAX_NAME
            && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
            && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !valid {
            return Err("a name must match [a-z][a-z0-9_]{0,62}".to_owned());
        }
        if WORDS.contains(&name.as_str()) {
            return Err("the API has another meaning for this name".to_owned());
        }
        if !data_type.is_scalar() || data_type == DataType::Binary {
            let types = "boolean, int, bigint, float, double, decimal(p,s), string, date, timestamp";
            return Err(format!("type {data_type} cannot be a parameter's; these can: {types}"));
        }
        let given = |member: &str, json: Box<RawValue>| {
            let value = scalar::of_type(&data_type, &json).ok_or_else(|| {
                format!("{member:?} expects {}, found {}", value::wanted(&data_type), quote(json.get()))
            })?;
            Ok::<_, String>(Given { value, json })
        };
        let ordered = !matches!(data_type, DataType::Boolean | DataType::String);
        if !ordered && (min.is_some() || max.is_some()) {
            return Err(format!(
                "\"min\" and \"max\" are for numbers and times, and the type is {data_type}"
            ));
        }
        if data_type != DataType::String && max_length.is_some() {
            return Err(format!("\"max_length\" is for a string, and the type is {data_type}"));
        }
        let choices = choices.map(|choices| {
            if choices.is_empty() || choices.len() > MAX_CHOICES {
                return Err(format!("\"enum\" has 1 to {MAX_CHOICES} values"));
            }
            choices.into_iter().map(|json| given("enum", json)).collect::<Result<Vec<_>, _>>()
        });
        let parameter = Self {
            default: default.map(|json| given("default", json)).transpose()?,
            min: min.map(|json| given("min", json)).transpose()?,
            max: max.map(|json| given("max", json)).transpose()?,
            max_length: max_length.unwrap_or(MAX_LENGTH),
            choices: choices.transpose()?.unwrap_or_default(),
            name,
            data_type,
            description,
        };
        if let (Some(min), Some(max)) = (&parameter.min, &parameter.max)
            && min.value > max.value
        {
            return Err("\"min\" is more than \"max\"".to_owned());
        }
        let own = parameter.default.iter().map(|given| ("default", given));
        for (member, given) in own.chain(parameter.choices.iter().map(|given| ("enum", given))) {
            if let Some(broken) = parameter.broken(&given.value) {
                return Err(format!(
                    "{member:?} has {}, and the parameter {broken}",
                    quote(given.json.get())
                ));
            }
        }
        Ok(parameter)
    }

    /// Reads the text that a request has for it. Times may count from `now`.
    pub(super) fn read(&self, text: &str, now: DateTime<Utc>) -> Result<Value, Problem> {
        let problem = |expected: String| {
            let detail = format!("the parameter {:?} {expected}, found {}", self.name, quote(text));
            Problem::new(ProblemKind::InvalidValue, detail).with("parameter", self.name.as_str())
        };
        let value = value::given(&self.data_type, text, now).ok_or_else(|| {
            // A raw + in a query string is a space, and offsets are where people meet that.
            let is_time = self.data_type == DataType::Timestamp && text.contains(' ');
            let hint = if is_time { " (write + as %2B in a URL)" } else { "" };
            problem(format!("expects {}{hint}", value::expected(&self.data_type)))
        })?;
        match self.broken(&value) {
            Some(broken) => Err(problem(broken)),
            None => Ok(value),
        }
    }

    /// Which of the bounds the value does not keep.
    fn broken(&self, value: &Value) -> Option<String> {
        if let Some(min) = self.min.as_ref().filter(|min| *value < min.value) {
            return Some(format!("is at least {}", min.json));
        }
        if let Some(max) = self.max.as_ref().filter(|max| *value > max.value) {
            return Some(format!("is at most {}", max.json));
        }
        if let Value::Text(text) = value
            && text.chars().count() > self.max_length
        {
            return Some(format!("has {} characters at most", self.max_length));
        }
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice.value == *value) {
            let choices = listing(self.choices.iter().map(|choice| choice.json.get()));
            return Some(format!("is one of {choices}"));
        }
        None
    }
}
