//! Conditions: what a row must pass, in the words of a dataset.

use super::{column::Operand, value::Value};

/// What a row must pass.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    /// A comparison with a value.
    Compare(Operand, Comparison, Value),
    /// One of a list, which may be empty: then no row passes.
    In(Operand, Vec<Value>),
    /// Null.
    IsNull(Operand),
    /// True or false, and not null.
    IsBoolean(Operand, bool),
    /// A pattern of SQL's LIKE, with a backslash as its escape.
    Like {
        /// The text.
        operand: Operand,
        /// The pattern.
        pattern: String,
        /// Whether upper and lower case are the same.
        folded: bool,
    },
    /// A regular expression that matches somewhere.
    Matches(Operand, String),
    /// An array that has each of these values; with none, every array, and of a null it is unknown.
    Contains(Operand, Vec<Value>),
    /// The opposite. What is neither true nor false stays so: of a null, most conditions are unknown.
    Not(Box<Condition>),
    /// Each of them.
    All(Vec<Condition>),
    /// One of them.
    Any(Vec<Condition>),
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Neq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Not equal, or null.
    IsDistinct,
}
