//! JSON as `serde_json` reads it, with the rules that the lake adds.

use domain::json::{MAX_DEPTH, Raw};
use serde_json::value::RawValue;

/// The lake's reader takes a text exactly if `serde_json` does, nesting is within its limit, and no escaped surrogate
/// is alone.
pub(super) fn same_json(text: &str) {
    let read = Raw::parse(text);
    assert_eq!(read.is_ok(), is_json(text), "{read:?}: {text:?}");
    if let Ok(raw) = read {
        assert_eq!(raw.text(), text.trim_matches([' ', '\t', '\r', '\n']));
        if let Ok(string) = serde_json::from_str::<String>(text) {
            assert_eq!(raw.string().as_deref(), Some(&string[..]));
        }
    }
}

/// Whether it is JSON that the lake takes.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok() && within_limits(text)
}

/// How many events a payload has that is an array, or one value; `None` of anything else.
pub(super) fn events(text: &str) -> Option<usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !within_limits(text) {
        return None;
    }
    match serde_json::from_str::<Vec<&RawValue>>(text) {
        Ok(items) => Some(items.len()),
        Err(_) => serde_json::from_str::<&RawValue>(text).is_ok().then_some(1),
    }
}

/// Of a text that is JSON.
fn within_limits(text: &str) -> bool {
    let (mut depth, mut deepest, mut quoted) = (0_usize, 0, false);
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if quoted => match unit(after) {
                Some(0xD800..0xDC00) => {
                    let second = after[5..].strip_prefix(b"\\").and_then(unit);
                    if !matches!(second, Some(0xDC00..0xE000)) {
                        return false;
                    }
                    rest = &after[11..];
                }
                Some(0xDC00..0xE000) => return false,
                Some(_) => rest = &after[5..],
                None => rest = after.get(1..).unwrap_or_default(),
            },
            _ if quoted => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest <= MAX_DEPTH
}

/// The UTF-16 unit of `uXXXX`.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(bytes.strip_prefix(b"u")?.get(..4)?).ok()?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}
