//! Thrift's compact protocol, as far as one must know it to pass over values
//! (<https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>).

/// The types of values.
pub(super) const TRUE: u8 = 1;
pub(super) const FALSE: u8 = 2;
const BYTE: u8 = 3;
pub(super) const I16: u8 = 4;
pub(super) const I32: u8 = 5;
pub(super) const I64: u8 = 6;
const DOUBLE: u8 = 7;
pub(super) const BINARY: u8 = 8;
pub(super) const LIST: u8 = 9;
pub(super) const SET: u8 = 10;
pub(super) const MAP: u8 = 11;
pub(super) const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// How deep values may be within each other. Those of Parquet are five levels deep.
const MOST_LEVELS: usize = 32;

/// The least bytes of a struct in a list: each of Parquet's has a field, its value and an end.
const LEAST_OF_STRUCT: usize = 3;

/// The text ends early, or is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut;

/// What has not been read yet.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// Calls `each` for every field of a struct, with its number and the type of its value, which `each` reads.
    pub(super) fn fields<E: From<Cut>>(
        &mut self,
        mut each: impl FnMut(&mut Self, i16, u8) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut last = 0_i16;
        loop {
            let header = self.byte()?;
            let (delta, kind) = (header >> 4, header & 0x0f);
            if kind == 0 {
                return Ok(());
            }
            last = if delta == 0 {
                i16::try_from(self.signed()?).map_err(|_| Cut)?
            } else {
                last.checked_add(i16::from(delta)).ok_or(Cut)?
            };
            each(self, last, kind)?;
        }
    }

    /// The head of a list of structs: how many there are, which is no more than can be in what is left.
    pub(super) fn list_of_structs(&mut self, kind: u8) -> Result<usize, Cut> {
        if kind != LIST {
            return Err(Cut);
        }
        let (element, count) = self.list()?;
        if count == 0 || element == STRUCT { Ok(count) } else { Err(Cut) }
    }

    /// Passes over a list of whole numbers.
    pub(super) fn list_of_numbers(&mut self, kind: u8) -> Result<(), Cut> {
        if kind != LIST {
            return Err(Cut);
        }
        let (element, count) = self.list()?;
        for _ in 0..count {
            self.number(element)?;
        }
        Ok(())
    }

    /// How many bytes have not been read yet.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// A whole number.
    pub(super) fn number(&mut self, kind: u8) -> Result<i64, Cut> {
        if matches!(kind, I16 | I32 | I64) { self.signed() } else { Err(Cut) }
    }

    /// Passes over a value of this type.
    pub(super) fn skip(&mut self, kind: u8) -> Result<(), Cut> {
        self.skip_within(kind, MOST_LEVELS)
    }

    fn skip_within(&mut self, kind: u8, levels: usize) -> Result<(), Cut> {
        let levels = levels.checked_sub(1).ok_or(Cut)?;
        match kind {
            // In a struct, the type is the value.
            TRUE | FALSE => Ok(()),
            BYTE => self.pass(1),
            I16 | I32 | I64 => self.unsigned().map(|_| ()),
            DOUBLE => self.pass(8),
            UUID => self.pass(16),
            BINARY => {
                let length = usize::try_from(self.unsigned()?).map_err(|_| Cut)?;
                self.pass(length)
            }
            LIST | SET => {
                let (element, count) = self.list()?;
                for _ in 0..count {
                    self.skip_element(element, levels)?;
                }
                Ok(())
            }
            MAP => {
                let count = self.count(1)?;
                if count == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                for _ in 0..count {
                    self.skip_element(kinds >> 4, levels)?;
                    self.skip_element(kinds & 0x0f, levels)?;
                }
                Ok(())
            }
            STRUCT => self.fields(|reader, _, kind| reader.skip_within(kind, levels)),
            _ => Err(Cut),
        }
    }

    /// In a list, a truth value is a byte.
    fn skip_element(&mut self, kind: u8, levels: usize) -> Result<(), Cut> {
        if matches!(kind, TRUE | FALSE) { self.pass(1) } else { self.skip_within(kind, levels) }
    }

    /// The type of a list's elements, and how many there are.
    fn list(&mut self) -> Result<(u8, usize), Cut> {
        let header = self.byte()?;
        let (short, element) = (usize::from(header >> 4), header & 0x0f);
        let least = if element == STRUCT { LEAST_OF_STRUCT } else { 1 };
        let count = if short == 15 { self.count(least)? } else { short };
        if count.saturating_mul(least) > self.rest.len() { Err(Cut) } else { Ok((element, count)) }
    }

    /// How many values there are that take so many bytes at the least: no more than can be in what is left.
    fn count(&mut self, least: usize) -> Result<usize, Cut> {
        let count = usize::try_from(self.unsigned()?).map_err(|_| Cut)?;
        if count.saturating_mul(least) > self.rest.len() { Err(Cut) } else { Ok(count) }
    }

    fn byte(&mut self) -> Result<u8, Cut> {
        let (first, rest) = self.rest.split_first().ok_or(Cut)?;
        self.rest = rest;
        Ok(*first)
    }

    fn pass(&mut self, bytes: usize) -> Result<(), Cut> {
        self.rest = self.rest.get(bytes..).ok_or(Cut)?;
        Ok(())
    }

    /// A number of seven bits a byte, the lowest first.
    fn unsigned(&mut self) -> Result<u64, Cut> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Cut)
    }

    /// A number whose lowest bit is its sign.
    fn signed(&mut self) -> Result<i64, Cut> {
        let zigzag = self.unsigned()?;
        let half = i64::try_from(zigzag >> 1).map_err(|_| Cut)?;
        Ok(if zigzag & 1 == 0 { half } else { -half - 1 })
    }
}
