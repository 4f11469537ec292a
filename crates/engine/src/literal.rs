//! Literals whose meaning is Athena's: written so that DataFusion gives them the same one.

mod constant;
mod decimal;
mod interval;
mod like;
mod times;

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    CastKind, DataType, ExactNumberInfo, Expr, Query, TimezoneInfo, TypedString, UnaryOperator, Value,
    ValueWithSpan, VisitMut, VisitorMut,
};

use crate::{
    calls,
    error::EngineError,
    functions::{CAST_TO_JSON, JSON_PARSE, NEGATED, is_json},
    visit,
};

use constant::{Constant, constant};
use decimal::{Decimal, NoDecimal};
use times::{date, has_nanoseconds, in_zone, take_zone, timestamp};

pub(crate) use decimal::digits_of;
pub(crate) use interval::is_spelled as is_interval;

/// Rewrites what the two engines read differently: numbers with a point, timestamps' precision, LIKE's escapes,
/// casts of literals to decimals, JSON literals and casts to JSON, intervals, and calls.
pub(crate) fn rewrite(query: &mut Query) -> Result<(), EngineError> {
    visit::broken(query.visit(&mut Rewrite))
}

struct Rewrite;

impl VisitorMut for Rewrite {
    type Break = EngineError;

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<EngineError> {
        match rewrite_one(expr) {
            Err(error) => ControlFlow::Break(error),
            Ok(()) => ControlFlow::Continue(()),
        }
    }
}

fn rewrite_one(expr: &mut Expr) -> Result<(), EngineError> {
    match expr {
        Expr::Value(ValueWithSpan { value: Value::Number(text, _), .. }) => {
            let Some(decimal) = number(text)? else { return Ok(()) };
            *expr = decimal_literal(decimal);
            Ok(())
        }
        Expr::TypedString(TypedString { data_type: DataType::JSON, value, .. }) => {
            *expr = json(value)?;
            Ok(())
        }
        Expr::TypedString(literal) => {
            let written = literal.value.to_string();
            let zone = take_zone(literal);
            typed(literal)?;
            if let Some(zone) = zone {
                *expr = in_zone(literal, zone, &written)?;
            }
            Ok(())
        }
        // DataFusion's planner knows no sign before an interval of one kind. Of numbers it is an operator again in `coerce`.
        Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } if !is_constant(inner) => {
            *expr = calls::call(NEGATED, vec![std::mem::replace(&mut **inner, Expr::Tuple(Vec::new()))]);
            Ok(())
        }
        Expr::Interval(interval) => {
            *expr = interval::rewritten(interval)?;
            Ok(())
        }
        Expr::Cast { data_type: DataType::JSON, expr: inner, .. } => {
            *expr = calls::call(CAST_TO_JSON, vec![std::mem::replace(inner, Expr::Tuple(Vec::new()))]);
            Ok(())
        }
        Expr::Cast { kind, data_type: DataType::Decimal(digits), expr: inner, .. } => {
            let null = || Expr::Value(Value::Null.with_empty_span());
            let text = match constant(inner) {
                None => return Ok(()),
                Some(Constant::Null) => {
                    **inner = null();
                    return Ok(());
                }
                Some(Constant::Text(text)) => text,
            };
            match cast_to_decimal(&text, *digits) {
                Ok(decimal) => *expr = decimal_literal(decimal),
                Err(EngineError::Failed(_)) if *kind == CastKind::TryCast => **inner = null(),
                Err(error) => return Err(error),
            }
            Ok(())
        }
        Expr::Cast { data_type: data_type @ DataType::Timestamp(None, TimezoneInfo::None), .. } => {
            // Athena's `timestamp` without a precision has milliseconds.
            *data_type = DataType::Timestamp(Some(3), TimezoneInfo::None);
            Ok(())
        }
        Expr::Like { pattern, escape_char, .. } => like::rewrite(pattern, escape_char),
        Expr::Function(_)
        | Expr::Substring { .. }
        | Expr::Extract { .. }
        | Expr::AtTimeZone { .. }
        | Expr::Trim { .. }
        | Expr::Position { .. } => {
            calls::rewrite(expr);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether it is a literal of one value, perhaps with a sign.
fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::UnaryOp { expr, .. } => is_constant(expr),
        other => matches!(other, Expr::Value(_) | Expr::TypedString(_)),
    }
}

/// A number with a point and without an exponent is a decimal.
fn number(text: &str) -> Result<Option<Decimal>, EngineError> {
    let invalid = || EngineError::rejected(format!("Invalid numeric literal: {text}"));
    if text.contains('.') && !text.contains(['e', 'E']) {
        return Decimal::literal(text).map(Some).map_err(|_| invalid());
    }
    let whole = text.bytes().all(|b| b.is_ascii_digit());
    // The least bigint is written with a sign before a number that is too large by one.
    let fits = !whole || text.parse::<u64>().is_ok_and(|number| number <= 1 << 63);
    if fits { Ok(None) } else { Err(invalid()) }
}

fn decimal_literal(decimal: Decimal) -> Expr {
    Expr::TypedString(TypedString {
        data_type: DataType::Decimal(decimal.digits()),
        value: Value::SingleQuotedString(decimal.text).with_empty_span(),
        uses_odbc_syntax: false,
    })
}

fn cast_to_decimal(text: &str, digits: ExactNumberInfo) -> Result<Decimal, EngineError> {
    let Some((precision, scale)) = digits_of(digits) else {
        return Err(EngineError::unsupported(format!("CAST to DECIMAL{digits}")));
    };
    Decimal::cast(text, precision, scale).map_err(|why| {
        let why = match why {
            NoDecimal::NotANumber => "Value is not a number.",
            NoDecimal::TooLarge => "Value too large.",
        };
        let message = format!("Cannot cast VARCHAR '{text}' to DECIMAL({precision}, {scale}). {why}");
        EngineError::failed("INVALID_CAST_ARGUMENT", message)
    })
}

fn typed(literal: &mut TypedString) -> Result<(), EngineError> {
    let Value::SingleQuotedString(text) = &mut literal.value.value else {
        return Err(EngineError::unsupported(format!("the literal {literal}")));
    };
    match &mut literal.data_type {
        DataType::Date => match date(text) {
            Some(date) => *text = date.to_string(),
            None => return Err(invalid("date", text)),
        },
        DataType::Timestamp(precision @ None, TimezoneInfo::None) => {
            let Some((normal, digits)) = timestamp(text) else { return Err(invalid("timestamp", text)) };
            if digits == 9 && !has_nanoseconds(&normal) {
                let what =
                    "a timestamp with more than six digits of a second outside of the years 1678 to 2261";
                return Err(EngineError::unsupported(what));
            }
            *text = normal;
            *precision = Some(digits);
        }
        DataType::Decimal(digits @ ExactNumberInfo::None) => {
            let Ok(decimal) = Decimal::literal(text) else { return Err(invalid("decimal", text)) };
            *digits = decimal.digits();
            *text = decimal.text;
        }
        DataType::Real => {
            let numeric = text.bytes().all(|byte| byte.is_ascii_digit() || b".+-eE".contains(&byte));
            if !(numeric && text.parse::<f32>().is_ok()) {
                return Err(invalid("real", text));
            }
        }
        other => return Err(EngineError::unsupported(format!("a literal of type {other}"))),
    }
    Ok(())
}

/// A JSON literal as the call that reads it.
fn json(literal: &ValueWithSpan) -> Result<Expr, EngineError> {
    match &literal.value {
        Value::SingleQuotedString(text) if is_json(text) => {
            Ok(calls::call(JSON_PARSE, vec![Expr::Value(literal.clone())]))
        }
        Value::SingleQuotedString(text) => Err(invalid("json", text)),
        other => Err(EngineError::unsupported(format!("the literal JSON {other}"))),
    }
}

fn invalid(what: &str, text: &str) -> EngineError {
    let expected = match what {
        "date" => "'2026-11-23', without a time zone",
        "timestamp" => {
            "'2026-11-23 10:05:00.000', or that with a time zone, as in '2026-11-23 10:05:00.000 UTC'"
        }
        "decimal" => "'1.10', of at most 38 digits",
        "json" => "'{\"a\": 1}', or another JSON value",
        _ => "'1.5'",
    };
    let message = format!("'{text}' is not a valid {what} literal: expected {expected}");
    EngineError::failed("INVALID_LITERAL", message)
}
