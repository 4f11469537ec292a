//! What a replay changes in events: fields get other values, by expressions such as `temp=trim_suffix("C")`.
//!
//! Only the named fields are touched. Every other value keeps the text in which its sender wrote it: no number passes
//! through a float.

mod apply;
mod object;
mod parse;

use std::str::FromStr;

pub(crate) use apply::apply;
pub(crate) use parse::InvalidMapping;

/// How a field gets its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// The field, with the names of the objects around it before it.
    path: Vec<String>,
    /// One after the other.
    steps: Vec<Step>,
}

/// One function of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// `from("name")`: the value of another field, which is then gone.
    From(Vec<String>),
    /// `value(JSON)`: this, whatever was there.
    Value(String),
    /// `default(JSON)`: this, if the field is missing or null.
    Default(String),
    /// `remove()`: the field is gone.
    Remove,
    /// `trim()`: no white space at either end.
    Trim,
    /// `trim_prefix("text")`: without that text at its beginning.
    TrimPrefix(String),
    /// `trim_suffix("text")`: without that text at its end.
    TrimSuffix(String),
    /// `replace("text", "other")`: each occurrence.
    Replace(String, String),
    /// `lower()`
    Lower,
    /// `upper()`
    Upper,
    /// `text()`: a number or boolean as text, and what looks like a number stays text.
    Text,
}

impl FromStr for Mapping {
    type Err = InvalidMapping;
    fn from_str(text: &str) -> Result<Self, InvalidMapping> {
        parse::mapping(text)
    }
}

#[cfg(test)]
mod tests;
