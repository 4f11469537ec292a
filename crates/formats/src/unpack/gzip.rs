//! gzip as the `gzip` program reads it: all members, and zero bytes behind the last one are padding.

use std::{
    io::{self, BufRead, ErrorKind, Read},
    mem,
};

use flate2::bufread::GzDecoder;

/// Unpacks gzip. Other bytes than zeros behind a member are an error, unless they begin another member.
#[derive(Debug)]
pub struct Gzip<R> {
    state: State<R>,
}

#[derive(Debug)]
enum State<R> {
    Member(Box<GzDecoder<R>>),
    /// Behind a member.
    Between(R),
    Done,
}

impl<R: BufRead> Gzip<R> {
    /// Begins with a member: no bytes at all are an error.
    pub fn new(from: R) -> Self {
        Self { state: State::Member(Box::new(GzDecoder::new(from))) }
    }

    /// Takes padding. Answers the state that follows.
    fn between(mut rest: R) -> Result<State<R>, (R, io::Error)> {
        loop {
            let found = rest
                .fill_buf()
                .map(|bytes| (bytes.len(), bytes.iter().take_while(|byte| **byte == 0).count()));
            match found {
                Ok((0, _)) => return Ok(State::Done),
                Ok((length, zeros)) => {
                    rest.consume(zeros);
                    if zeros < length {
                        return Ok(State::Member(Box::new(GzDecoder::new(rest))));
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err((rest, error)),
            }
        }
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            self.state = match mem::replace(&mut self.state, State::Done) {
                State::Done => return Ok(0),
                State::Member(mut decoder) => match decoder.read(buffer) {
                    Ok(0) => State::Between(decoder.into_inner()),
                    read => {
                        self.state = State::Member(decoder);
                        return read;
                    }
                },
                State::Between(rest) => match Self::between(rest) {
                    Ok(next) => next,
                    Err((rest, error)) => {
                        self.state = State::Between(rest);
                        return Err(error);
                    }
                },
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unpack::tests::gzip;

    fn unpacked(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        // In small pieces, so that padding spans several.
        Gzip::new(io::BufReader::with_capacity(7, bytes)).read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn members_follow_one_another_and_zeros_are_padding() {
        let (one, two) = (gzip(b"one\n"), gzip(b"two\n"));
        for (bytes, text) in [
            (one.clone(), &b"one\n"[..]),
            ([&one[..], &two].concat(), b"one\ntwo\n"),
            ([&one[..], &[0; 1_000]].concat(), b"one\n"),
            ([&one[..], &[0]].concat(), b"one\n"),
            ([&one[..], &[0; 3], &two, &[0; 512]].concat(), b"one\ntwo\n"),
            ([gzip(b""), two.clone()].concat(), b"two\n"),
        ] {
            assert_eq!(unpacked(&bytes).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_member_is_an_error() {
        let one = gzip(b"one\n");
        for bytes in [
            [&one[..], b"garbage"].concat(),
            [&one[..], &[0; 4], b"garbage"].concat(),
            one[..one.len() - 1].to_vec(),
            Vec::new(),
        ] {
            assert!(unpacked(&bytes).is_err(), "{bytes:?}");
        }
    }
}
