//! Nested values: the JSON that Athena's cast gave, held against the type.
//!
//! Numbers, and with them decimals, go through as they are written. Timestamps are written as everywhere else in an
//! answer, and not as the cast writes them.

use std::borrow::Cow;

use domain::{
    DataType,
    data_type::Field,
    json::{Fields, Raw, Scanner},
};

use crate::{
    render::{cell, mismatch::Mismatch, number, result::Value},
    request::representation::FormatOptions,
};

/// Appends the value as JSON.
pub(super) fn json(
    out: &mut Vec<u8>,
    data_type: &DataType,
    value: Value<'_>,
    options: FormatOptions,
) -> Result<(), Mismatch> {
    let text = value.text().ok_or(Mismatch)?;
    part(out, data_type, Raw::parse(&text).map_err(|_| Mismatch)?, options)
}

fn part(
    out: &mut Vec<u8>,
    data_type: &DataType,
    raw: Raw<'_>,
    options: FormatOptions,
) -> Result<(), Mismatch> {
    if raw.text() == "null" {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    match data_type {
        DataType::Array(element) => array(out, element, raw, options),
        DataType::Map(value) => object(out, raw, |_| Some(value), options),
        DataType::Struct(fields) => {
            let of = |name: &str| {
                fields.iter().find(|field| field.name == name).map(|Field { data_type, .. }| data_type)
            };
            object(out, raw, of, options)
        }
        DataType::String => {
            // Its escapes are as good as ours.
            let text = Some(raw.text()).filter(|text| text.starts_with('"')).ok_or(Mismatch)?;
            out.extend_from_slice(text.as_bytes());
            Ok(())
        }
        DataType::Date | DataType::Timestamp => {
            cell::json(out, data_type, Value::of(&raw.string().ok_or(Mismatch)?), options)
        }
        // JSON has no word for them: the cast writes them as strings.
        DataType::Float | DataType::Double
            if raw.string().is_some_and(|text| number::is_not_finite(Value::of(&text))) =>
        {
            out.extend_from_slice(b"null");
            Ok(())
        }
        _ => cell::json(out, data_type, Value::of(raw.text()), options),
    }
}

fn array(
    out: &mut Vec<u8>,
    element: &DataType,
    raw: Raw<'_>,
    options: FormatOptions,
) -> Result<(), Mismatch> {
    let mut scanner = Scanner::new(raw.text());
    scanner.expect(b'[', "expected an array").map_err(|_| Mismatch)?;
    out.push(b'[');
    if !scanner.take(b']') {
        part(out, element, scanner.value().map_err(|_| Mismatch)?, options)?;
        while scanner.take(b',') {
            out.push(b',');
            part(out, element, scanner.value().map_err(|_| Mismatch)?, options)?;
        }
    }
    out.push(b']');
    Ok(())
}

/// An object whose fields have the types that `of` says. What it says nothing of is left out: a field that the
/// definition got after the request was planned, which the table may have by the time the query runs.
fn object<'t>(
    out: &mut Vec<u8>,
    raw: Raw<'_>,
    of: impl Fn(&str) -> Option<&'t DataType>,
    options: FormatOptions,
) -> Result<(), Mismatch> {
    let fields = Fields::parse(raw.text()).map_err(|_| Mismatch)?;
    let mut before = b'{';
    for (name, value) in fields {
        let name: Cow<'_, str> = name;
        let Some(data_type) = of(&name) else { continue };
        out.push(before);
        before = b',';
        cell::json_string(out, Value::of(&name));
        out.push(b':');
        part(out, data_type, value, options)?;
    }
    if before == b'{' {
        out.push(b'{');
    }
    out.push(b'}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(data_type: &str, text: &str) -> Option<String> {
        let mut out = Vec::new();
        json(&mut out, &data_type.parse().unwrap(), Value::of(text), FormatOptions::default()).ok()?;
        Some(String::from_utf8(out).unwrap())
    }

    #[test]
    fn values_keep_their_digits_and_times_are_the_answers_own() {
        for (data_type, text, expected) in [
            ("array<bigint>", "[9223372036854775807,null]", "[9223372036854775807,null]"),
            (
                "array<decimal(38,30)>",
                "[1E-30,0.100000000000000000000000000000]",
                "[1E-30,0.100000000000000000000000000000]",
            ),
            ("array<timestamp>", r#"["2026-11-23 10:05:00.000"]"#, r#"["2026-11-23T10:05:00.000Z"]"#),
            (
                "struct<a:string,b:map<string,struct<t:timestamp>>>",
                r#"{"a":"\u00f1\n","b":{"x\"":{"t":"1969-12-31 23:59:59.999"},"y":null}}"#,
                r#"{"a":"\u00f1\n","b":{"x\"":{"t":"1969-12-31T23:59:59.999Z"},"y":null}}"#,
            ),
            ("map<string,int>", "{}", "{}"),
            ("array<struct<a:int>>", "[]", "[]"),
            ("array<double>", r#"["NaN",1.0E10]"#, "[null,1.0E10]"),
            ("array<boolean>", "[true,false]", "[true,false]"),
            ("struct<a:date>", r#"{"a":"2026-11-23"}"#, r#"{"a":"2026-11-23"}"#),
            // Fields that the definition got since.
            ("struct<a:int,b:int>", r#"{"a":1,"b":2,"c":[3]}"#, r#"{"a":1,"b":2}"#),
            ("array<struct<a:int>>", r#"[{"b":2},{"b":2,"a":1}]"#, r#"[{},{"a":1}]"#),
        ] {
            assert_eq!(rendered(data_type, text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn numbers_that_a_double_cannot_hold_are_strings_for_who_wants_them() {
        let data_type = "struct<a:array<bigint>,b:map<string,decimal(4,2)>,c:int,d:double>".parse().unwrap();
        let text = r#"{"a":[9007199254740993,null],"b":{"x":1.10},"c":7,"d":1.5}"#;
        let (mut out, options) =
            (Vec::new(), FormatOptions { numbers_as_strings: true, ..FormatOptions::default() });
        json(&mut out, &data_type, Value::of(text), options).unwrap();
        let expected = r#"{"a":["9007199254740993",null],"b":{"x":"1.10"},"c":7,"d":1.5}"#;
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn what_is_not_of_the_type_is_refused() {
        for (data_type, text) in [
            ("array<int>", "[a, b]"),
            ("array<int>", "[1"),
            ("array<int>", "[1.5]"),
            ("array<int>", r#"["1"]"#),
            ("array<string>", "[1]"),
            ("array<timestamp>", "[1]"),
            ("array<timestamp>", r#"["10:05"]"#),
            // What older engines made of a row.
            ("struct<a:int>", "[1]"),
            ("map<string,int>", "{k=1}"),
        ] {
            assert_eq!(rendered(data_type, text), None, "{text} was taken for {data_type}");
        }
    }
}
