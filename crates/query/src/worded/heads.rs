//! What is wrong with the head that hyper refused last. hyper says no more than a status, and takes a length that it cannot
//! count for a head that is too long.

/// How much of a line is kept: the headers that are looked for are shorter.
const LINE: usize = 256;

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

/// Reads the lines of a connection. What stands in a body is read like a head, which does no harm: it is asked about a head
/// alone, and each head begins anew.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// The current line, or its beginning.
    line: Vec<u8>,
    /// Whether a line of this head is over.
    has_lines: bool,
    /// Whether the head is over: the next line is another one's.
    is_over: bool,
    length: Option<u64>,
    fault: Option<Fault>,
}

impl Heads {
    /// The next bytes from the client.
    pub(super) fn note(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.ends_with(b"\n") {
                let mut line = std::mem::take(&mut self.line);
                self.ends(line.trim_ascii_end());
                line.clear();
                self.line = line;
            }
        }
    }

    /// What is wrong with the last head, if it is one of these.
    pub(super) fn fault(&self) -> Option<Fault> {
        let is_endless = !self.has_lines && self.line.len() >= LINE;
        self.fault.or_else(|| is_endless.then_some(Fault::Line))
    }

    fn ends(&mut self, line: &[u8]) {
        if line.is_empty() {
            self.is_over = true;
            self.has_lines = false;
            return;
        }
        if self.is_over {
            *self = Self::default();
        }
        self.has_lines = true;
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
            if !last.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                self.fault = Some(Fault::Coding);
            }
        }
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
            (post("X-Content-Length: x"), None),
            (format!("{}{}", post("content-length: x"), post("a: b")), None),
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
