//! A request for the rows of a named query.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{NamedQuery, parameter::Parameter};
use crate::{
    plan::{RowLimits, value::Value},
    problem::{Problem, ProblemKind, quote},
    request::{self, MAX_VALUE, representation::FormatOptions},
    sql::gate::Runnable,
};

/// The words that a request may have beside the parameters.
const WORDS: [&str; 4] = ["limit", "format", "_numbers", "_csv"];

/// A query string, read for one query: every parameter has a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NamedRequest {
    /// `limit`.
    pub(crate) limit: Option<u64>,
    /// `format`.
    pub(crate) format: Option<String>,
    /// `_numbers` and `_csv`.
    pub(crate) options: FormatOptions,
    /// One for each place in the SQL.
    values: Vec<Value>,
}

impl NamedQuery {
    /// Reads the query string of a request, without its `?`. Times may count from `now`.
    pub(crate) fn read(&self, raw: &str, now: DateTime<Utc>) -> Result<NamedRequest, Problem> {
        let mut given: BTreeMap<String, String> = BTreeMap::new();
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (request::decode(name)?, request::decode(value)?);
            if !self.knows(&name) {
                return Err(self.unknown(&name));
            }
            if value.len() > MAX_VALUE {
                let detail = format!("the value of {name} is longer than {MAX_VALUE} bytes");
                return Err(Problem::new(ProblemKind::TooMuch, detail).with("maximum", MAX_VALUE));
            }
            if given.insert(name.clone(), value).is_some() {
                let detail = format!("{name} is given twice: give it once");
                return Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", name));
            }
        }
        let mut values = BTreeMap::new();
        for parameter in &self.parameters {
            values.insert(parameter.name.as_str(), value(parameter, given.get(&parameter.name), now)?);
        }
        let chosen = |name: &str, read: fn(&str) -> Result<bool, Problem>| {
            given.get(name).map_or(Ok(false), |text| read(text))
        };
        // Each name of the SQL is a parameter's: that was checked when the definition was read.
        let places = self.gated.parameters().iter().flatten();
        Ok(NamedRequest {
            limit: given.get("limit").map(|text| request::limit(text)).transpose()?,
            options: FormatOptions {
                numbers_as_strings: chosen("_numbers", request::numbers)?,
                spreadsheet: chosen("_csv", request::spreadsheet)?,
            },
            format: given.remove("format"),
            values: places.filter_map(|name| values.get(name.as_str()).cloned()).collect(),
        })
    }

    /// What is run for it.
    pub(crate) fn run(&self, request: &NamedRequest, limits: RowLimits) -> Result<Runnable, Problem> {
        // Who asks cannot change the query's own LIMIT: one that is too high is lowered, not refused.
        let lowered = self.gated.limit().map(|_| limits.max_rows);
        self.gated.run(&request.values, request.limit.or(lowered), limits)
    }

    fn knows(&self, name: &str) -> bool {
        WORDS.contains(&name) || self.parameters.iter().any(|parameter| parameter.name == name)
    }

    fn unknown(&self, name: &str) -> Problem {
        let detail = format!("unknown parameter {} of the query {}", quote(name), self.name);
        let names = self.parameters.iter().map(|parameter| parameter.name.as_str()).chain(WORDS);
        Problem::new(ProblemKind::UnknownParameter, detail).suggesting(name, "parameters", names)
    }
}

fn value(parameter: &Parameter, given: Option<&String>, now: DateTime<Utc>) -> Result<Value, Problem> {
    let Parameter { name, data_type, default, description, .. } = parameter;
    match (given, default) {
        (Some(text), _) => parameter.read(text, now),
        (None, Some(default)) => Ok(default.value.clone()),
        (None, None) => {
            let what = description.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
            let detail = format!("the parameter {name:?} is missing, a {data_type}{what}");
            Err(Problem::new(ProblemKind::MissingParameter, detail).with("parameter", name.as_str()))
        }
    }
}
