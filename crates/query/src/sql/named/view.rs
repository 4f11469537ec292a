//! What the API says of a named query: in its list, and in the OpenAPI document.

use domain::DataType;
use serde::Serialize;
use serde_json::{Map, Value, json, value::RawValue};
use utoipa::ToSchema;

use crate::access::Caller;

use super::{
    NamedQuery,
    parameter::{Given, Parameter},
};

/// The answer of `GET /v1/named-queries`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueryListing<'a> {
    /// In order of name.
    pub(crate) named_queries: Vec<NamedQueryView<'a>>,
}

/// A named query as the list has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamedQueryView<'a> {
    name: &'a str,
    description: Option<&'a str>,
    parameters: Vec<ParameterView<'a>>,
    /// What it reads, as far as the key may see that.
    datasets: Vec<&'a str>,
    /// The most rows that it gives; null where only the API's own bound counts.
    max_rows: Option<u64>,
    /// Where its rows are.
    rows: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct ParameterView<'a> {
    name: &'a str,
    r#type: String,
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    default: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    min: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    max: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<serde_json::Value>)]
    r#enum: Vec<&'a RawValue>,
}

impl NamedQuery {
    /// For the list that this caller gets.
    pub(crate) fn view(&self, caller: &Caller) -> NamedQueryView<'_> {
        let seen = self.datasets().filter(|dataset| caller.sees(dataset));
        NamedQueryView {
            name: self.name.as_str(),
            description: self.description.as_deref(),
            parameters: self.parameters.iter().map(ParameterView::of).collect(),
            datasets: seen.map(domain::DatasetName::as_str).collect(),
            max_rows: self.gated.limit(),
            rows: format!("/v1/named-queries/{}/rows", self.name),
        }
    }

    /// Its own parameters as Parameter Objects of OpenAPI 3.1; `limit` and `format` are every query's.
    pub(crate) fn openapi_parameters(&self) -> Vec<Value> {
        self.parameters.iter().map(Parameter::openapi).collect()
    }
}

impl<'a> ParameterView<'a> {
    fn of(parameter: &'a Parameter) -> Self {
        let json = |given: &'a Option<Given>| given.as_ref().map(|given| &*given.json);
        Self {
            name: &parameter.name,
            r#type: parameter.data_type.to_string(),
            required: parameter.default.is_none(),
            description: parameter.description.as_deref(),
            default: json(&parameter.default),
            min: json(&parameter.min),
            max: json(&parameter.max),
            max_length: (parameter.data_type == DataType::String).then_some(parameter.max_length),
            r#enum: parameter.choices.iter().map(|choice| &*choice.json).collect(),
        }
    }
}

impl Parameter {
    fn openapi(&self) -> Value {
        let mut schema = Map::new();
        let (kind, format) = match &self.data_type {
            DataType::Boolean => ("boolean", None),
            DataType::Int => ("integer", Some("int32")),
            DataType::BigInt => ("integer", Some("int64")),
            DataType::Float => ("number", Some("float")),
            DataType::Double => ("number", Some("double")),
            DataType::Date => ("string", Some("date")),
            DataType::Timestamp => ("string", Some("date-time")),
            // A number in JSON Schema is a double to many of its readers.
            DataType::Decimal(_) => ("string", Some("decimal")),
            _ => ("string", None),
        };
        schema.insert("type".to_owned(), kind.into());
        if let Some(format) = format {
            schema.insert("format".to_owned(), format.into());
        }
        let as_text = kind == "string";
        let plain = |given: &Given| {
            let text = given.json.get();
            match serde_json::from_str(text) {
                Ok(Value::String(text)) if !as_text => {
                    serde_json::from_str(&text).unwrap_or(Value::String(text))
                }
                Ok(value) if !as_text || value.is_string() => value,
                _ => text.into(),
            }
        };
        if let Some(default) = &self.default {
            schema.insert("default".to_owned(), plain(default));
        }
        if !self.choices.is_empty() {
            schema.insert("enum".to_owned(), self.choices.iter().map(plain).collect());
        }
        let mut description = self.description.clone().unwrap_or_default();
        for (member, word, bound) in [("minimum", "at least", &self.min), ("maximum", "at most", &self.max)] {
            let Some(bound) = bound else { continue };
            if as_text {
                // JSON Schema has no bounds for texts.
                let separator = if description.is_empty() { "" } else { "; " };
                description.push_str(&format!("{separator}{word} {}", bound.json.get().trim_matches('"')));
            } else {
                schema.insert(member.to_owned(), plain(bound));
            }
        }
        if self.data_type == DataType::String {
            schema.insert("maxLength".to_owned(), self.max_length.into());
        }
        json!({
            "name": self.name, "in": "query", "required": self.default.is_none(), "description": description,
            "schema": schema,
        })
    }
}
