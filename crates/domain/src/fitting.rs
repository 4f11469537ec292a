//! How many rows of a Parquet file fit in memory at once.
//!
//! A text that repeats is in a row group once, and in memory as often as there are rows. So the bytes of a file say little of
//! what a batch of its rows takes: with one text of 1 MB in each, 2,048 rows are 2 GB, of a file of 2 MB. Who reads a file asks
//! here first, with what the file says of its columns.

/// What a file says of one column of a row group. A number that the file does not say is the largest that is possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What all values take in memory, in bytes.
    pub bytes: u64,
    /// The most bytes that a row has of what the file may have once for many rows: the longest value of a dictionary.
    pub shared: u64,
    /// What the values take together that the file has for one row each, in bytes.
    pub own: u64,
    /// The pages in their order. Empty where the file does not say what the values of each take in memory: then `own` is taken
    /// to be spread evenly over the rows.
    pub pages: Vec<Page>,
}

/// A page of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many rows begin in it: all of them end there, too.
    pub rows: u64,
    /// What its values take in memory.
    pub bytes: u64,
}

/// What a footer says of one column of a row group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Rows of the row group.
    pub rows: u64,
    /// Values of the column, and nulls.
    pub values: u64,
    /// The bytes of a value in memory, if all have as many.
    pub width: Option<u64>,
    /// Whether a row may have several values.
    pub is_list: bool,
    /// The bytes of its pages, not compressed.
    pub in_file: u64,
    /// The bytes of all its texts in memory, where the file says them.
    pub texts: Option<u64>,
    /// Whether the file may have once, or in part, what several rows have: by a dictionary, or by what texts begin with.
    pub may_repeat: bool,
}

/// Bytes that Arrow has for each text beside the text itself.
const OFFSET: u64 = 4;

impl Chunk {
    /// The column without its pages. Nothing in a footer says how many values a row has: one with lists is taken to have no more
    /// than `row` bytes.
    pub fn column(&self, row: u64) -> Column {
        let (own, pages) = (0, Vec::new());
        if let Some(width) = self.width {
            let bytes = self.values.max(self.rows).saturating_mul(width);
            return Column { bytes, shared: if self.is_list { row } else { width }, own, pages };
        }
        let offsets = self.values.saturating_mul(OFFSET);
        let bytes = match self.texts {
            Some(bytes) => bytes.saturating_add(offsets),
            None if self.may_repeat => u64::MAX,
            None => self.in_file.saturating_add(offsets),
        };
        if self.is_list {
            Column { bytes, shared: row, own, pages }
        } else if self.may_repeat {
            // No text is longer than all that the file has of them.
            Column { bytes, shared: self.in_file.saturating_add(OFFSET), own, pages }
        } else {
            Column { bytes, shared: OFFSET, own: self.in_file, pages }
        }
    }
}

/// The pages that begin at these rows of a row group of so many, and whose texts have these bytes in memory. None, if the two
/// are not equally many.
pub fn pages(starts: &[i64], texts: &[i64], rows: u64) -> Vec<Page> {
    if starts.len() != texts.len() {
        return Vec::new();
    }
    let number = |number: &i64| u64::try_from(*number).unwrap_or_default();
    let ends = starts.iter().skip(1).map(number).chain([rows]);
    let page = |((start, end), texts): ((u64, u64), u64)| {
        let rows = end.saturating_sub(start);
        Page { rows, bytes: texts.saturating_add(rows.saturating_mul(OFFSET)) }
    };
    starts.iter().map(number).zip(ends).zip(texts.iter().map(number)).map(page).collect()
}

impl Column {
    /// The most bytes that any of so many rows, which follow each other in a row group of `all`, take in memory.
    fn most(&self, rows: u64, all: u64) -> u64 {
        let own = if self.pages.is_empty() { part(self.own, rows, all) } else { self.own };
        let values = self.shared.saturating_mul(rows).saturating_add(own);
        self.bytes.min(values).min(self.in_pages(rows))
    }

    /// The most bytes of pages that so many rows, which follow each other, are in.
    fn in_pages(&self, rows: u64) -> u64 {
        if self.pages.is_empty() {
            return u64::MAX;
        }
        let mut first = self.pages.iter();
        let (mut before, mut rows_before, mut bytes, mut most) = (0_usize, 0_u128, 0_u128, 0_u128);
        for last in &self.pages {
            bytes += u128::from(last.bytes);
            // Rows in the first page and in the last one are at least one of each, and all of the pages between.
            while before > 0
                && let Some(left) = first.as_slice().first()
                && rows_before - u128::from(left.rows) + 2 > u128::from(rows)
            {
                rows_before -= u128::from(left.rows);
                bytes -= u128::from(left.bytes);
                before -= 1;
                first.next();
            }
            most = most.max(bytes);
            rows_before += u128::from(last.rows);
            before += 1;
        }
        u64::try_from(most).unwrap_or(u64::MAX)
    }
}

/// What so many of `all` rows have of these bytes, if all have the same.
fn part(bytes: u64, rows: u64, all: u64) -> u64 {
    let part = u128::from(bytes) * u128::from(rows) / u128::from(all.max(1));
    bytes.min(u64::try_from(part).unwrap_or(u64::MAX))
}

/// How many rows, of at most `most`, take no more than `budget` bytes, wherever in the row group of so many `rows` they follow
/// each other. It is `most`, or a half of it, or a half of that, and one at the least: a row is read whole.
pub fn rows(columns: &[Column], rows: u64, most: usize, budget: u64) -> usize {
    let takes = |batch: usize| {
        let batch = u64::try_from(batch).unwrap_or(u64::MAX);
        columns.iter().fold(0_u64, |sum, column| sum.saturating_add(column.most(batch, rows)))
    };
    let mut batch = most;
    while batch > 1 && takes(batch) > budget {
        batch /= 2;
    }
    batch.max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_footer_does_not_say_is_the_most_that_is_possible() {
        let text = Chunk {
            rows: 100,
            values: 100,
            width: None,
            is_list: false,
            in_file: 5_000,
            texts: Some(90_000),
            may_repeat: true,
        };
        let most = |bytes, shared, own| Column { bytes, shared, own, pages: Vec::new() };
        for (chunk, expected) in [
            (text, most(90_400, 5_004, 0)),
            (Chunk { texts: None, ..text }, most(u64::MAX, 5_004, 0)),
            (Chunk { may_repeat: false, ..text }, most(90_400, 4, 5_000)),
            (Chunk { may_repeat: false, texts: None, ..text }, most(5_400, 4, 5_000)),
            (Chunk { is_list: true, values: 300, ..text }, most(91_200, 2_000, 0)),
            (Chunk { width: Some(8), ..text }, most(800, 8, 0)),
            (Chunk { width: Some(8), is_list: true, values: 300, ..text }, most(2_400, 2_000, 0)),
        ] {
            assert_eq!(chunk.column(2_000), expected, "{chunk:?}");
        }
    }

    #[test]
    fn pages_end_where_the_next_one_begins() {
        let page = |rows, bytes| Page { rows, bytes };
        assert_eq!(pages(&[0, 10, 25], &[100, 0, 7], 30), [page(10, 140), page(15, 60), page(5, 27)]);
        assert!(pages(&[0, 10], &[100], 30).is_empty());
        // What cannot be does no harm.
        assert_eq!(pages(&[20, 10], &[-1, i64::MAX], 5), [page(0, 0), page(0, i64::MAX as u64)]);
    }

    /// A column of which nothing is known but what all of it takes.
    fn unknown(bytes: u64) -> Column {
        Column { bytes, shared: u64::MAX, own: 0, pages: Vec::new() }
    }

    #[test]
    fn short_rows_are_read_as_many_at_once_as_before() {
        let number = Column { bytes: 8 * 98_304, shared: 8, own: 0, pages: Vec::new() };
        let page = Page { rows: 16_384, bytes: 16 << 20 };
        let text = Column { bytes: 96 << 20, shared: 1 << 20, own: 2 << 20, pages: vec![page; 6] };
        // Two pages of 16 MiB at once, whatever is in them.
        assert_eq!(rows(&[number.clone(), text.clone()], 98_304, 2_048, 64 << 20), 2_048);
        assert_eq!(rows(&[text.clone(), text.clone(), text], 98_304, 2_048, 64 << 20), 16);
        assert_eq!(rows(&[number, unknown(64 << 10)], 98_304, 2_048, 1 << 20), 2_048);
        assert_eq!(rows(&[], 98_304, 2_048, 0), 2_048);
    }

    #[test]
    fn long_values_make_small_batches_wherever_they_are() {
        // 900 rows with one text of 1 MB, within one page of others, which have none.
        let mut pages = vec![Page { rows: 16_384, bytes: 16_384 }; 6];
        pages[3].bytes = 900_000_000;
        let skewed = Column { bytes: 900_081_920, shared: 1_000_000, own: 200_000, pages };
        assert_eq!(rows(std::slice::from_ref(&skewed), 98_304, 2_048, 64 << 20), 64);
        // Several columns share what there is.
        assert_eq!(rows(&vec![skewed.clone(); 4], 98_304, 2_048, 64 << 20), 16);
        // Without the pages, and without the dictionary, it is still bounded.
        let unpaged = Column { pages: Vec::new(), ..skewed };
        assert_eq!(rows(std::slice::from_ref(&unpaged), 98_304, 2_048, 64 << 20), 64);
        assert_eq!(rows(&[unknown(900_000_000)], 98_304, 2_048, 64 << 20), 1);
        // Texts that do not repeat have a page each.
        let own = Column {
            bytes: 900_000_000,
            shared: 0,
            own: 900_000_000,
            pages: vec![Page { rows: 1, bytes: 1_000_000 }; 900],
        };
        assert_eq!(rows(&[own], 98_304, 2_048, 64 << 20), 64);
    }

    proptest! {
        /// Rows are laid out in pages, and every window of a batch is measured row by row.
        #[test]
        fn no_rows_that_follow_each_other_take_more(
            pages in prop::collection::vec(prop::collection::vec(0_u64..50, 1..6), 1..8),
            most in 1_usize..40,
            budget in 0_u64..400,
        ) {
            let all: Vec<u64> = pages.concat();
            let bytes: u64 = all.iter().sum();
            let longest = all.iter().copied().max().unwrap_or_default();
            let pages: Vec<Page> = pages
                .iter()
                .map(|page| Page { rows: page.len() as u64, bytes: page.iter().sum() })
                .collect();
            for column in [
                Column { bytes, shared: longest, own: 0, pages: Vec::new() },
                Column { bytes, shared: longest, own: 0, pages: pages.clone() },
                Column { bytes, shared: 0, own: bytes, pages: pages.clone() },
                Column { bytes, shared: u64::MAX, own: 0, pages },
            ] {
                let batch = rows(std::slice::from_ref(&column), all.len() as u64, most, budget);
                prop_assert!((1..=most).contains(&batch));
                let takes = all.windows(batch.min(all.len())).map(|rows| rows.iter().sum::<u64>()).max();
                prop_assert!(batch == 1 || takes <= Some(budget), "{batch} rows of {column:?}");
            }
        }
    }
}
