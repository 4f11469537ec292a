//! A path of the SQL standard, as it was read.

use super::number::{Number, Operation};

/// A path, and how strict it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Path {
    /// Whether what does not fit is left out, and arrays are taken apart where they stand for their elements.
    pub(super) is_lax: bool,
    pub(super) expression: Expression,
}

/// What gives a sequence of items.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// `$`
    Document,
    /// `$name`
    Passed(String),
    /// `@`
    Current,
    /// `last`
    Last,
    Literal(Literal),
    Signed(bool, Box<Expression>),
    Calculated(Box<Expression>, Operation, Box<Expression>),
    /// An expression, and where it leads to from there.
    Steps(Box<Expression>, Vec<Step>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Null,
    Boolean(bool),
    Number(Number),
    Text(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Member(String),
    AnyMember,
    /// `..name`
    Descendant(String),
    Elements(Vec<Subscript>),
    AnyElement,
    Filter(Predicate),
    Method(Method),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Subscript {
    pub(super) from: Expression,
    pub(super) to: Option<Expression>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Abs,
    Ceiling,
    Double,
    Floor,
    KeyValue,
    Size,
    Type,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Predicate {
    And(Box<Predicate>, Box<Predicate>),
    Or(Box<Predicate>, Box<Predicate>),
    Not(Box<Predicate>),
    IsUnknown(Box<Predicate>),
    Exists(Expression),
    Compared(Expression, Comparison, Expression),
    StartsWith(Expression, Expression),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
