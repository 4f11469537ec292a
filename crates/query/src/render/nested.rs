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

use super::cell::{self, Mismatch};

/// Appends the value as JSON.
pub(super) fn json(out: &mut Vec<u8>, data_type: &DataType, text: &str) -> Result<(), Mismatch> {
    part(out, data_type, Raw::parse(text).map_err(|_| Mismatch)?)
}

fn part(out: &mut Vec<u8>, data_type: &DataType, raw: Raw<'_>) -> Result<(), Mismatch> {
    if raw.text() == "null" {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    match data_type {
        DataType::Array(element) => array(out, element, raw),
        DataType::Map(value) => object(out, raw, |_| Some(value)),
        DataType::Struct(fields) => object(out, raw, |name| {
            fields.iter().find(|field| field.name == name).map(|Field { data_type, .. }| data_type)
        }),
        DataType::String => {
            // Its escapes are as good as ours.
            let text = Some(raw.text()).filter(|text| text.starts_with('"')).ok_or(Mismatch)?;
            out.extend_from_slice(text.as_bytes());
            Ok(())
        }
        DataType::Date | DataType::Timestamp => cell::json(out, data_type, &raw.string().ok_or(Mismatch)?),
        // JSON has no word for them: the cast writes them as strings.
        DataType::Float | DataType::Double if raw.string().is_some_and(|text| cell::is_not_finite(&text)) => {
            out.extend_from_slice(b"null");
            Ok(())
        }
        _ => cell::json(out, data_type, raw.text()),
    }
}

fn array(out: &mut Vec<u8>, element: &DataType, raw: Raw<'_>) -> Result<(), Mismatch> {
    let mut scanner = Scanner::new(raw.text());
    scanner.expect(b'[', "expected an array").map_err(|_| Mismatch)?;
    out.push(b'[');
    if !scanner.take(b']') {
        part(out, element, scanner.value().map_err(|_| Mismatch)?)?;
        while scanner.take(b',') {
            out.push(b',');
            part(out, element, scanner.value().map_err(|_| Mismatch)?)?;
        }
    }
    out.push(b']');
    Ok(())
}

/// An object whose fields have the types that `of` says.
fn object<'t>(
    out: &mut Vec<u8>,
    raw: Raw<'_>,
    of: impl Fn(&str) -> Option<&'t DataType>,
) -> Result<(), Mismatch> {
    let fields = Fields::parse(raw.text()).map_err(|_| Mismatch)?;
    let mut before = b'{';
    for (name, value) in fields {
        let name: Cow<'_, str> = name;
        out.push(before);
        before = b',';
        cell::json_string(out, &name);
        out.push(b':');
        part(out, of(&name).ok_or(Mismatch)?, value)?;
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
        json(&mut out, &data_type.parse().unwrap(), text).ok()?;
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
        ] {
            assert_eq!(rendered(data_type, text).as_deref(), Some(expected));
        }
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
            ("struct<a:int>", r#"{"b":1}"#),
            ("map<string,int>", "{k=1}"),
        ] {
            assert_eq!(rendered(data_type, text), None, "{text} was taken for {data_type}");
        }
    }
}
