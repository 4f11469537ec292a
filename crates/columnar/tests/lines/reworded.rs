//! Other words for a JSON value, and what stands near to it.

use domain::{drawn::Random, json::Fields};
use serde_json::value::RawValue;

/// Values that fit few columns, or none.
const ODD: [&str; 36] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-0.0",
    "1.0",
    "7e0",
    "1e400",
    "-1e-400",
    "0.1",
    "16777217",
    "9007199254740993",
    "123456789012345678",
    "1234567890123456789",
    "9223372036854775808",
    "1.005",
    "0.30000000000000004",
    "\"\"",
    "\"x\"",
    "\"1.10\"",
    "\"2026-11-23\"",
    "\"2026-02-30\"",
    "\"2026-11-23T10:05:00Z\"",
    "\"2026-11-23T10:05:60.1239z\"",
    "\"2026-11-23T10:05:00.123+02:00\"",
    "\"AP8=\"",
    "\"\\ud83d\\ude00 \\\"\\u00f1\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "[{}]",
    "{\"b\":1,\"a\":2}",
    "{\"a\":1,\"a\":1}",
    "{\"x\":{\"y\":[null]}}",
    "tru",
];

/// Characters that mean something in JSON, or may not be there.
const BYTES: &[u8] = b"\"\\{}[],: 0e-.+unt\0\x1f\x7f\xff\xc3\n";

/// The same value in other words; so many of a thousand of its parts become others.
pub(crate) fn value(text: &str, permille: usize, random: &mut Random) -> String {
    if random.chance(permille / 4) {
        return (*random.pick(&ODD).unwrap()).to_owned();
    }
    match text.as_bytes().first() {
        Some(b'{') => object(text, permille, random),
        Some(b'[') => array(text, permille, random),
        Some(b'"') if random.chance(100 + permille) => {
            string(&serde_json::from_str::<String>(text).unwrap(), random)
        }
        Some(b'-' | b'0'..=b'9') if random.chance(permille) => {
            let (before, behind) =
                [("", ".0"), ("", "e0"), ("", "E+2"), ("-", ""), ("0", ""), ("", "0000000000")]
                    [random.below(6)];
            format!("{before}{text}{behind}")
        }
        _ => text.to_owned(),
    }
}

fn object(text: &str, permille: usize, random: &mut Random) -> String {
    let mut fields: Vec<String> = Vec::new();
    for (name, raw) in Fields::parse(text).unwrap() {
        if random.chance(permille / 2) {
            continue;
        }
        let written = if random.chance(permille / 4) {
            string(&name, random)
        } else {
            serde_json::Value::from(&*name).to_string()
        };
        let field =
            format!("{written}{}:{}{}", space(random), space(random), value(raw.text(), permille, random));
        if random.chance(permille / 10) {
            fields.push(field.clone());
        }
        fields.push(field);
    }
    if random.chance(100 + permille) {
        let name = ["new", "a", "x", "é", "type", "specversion", ""][random.below(7)];
        fields.push(format!("\"{name}\":{}", random.pick(&ODD).unwrap()));
    }
    if random.chance(200) {
        let by = random.below(fields.len());
        fields.rotate_left(by);
    }
    joined("{", &fields, "}", random)
}

fn array(text: &str, permille: usize, random: &mut Random) -> String {
    let elements: Vec<&RawValue> = serde_json::from_str(text).unwrap();
    let elements: Vec<String> =
        elements.into_iter().map(|element| value(element.get(), permille, random)).collect();
    joined("[", &elements, "]", random)
}

/// With white space that JSON allows.
pub(crate) fn joined(open: &str, parts: &[String], close: &str, random: &mut Random) -> String {
    let mut out = open.to_owned();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out += space(random);
        out += part;
        out += space(random);
    }
    out + space(random) + close
}

fn space(random: &mut Random) -> &'static str {
    ["", "", "", "", "", " ", "  ", "\t\r\n "][random.below(8)]
}

/// Some characters as escapes.
fn string(text: &str, random: &mut Random) -> String {
    let mut out = "\"".to_owned();
    for character in text.chars() {
        if random.chance(300) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                out += &format!("\\u{unit:04x}");
            }
        } else {
            let written = serde_json::Value::from(character.to_string()).to_string();
            out += &written[1..written.len() - 1];
        }
    }
    out + "\""
}

/// The text with a few bytes less, more, other, or twice.
pub(crate) fn damaged(text: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(2) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, *random.pick(BYTES).unwrap()),
            2 if at < bytes.len() => bytes[at] = *random.pick(BYTES).unwrap(),
            3 if at < bytes.len() => {
                bytes.remove(at);
            }
            _ => {
                let end = at + random.below(bytes.len() - at + 1);
                let again = bytes[at..end].to_vec();
                let behind = bytes.split_off(at);
                bytes.extend(again);
                bytes.extend(behind);
            }
        }
    }
    bytes
}
