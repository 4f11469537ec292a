//! How a request says where its body ends.

use axum::http::{HeaderMap, header};

/// What the body of a request is wrapped in for its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// Nothing, or chunks.
    Known,
    /// Chunks more than once, or something that is no list of codings.
    Malformed,
    /// Something else beside chunks.
    Unknown,
}

impl Coding {
    /// What RFC 9112 (6.1, 7) says of all codings together. hyper looks at the last one alone, and has refused a request where that
    /// is not `chunked`.
    pub fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::TRANSFER_ENCODING).iter();
        let (mut chunked, mut unknown) = (0, false);
        for element in lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b',')) {
            let name = element.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
            if name.is_empty() || !name.iter().all(|byte| is_in_token(*byte)) {
                return Self::Malformed;
            }
            if element.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                chunked += 1;
            } else {
                unknown = true;
            }
        }
        match (chunked, unknown) {
            (0 | 1, false) => Self::Known,
            (0 | 1, true) => Self::Unknown,
            _ => Self::Malformed,
        }
    }
}

/// Whether a token of RFC 9110 (5.6.2) may have this byte.
fn is_in_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_body_is_in_chunks_once_or_in_nothing() {
        for (lines, expected) in [
            (vec![], Coding::Known),
            (vec!["chunked"], Coding::Known),
            (vec![" Chunked\t"], Coding::Known),
            (vec!["gzip, chunked"], Coding::Unknown),
            (vec!["gzip", "chunked"], Coding::Unknown),
            (vec!["x;q=\"1\",chunked"], Coding::Unknown),
            (vec!["chunked;q=1, chunked"], Coding::Unknown),
            (vec!["identity, chunked"], Coding::Unknown),
            (vec!["chunked, chunked"], Coding::Malformed),
            (vec!["chunked", "CHUNKED"], Coding::Malformed),
            (vec!["chunked, gzip, chunked"], Coding::Malformed),
            (vec![", chunked"], Coding::Malformed),
            (vec!["", "chunked"], Coding::Malformed),
            (vec!["gzip chunked, chunked"], Coding::Malformed),
            (vec!["gz\u{e9}ip, chunked"], Coding::Malformed),
        ] {
            let mut headers = HeaderMap::new();
            for line in &lines {
                let value = HeaderValue::from_bytes(line.as_bytes()).unwrap();
                headers.append(header::TRANSFER_ENCODING, value);
            }
            assert_eq!(Coding::of(&headers), expected, "{lines:?}");
        }
    }
}
