//! Lines to the bytes of an object.

use std::{
    fmt, io,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use zstd::{bulk::Compressor, zstd_safe::compress_bound};

/// zstd's first level: of orders of 350 bytes it makes 66, in 442 ns each; level 3 makes 70, in 581.
const LEVEL: i32 = 1;

/// What zstd works with, kept from one object to the next: a megabyte of tables that need not be made each time.
#[derive(Default)]
pub(crate) struct Packer(Mutex<Option<Tools>>);

struct Tools {
    compressor: Compressor<'static>,
    out: Vec<u8>,
}

impl Packer {
    /// The lines as one zstd frame.
    pub(crate) fn pack(&self, lines: &[u8]) -> io::Result<Bytes> {
        // A panic while it was held left nothing in it that the next call does not begin anew.
        let mut tools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tools = match &mut *tools {
            Some(tools) => tools,
            none => none.insert(Tools { compressor: Compressor::new(LEVEL)?, out: Vec::new() }),
        };
        tools.out.clear();
        tools.out.reserve(compress_bound(lines.len()));
        tools.compressor.compress_to_buffer(lines, &mut tools.out)?;
        Ok(Bytes::copy_from_slice(&tools.out))
    }
}

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Packer")
    }
}
