//! What is wrong with the head that hyper refused last. hyper says no more than a status, and takes a length that it cannot
//! count for a head that is too long.

use super::HEAD_BYTES;
use crate::request::MAX_URL;

/// What stands behind the URL in the first line.
const VERSION: usize = " HTTP/1.1\r\n".len();

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
    /// The head is too long, and its URL alone is longer than one may be.
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
    /// How many bytes of this head have come.
    head: usize,
    /// How many bytes of its first line.
    first: usize,
    /// Whether a line of this head is over.
    has_lines: bool,
    /// Whether its URL, which has come to its end, is too long.
    is_long: bool,
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
        let is_long = if self.has_lines { self.is_long } else { is_long(&self.line, self.first) };
        let is_line = matches!(self.part, Part::Head) && self.head >= HEAD_BYTES && is_long;
        self.fault.or_else(|| is_line.then_some(Fault::Line))
    }

    /// Whether a head has begun that is not over.
    pub(super) fn is_within(&self) -> bool {
        matches!(self.part, Part::Head) && (self.has_lines || !self.line.is_empty())
    }

    /// Whether the body of the last whole head has not come to its end.
    pub(super) fn is_in_body(&self) -> bool {
        !matches!(self.part, Part::Head)
    }

    /// Goes on with the current line; what follows it is the rest.
    fn lines<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (piece, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
        if matches!(self.part, Part::Head) {
            self.head = self.head.saturating_add(piece.len());
            if !self.has_lines {
                self.first = self.first.saturating_add(piece.len());
            }
        }
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
            Part::Head if line.is_empty() => (self.head, self.first) = (0, 0),
            Part::Head if self.has_lines => self.header(line),
            Part::Head => {
                self.has_lines = true;
                self.is_long = is_long(line, self.first.saturating_sub(VERSION));
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
        if self.is_long && self.head > HEAD_BYTES {
            self.fault = Some(Fault::Line);
        }
        self.part = match (self.is_chunked, self.length) {
            (Some(is_chunked), _) if self.is_old || !is_chunked => {
                self.fault = Some(Fault::Coding);
                Part::Unreadable
            }
            (Some(_), _) => Part::Length,
            (None, Some(length)) if length > 0 => Part::Body(length),
            (None, _) => Part::Head,
        };
        (self.head, self.first, self.is_long) = (0, 0, false);
        (self.has_lines, self.is_old, self.length, self.is_chunked) = (false, false, None, None);
    }
}

/// Whether the URL is too long in a first line of so many bytes up to the end of the URL. Of the line, the beginning.
fn is_long(line: &[u8], bytes: usize) -> bool {
    // Without a space in what is kept it is the method that is long.
    let method = line.iter().position(|byte| *byte == b' ');
    method.is_some_and(|method| bytes.saturating_sub(method + 1) > MAX_URL)
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
mod tests;
