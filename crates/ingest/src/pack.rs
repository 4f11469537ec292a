//! Lines to the bytes of an object.

use std::{
    fmt, io,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use zstd::{
    bulk::Compressor,
    zstd_safe::{CParameter, Strategy, compress_bound},
};

/// zstd's first level, with fewer bits of hash and longer matches than it has of itself: of orders of 350 bytes it makes
/// the same 66, a fifth sooner.
const PARAMETERS: [CParameter; 4] = [
    CParameter::Strategy(Strategy::ZSTD_fast),
    CParameter::WindowLog(19),
    CParameter::HashLog(12),
    CParameter::MinMatch(7),
];

/// Below this many bytes of lines, making the table of a Huffman code takes longer than everything else together: so what is
/// left of the text beside repetitions is stored as it is. Ten orders then have 154 bytes each instead of 113, in half
/// the time.
const SHORT: usize = 16 << 10;

/// As zstd has it, this says how fast to go on where nothing repeats; and with any number, that no Huffman code is made.
const PLAIN: CParameter = CParameter::TargetLength(2);
const CODED: CParameter = CParameter::TargetLength(0);

/// What zstd works with, kept from one object to the next: a megabyte of tables that need not be made each time.
#[derive(Default)]
pub(crate) struct Packer(Mutex<Option<Tools>>);

struct Tools {
    compressor: Compressor<'static>,
    out: Vec<u8>,
}

impl Tools {
    fn new() -> io::Result<Self> {
        let mut compressor = Compressor::new(1)?;
        PARAMETERS.into_iter().try_for_each(|parameter| compressor.set_parameter(parameter))?;
        Ok(Self { compressor, out: Vec::new() })
    }
}

impl Packer {
    /// The lines as one zstd frame.
    pub(crate) fn pack(&self, lines: &[u8]) -> io::Result<Bytes> {
        self.pack_before(lines, |_| {})
    }

    /// The same, and behind the frame what `behind` appends.
    pub(crate) fn pack_before(&self, lines: &[u8], behind: impl FnOnce(&mut Vec<u8>)) -> io::Result<Bytes> {
        // A panic while it was held left nothing in it that the next call does not begin anew.
        let mut tools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tools = match &mut *tools {
            Some(tools) => tools,
            none => none.insert(Tools::new()?),
        };
        tools.compressor.set_parameter(if lines.len() < SHORT { PLAIN } else { CODED })?;
        tools.out.clear();
        tools.out.reserve(compress_bound(lines.len()));
        tools.compressor.compress_to_buffer(lines, &mut tools.out)?;
        behind(&mut tools.out);
        Ok(Bytes::copy_from_slice(&tools.out))
    }
}

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Packer")
    }
}
