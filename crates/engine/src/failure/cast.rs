//! A value that cannot be converted, in the words of Athena's engine.

const INVALID: &str = "INVALID_CAST_ARGUMENT";

/// Code and message for what Arrow says of a failed conversion. What is not known here keeps its text.
pub(super) fn describe(arrow: &str) -> (&'static str, String) {
    if let Some((value, data_type)) = between(arrow, "Cannot cast string '", "' to value of ") {
        let data_type = data_type.trim_end_matches(" type");
        return (INVALID, from_text(value, data_type));
    }
    if let Some((value, _)) = between(arrow, "Error parsing timestamp from '", "'") {
        return (INVALID, format!("Value cannot be cast to timestamp: {value}"));
    }
    if let Some((value, data_type)) = between(arrow, "Can't cast value ", " to type ") {
        let word = if data_type == "Int32" { "integer" } else { "bigint" };
        return ("NUMERIC_VALUE_OUT_OF_RANGE", format!("Out of range for {word}: {value}"));
    }
    if let Some((digits, _)) = between(arrow, "Cannot cast to Decimal128(", "). Overflowing on ") {
        return (INVALID, format!("Cannot cast a number to DECIMAL({digits}). Value too large."));
    }
    (INVALID, arrow.to_owned())
}

/// Message for what Arrow says of a number that has more digits than its decimal type: the type's digits, and nothing
/// of the value. `None` for any other text.
pub(super) fn beyond_decimal(arrow: &str) -> Option<(&'static str, String)> {
    let (_, rest) = arrow
        .split_once(" is too large to store in a Decimal")
        .or_else(|| arrow.split_once(" is too small to store in a Decimal"))?;
    let (_, rest) = rest.split_once(" of precision ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((INVALID, format!("Cannot cast a number to a DECIMAL of {digits} digits. Value too large.")))
}

fn from_text(value: &str, arrow: &str) -> String {
    match arrow {
        "Int32" => format!("Cannot cast '{value}' to INT"),
        "Int64" => format!("Cannot cast '{value}' to BIGINT"),
        "Float32" => format!("Cannot cast '{value}' to REAL"),
        "Float64" => format!("Cannot cast '{value}' to DOUBLE"),
        "Date32" => format!("Value cannot be cast to date: {value}"),
        other if other.starts_with("Timestamp") => format!("Value cannot be cast to timestamp: {value}"),
        other => format!("Cannot cast '{value}' to {other}"),
    }
}

/// What is between the two, and what follows the second. A value may itself hold the second: the last one counts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<(&'a str, &'a str)> {
    text.strip_prefix(before)?.rsplit_once(after)
}

#[cfg(test)]
mod tests {
    use super::{beyond_decimal, describe};

    #[test]
    fn conversions_fail_in_athenas_words() {
        for (arrow, code, message) in [
            (
                "Cannot cast string 'it' to value of Int64 type",
                "INVALID_CAST_ARGUMENT",
                "Cannot cast 'it' to BIGINT",
            ),
            (
                "Cannot cast string '' to value of ' to value of Float64 type",
                "INVALID_CAST_ARGUMENT",
                "Cannot cast '' to value of ' to DOUBLE",
            ),
            (
                "Cannot cast string 'x' to value of Date32 type",
                "INVALID_CAST_ARGUMENT",
                "Value cannot be cast to date: x",
            ),
            (
                "Error parsing timestamp from 'x': error parsing date",
                "INVALID_CAST_ARGUMENT",
                "Value cannot be cast to timestamp: x",
            ),
            (
                "Can't cast value 3000000000 to type Int32",
                "NUMERIC_VALUE_OUT_OF_RANGE",
                "Out of range for integer: 3000000000",
            ),
            (
                "Cannot cast to Decimal128(38, 1). Overflowing on 1.5",
                "INVALID_CAST_ARGUMENT",
                "Cannot cast a number to DECIMAL(38, 1). Value too large.",
            ),
            ("anything else", "INVALID_CAST_ARGUMENT", "anything else"),
        ] {
            assert_eq!(describe(arrow), (code, message.to_owned()));
        }
    }

    #[test]
    fn numbers_beyond_a_decimals_digits_are_known() {
        for arrow in [
            "123456.00 is too large to store in a Decimal128 of precision 2. Max is 0.99",
            "-123456.00 is too small to store in a Decimal128 of precision 2. Min is -0.99",
            "10.0 is too large to store in a Decimal32 of precision 2. Max is 9.9",
        ] {
            let message = "Cannot cast a number to a DECIMAL of 2 digits. Value too large.".to_owned();
            assert_eq!(beyond_decimal(arrow), Some(("INVALID_CAST_ARGUMENT", message)));
        }
        assert_eq!(beyond_decimal("number of columns(1) must match number of fields(2)"), None);
    }
}
