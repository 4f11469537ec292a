//! A parameter with a type of the lake.

use domain::DataType;
use serde_json::Value;
use utoipa::openapi::{
    ObjectBuilder, Required,
    path::Parameter,
    schema::{SchemaFormat, Type},
};

use super::parts::{formatted, plain, query, text};

/// A parameter as it is described.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Typed {
    /// Its name.
    pub(crate) name: String,
    /// What it means.
    pub(crate) description: String,
    /// The type of its values.
    pub(crate) data_type: DataType,
    /// What it is where a caller does not say; without, a caller must.
    pub(crate) default: Option<String>,
    /// The least value.
    pub(crate) minimum: Option<String>,
    /// The largest value.
    pub(crate) maximum: Option<String>,
    /// The most characters.
    pub(crate) max_length: Option<usize>,
    /// The only values, if there are only some.
    pub(crate) allowed: Vec<String>,
}

impl Typed {
    pub(super) fn parameter(&self) -> Parameter {
        let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok());
        let mut schema = schema(&self.data_type).max_length(self.max_length);
        if is_number(&self.data_type) {
            schema = schema.minimum(number(&self.minimum)).maximum(number(&self.maximum));
        }
        if !self.allowed.is_empty() {
            schema = schema.enum_values(Some(self.allowed.iter().map(|text| self.value(text))));
        }
        let schema = schema.default(self.default.as_ref().map(|text| self.value(text)));
        let bounds = match (&self.minimum, &self.maximum) {
            (None, None) => String::new(),
            (Some(minimum), None) => format!(" At least {minimum}."),
            (None, Some(maximum)) => format!(" At most {maximum}."),
            (Some(minimum), Some(maximum)) => format!(" {minimum} to {maximum}."),
        };
        let description = format!("{} ({}).{bounds}", self.description.trim_end_matches('.'), self.data_type);
        let required = if self.default.is_none() { Required::True } else { Required::False };
        query(&self.name, &description, schema).required(required).build()
    }

    /// The value as JSON has it: a number where the type is one and JSON can say it.
    fn value(&self, text: &str) -> Value {
        match &self.data_type {
            DataType::String | DataType::Date | DataType::Timestamp => text.into(),
            _ => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        }
    }
}

fn is_number(data_type: &DataType) -> bool {
    use DataType::{BigInt, Decimal, Double, Float, Int};
    matches!(data_type, Int | BigInt | Float | Double | Decimal(_))
}

fn schema(data_type: &DataType) -> ObjectBuilder {
    let format = |name: &str| Some(SchemaFormat::Custom(name.to_owned()));
    match data_type {
        DataType::Boolean => plain(Type::Boolean),
        DataType::Int => plain(Type::Integer).format(format("int32")),
        DataType::BigInt => plain(Type::Integer).format(format("int64")),
        DataType::Float => plain(Type::Number).format(format("float")),
        DataType::Double => plain(Type::Number).format(format("double")),
        DataType::Decimal(_) => plain(Type::Number),
        DataType::Date => formatted("date"),
        DataType::Timestamp => formatted("date-time"),
        DataType::String | DataType::Binary | DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => text(),
    }
}
