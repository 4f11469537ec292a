//! A CRC whose bits are reflected, up to 64 wide, by a table: eight bytes a step ("slicing by eight").

use std::sync::LazyLock;

/// Bytes of a step.
const STEP: usize = 8;

/// CRC-32C.
pub(crate) static ISCSI: LazyLock<Table> = LazyLock::new(|| Table::new(32, 0x82f6_3b78));
/// CRC-64/NVME.
pub(crate) static NVME: LazyLock<Table> = LazyLock::new(|| Table::new(64, 0x9a6c_9329_ac4b_c9b5));

/// What each value of a byte does to the register, followed by 0 to 7 bytes of zeros.
#[derive(Debug)]
pub(crate) struct Table {
    ones: u64,
    lanes: Box<[[u64; 256]; STEP]>,
}

impl Table {
    /// Of a CRC of this many bits; the polynomial is reflected, its lowest term in the highest bit.
    fn new(width: u32, polynomial: u64) -> Self {
        let mut lane = [0; 256];
        for (byte, entry) in (0_u64..).zip(&mut lane) {
            *entry = (0..8)
                .fold(byte, |register, _| (register >> 1) ^ if register & 1 == 1 { polynomial } else { 0 });
        }
        let first = lane;
        let mut lanes = Box::new([first; STEP]);
        for next in &mut lanes[1..] {
            for entry in &mut lane {
                *entry = shift(&first, *entry, 0);
            }
            *next = lane;
        }
        Self { ones: u64::MAX >> (64 - width), lanes }
    }

    /// All bits of the register: where it begins, and what the result is inverted by.
    pub(crate) fn ones(&self) -> u64 {
        self.ones
    }

    /// The register after these bytes.
    pub(crate) fn next(&self, mut register: u64, data: &[u8]) -> u64 {
        let (steps, rest) = data.as_chunks::<STEP>();
        for step in steps {
            let bytes = (register ^ u64::from_le_bytes(*step)).to_le_bytes();
            // The first byte has seven after it.
            register = (bytes.iter().zip(self.lanes.iter().rev()))
                .fold(0, |sum, (byte, lane)| sum ^ lane[usize::from(*byte)]);
        }
        rest.iter().fold(register, |register, byte| shift(&self.lanes[0], register, *byte))
    }
}

/// The register after one byte.
fn shift(first: &[u64; 256], register: u64, byte: u8) -> u64 {
    (register >> 8) ^ first[usize::from(register.to_le_bytes()[0] ^ byte)]
}
