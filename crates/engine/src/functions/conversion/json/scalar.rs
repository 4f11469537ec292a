//! One token as a value.

use std::borrow::Cow;

use super::Wrong;
use crate::{
    error::Failure,
    functions::{
        conversion::{source::invalid, text::scientific},
        json::token::{Token, shown},
    },
    text::read::{NoDecimal, floating, units_of},
};

type Read<T> = std::result::Result<Option<T>, Wrong>;

/// A type of integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    TinyInt,
    SmallInt,
    Integer,
    BigInt,
}

impl Whole {
    fn word(self) -> &'static str {
        match self {
            Self::TinyInt => "tinyint",
            Self::SmallInt => "smallint",
            Self::Integer => "integer",
            Self::BigInt => "bigint",
        }
    }

    /// The name that Trino gives it where a text is no number.
    fn of_text(self) -> &'static str {
        match self {
            Self::TinyInt => "TINYINT",
            Self::SmallInt => "SMALLINT",
            Self::Integer => "INT",
            Self::BigInt => "BIGINT",
        }
    }

    fn has(self, number: i64) -> bool {
        match self {
            Self::TinyInt => i8::try_from(number).is_ok(),
            Self::SmallInt => i16::try_from(number).is_ok(),
            Self::Integer => i32::try_from(number).is_ok(),
            Self::BigInt => true,
        }
    }
}

pub(super) fn varchar<'d>(token: Token<'d>) -> Read<Cow<'d, str>> {
    Ok(Some(match token {
        Token::Null => return Ok(None),
        Token::Text(written) => shown(written),
        Token::Integer(digits) => Cow::Borrowed(digits),
        Token::Float(digits) => Cow::Owned(scientific(double_of(digits)?)),
        Token::True => Cow::Borrowed("true"),
        Token::False => Cow::Borrowed("false"),
        other => return Err(unexpected(other, "varchar")),
    }))
}

pub(super) fn boolean(token: Token<'_>) -> Read<bool> {
    Ok(Some(match token {
        Token::Null => return Ok(None),
        Token::Text(written) => {
            let text = shown(written);
            match text.to_ascii_lowercase().as_str() {
                "t" | "true" | "1" => true,
                "f" | "false" | "0" => false,
                _ => return Err(value(&text, "BOOLEAN")),
            }
        }
        Token::Integer(digits) => digits.parse::<i64>().map_err(|_| Wrong::Other)? != 0,
        Token::Float(digits) => double_of(digits)? != 0.0,
        Token::True => true,
        Token::False => false,
        other => return Err(unexpected(other, "boolean")),
    }))
}

pub(super) fn whole(token: Token<'_>, to: Whole) -> Read<i64> {
    let number = match token {
        Token::Null => return Ok(None),
        Token::Text(written) => {
            let text = shown(written);
            let number = text.parse::<i64>().ok().filter(|number| to.has(*number));
            return number.map(Some).ok_or_else(|| value(&text, to.of_text()));
        }
        Token::Integer(digits) => digits.parse::<i64>().map_err(|_| Wrong::Other)?,
        Token::Float(digits) => {
            let rounded = double_of(digits)?.round();
            // The next beyond the greatest bigint is the first double that is none.
            if !(-TWO_TO_63..TWO_TO_63).contains(&rounded) {
                return Err(Wrong::Other);
            }
            rounded as i64
        }
        Token::True => 1,
        Token::False => 0,
        other => return Err(unexpected(other, to.word())),
    };
    if to.has(number) { Ok(Some(number)) } else { Err(Wrong::Other) }
}

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

pub(super) fn double(token: Token<'_>) -> Read<f64> {
    Ok(Some(match token {
        Token::Null => return Ok(None),
        Token::Text(written) => {
            let text = shown(written);
            floating(&text).ok_or_else(|| value(&text, "DOUBLE"))?
        }
        Token::Integer(digits) | Token::Float(digits) => double_of(digits)?,
        Token::True => 1.0,
        Token::False => 0.0,
        other => return Err(unexpected(other, "double")),
    }))
}

pub(super) fn real(token: Token<'_>) -> Read<f32> {
    Ok(Some(match token {
        Token::Null => return Ok(None),
        Token::Text(written) => {
            let text = shown(written);
            floating(&text).ok_or_else(|| value(&text, "REAL"))?
        }
        Token::Integer(digits) | Token::Float(digits) => double_of(digits)? as f32,
        Token::True => 1.0,
        Token::False => 0.0,
        other => return Err(unexpected(other, "real")),
    }))
}

/// In units of the last place.
pub(super) fn decimal(token: Token<'_>, precision: u8, scale: u8) -> Read<i128> {
    let text = match token {
        Token::Null => return Ok(None),
        Token::Text(written) => shown(written),
        Token::Integer(digits) | Token::Float(digits) => Cow::Borrowed(digits),
        Token::True => Cow::Borrowed("1"),
        Token::False => Cow::Borrowed("0"),
        other => return Err(unexpected(other, &format!("DECIMAL({precision},{scale})"))),
    };
    match units_of(&text, precision, scale) {
        Ok(units) => Ok(Some(units)),
        Err(NoDecimal::NotANumber) => Err(Wrong::Other),
        Err(NoDecimal::TooLarge) => {
            let message = format!("Cannot cast input json to DECIMAL({precision},{scale})");
            Err(Wrong::Value(invalid(message)))
        }
    }
}

/// The token as Jackson names it.
pub(super) fn text(token: Token<'_>) -> Cow<'_, str> {
    match token {
        Token::StartObject => Cow::Borrowed("{"),
        Token::EndObject => Cow::Borrowed("}"),
        Token::StartArray => Cow::Borrowed("["),
        Token::EndArray => Cow::Borrowed("]"),
        Token::Name(written) | Token::Text(written) => shown(written),
        Token::Integer(digits) | Token::Float(digits) => Cow::Borrowed(digits),
        Token::True => Cow::Borrowed("true"),
        Token::False => Cow::Borrowed("false"),
        Token::Null => Cow::Borrowed("null"),
    }
}

fn double_of(digits: &str) -> std::result::Result<f64, Wrong> {
    digits.parse().map_err(|_| Wrong::Other)
}

fn unexpected(token: Token<'_>, to: &str) -> Wrong {
    Wrong::Kind(format!("Unexpected token when cast to {to}: {}", text(token)))
}

/// A text that is no value of the type.
fn value(text: &str, to: &str) -> Wrong {
    let failure: Failure = invalid(format!("Cannot cast '{text}' to {to}"));
    Wrong::Value(failure)
}
