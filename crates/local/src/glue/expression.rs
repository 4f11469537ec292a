//! The `Expression` of `GetPartitions`: a WHERE clause over the partition keys.
//!
//! What Glue documents is taken: comparisons, `BETWEEN`, `IN`, `LIKE` and `IS NULL`, each also negated, joined by
//! `AND`, `OR`, `NOT` and parentheses. On the left is a key, on the right are literals, which are read as the
//! key's type. Glue parses it with JSQLParser; here `sqlparser` does, and of its tree nothing else is let through.

mod filter;
#[cfg(test)]
mod tests;
mod value;

use serde_json::Value as Json;
use sqlparser::{
    ast::{BinaryOperator, Expr, Ident, UnaryOperator, Value as Literal},
    dialect::Dialect,
    parser::{Parser, ParserError},
    tokenizer::{Token, Tokenizer},
};

pub(super) use self::filter::Filter;
use self::{
    filter::{Comparison, Test},
    value::{Kind, Value},
};
use super::error::GlueError;

/// How deep parentheses and `NOT` may go; chains of `AND` and `OR` have only the expression's length as a bound.
const MAX_DEPTH: usize = 50;

/// Names as JSQLParser reads them; of the constructs that dialects switch on, none.
#[derive(Debug)]
struct Glue;

impl Dialect for Glue {
    fn is_identifier_start(&self, c: char) -> bool {
        c.is_alphabetic() || c == '_'
    }

    fn is_identifier_part(&self, c: char) -> bool {
        c.is_alphanumeric() || c == '_' || c == '$'
    }

    fn is_delimited_identifier_start(&self, c: char) -> bool {
        c == '"' || c == '`'
    }
}

/// Reads the expression for a table with these partition keys. An expression that cannot be read, names another
/// column or compares a key with what is not of its type is `InvalidInputException`.
pub(super) fn parse(text: &str, keys: &Json) -> Result<Filter, GlueError> {
    let keys = Keys(keys.as_array().map_or(&[], Vec::as_slice));
    let tokens = Tokenizer::new(&Glue, text).tokenize().map_err(|error| unreadable(text, &error.into()))?;
    let mut parser = Parser::new(&Glue).with_recursion_limit(MAX_DEPTH).with_tokens(joined(tokens));
    let parsed = parser.parse_expr().map_err(|error| unreadable(text, &error))?;
    let rest = parser.peek_token().token;
    if rest != Token::EOF {
        let error = ParserError::ParserError(format!("Expected: end of expression, found: {rest}"));
        return Err(unreadable(text, &error));
    }
    keys.filter(parsed)
}

/// JSQLParser takes blanks within an operator; Glue's own documentation writes `< >`.
fn joined(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if matches!(token, Token::Whitespace(_)) {
            continue;
        }
        let whole = match (out.last(), &token) {
            (Some(Token::Lt), Token::Gt) => Some(Token::Neq),
            (Some(Token::Lt), Token::Eq) => Some(Token::LtEq),
            (Some(Token::Gt), Token::Eq) => Some(Token::GtEq),
            _ => None,
        };
        if whole.is_some() {
            out.pop();
        }
        out.push(whole.unwrap_or(token));
    }
    out
}

fn unreadable(text: &str, error: &ParserError) -> GlueError {
    let why = match error {
        ParserError::TokenizerError(why) | ParserError::ParserError(why) => why.as_str(),
        ParserError::RecursionLimitExceeded => "it is nested too deeply",
    };
    GlueError::Invalid(format!("Unsupported expression '{text}': {why}"))
}

fn unsupported(part: &Expr) -> GlueError {
    GlueError::Invalid(format!(
        "Unsupported expression '{part}': a condition has a partition key on its left and literals on its right"
    ))
}

/// The partition keys of a table, as its definition has them.
struct Keys<'a>(&'a [Json]);

impl Keys<'_> {
    fn filter(&self, part: Expr) -> Result<Filter, GlueError> {
        match part {
            Expr::Nested(inner) => self.filter(*inner),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => Ok(Filter::Not(Box::new(self.filter(*expr)?))),
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
                Ok(Filter::And(Box::new(self.filter(*left)?), Box::new(self.filter(*right)?)))
            }
            Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
                Ok(Filter::Or(Box::new(self.filter(*left)?), Box::new(self.filter(*right)?)))
            }
            other => self.test(other),
        }
    }

    fn test(&self, part: Expr) -> Result<Filter, GlueError> {
        let (key, negated, test) = match &part {
            Expr::BinaryOp { left, op, right } => {
                let comparison = comparison(op).ok_or_else(|| unsupported(&part))?;
                let (key, kind) = self.key(left, &part)?;
                (key, false, Test::Is(comparison, literal(right, kind, &part)?))
            }
            Expr::Between { expr, negated, low, high } => {
                let (key, kind) = self.key(expr, &part)?;
                let between = Test::Between(literal(low, kind, &part)?, literal(high, kind, &part)?);
                (key, *negated, between)
            }
            Expr::InList { expr, list, negated } => {
                let (key, kind) = self.key(expr, &part)?;
                let values: Result<_, _> = list.iter().map(|item| literal(item, kind, &part)).collect();
                (key, *negated, Test::In(values?))
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
                let (key, kind) = self.key(expr, &part)?;
                kind.check_like()?;
                let pattern = text_of(pattern).ok_or_else(|| unsupported(&part))?;
                (key, *negated, Test::Like(pattern.chars().collect()))
            }
            Expr::IsNull(expr) => (self.key(expr, &part)?.0, false, Test::Null),
            Expr::IsNotNull(expr) => (self.key(expr, &part)?.0, true, Test::Null),
            _ => return Err(unsupported(&part)),
        };
        let kind = self.kind(key)?;
        let test = Filter::Test { key, kind, test };
        Ok(if negated { Filter::Not(Box::new(test)) } else { test })
    }

    /// The key's place and type.
    fn key(&self, expr: &Expr, part: &Expr) -> Result<(usize, Kind), GlueError> {
        let Ident { value: name, .. } = match expr {
            Expr::Nested(inner) => return self.key(inner, part),
            Expr::Identifier(name) => name,
            _ => return Err(unsupported(part)),
        };
        let named = |key: &Json| key["Name"].as_str().is_some_and(|key| key.eq_ignore_ascii_case(name));
        let Some(index) = self.0.iter().position(named) else {
            let known: Vec<&str> = self.0.iter().filter_map(|key| key["Name"].as_str()).collect();
            return Err(GlueError::Invalid(format!(
                "Unknown column '{name}': the partition keys are [{}]",
                known.join(", ")
            )));
        };
        Ok((index, self.kind(index)?))
    }

    fn kind(&self, index: usize) -> Result<Kind, GlueError> {
        Kind::of(self.0[index]["Type"].as_str().unwrap_or_default())
    }
}

fn comparison(op: &BinaryOperator) -> Option<Comparison> {
    match op {
        BinaryOperator::Eq => Some(Comparison::Equal),
        BinaryOperator::NotEq => Some(Comparison::NotEqual),
        BinaryOperator::Lt => Some(Comparison::Less),
        BinaryOperator::LtEq => Some(Comparison::LessOrEqual),
        BinaryOperator::Gt => Some(Comparison::Greater),
        BinaryOperator::GtEq => Some(Comparison::GreaterOrEqual),
        _ => None,
    }
}

fn literal(expr: &Expr, kind: Kind, part: &Expr) -> Result<Value, GlueError> {
    let text = text_of(expr).ok_or_else(|| unsupported(part))?;
    kind.read(&text).map_err(GlueError::Invalid)
}

/// A literal as it was written, a string without its quotes.
fn text_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Nested(inner) => text_of(inner),
        Expr::Value(literal) => match &literal.value {
            Literal::SingleQuotedString(text) => Some(text.clone()),
            number @ Literal::Number(_, false) => Some(number.to_string()),
            _ => None,
        },
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match &**expr {
            Expr::Value(literal) => match &literal.value {
                number @ Literal::Number(_, false) => Some(format!("-{number}")),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
