//! The message attribute `content-encoding`: a body that was compressed, and is base64 since SNS takes text only.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use formats::unpack::Gzip;

/// zstd's window, as a power of two: a frame that needs more memory than this to be unpacked is refused.
const MAX_WINDOW_LOG: u32 = 24;

/// Why a body cannot be unpacked. The words go into quarantine.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CannotUnpack {
    #[error("content-encoding {0:?} is not supported: send gzip or zstd, or no such attribute")]
    Unknown(String),
    #[error("content-encoding {0}: expected the compressed bytes as base64: {1}")]
    Base64(Packing, base64::DecodeError),
    #[error("content-encoding {0}: {1}")]
    Damaged(Packing, io::Error),
    #[error("content-encoding {0}: it unpacks to more than {1} bytes (TRIBUTARY_MAX_UNPACKED)")]
    TooLarge(Packing, u64),
}

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zstd,
}

impl std::fmt::Display for Packing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        })
    }
}

/// The body as its sender had it before compressing it, at most `limit` bytes.
pub(crate) fn unpack<'a>(
    body: &'a [u8],
    encoding: Option<&str>,
    limit: u64,
) -> Result<Cow<'a, [u8]>, CannotUnpack> {
    let packing = match encoding {
        None | Some("" | "identity") => return Ok(Cow::Borrowed(body)),
        Some(name) if name.eq_ignore_ascii_case("gzip") => Packing::Gzip,
        Some(name) if name.eq_ignore_ascii_case("zstd") => Packing::Zstd,
        Some(name) => return Err(CannotUnpack::Unknown(name.chars().take(64).collect())),
    };
    // Lines of 76 characters, as MIME and the program `base64` write them, are the same bytes.
    let packed =
        STANDARD.decode(without_blanks(body)).map_err(|error| CannotUnpack::Base64(packing, error))?;
    let damaged = |error| CannotUnpack::Damaged(packing, error);
    let mut unpacked = Vec::new();
    match packing {
        Packing::Gzip => Gzip::new(&packed[..]).take(limit + 1).read_to_end(&mut unpacked),
        Packing::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(&packed[..]).map_err(damaged)?;
            decoder.window_log_max(MAX_WINDOW_LOG).map_err(damaged)?;
            decoder.take(limit + 1).read_to_end(&mut unpacked)
        }
    }
    .map_err(damaged)?;
    if unpacked.len() as u64 > limit {
        return Err(CannotUnpack::TooLarge(packing, limit));
    }
    Ok(Cow::Owned(unpacked))
}

fn without_blanks(body: &[u8]) -> Cow<'_, [u8]> {
    let body = body.trim_ascii();
    if body.iter().any(u8::is_ascii_whitespace) {
        body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
    } else {
        body.into()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn sent(packed: &[u8]) -> String {
        STANDARD.encode(packed)
    }

    /// As `base64` writes it, in lines.
    fn wrapped(packed: &[u8], end: &str) -> String {
        let text = sent(packed);
        let lines = text.as_bytes().chunks(19).map(|line| String::from_utf8(line.to_vec()).unwrap() + end);
        lines.collect()
    }

    #[test]
    fn what_was_packed_comes_back() {
        let text = b"{\"a\": 1}\n{\"a\": 2}\n".repeat(100);
        let zstd = zstd::bulk::compress(&text, 3).unwrap();
        for (name, body) in [
            ("gzip", sent(&gzip(&text))),
            ("GZIP", sent(&[gzip(&text[..9]), gzip(&text[9..])].concat())),
            ("zstd", sent(&zstd)),
            ("zstd", format!(" {}\n", sent(&zstd))),
            ("gzip", wrapped(&gzip(&text), "\n")),
            ("zstd", wrapped(&zstd, "\r\n")),
            ("gzip", sent(&[&gzip(&text)[..], &[0; 512]].concat())),
            ("zstd", sent(&[&[0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4][..], &zstd].concat())),
            ("identity", String::from_utf8(text.clone()).unwrap()),
        ] {
            assert_eq!(unpack(body.as_bytes(), Some(name), 1 << 20).unwrap(), &text[..], "{name}");
        }
        assert!(matches!(unpack(&text, None, 1), Ok(Cow::Borrowed(_))), "what is not packed is not bounded");
    }

    #[test]
    fn what_cannot_be_unpacked_says_why() {
        let bomb = vec![b' '; 10 << 20];
        let zstd = zstd::bulk::compress(&bomb, 1).unwrap();
        let gzip = gzip(&bomb);
        for (name, body, words) in [
            ("br", String::new(), "content-encoding \"br\" is not supported: send gzip or zstd"),
            (
                "gzip",
                "{\"a\": 1}".to_owned(),
                "content-encoding gzip: expected the compressed bytes as base64",
            ),
            ("gzip", sent(b"{\"a\": 1}"), "content-encoding gzip: "),
            ("gzip", sent(&gzip[..gzip.len() / 2]), "content-encoding gzip: "),
            ("zstd", sent(&zstd[..zstd.len() / 2]), "content-encoding zstd: "),
            ("zstd", sent(b"nonsense"), "content-encoding zstd: "),
            ("gzip", sent(&gzip), "unpacks to more than 1048576 bytes (TRIBUTARY_MAX_UNPACKED)"),
            ("zstd", sent(&zstd), "unpacks to more than 1048576 bytes (TRIBUTARY_MAX_UNPACKED)"),
        ] {
            let message = unpack(body.as_bytes(), Some(name), 1 << 20).unwrap_err().to_string();
            assert!(message.contains(words), "{name}: {message:?} does not say {words:?}");
        }
    }

    #[test]
    fn a_frame_that_asks_for_much_memory_is_refused() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(27).unwrap();
        encoder.write_all(&vec![b'x'; 1 << 20]).unwrap();
        let body = sent(&encoder.finish().unwrap());
        let message = unpack(body.as_bytes(), Some("zstd"), 1 << 30).unwrap_err().to_string();
        assert!(message.contains("memory"), "{message}");
    }
}
