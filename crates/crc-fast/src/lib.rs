//! The CRCs of S3's checksums: CRC-32, CRC-32C and CRC-64/NVME.
//!
//! It takes the place of the crate `crc-fast` from the registry, whose tables for 49 algorithms, 664 KB that do not
//! compress, would be in every Lambda: the linker cannot tell which of them are asked for. It has what the AWS SDK
//! (`aws-smithy-checksums`) and `s3s` call of that crate, by the same names, and nothing else.
//!
//! CRC-32, which the SDK sends and S3 returns for what the SDK wrote, is computed by `crc32fast`, with the processor's own
//! instructions. The other two are for objects that something else wrote; they take eight bytes a step from a table that
//! is made when it is first needed.

mod table;

use table::{ISCSI, NVME, Table};

/// A CRC, by its name in the catalogue of CRCs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrcAlgorithm {
    /// CRC-32, as S3's `x-amz-checksum-crc32`.
    Crc32IsoHdlc,
    /// CRC-32C, as S3's `x-amz-checksum-crc32c`.
    Crc32Iscsi,
    /// CRC-64/NVME, as S3's `x-amz-checksum-crc64nvme`.
    Crc64Nvme,
}

/// The CRC of bytes that come in pieces.
#[derive(Debug, Clone)]
pub struct Digest {
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Hardware(crc32fast::Hasher),
    /// The register, before its bits are inverted for the result.
    Tabled(&'static Table, u64),
}

impl Digest {
    /// Of no bytes yet.
    pub fn new(algorithm: CrcAlgorithm) -> Self {
        let state = match algorithm {
            CrcAlgorithm::Crc32IsoHdlc => State::Hardware(crc32fast::Hasher::new()),
            CrcAlgorithm::Crc32Iscsi => State::Tabled(&ISCSI, ISCSI.ones()),
            CrcAlgorithm::Crc64Nvme => State::Tabled(&NVME, NVME.ones()),
        };
        Self { state }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.state {
            State::Hardware(hasher) => hasher.update(data),
            State::Tabled(table, register) => *register = table.next(*register, data),
        }
    }

    /// The CRC of all bytes so far, in the low bits.
    pub fn finalize(&self) -> u64 {
        match &self.state {
            State::Hardware(hasher) => u64::from(hasher.clone().finalize()),
            State::Tabled(table, register) => register ^ table.ones(),
        }
    }
}

/// The CRC of these bytes, in the low bits.
pub fn checksum(algorithm: CrcAlgorithm, data: &[u8]) -> u64 {
    let mut digest = Digest::new(algorithm);
    digest.update(data);
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::any, proptest};

    use super::*;

    const ALL: [CrcAlgorithm; 3] =
        [CrcAlgorithm::Crc32IsoHdlc, CrcAlgorithm::Crc32Iscsi, CrcAlgorithm::Crc64Nvme];

    /// Bit by bit, from the polynomial as the catalogue writes it: most significant bit first, bits of a byte reversed.
    fn by_definition(algorithm: CrcAlgorithm, data: &[u8]) -> u64 {
        let (width, polynomial) = match algorithm {
            CrcAlgorithm::Crc32IsoHdlc => (32, 0x04c1_1db7),
            CrcAlgorithm::Crc32Iscsi => (32, 0x1edc_6f41),
            CrcAlgorithm::Crc64Nvme => (64, 0xad93_d235_94c9_3659),
        };
        let (ones, top) = (u64::MAX >> (64 - width), 1_u64 << (width - 1));
        let mut register = ones;
        for byte in data {
            for bit in 0..8 {
                let carry = (register & top != 0) != ((*byte >> bit) & 1 == 1);
                register = (register << 1) & ones;
                if carry {
                    register ^= polynomial;
                }
            }
        }
        (register ^ ones).reverse_bits() >> (64 - width)
    }

    #[test]
    fn the_catalogues_check_values() {
        let checks = ALL.map(|algorithm| checksum(algorithm, b"123456789"));
        assert_eq!(checks, [0xcbf4_3926, 0xe306_9283, 0xae8b_1486_0a79_9888]);
        assert_eq!(ALL.map(|algorithm| checksum(algorithm, b"")), [0; 3]);
    }

    /// RFC 3720, B.4, and the NVM Command Set Specification, 5.2.1.3.5.
    #[test]
    fn the_values_of_the_standards() {
        let iscsi = |data: &[u8]| checksum(CrcAlgorithm::Crc32Iscsi, data);
        assert_eq!((iscsi(&[0; 32]), iscsi(&[0xff; 32])), (0x8a91_36aa, 0x62a8_ab43));
        let nvme = |data: &[u8]| checksum(CrcAlgorithm::Crc64Nvme, data);
        assert_eq!((nvme(&[0; 4096]), nvme(&[0xff; 4096])), (0x6482_d367_eb22_b64e, 0xc0dd_ba73_02ec_a3ac));
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces(data in vec(any::<u8>(), 0..400), cuts in vec(0_usize..400, 0..4)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(data.len())).collect();
            cuts.extend([0, data.len()]);
            cuts.sort_unstable();
            for algorithm in ALL {
                let mut digest = Digest::new(algorithm);
                for piece in cuts.windows(2) {
                    digest.update(&data[piece[0]..piece[1]]);
                    // To look at it changes nothing.
                    assert_eq!(digest.finalize(), by_definition(algorithm, &data[..piece[1]]), "{algorithm:?}");
                }
                assert_eq!(checksum(algorithm, &data), by_definition(algorithm, &data), "{algorithm:?}");
            }
        }
    }
}
