//! An expression that was read, held against partitions.

use super::{
    super::error::GlueError,
    value::{Kind, Value},
};

/// Which partitions are wanted.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::glue) enum Filter {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Test { key: usize, kind: Kind, test: Test },
}

/// What one key's value is asked.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::glue) enum Test {
    Is(Comparison, Value),
    /// Both ends included.
    Between(Value, Value),
    In(Vec<Value>),
    Like(Vec<char>),
    /// Never: Glue's partition values are texts.
    Null,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::glue) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Filter {
    /// Whether the partition with these values is wanted; `InvalidStateException` for one whose value is not of
    /// its key's type.
    pub(in crate::glue) fn matches(&self, values: &[String]) -> Result<bool, GlueError> {
        match self {
            Self::And(left, right) => Ok(left.matches(values)? && right.matches(values)?),
            Self::Or(left, right) => Ok(left.matches(values)? || right.matches(values)?),
            Self::Not(inner) => Ok(!inner.matches(values)?),
            Self::Test { key, kind, test } => {
                let text = values.get(*key).map_or("", String::as_str);
                let value = kind.read(text).map_err(GlueError::State)?;
                Ok(test.holds(text, &value))
            }
        }
    }
}

impl Test {
    fn holds(&self, text: &str, value: &Value) -> bool {
        match self {
            Self::Is(comparison, wanted) => match comparison {
                Comparison::Equal => value == wanted,
                Comparison::NotEqual => value != wanted,
                Comparison::Less => value < wanted,
                Comparison::LessOrEqual => value <= wanted,
                Comparison::Greater => value > wanted,
                Comparison::GreaterOrEqual => value >= wanted,
            },
            Self::Between(low, high) => low <= value && value <= high,
            Self::In(list) => list.contains(value),
            Self::Like(pattern) => like(pattern, text),
            Self::Null => false,
        }
    }
}

/// `%` is any text and `_` any character; nothing escapes them.
fn like(pattern: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut in_pattern) = (0, 0);
    // Where to go on when it fits no longer: after the last `%`, with one more character given to it.
    let mut again: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(in_pattern) {
            Some('%') => {
                again = Some((in_pattern + 1, at));
                in_pattern += 1;
            }
            Some(c) if *c == '_' || *c == text[at] => {
                at += 1;
                in_pattern += 1;
            }
            _ => match &mut again {
                Some((after, from)) => {
                    *from += 1;
                    (at, in_pattern) = (*from, *after);
                }
                None => return false,
            },
        }
    }
    pattern[in_pattern..].iter().all(|c| *c == '%')
}
