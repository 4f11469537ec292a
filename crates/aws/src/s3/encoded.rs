//! Keys that XML cannot carry.
//!
//! S3 takes nearly any character in a key, and answers in XML 1.0, which has no control characters: one such key, written by
//! anybody, would make every listing of its prefix unreadable. So listings are asked for with `encoding-type=url`. The SDK
//! hands on what it gets; here it is decoded. A request that names keys in XML cannot be asked to encode them.

use std::str::Utf8Error;

use aws_sdk_s3::types::EncodingType;
use percent_encoding::percent_decode_str;

/// A text that is form-encoded, as keys are in listings of this kind and in notifications: `+` is a space.
pub(crate) fn decode(encoded: &str) -> Result<String, Utf8Error> {
    let spaced = encoded.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().map(std::borrow::Cow::into_owned)
}

/// How the names in an answer are written. A store that does not know the parameter says nothing of an encoding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    are_encoded: bool,
}

impl Names {
    pub(super) fn of(encoding: Option<&EncodingType>) -> Self {
        Self { are_encoded: encoding == Some(&EncodingType::Url) }
    }

    /// The name itself; an absent one is empty.
    pub(super) fn read(self, name: Option<&str>) -> Result<String, Utf8Error> {
        let name = name.unwrap_or_default();
        if self.are_encoded { decode(name) } else { Ok(name.to_owned()) }
    }
}

/// Whether XML 1.0 has all of these characters.
pub(super) fn fits_xml(key: &str) -> bool {
    key.chars().all(|char| match char {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        char => char >= ' ',
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_the_answer_says_that_they_are_written() {
        let encoded = Names::of(Some(&EncodingType::Url));
        for (written, name) in [
            // The example of S3's documentation.
            ("test_file%283%29.png", "test_file(3).png"),
            ("landing/a%01b+c%2Bd%0A%25", "landing/a\u{1}b c+d\n%"),
            ("%C3%BC/%7E*-_.", "ü/~*-_."),
            ("a%20b", "a b"),
            ("", ""),
        ] {
            assert_eq!(encoded.read(Some(written)).as_deref(), Ok(name));
            assert_eq!(Names::of(None).read(Some(written)).as_deref(), Ok(written));
        }
        assert_eq!(encoded.read(None).as_deref(), Ok(""));
        assert!(encoded.read(Some("%ff")).is_err());
    }

    #[test]
    fn what_xml_has_is_known() {
        for (key, fits) in [
            ("a/b=1 ü\u{10ffff}\u{fffd}\t\r\n", true),
            ("a\u{1}", false),
            ("\u{1f}", false),
            ("\0", false),
            ("\u{fffe}", false),
            ("\u{7f}\u{85}", true),
        ] {
            assert_eq!(fits_xml(key), fits, "{key:?}");
        }
    }
}
