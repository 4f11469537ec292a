//! Execution parameters: SQL literals for the `?` of a WHERE clause. They are bound as nodes of the parsed
//! query, never as text.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    ops::ControlFlow,
};

use datafusion::sql::sqlparser::{
    ast::{
        DataType, ExactNumberInfo, Expr, Query, Select, TimezoneInfo, TypedString, UnaryOperator, Value,
        ValueWithSpan, Visit, VisitMut, Visitor, VisitorMut,
    },
    tokenizer::Location,
};
use trino::Unparsed;

use crate::{
    error::EngineError,
    syntax::{syntax_error, tokenize},
};

/// Athena's bound for one parameter, in characters.
const MAX_CHARACTERS: usize = 1_024;

/// How deep the parser may descend into one: a literal has two levels at most.
const MAX_LEVELS: usize = 4;

/// Puts the parameters where the `?` are, in the order of the text.
pub(crate) fn bind(query: &mut Query, parameters: &[String]) -> Result<(), EngineError> {
    let mut all = placeholders(query)?;
    all.sort();
    // What was copied stands where it stood.
    all.dedup();
    let mut places = Places::default();
    let _ = Visit::visit(query, &mut places);
    if let Some(place) = all.iter().find(|place| !places.allowed.contains(place)) {
        return Err(EngineError::rejected(format!(
            "line {}:{}: a parameter (?) is supported only in a WHERE clause",
            place.line, place.column
        )));
    }
    // Athena ignores parameters that nothing asks for; any other wrong number it finds when it plans the query.
    if all.is_empty() {
        return Ok(());
    }
    if all.len() != parameters.len() {
        return Err(EngineError::failed(
            "INVALID_PARAMETER_USAGE",
            format!(
                "line 1:1: Incorrect number of parameters: expected {} but found {}",
                all.len(),
                parameters.len()
            ),
        ));
    }
    let literals = parameters.iter().enumerate().map(|(index, text)| literal(index + 1, text));
    let literals = literals.collect::<Result<Vec<_>, _>>()?;
    let _ = VisitMut::visit(query, &mut Bind(all.into_iter().zip(literals).collect()));
    Ok(())
}

/// The one literal that a parameter may be.
fn literal(number: usize, text: &str) -> Result<Expr, EngineError> {
    let characters = text.chars().count();
    if !(1..=MAX_CHARACTERS).contains(&characters) {
        return Err(EngineError::rejected(format!(
            "parameter {number} has {characters} characters: 1 to {MAX_CHARACTERS} are allowed"
        )));
    }
    let refused = |why: &str| {
        EngineError::rejected(format!(
            "parameter {number} {why}: it must be one SQL literal, as 'text', 42, -1.5, true, NULL, \
             DECIMAL '1.10', REAL '1.5', DATE '2026-11-23' or TIMESTAMP '2026-11-23 10:05:00.000'"
        ))
    };
    // The words are taken as they are: a literal has no names to fold.
    let tokens = tokenize(text).map_err(|error| refused(&format!("is not SQL ({error})")))?;
    let expr = trino::expression(tokens, MAX_LEVELS).map_err(|error| match error {
        Unparsed::Rest { .. } => refused("is more than one expression"),
        error => refused(&format!("is not SQL ({})", syntax_error(error, text))),
    })?;
    if is_literal(&expr) { Ok(expr) } else { Err(refused("is not a literal")) }
}

fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(_, suffixed) => !suffixed,
            Value::SingleQuotedString(_) | Value::Boolean(_) | Value::Null => true,
            _ => false,
        },
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => {
            matches!(&**expr, Expr::Value(value) if matches!(value.value, Value::Number(_, false)))
        }
        Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax: false }) => {
            let typed = matches!(
                data_type,
                DataType::Date
                    | DataType::Timestamp(None, TimezoneInfo::None)
                    | DataType::Decimal(ExactNumberInfo::None)
                    | DataType::Real
            );
            typed && matches!(value.value, Value::SingleQuotedString(_))
        }
        _ => false,
    }
}

/// The places of all `?`.
fn placeholders(node: &impl Visit) -> Result<Vec<Location>, EngineError> {
    let mut found = Found::default();
    let _ = node.visit(&mut found);
    match found.other {
        Some(other) => Err(EngineError::rejected(format!("a parameter is written ?, not {other}"))),
        None => Ok(found.places),
    }
}

#[derive(Default)]
struct Found {
    places: Vec<Location>,
    other: Option<String>,
}

impl Visitor for Found {
    type Break = Infallible;

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<Infallible> {
        if let Value::Placeholder(text) = &value.value {
            if text == "?" {
                self.places.push(value.span.start);
            } else {
                self.other.get_or_insert_with(|| text.clone());
            }
        }
        ControlFlow::Continue(())
    }
}

/// Which placeholders stand in the WHERE clause of the innermost SELECT around them.
#[derive(Default)]
struct Places {
    claimed: HashSet<Location>,
    allowed: HashSet<Location>,
}

impl Visitor for Places {
    type Break = Infallible;

    fn post_visit_select(&mut self, select: &Select) -> ControlFlow<Infallible> {
        // Whatever is no plain `?` was refused before: there is no error to lose.
        let in_where = select.selection.as_ref().map(placeholders).and_then(Result::ok).unwrap_or_default();
        self.allowed.extend(in_where.into_iter().filter(|place| !self.claimed.contains(place)));
        self.claimed.extend(placeholders(select).unwrap_or_default());
        ControlFlow::Continue(())
    }
}

struct Bind(HashMap<Location, Expr>);

impl VisitorMut for Bind {
    type Break = Infallible;

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Infallible> {
        if let Expr::Value(ValueWithSpan { value: Value::Placeholder(_), span }) = expr
            && let Some(literal) = self.0.get(&span.start).cloned()
        {
            // In parentheses, so that a sign cannot join an operator.
            *expr = Expr::Nested(Box::new(literal));
        }
        ControlFlow::Continue(())
    }
}
