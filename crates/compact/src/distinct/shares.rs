//! Rows shared out by the hashes of their identities, so that each share fits into a cache.

/// A row in a table, as one word: half of its hash, and its number. Rows whose halves are equal are compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entered(pub(super) u64);

impl Entered {
    #[inline]
    pub(super) fn new(hash: u64, row: u32) -> Self {
        Self(hash << 32 | u64::from(row))
    }

    #[inline]
    pub(super) fn row(self) -> u32 {
        self.0 as u32
    }

    #[inline]
    pub(super) fn is_like(self, other: Self) -> bool {
        self.0 >> 32 == other.0 >> 32
    }

    /// The half of the hash, spread over all bits: the table uses the lowest and the highest of them.
    #[inline]
    pub(super) fn spread(self) -> u64 {
        (self.0 >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

/// The rows of one chunk, share after share, each in the order of the rows.
pub(super) struct Shared {
    rows: Vec<Entered>,
    /// Where each share begins, and then where the last one ends.
    starts: Vec<usize>,
}

impl Shared {
    /// Rows of these hashes, numbered from `first` on, in so many shares.
    pub(super) fn new(hashes: &[u64], first: u32, count: usize) -> Self {
        // Of each share how many rows it has, and then where the next one of it goes.
        let mut next = vec![0_usize; count];
        hashes.iter().for_each(|hash| next[share_of(*hash, count)] += 1);
        let (mut starts, mut end) = (Vec::with_capacity(count + 1), 0);
        for place in &mut next {
            starts.push(end);
            end += *place;
            *place = end - *place;
        }
        starts.push(end);
        let mut rows = vec![Entered(0); hashes.len()];
        for (row, hash) in (first..).zip(hashes) {
            let place = &mut next[share_of(*hash, count)];
            rows[*place] = Entered::new(*hash, row);
            *place += 1;
        }
        Self { rows, starts }
    }

    #[inline]
    pub(super) fn of(&self, share: usize) -> &[Entered] {
        &self.rows[self.starts[share]..self.starts[share + 1]]
    }
}

/// Which of so many tables, a power of two, a hash belongs to: by bits that the table itself does not use.
#[inline]
pub(super) fn share_of(hash: u64, tables: usize) -> usize {
    (hash >> 48) as usize & (tables - 1)
}
