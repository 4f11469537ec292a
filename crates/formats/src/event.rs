//! What counts as an event: one JSON object that SNS takes.

use domain::json::Fields;
use serde::de::IgnoredAny;

/// Holds a text against the rules before it is sent. What an event must have besides is the lake's to say.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// The most bytes of an event.
    pub most: usize,
    /// What has these bytes at most, for a person: `a message of SNS`.
    pub of: &'static str,
}

impl Rules {
    /// The text of the event, or why it is none.
    pub(crate) fn event(self, bytes: &[u8]) -> Result<&str, String> {
        let text = utf8(bytes)?;
        if !text.starts_with('{') {
            return Err(format!("expected a JSON object, found {}", found(text)));
        }
        serde_json::from_str::<IgnoredAny>(text)
            .map_err(|error| format!("no JSON object: {}", words(&error)))?;
        if text.len() > self.most {
            return Err(self.too_large(text.len()));
        }
        // Control characters, which SNS does not take either, are no JSON.
        match text.find(['\u{fffe}', '\u{ffff}']) {
            None => Ok(text),
            Some(at) => {
                Err(format!("a character that SNS does not take (at byte {}): write it as \\uffff", at + 1))
            }
        }
    }

    /// An element of the array `name` of an object, as it is sent. `ingest` takes the elements of such an array out of each
    /// object that it gets. So an element that has an array of this name itself is sent within an object around it, and is
    /// the event there, as it would be if the whole object had been sent.
    pub(crate) fn element(self, bytes: &[u8], name: &str) -> Result<String, String> {
        let text = self.event(bytes)?;
        // Most elements have neither the name nor what may be an escaped form of it.
        let may_have = text.contains(name) || text.contains('\\');
        if !may_have || Fields::parse(text).ok().and_then(|fields| fields.elements(name)).is_none() {
            return Ok(text.to_owned());
        }
        let wrapped = format!("{{{}:[{text}]}}", serde_json::Value::from(name));
        if wrapped.len() > self.most { Err(self.too_large(wrapped.len())) } else { Ok(wrapped) }
    }

    pub(crate) fn too_large(self, bytes: impl std::fmt::Display) -> String {
        format!("{bytes} bytes, where {} has up to {}", self.of, self.most)
    }
}

/// The bytes as text, or which byte is none and what to do about it.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).map_or_else(String::new, |byte| format!(", 0x{byte:02x}"));
        format!(
            "not UTF-8 (at byte {}{byte}): name the encoding, for example --encoding windows-1252",
            at + 1
        )
    })
}

/// The beginning of a text, for a person.
pub(crate) fn found(text: &str) -> String {
    let shown: String = text.chars().take(20).collect();
    let dots = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown:?}{dots}")
}

/// serde's words without its line, which is one of the event, not of the file.
fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let words = text.rsplit_once(" at line ").map_or(text.as_str(), |(words, _)| words);
    format!("{words} (at byte {})", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules { most: 40, of: "a message of SNS" };

    #[test]
    fn an_event_is_passed_on_byte_by_byte() {
        for text in [r#"{"a": 1.10, "a": 1e400}"#, r#"{"\ud800": [null]}"#, "{ }"] {
            assert_eq!(RULES.event(text.as_bytes()), Ok(text));
        }
    }

    #[test]
    fn an_element_that_would_be_unwrapped_again_is_sent_within_an_object() {
        let rules = Rules { most: 36, ..RULES };
        for (text, sent) in [
            (r#"{"k": 1, "Rs": [1]}"#, Ok(r#"{"Rs":[{"k": 1, "Rs": [1]}]}"#)),
            (r#"{"\u0052s":[]}"#, Ok(r#"{"Rs":[{"\u0052s":[]}]}"#)),
            (r#"{"Rs": {"Rs": [1]}}"#, Ok(r#"{"Rs": {"Rs": [1]}}"#)),
            (r#"{"k": "Rs", "\\": []}"#, Ok(r#"{"k": "Rs", "\\": []}"#)),
            (r#"{"a": {"Rs": [1]}}"#, Ok(r#"{"a": {"Rs": [1]}}"#)),
            // `ingest` refuses it, whatever is around it.
            (r#"{"Rs": [1], "Rs": [2]}"#, Ok(r#"{"Rs": [1], "Rs": [2]}"#)),
            (r#"{"k": 123456789, "Rs": [1]}"#, Ok(r#"{"Rs":[{"k": 123456789, "Rs": [1]}]}"#)),
            (r#"{"k": 1234567890, "Rs": [1]}"#, Err("37 bytes, where a message of SNS has up to 36")),
            ("[1]", Err("expected a JSON object")),
        ] {
            match (rules.element(text.as_bytes(), "Rs"), sent) {
                (Ok(found), Ok(sent)) => assert_eq!(found, sent),
                (Err(found), Err(words)) => assert!(found.contains(words), "{text}: {found}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn what_is_none_is_refused_with_words() {
        for (bytes, words) in [
            (&b"[1]"[..], "expected a JSON object, found \"[1]\""),
            (b"{\"a\": tru}", "no JSON object: expected ident (at byte 10)"),
            (b"{\"a\": 1} {}", "no JSON object: trailing characters (at byte 10)"),
            (
                b"{\"a\": \"\xff\"}",
                "not UTF-8 (at byte 8, 0xff): name the encoding, for example --encoding windows-1252",
            ),
            (
                "{\"a\": \"\u{ffff}\"}".as_bytes(),
                "a character that SNS does not take (at byte 8): write it as \\uffff",
            ),
            (
                b"{\"a\": \"0123456789012345678901234567890123\"}",
                "43 bytes, where a message of SNS has up to 40",
            ),
        ] {
            assert_eq!(RULES.event(bytes), Err(words.to_owned()));
        }
    }
}
