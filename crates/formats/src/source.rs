//! The unpacked bytes of one input, in order, with the place in them.

use std::{
    io::{self, ErrorKind, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// How much is asked for at once.
const READ: usize = 128 << 10;

/// A stream whose unread bytes can be looked at before they are taken. Lines end in LF, CR LF or CR.
pub struct Source {
    from: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// Up to where the buffer is taken.
    taken: usize,
    /// Up to where it is read; what is behind is room.
    read: usize,
    offset: u64,
    line: u64,
    /// Whether the last byte that was taken is a CR: a line feed behind it ends no further line.
    is_behind_cr: bool,
    is_abandoned: bool,
    /// The offset at which reading ends, if that is not the end of the input.
    end: Option<Arc<AtomicU64>>,
    is_cut: bool,
}

impl Source {
    /// A stream from its beginning.
    pub fn new(from: Box<dyn Read + Send>) -> Self {
        Self::at(from, 0, 1)
    }

    /// A stream that begins within its input.
    pub fn at(from: Box<dyn Read + Send>, offset: u64, line: u64) -> Self {
        Self {
            from,
            buffer: Vec::new(),
            taken: 0,
            read: 0,
            offset,
            line,
            is_behind_cr: false,
            is_abandoned: false,
            end: None,
            is_cut: false,
        }
    }

    /// How many bytes were taken, from the beginning of the input.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The line, from 1, that the next byte is in.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The bytes that were read and not taken yet.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.taken..self.read]
    }

    /// Reads no further than up to this offset, which whoever holds it may move on. There the input seems to be at its end;
    /// [`Source::is_cut`] says that it is not.
    pub fn end_at(&mut self, end: Arc<AtomicU64>) {
        self.end = Some(end);
    }

    /// Whether reading stopped at the offset of [`Source::end_at`], so that there may be more.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// How many bytes may be read yet.
    fn room(&self) -> usize {
        let Some(end) = &self.end else { return usize::MAX };
        let filled = self.offset + self.rest().len() as u64;
        usize::try_from(end.load(Ordering::Relaxed).saturating_sub(filled)).unwrap_or(usize::MAX)
    }

    /// Reads more behind the rest; `false` at the end of the input.
    pub fn fill(&mut self) -> io::Result<bool> {
        if self.is_abandoned {
            return Ok(false);
        }
        let room = self.room();
        self.is_cut = room == 0;
        if self.is_cut {
            return Ok(false);
        }
        if self.buffer.len() - self.read < READ {
            self.buffer.copy_within(self.taken..self.read, 0);
            self.read -= self.taken;
            self.taken = 0;
            self.buffer.resize(self.buffer.len().max(self.read + 2 * READ), 0);
        }
        let most = self.buffer.len().min(self.read.saturating_add(room));
        let read = loop {
            match self.from.read(&mut self.buffer[self.read..most]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.read += read;
        Ok(read > 0)
    }

    /// Where a line ends that ends in this many bytes of the rest: behind the LF too, where the last of them is a CR.
    pub(crate) fn line_end(&mut self, end: usize) -> io::Result<usize> {
        let ends_in_cr = end.checked_sub(1).is_some_and(|last| self.rest().get(last) == Some(&b'\r'));
        if ends_in_cr && self.rest().len() == end {
            self.fill()?;
        }
        let has_lf = ends_in_cr && self.rest().get(end) == Some(&b'\n');
        Ok(end + usize::from(has_lf))
    }

    /// Takes this many bytes of the rest.
    pub(crate) fn take(&mut self, bytes: usize) {
        let some = &self.buffer[self.taken..self.taken + bytes];
        for at in memchr::memchr2_iter(b'\n', b'\r', some) {
            let is_behind_cr = at.checked_sub(1).map_or(self.is_behind_cr, |before| some[before] == b'\r');
            self.line += u64::from(some[at] == b'\r' || !is_behind_cr);
        }
        self.is_behind_cr = some.last().map_or(self.is_behind_cr, |last| *last == b'\r');
        self.taken += bytes;
        self.offset += bytes as u64;
    }

    /// Takes what follows up to this offset.
    pub fn skip_to(&mut self, offset: u64) -> io::Result<()> {
        while self.offset < offset {
            if self.rest().is_empty() && !self.fill()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let wanted = usize::try_from(offset - self.offset).unwrap_or(usize::MAX);
            self.take(wanted.min(self.rest().len()));
        }
        Ok(())
    }

    /// Whether there is more that is not to be read.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.is_abandoned
    }

    /// Is at its end from now on.
    pub(crate) fn abandon(&mut self) {
        self.is_abandoned = true;
        self.from = Box::new(io::empty());
        self.taken = self.read;
    }
}

/// Takes the mark that some editors put before UTF-8.
pub(crate) fn skip_mark(source: &mut Source) -> io::Result<()> {
    while source.rest().len() < 3 && source.fill()? {}
    if source.rest().starts_with(b"\xef\xbb\xbf") {
        source.take(3);
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Gives this many bytes a read, as a slow pipe does.
    pub(crate) struct Trickle(pub(crate) Vec<u8>, pub(crate) usize);

    impl Read for Trickle {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let some = self.1.min(self.0.len()).min(buffer.len());
            buffer[..some].copy_from_slice(&self.0[..some]);
            self.0.drain(..some);
            Ok(some)
        }
    }

    #[test]
    fn a_line_ends_in_lf_cr_or_both() {
        for (text, line) in
            [(&b"a\nb\n"[..], 3), (b"a\r\nb\r\n", 3), (b"a\rb\r", 3), (b"\n\r\r\n\n", 5), (b"\r", 2)]
        {
            for piece in [1, 2, 100] {
                let mut source = Source::new(Box::new(Trickle(text.to_vec(), piece)));
                while source.fill().unwrap() {
                    source.take(source.rest().len());
                }
                assert_eq!(source.line(), line, "{text:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn reading_ends_at_an_offset_that_may_move_on() {
        for piece in [1, 3, 100] {
            let end = Arc::new(AtomicU64::new(4));
            let mut source = Source::new(Box::new(Trickle(b"abcdefgh".to_vec(), piece)));
            source.end_at(Arc::clone(&end));
            while source.fill().unwrap() {}
            assert_eq!((source.rest(), source.is_cut()), (&b"abcd"[..], true), "{piece}");
            source.take(3);
            end.store(7, Ordering::Relaxed);
            while source.fill().unwrap() {}
            assert_eq!((source.rest(), source.is_cut(), source.offset()), (&b"defg"[..], true, 3), "{piece}");
            end.store(u64::MAX, Ordering::Relaxed);
            while source.fill().unwrap() {}
            assert_eq!((source.rest(), source.is_cut()), (&b"defgh"[..], false), "{piece}");
        }
    }

    #[test]
    fn lines_and_offsets_are_those_of_what_was_taken() {
        let mut source = Source::new(Box::new(Trickle(b"ab\ncd\n\nef".to_vec(), 2)));
        while source.fill().unwrap() {}
        source.take(4);
        assert_eq!((source.offset(), source.line(), source.rest()), (4, 2, &b"d\n\nef"[..]));
        source.skip_to(8).unwrap();
        assert_eq!((source.line(), source.rest()), (4, &b"f"[..]));
        assert!(source.skip_to(100).is_err());
    }
}
