//! Landing objects to lines.

use std::io::{self, BufRead, BufReader, Read};

use zstd::{
    stream::raw::{Decoder, InBuffer, Operation, OutBuffer},
    zstd_safe::get_frame_content_size,
};

/// The smallest buffer that is unpacked into.
const LEAST: usize = 128 << 10;

/// Whole lines of about so many bytes are looked at together: few enough that they stay in a core's first cache.
const BLOCK: usize = 16 << 10;

/// The longest line, in bytes, without its end. `ingest` takes events of up to 1 MiB. Together with an identity from the
/// same event, escaped, that makes a few MiB at the most. A longer line was not written by `ingest`, and a few KB of zstd
/// can hold one of a GB.
const MAX_LINE: usize = 16 << 20;

/// What an object was unpacked to.
#[derive(Debug)]
pub(crate) struct Unpacked {
    /// The bytes of its lines.
    pub(crate) bytes: u64,
    /// Where the object ends early: the number that its next line would have had, and why. The lines before are good.
    pub(crate) damage: Option<(usize, io::Error)>,
}

/// Unpacks one object after the other, with one decoder and one buffer.
pub(crate) struct Unpacker {
    decoder: Decoder<'static>,
    buffer: Vec<u8>,
    /// The most of an object that is unpacked at once, if its lines are no longer.
    most: usize,
}

impl Unpacker {
    /// With a buffer of at most so many bytes. For an object with a longer line the buffer grows to at most twice that line,
    /// and is made smaller again behind the object. It does not grow beyond [`MAX_LINE`]: a longer line is damage.
    pub(crate) fn new(most: usize) -> io::Result<Self> {
        Ok(Self { decoder: Decoder::new()?, buffer: Vec::new(), most: most.max(LEAST) })
    }

    /// Hands on each line that is not empty, with its number, without its end; and the same as text, if it is known to be one.
    /// Of a line of which that is not known, the caller has to see. It ends early when the caller answers that it wants no
    /// more of the object.
    pub(crate) fn unpack_while(
        &mut self,
        packed: &[u8],
        mut each: impl FnMut(usize, &[u8], Option<&str>) -> bool,
    ) -> Unpacked {
        let mut lines = Lines { each: &mut each, number: 0, bytes: 0, is_ended: false };
        let fast = self.fast(packed, &mut lines);
        if self.buffer.len() > self.most {
            self.buffer.truncate(self.most);
            self.buffer.shrink_to_fit();
        }
        if fast.is_ok() || lines.is_ended {
            return Unpacked { bytes: lines.bytes, damage: None };
        }
        // zstd does not hand out what it unpacked in a call that fails. Small calls lose less before the damage.
        let error = slow(packed, &mut lines).err().filter(|_| !lines.is_ended);
        let damage = error.map(|error| (lines.number, error));
        Unpacked { bytes: lines.bytes, damage }
    }

    /// A buffer full at a time: the whole object, if it says that it is no larger.
    fn fast(&mut self, packed: &[u8], lines: &mut Lines<'_>) -> io::Result<()> {
        let whole = get_frame_content_size(packed).ok().flatten().unwrap_or(u64::MAX);
        // One byte more, so that it is not full when everything is in it.
        let size = usize::try_from(whole.saturating_add(1)).unwrap_or(usize::MAX).clamp(LEAST, self.most);
        if self.buffer.len() < size {
            self.buffer.resize(size, 0);
        }
        self.decoder.reinit()?;
        let mut input = InBuffer::around(packed);
        let (mut filled, mut is_whole) = (0, false);
        loop {
            if is_whole && input.pos() < packed.len() {
                // Another frame follows.
                self.decoder.reinit()?;
            }
            let mut output = OutBuffer::around_pos(&mut self.buffer[..], filled);
            is_whole = self.decoder.run(&mut input, &mut output)? == 0;
            let (before, after) = (filled, output.pos());
            let used = lines.take(&self.buffer[..after], before)?;
            self.buffer.copy_within(used..after, 0);
            filled = after - used;
            if input.pos() == packed.len() {
                if is_whole {
                    return lines.rest(&self.buffer[..filled]);
                }
                if after < self.buffer.len() {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "incomplete frame"));
                }
            }
            if filled > MAX_LINE {
                return Err(too_long());
            }
            if filled == self.buffer.len() {
                // A line that is longer than the buffer. One byte more, for the end of the longest.
                let size = (2 * filled).min(MAX_LINE + 1);
                self.buffer.reserve_exact(size - filled);
                self.buffer.resize(size, 0);
            }
        }
    }
}

/// Takes a line: its number, its bytes, and its text if it is already known to be UTF-8. Answers whether it wants more.
type Each<'a> = dyn FnMut(usize, &[u8], Option<&str>) -> bool + 'a;

/// Where lines go.
struct Lines<'a> {
    each: &'a mut Each<'a>,
    /// How many there were.
    number: usize,
    bytes: u64,
    /// Whether no more are wanted.
    is_ended: bool,
}

impl Lines<'_> {
    /// Takes the lines that end within these bytes, of which the first `searched` have no end. Answers how many bytes they
    /// have. An error is a line that is too long; those before it are taken.
    fn take(&mut self, bytes: &[u8], searched: usize) -> io::Result<usize> {
        let Some(last) = memchr::memrchr(b'\n', &bytes[searched..]) else { return Ok(0) };
        let mut left = &bytes[..=searched + last];
        let taken = left.len();
        while !left.is_empty() {
            let least = left.len().min(BLOCK) - 1;
            let length = memchr::memchr(b'\n', &left[least..]).map_or(left.len(), |end| least + end + 1);
            let block;
            (block, left) = left.split_at(length);
            self.block(block)?;
        }
        Ok(taken)
    }

    /// Takes whole lines. Whether they are UTF-8 is seen of all of them at once, which takes less time than line by line.
    fn block(&mut self, block: &[u8]) -> io::Result<()> {
        let text = simdutf8::basic::from_utf8(block).ok();
        let mut begin = 0;
        for end in memchr::memchr_iter(b'\n', block) {
            let text = text.and_then(|text| text.get(begin..end));
            self.line(&block[begin..end], text, end + 1 - begin)?;
            begin = end + 1;
        }
        Ok(())
    }

    /// Takes a last line that has no end.
    fn rest(&mut self, line: &[u8]) -> io::Result<()> {
        if line.is_empty() { Ok(()) } else { self.line(line, None, line.len()) }
    }

    fn line(&mut self, line: &[u8], text: Option<&str>, bytes: usize) -> io::Result<()> {
        if line.len() > MAX_LINE {
            return Err(too_long());
        }
        let goes_on = line.is_empty() || (self.each)(self.number, line, text);
        self.number += 1;
        self.bytes += bytes as u64;
        if !goes_on {
            self.is_ended = true;
            return Err(io::Error::other("no more of it is wanted"));
        }
        Ok(())
    }
}

fn too_long() -> io::Error {
    let reason = format!("a line has more than {MAX_LINE} bytes, which is longer than ingest writes any");
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

/// Hands on the lines that were not, in small steps, until the damage.
fn slow(packed: &[u8], lines: &mut Lines<'_>) -> io::Result<()> {
    let (mut reader, mut line) = (BufReader::new(zstd::Decoder::new(packed)?), Vec::new());
    for number in 0.. {
        line.clear();
        // With its end; a longer line is read only as far as it takes to see that.
        if reader.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if number == lines.number {
            lines.line(line.strip_suffix(b"\n").unwrap_or(&line), None, line.len())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
