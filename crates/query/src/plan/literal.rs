//! SQL literals, as Athena takes them for execution parameters.

use std::fmt;

use super::value::Value;

/// Athena takes 1 to 1,024 characters for a parameter. The documentation does not say which characters it counts;
/// UTF-16 units are the most.
const MAX_CHARACTERS: usize = 1_024;

/// One SQL literal. Only a typed value becomes one, so that nothing but a literal can be in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Literal(String);

impl Literal {
    /// Writes a value as literals that `||` puts together: one, unless it is a long text.
    pub(crate) fn parts(value: &Value) -> Vec<Self> {
        match value {
            Value::Text(text) => Self::texts(text),
            other => vec![Self(scalar(other))],
        }
    }

    /// Writes a text as literals that `||` puts together, at least one.
    pub(crate) fn texts(text: &str) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            // What fits between two quotes, each quote of the text being two.
            let mut room = MAX_CHARACTERS - 2;
            let end = rest.char_indices().find(|(_, character)| {
                let length = if *character == '\'' { 2 } else { character.len_utf16() };
                let fits = room.checked_sub(length);
                room = fits.unwrap_or(room);
                fits.is_none()
            });
            let (part, behind) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
            parts.push(Self(quoted(part)));
            rest = behind;
            if rest.is_empty() {
                return parts;
            }
        }
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// As the engine's port wants it.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Any value's literal. None of them but a text's is long.
fn scalar(value: &Value) -> String {
    match value {
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Integer(integer) => integer.to_string(),
        // With an exponent it is a double; without one Athena would read a decimal.
        Value::Double(double) => format!("{double:E}"),
        Value::Float(float) => format!("REAL '{float:E}'"),
        // With all of its type's places, so that the literal's type is the column's or part of it.
        Value::Decimal(units, scale) => format!("DECIMAL '{}'", decimal(*units, usize::from(*scale))),
        Value::Text(text) => quoted(text),
        Value::Day(day) => format!("DATE '{}'", day.format("%Y-%m-%d")),
        Value::Time(time) => format!("TIMESTAMP '{}'", time.format("%Y-%m-%d %H:%M:%S%.3f")),
    }
}

/// Units of the last of `scale` places, with the point before them.
fn decimal(units: i128, scale: usize) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, places) = digits.split_at(digits.len() - scale);
    let point = if places.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{places}")
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::*;

    fn literal(value: &Value) -> String {
        let [literal] = Literal::parts(value).try_into().unwrap();
        literal.into_text()
    }

    #[test]
    fn literals_are_as_athena_writes_them() {
        assert_eq!(literal(&Value::Boolean(true)), "true");
        assert_eq!(literal(&Value::Integer(i64::MIN)), "-9223372036854775808");
        assert_eq!(literal(&Value::Double(0.1)), "1E-1");
        assert_eq!(literal(&Value::Double(-12.5)), "-1.25E1");
        assert_eq!(literal(&Value::Float(0.1)), "REAL '1E-1'");
        assert_eq!(literal(&Value::Float(-16_777_216.0)), "REAL '-1.6777216E7'");
        assert_eq!(literal(&Value::Decimal(110, 2)), "DECIMAL '1.10'");
        assert_eq!(literal(&Value::Decimal(-5, 3)), "DECIMAL '-0.005'");
        assert_eq!(literal(&Value::Decimal(0, 0)), "DECIMAL '0'");
        let largest = 10_i128.pow(38) - 1;
        assert_eq!(literal(&Value::Decimal(largest, 38)), format!("DECIMAL '0.{largest}'"));
        assert_eq!(literal(&Value::Text("O'Brien".into())), "'O''Brien'");
        assert_eq!(literal(&Value::Text(String::new())), "''");
        let day = NaiveDate::from_ymd_opt(987, 1, 2).unwrap();
        assert_eq!(literal(&Value::Day(day)), "DATE '0987-01-02'");
        let time = DateTime::from_timestamp_millis(1_795_428_300_120).unwrap();
        assert_eq!(literal(&Value::Time(time)), "TIMESTAMP '2026-11-23 10:05:00.120'");
    }

    #[test]
    fn long_texts_are_parts_that_fit_and_make_the_text() {
        for text in ["", "x", &"x".repeat(1_022), &"x".repeat(1_023), &"'".repeat(3_000), &"é😀'".repeat(900)]
        {
            let parts = Literal::texts(text);
            assert!(parts.iter().all(|part| (2..=MAX_CHARACTERS).contains(&part.0.encode_utf16().count())));
            let whole: String =
                parts.iter().map(|part| part.0[1..part.0.len() - 1].replace("''", "'")).collect();
            assert_eq!(whole, text);
        }
        assert_eq!(Literal::texts(&"x".repeat(1_022)).len(), 1);
        assert_eq!(Literal::texts(&"x".repeat(1_023)).len(), 2);
        assert_eq!(Literal::parts(&Value::Integer(7)), [Literal("7".into())]);
    }
}
