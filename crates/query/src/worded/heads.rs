//! What is wrong with the head that hyper refused last. hyper says no more than a status, and takes a length that it cannot
//! count for a head that is too long.

/// How much of a line is kept: the headers that are looked for are shorter.
const LINE: usize = 256;

/// Behind the bytes of a chunk.
const LINE_END: u64 = 2;

/// The largest length that hyper can count.
const LONGEST_BODY: u64 = u64::MAX - 2;

/// A fault that a status of hyper's does not tell from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// `Content-Length` is no length.
    Length,
    /// `Transfer-Encoding` does not say where the body ends.
    Coding,
    /// Not even the first line has come to an end.
    Line,
}

/// Reads the heads of a connection, and passes over the bodies between them.
///
/// A head that has one of these faults is the last one: hyper refuses it, and what follows, in the same packet or in later ones,
/// changes nothing.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// The current line, or its beginning.
    line: Vec<u8>,
    /// Where the line is, or what stands there instead.
    part: Part,
    /// Whether a line of this head is over.
    has_lines: bool,
    /// Whether the request is one of HTTP/1.0.
    is_old: bool,
    length: Option<u64>,
    /// Whether the last transfer coding of this head is `chunked`. `None` if there is none.
    is_chunked: Option<bool>,
    fault: Option<Fault>,
}

/// A part of a connection's bytes.
#[derive(Debug, Clone, Copy, Default)]
enum Part {
    /// Lines of a head.
    #[default]
    Head,
    /// So many bytes of a body.
    Body(u64),
    /// The line before a chunk.
    Length,
    /// So many bytes of a chunk, with the line end behind them.
    Chunk(u64),
    /// Lines behind the last chunk.
    Trailers,
    /// Something that hyper does not read on from.
    Unreadable,
}

impl Heads {
    /// The next bytes from the client.
    pub(super) fn note(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.fault.is_none() {
            bytes = match self.part {
                Part::Unreadable => return,
                Part::Body(left) => {
                    let (left, rest) = skip(left, bytes);
                    self.part = if left == 0 { Part::Head } else { Part::Body(left) };
                    rest
                }
                Part::Chunk(left) => {
                    let (left, rest) = skip(left, bytes);
                    self.part = if left == 0 { Part::Length } else { Part::Chunk(left) };
                    rest
                }
                Part::Head | Part::Length | Part::Trailers => self.lines(bytes),
            };
        }
    }

    /// What is wrong with the last head, if it is one of these.
    pub(super) fn fault(&self) -> Option<Fault> {
        let is_first = matches!(self.part, Part::Head) && !self.has_lines;
        self.fault.or_else(|| (is_first && self.line.len() >= LINE).then_some(Fault::Line))
    }

    /// Goes on with the current line; what follows it is the rest.
    fn lines<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (piece, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
        let room = LINE.saturating_sub(self.line.len());
        self.line.extend_from_slice(&piece[..piece.len().min(room)]);
        if end.is_some() {
            let mut line = std::mem::take(&mut self.line);
            self.ends(line.trim_ascii_end());
            line.clear();
            self.line = line;
        }
        rest
    }

    fn ends(&mut self, line: &[u8]) {
        match self.part {
            Part::Head if line.is_empty() && self.has_lines => self.head_ends(),
            // Empty lines before a head mean nothing.
            Part::Head if line.is_empty() => {}
            Part::Head if self.has_lines => self.header(line),
            Part::Head => {
                self.has_lines = true;
                self.is_old = line.ends_with(b" HTTP/1.0");
            }
            Part::Length => self.part = chunk(line),
            Part::Trailers if line.is_empty() => self.part = Part::Head,
            Part::Trailers | Part::Body(_) | Part::Chunk(_) | Part::Unreadable => {}
        }
    }

    fn header(&mut self, line: &[u8]) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = length(value);
            if length.is_none() || self.length.is_some_and(|before| Some(before) != length) {
                self.fault = Some(Fault::Length);
            }
            self.length = length;
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let last = value.rsplit(|byte| *byte == b',').next().unwrap_or_default();
            self.is_chunked = Some(last.trim_ascii().eq_ignore_ascii_case(b"chunked"));
        }
    }

    fn head_ends(&mut self) {
        self.part = match (self.is_chunked, self.length) {
            (Some(is_chunked), _) if self.is_old || !is_chunked => {
                self.fault = Some(Fault::Coding);
                Part::Unreadable
            }
            (Some(_), _) => Part::Length,
            (None, Some(length)) if length > 0 => Part::Body(length),
            (None, _) => Part::Head,
        };
        (self.has_lines, self.is_old, self.length, self.is_chunked) = (false, false, None, None);
    }
}

/// How many bytes are left to pass over, and the rest of these.
fn skip(left: u64, bytes: &[u8]) -> (u64, &[u8]) {
    let taken = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
    (left - taken as u64, &bytes[taken..])
}

/// What follows the line before a chunk.
fn chunk(line: &[u8]) -> Part {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let text = std::str::from_utf8(digits).unwrap_or_default();
    match u64::from_str_radix(text, 16) {
        Ok(0) => Part::Trailers,
        Ok(length) => Part::Chunk(length.saturating_add(LINE_END)),
        Err(_) => Part::Unreadable,
    }
}

fn length(value: &[u8]) -> Option<u64> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(value).ok().filter(|_| digits)?;
    text.parse().ok().filter(|length| *length <= LONGEST_BODY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8], pieces: usize) -> Option<Fault> {
        let mut heads = Heads::default();
        bytes.chunks(pieces).for_each(|piece| heads.note(piece));
        heads.fault()
    }

    #[test]
    fn the_fault_is_that_of_the_last_head_however_it_comes() {
        let post = |headers: &str| format!("POST / HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n");
        let largest = format!("content-length: {LONGEST_BODY}");
        let long = format!("GET /{}", "a".repeat(LINE));
        for (bytes, expected) in [
            (post("Content-Length: 7"), None),
            (post("Content-Length: 7\r\nContent-Length: 7"), None),
            (post(&largest), None),
            (post("CONTENT-LENGTH: 18446744073709551615"), Some(Fault::Length)),
            (post("content-length: 18446744073709551616"), Some(Fault::Length)),
            (post("content-length:-1"), Some(Fault::Length)),
            (post("content-length:"), Some(Fault::Length)),
            (post("content-length: 7, 7"), Some(Fault::Length)),
            (post("content-length: 7\r\ncontent-length: 8"), Some(Fault::Length)),
            (post("Transfer-Encoding: gzip, Chunked"), None),
            (post("Transfer-Encoding: chunked, gzip"), Some(Fault::Coding)),
            (post("Transfer-Encoding: identity"), Some(Fault::Coding)),
            (post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"), None),
            (post("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip"), Some(Fault::Coding)),
            ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned(), Some(Fault::Coding)),
            // A head that is not over yet may have been refused for something else.
            ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n".to_owned(), None),
            (post("X-Content-Length: x"), None),
            // hyper reads nothing behind a head that it refuses: neither a body with lines nor another head.
            (format!("{}{}", post("content-length: x"), post("a: b")), Some(Fault::Length)),
            (
                format!("{}{{\n\n\"a\": 1\n}}\n", post("content-length: 18446744073709551616")),
                Some(Fault::Length),
            ),
            (format!("{}\n\na: b\n\n", post("transfer-encoding: identity")), Some(Fault::Coding)),
            // What stands in a body is no head.
            (format!("{}content-length: x\r\n\r\n{}", post("content-length: 21"), post("a: b")), None),
            (format!("{}\n\ncontent-length: x\n", post("content-length: 21")), None),
            (
                format!(
                    "{}15;a=b\r\ncontent-length: x\r\n\r\n\r\n0\r\n\r\n",
                    post("transfer-encoding: chunked")
                ),
                None,
            ),
            (
                format!(
                    "{}3\r\nx\r\n\r\n0\r\nA: b\r\n\r\n{}",
                    post("transfer-encoding: chunked"),
                    post("content-length: x")
                ),
                Some(Fault::Length),
            ),
            (format!("{}x\r\n\r\n{}", post("transfer-encoding: chunked"), post("content-length: x")), None),
            (
                format!("{}0\r\n\r\n\r\n{}", post("transfer-encoding: chunked"), post("content-length: x")),
                Some(Fault::Length),
            ),
            (format!("{}body{}", post("content-length: 4"), post("content-length: x")), Some(Fault::Length)),
            (format!("{}0\r\n\r\n{}", post("transfer-encoding: chunked"), post("a: b")), None),
            (long.clone(), Some(Fault::Line)),
            (format!("{}{long}", post("a: b")), Some(Fault::Line)),
            (format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(LINE)), None),
            (String::new(), None),
        ] {
            for pieces in [1, 2, 7, 4_096] {
                assert_eq!(fault(bytes.as_bytes(), pieces), expected, "{bytes:?} by {pieces}");
            }
        }
    }
}
