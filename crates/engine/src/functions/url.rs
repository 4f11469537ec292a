//! Functions of URLs (Trino's chapter "URL functions"). What is no URL has no parts; one that lacks a part has an empty
//! one, but for the port, which is null then.

mod decode;
mod uri;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array},
        datatypes::DataType as Arrow,
    },
    error::{DataFusionError, Result},
};

use super::{
    argument::Argument,
    made::Made,
    own::{MakeTexts, Own, exactly, invalid},
};
use crate::cancel::Cancellation;
use decode::{decoded, decoded_form};
use uri::Uri;

/// The names of all.
pub(super) const NAMES: [&str; 9] = [
    "url_decode",
    "url_encode",
    "url_extract_fragment",
    "url_extract_host",
    "url_extract_parameter",
    "url_extract_path",
    "url_extract_port",
    "url_extract_protocol",
    "url_extract_query",
];

/// All of them.
pub(super) fn all() -> Vec<Own> {
    vec![
        part("url_decode", |arguments, made| each(arguments, made, decoded_form)),
        part("url_encode", encode),
        part("url_extract_fragment", |arguments, made| {
            of_url(arguments, made, |url| decoded(url.fragment.unwrap_or_default()))
        }),
        part("url_extract_host", |arguments, made| {
            of_url(arguments, made, |url| url.host.unwrap_or_default().to_owned())
        }),
        Own::texts(
            "url_extract_parameter",
            |given| exactly(given, &[Arrow::Utf8, Arrow::Utf8]),
            |_| Arrow::Utf8,
            parameter,
        ),
        part("url_extract_path", |arguments, made| {
            of_url(arguments, made, |url| decoded(url.path.unwrap_or_default()))
        }),
        Own::watched("url_extract_port", takes, |_| Arrow::Int64, ports),
        part("url_extract_protocol", |arguments, made| {
            of_url(arguments, made, |url| url.scheme.unwrap_or_default().to_owned())
        }),
        part("url_extract_query", |arguments, made| {
            of_url(arguments, made, |url| decoded(url.query.unwrap_or_default()))
        }),
    ]
}

fn part(name: &'static str, apply: MakeTexts) -> Own {
    Own::texts(name, takes, |_| Arrow::Utf8, apply)
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    exactly(given, &[Arrow::Utf8])
}

fn each(arguments: &[Argument], made: &mut Made<'_>, apply: fn(&str) -> Result<String>) -> Result<()> {
    let texts = arguments[0].texts::<i32>();
    for row in 0..made.rows() {
        let text = texts.get(row);
        // What is decoded is no longer than it was.
        made.admit(text.map_or(0, str::len))?;
        made.append(text.map(apply).transpose()?.as_deref())?;
    }
    Ok(())
}

/// A part of each URL.
fn of_url(arguments: &[Argument], made: &mut Made<'_>, part: fn(&Uri<'_>) -> String) -> Result<()> {
    let texts = arguments[0].texts::<i32>();
    for row in 0..made.rows() {
        let part = texts.get(row).and_then(Uri::parse).map(|url| part(&url));
        made.append(part.as_deref())?;
    }
    Ok(())
}

fn ports(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let texts = arguments[0].texts::<i32>();
    let port = |row| -> Result<Option<i64>> {
        cancellation.check()?;
        Ok(texts.get(row).and_then(Uri::parse).and_then(|url| url.port).map(i64::from))
    };
    Ok(Arc::new((0..rows).map(port).collect::<Result<Int64Array>>()?))
}

/// The first value of a parameter; the empty text if it has none.
fn parameter(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let (texts, names) = (arguments[0].texts::<i32>(), arguments[1].texts::<i32>());
    for row in 0..made.rows() {
        let found = texts.get(row).zip(names.get(row)).and_then(|(text, name)| {
            let query = Uri::parse(text)?.query?;
            let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
        });
        let value = found.map(decoded_form).transpose()?;
        made.append(value.as_deref())?;
    }
    Ok(())
}

/// As a form encodes the names and values of its parameters.
fn encode(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*".contains(&byte);
    let texts = arguments[0].texts::<i32>();
    for row in 0..made.rows() {
        let Some(text) = texts.get(row) else {
            made.append(None)?;
            continue;
        };
        let length: usize = text.bytes().map(|byte| if is_plain(byte) || byte == b' ' { 1 } else { 3 }).sum();
        made.admit(length)?;
        let mut encoded = String::with_capacity(length);
        for byte in text.bytes() {
            match byte {
                b' ' => encoded.push('+'),
                byte if is_plain(byte) => encoded.push(char::from(byte)),
                byte => {
                    let digits = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
                    encoded.push('%');
                    encoded.extend(digits.map(char::from));
                }
            }
        }
        made.append(Some(&encoded))?;
    }
    Ok(())
}

/// A text in which `%` is followed by what it may not be followed by.
fn malformed(text: &str) -> DataFusionError {
    invalid(format!("URLDecoder: Illegal hex characters in escape (%) pattern: {text}"))
}
