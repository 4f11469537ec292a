//! Text that is not UTF-8, decoded as a stream.
//!
//! UTF-8 passes as it is, also where it is damaged: whoever reads an event says where. UTF-16 is told by its byte
//! order mark. Every other encoding has to be named, by any label that browsers know (`windows-1252`, `latin1`,
//! `shift_jis`, …). As in browsers `latin1` is Windows-1252, which differs from it only in control characters.

use std::io::{self, ErrorKind, Read};

pub use encoding_rs::{Encoding, UTF_8};

/// How much is decoded at once, in bytes.
const PIECE: usize = 32 << 10;

/// Bytes that tell an encoding: the longest byte order mark.
const MARK: usize = 3;

/// The encoding of this label.
pub fn by_label(label: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        "expected the name of an encoding, for example utf-8, utf-16le, windows-1252 or shift_jis".to_owned()
    })
}

/// What the byte order mark at the beginning of a text says; `None` without one.
pub fn by_mark(beginning: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_bom(beginning).map(|(encoding, _)| encoding)
}

/// What the beginning of a text says of its encoding; `None` if it says nothing.
///
/// # Errors
///
/// It has a NUL byte, which no text in UTF-8 begins with: UTF-16 without its mark has one beside each letter of ASCII.
pub fn told(beginning: &[u8]) -> io::Result<Option<&'static Encoding>> {
    match by_mark(beginning) {
        None if beginning.contains(&0) => Err(io::Error::new(
            ErrorKind::InvalidData,
            "it begins with NUL bytes, as UTF-16 without a byte order mark may: name the encoding, for example --encoding \
             utf-16le",
        )),
        told => Ok(told),
    }
}

/// The beginning of a text, with what a byte order mark may have, and the whole text again.
pub fn beginning(mut from: Box<dyn Read + Send>) -> io::Result<(Vec<u8>, Box<dyn Read + Send>)> {
    let mut mark = Vec::with_capacity(MARK);
    (&mut from).take(MARK as u64).read_to_end(&mut mark)?;
    let whole = io::Cursor::new(mark.clone()).chain(from);
    Ok((mark, Box::new(whole)))
}

/// The text as UTF-8. Bytes that are none of the encoding's are an error that says where they are.
pub fn decode(from: Box<dyn Read + Send>, encoding: &'static Encoding) -> Box<dyn Read + Send> {
    if encoding == UTF_8 { from } else { Box::new(Decoded::new(from, encoding)) }
}

struct Decoded {
    from: Box<dyn Read + Send>,
    encoding: &'static Encoding,
    decoder: encoding_rs::Decoder,
    /// What was read and not decoded yet.
    packed: Vec<u8>,
    /// How many bytes of the text were decoded.
    behind: u64,
    /// What is decoded, and how much of it was handed out.
    text: Vec<u8>,
    given: usize,
    is_at_end: bool,
    is_done: bool,
    /// Why it ends, once the text before is handed out.
    failure: Option<io::Error>,
}

impl Decoded {
    fn new(from: Box<dyn Read + Send>, encoding: &'static Encoding) -> Self {
        Self {
            from,
            encoding,
            decoder: encoding.new_decoder(),
            packed: Vec::new(),
            behind: 0,
            text: Vec::new(),
            given: 0,
            is_at_end: false,
            is_done: false,
            failure: None,
        }
    }

    /// Reads more of what is to be decoded.
    fn fill(&mut self) -> io::Result<()> {
        let before = self.packed.len();
        self.packed.resize(before + PIECE, 0);
        let read = loop {
            match self.from.read(&mut self.packed[before..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.packed.truncate(before + *read.as_ref().unwrap_or(&0));
        self.is_at_end = read? == 0;
        Ok(())
    }

    /// Decodes what was read.
    fn step(&mut self) {
        self.text.resize(PIECE, 0);
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(&self.packed, &mut self.text, self.is_at_end);
        self.packed.drain(..read);
        self.behind += read as u64;
        self.text.truncate(written);
        self.given = 0;
        match result {
            encoding_rs::DecoderResult::InputEmpty => self.is_done = self.is_at_end,
            encoding_rs::DecoderResult::OutputFull => {}
            encoding_rs::DecoderResult::Malformed(..) => {
                let words = format!(
                    "the bytes before byte {} are not {}: name the encoding of the file (--encoding)",
                    self.behind + 1,
                    self.encoding.name()
                );
                self.failure = Some(io::Error::new(ErrorKind::InvalidData, words));
                self.is_done = true;
            }
        }
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if let Some(failure) = self.failure.take() {
                return Err(failure);
            }
            if self.is_done || buffer.is_empty() {
                return Ok(0);
            }
            // Only where nothing is left that can be decoded: a pipe may make a pause.
            if !self.is_at_end && self.packed.is_empty() {
                self.fill()?;
            }
            self.step();
        }
        let rest = &self.text[self.given..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::tests::Trickle;

    fn decoded(bytes: Vec<u8>, encoding: &'static Encoding, piece: usize) -> io::Result<String> {
        let mut text = String::new();
        decode(Box::new(Trickle(bytes, piece)), encoding).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn labels_are_those_of_browsers() {
        for (label, name) in [
            ("UTF-8", "UTF-8"),
            ("latin1", "windows-1252"),
            ("cp1252", "windows-1252"),
            ("utf-16le", "UTF-16LE"),
            ("shift_jis", "Shift_JIS"),
        ] {
            assert_eq!(by_label(label).unwrap().name(), name);
        }
        assert!(by_label("utf-9").unwrap_err().contains("windows-1252"));
    }

    /// The bytes are from the encodings' own tables: `python3 -c "print('José €'.encode('cp1252'))"`.
    #[test]
    fn known_bytes_become_known_text() {
        let windows = by_label("windows-1252").unwrap();
        assert_eq!(decoded(b"Jos\xe9 \x80".to_vec(), windows, 3).unwrap(), "José €");
        let utf16 = by_mark(b"\xff\xfe").unwrap();
        let bytes = b"\xff\xfea\0\x3d\xd8\x00\xde\n\0".to_vec();
        assert_eq!(decoded(bytes, utf16, 1).unwrap(), "a\u{1f600}\n");
        let big = by_mark(b"\xfe\xff").unwrap();
        assert_eq!(decoded(b"\xfe\xff\0a\0b".to_vec(), big, 1).unwrap(), "ab");
        assert_eq!(by_mark(b"id,name"), None);
    }

    #[test]
    fn utf_16_without_a_mark_is_told_from_text() {
        for bytes in [&b"i\0d"[..], b"\0i\0", b"{\0\"", b"\0"] {
            let words = told(bytes).unwrap_err().to_string();
            assert!(words.contains("--encoding utf-16le"), "{words}");
        }
        for (bytes, encoding) in [
            (&b"\xff\xfei"[..], Some("UTF-16LE")),
            (b"\xef\xbb\xbf", Some("UTF-8")),
            (b"id,", None),
            (b"", None),
        ] {
            assert_eq!(told(bytes).unwrap().map(Encoding::name), encoding, "{bytes:?}");
        }
    }

    #[test]
    fn a_long_text_is_decoded_piece_by_piece() {
        let text = "José 😀 und so weiter\r\n".repeat(10_000);
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let whole: Box<dyn Read + Send> = Box::new(io::Cursor::new(bytes));
        let mut found = String::new();
        decode(whole, by_label("utf-16be").unwrap()).read_to_string(&mut found).unwrap();
        assert_eq!(found, text);
    }

    #[test]
    fn bytes_that_are_none_of_the_encodings_say_where() {
        let utf16 = by_label("utf-16le").unwrap();
        let error = decoded(b"a\0\x00\xdeb\0".to_vec(), utf16, 2).unwrap_err();
        assert!(error.to_string().contains("are not UTF-16LE"), "{error}");
        assert!(decoded(b"a\0b".to_vec(), utf16, 2).is_err());
        // What comes before is handed out.
        let mut decoder = decode(Box::new(io::Cursor::new(b"a\0\x00\xdeb\0".to_vec())), utf16);
        let mut first = [0; 1];
        decoder.read_exact(&mut first).unwrap();
        assert_eq!(first, *b"a");
    }

    proptest! {
        #[test]
        fn utf_16_of_any_text_in_any_pieces_is_that_text(text in "\\PC{0,60}", piece in 1..50_usize, repeated in 1..20_usize) {
            let text = text.repeat(repeated);
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let utf16 = by_label("utf-16le").unwrap();
            // A byte order mark at the beginning would be taken for one.
            prop_assume!(!text.starts_with('\u{feff}'));
            prop_assert_eq!(decoded(bytes, utf16, piece).unwrap(), text);
        }
    }
}
