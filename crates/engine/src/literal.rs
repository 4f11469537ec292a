//! Literals whose meaning is Athena's: written so that DataFusion gives them the same one.

mod constant;
mod decimal;
mod interval;
mod like;

use std::ops::ControlFlow;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use datafusion::sql::sqlparser::ast::{
    CastKind, DataType, ExactNumberInfo, Expr, Query, TimezoneInfo, TypedString, UnaryOperator, Value,
    ValueWithSpan, VisitMut, VisitorMut,
};

use crate::{
    calls,
    error::EngineError,
    functions::{CAST_TO_JSON, JSON_PARSE, NEGATED, is_json},
    visit,
    zone::Zone,
};

use constant::{Constant, constant};
use decimal::{Decimal, NoDecimal};

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

/// The zone that ends a timestamp, as in `2026-11-23 10:05:00 Europe/Berlin`, taken away from it. What is no zone stays
/// there, and makes the literal invalid.
fn take_zone(literal: &mut TypedString) -> Option<String> {
    let (DataType::Timestamp(None, TimezoneInfo::None), Value::SingleQuotedString(text)) =
        (&literal.data_type, &mut literal.value.value)
    else {
        return None;
    };
    let (day, rest) = text.trim().split_once(' ')?;
    let end = rest.find(|character: char| !(character.is_ascii_digit() || ":.".contains(character)))?;
    let (time, zone) = rest.split_at(end);
    let zone = zone.trim_start().to_owned();
    Zone::named(&zone)?;
    *text = format!("{day} {time}").trim_end().to_owned();
    Some(zone)
}

/// A timestamp in a zone, as the one of UTC that is shown there. Of two times the first is meant, and one that the clocks jump
/// over is none: Trino's `DateTimes.toEpochSecond`.
fn in_zone(literal: &mut TypedString, name: String, written: &str) -> Result<Expr, EngineError> {
    let mut function = "with_timezone";
    if let Value::SingleQuotedString(text) = &mut literal.value.value
        && let Some(zone) = Zone::named(&name)
        && let Ok(local) = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")
    {
        let shown = local.and_utc().timestamp_millis();
        let Some(instant) = zone.instant_shown(shown) else {
            let message = format!(
                "{written} is not a valid timestamp literal: the clocks of {name} are put forward over that time"
            );
            return Err(EngineError::failed("INVALID_LITERAL", message));
        };
        let moved = TimeDelta::try_milliseconds(instant - shown);
        let utc = moved.and_then(|moved| local.checked_add_signed(moved));
        // At the ends of the years that have four digits, no zone has such times.
        if let Some(utc) = utc.filter(|utc| (1..=9_999).contains(&utc.year())) {
            *text = utc.format("%Y-%m-%d %H:%M:%S%.9f").to_string();
            function = "at_timezone";
        }
    }
    let zone = Expr::Value(Value::SingleQuotedString(name).with_empty_span());
    Ok(calls::call(function, vec![Expr::TypedString(literal.clone()), zone]))
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

/// `YYYY-M-D`; years beyond four digits are beyond what the formats here can carry.
fn date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.trim().split('-').map(digits);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

/// The timestamp in full, and the digits after the second that it takes to say it: 3, 6 or 9.
fn timestamp(text: &str) -> Option<(String, u64)> {
    let text = text.trim();
    let (day, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let (time, fraction) = time.split_once('.').map_or((time, ""), |(time, fraction)| (time, fraction));
    let fits = fraction.len() <= 9 && fraction.bytes().all(|b| b.is_ascii_digit());
    let full = match time.split(':').count() {
        2 if fraction.is_empty() => format!("{time}:00"),
        3 => time.to_owned(),
        _ => return None,
    };
    let shaped = full.bytes().all(|b| b.is_ascii_digit() || b == b':') && fits;
    let time = NaiveTime::parse_from_str(&full, "%H:%M:%S").ok().filter(|_| shaped)?;
    let precision = match fraction.len() {
        0..=3 => 3,
        4..=6 => 6,
        _ => 9,
    };
    Some((format!("{} {}.{fraction:0<9}", date(day)?, time.format("%H:%M:%S")), precision))
}

/// Whether it is within the years of a timestamp with nanoseconds. The last and the first of them stand for all that are beyond
/// (`coerce`).
fn has_nanoseconds(text: &str) -> bool {
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f");
    let nanoseconds = time.ok().and_then(|time| time.and_utc().timestamp_nanos_opt());
    nanoseconds.is_some_and(|nanoseconds| ![i64::MIN, i64::MAX].contains(&nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_athenas() {
        for (text, expected) in [
            ("2026-11-23", Some(("2026-11-23 00:00:00.000000000", 3))),
            ("2026-1-2 3:04", Some(("2026-01-02 03:04:00.000000000", 3))),
            ("2026-11-23 10:05:00", Some(("2026-11-23 10:05:00.000000000", 3))),
            ("2026-11-23 10:05:00.12", Some(("2026-11-23 10:05:00.120000000", 3))),
            ("2026-11-23 10:05:00.1234", Some(("2026-11-23 10:05:00.123400000", 6))),
            ("2026-11-23T10:05:00", None),
            ("2026-11-23 10:05:00Z", None),
            ("2026-11-23 10:05:00 UTC", None),
            ("2026-11-23 10:05.5", None),
            ("2026-02-30 10:05:00", None),
            ("2026-11-23 25:00:00", None),
            ("2026-11-23 10:05:00.1234567890", None),
            ("", None),
        ] {
            let found = timestamp(text);
            assert_eq!(found.as_ref().map(|(text, digits)| (text.as_str(), *digits)), expected, "{text}");
        }
    }
}
