//! The texts that a function makes, each bounded before it is made.

use std::{fmt::Write, sync::Arc};

use datafusion::{
    arrow::array::{ArrayRef, StringBuilder},
    error::{DataFusionError, Result},
};

use super::bounded::Bounded;
use crate::{cancel::Cancellation, memory::QueryMemory};

/// The result of one call, row by row.
pub(super) struct Made<'m> {
    bounded: Bounded<'m>,
    texts: StringBuilder,
}

impl<'m> Made<'m> {
    /// For so many rows; `is_constant` if there is one value for all.
    pub(super) fn new(
        function: &'static str,
        rows: usize,
        is_constant: bool,
        memory: &'m QueryMemory,
    ) -> Self {
        let bounded = Bounded::new(function, rows, is_constant, memory);
        Self { bounded, texts: StringBuilder::with_capacity(rows, 0) }
    }

    /// Fails at the next row once the query is cancelled.
    pub(super) fn until(self, cancellation: &Cancellation) -> Self {
        Self { bounded: self.bounded.until(cancellation), ..self }
    }

    pub(super) fn rows(&self) -> usize {
        self.bounded.rows()
    }

    /// Fails where a text of so many bytes may not be made. Whoever makes a text in memory of its own asks first.
    pub(super) fn admit(&self, bytes: usize) -> Result<()> {
        self.bounded.admit(bytes)
    }

    /// The next row's text, or none.
    pub(super) fn append(&mut self, text: Option<&str>) -> Result<()> {
        if let Some(text) = text {
            self.bounded.count(text.len())?;
        }
        self.texts.append_option(text);
        Ok(())
    }

    /// The next row's text, in parts.
    pub(super) fn append_parts<'p>(&mut self, parts: impl Iterator<Item = &'p str> + Clone) -> Result<()> {
        self.bounded.count(parts.clone().fold(0_usize, |sum, part| sum.saturating_add(part.len())))?;
        for part in parts {
            self.texts.write_str(part).map_err(|error| DataFusionError::External(Box::new(error)))?;
        }
        self.texts.append_value("");
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<ArrayRef> {
        let texts: ArrayRef = Arc::new(self.texts.finish());
        self.bounded.finish(texts)
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::AsArray;

    use super::*;
    use crate::memory::{Memory, MemoryLimits};

    fn query(limits: MemoryLimits) -> QueryMemory {
        QueryMemory::new(Memory::new(limits))
    }

    #[test]
    fn texts_are_bounded_one_by_one_and_all_together() {
        let query = query(MemoryLimits { call: 10, value: 4, ..MemoryLimits::default() });
        let mut made = Made::new("f", 4, false, &query);
        made.append(Some("abcd")).unwrap();
        let error = made.append(Some("abcde")).unwrap_err().to_string();
        assert!(error.contains("f makes a text of more than 4 bytes"), "{error}");
        made.append(None).unwrap();
        made.append_parts(["ab", "", "cd"].into_iter()).unwrap();
        assert!(made.append_parts(["ab", "cde"].into_iter()).is_err());
        let error = made.append(Some("abc")).unwrap_err().to_string();
        assert!(error.contains("f makes more than 10 bytes at once"), "{error}");
        made.append(Some("ab")).unwrap();
        let texts = made.finish().unwrap();
        let found: Vec<Option<&str>> = texts.as_string::<i32>().iter().collect();
        assert_eq!(found, [Some("abcd"), None, Some("abcd"), Some("ab")]);
    }

    #[test]
    fn what_is_made_is_counted_until_it_is_dropped() {
        let limits = MemoryLimits { batches: 3 << 20, ..MemoryLimits::default() };
        let query = query(limits);
        let text = "x".repeat(1 << 20);
        let mut made = Made::new("f", 2, false, &query);
        made.append(Some(&text)).unwrap();
        made.append(Some("y")).unwrap();
        assert_eq!(query.memory().check().ok(), Some(()));
        let first = made.finish().unwrap();
        let mut made = Made::new("f", 2, false, &query);
        let twice = [made.append(Some(&text)), made.append(Some(&text))];
        assert!(twice.iter().any(Result::is_err), "{twice:?}");
        drop((made, first));
        let mut made = Made::new("f", 2, false, &query);
        made.append(Some(&text)).unwrap();
    }

    #[test]
    fn once_the_query_is_cancelled_no_more_rows_are_made() {
        let query = query(MemoryLimits::default());
        let cancellation = Cancellation::default();
        let mut made = Made::new("f", 2, false, &query).until(&cancellation);
        made.append(Some("a")).unwrap();
        cancellation.cancel();
        let ends = [made.append(Some("b")), made.append_parts(["b"].into_iter())];
        for end in ends {
            assert!(end.unwrap_err().to_string().contains("the query was cancelled"));
        }
    }

    #[test]
    fn constants_have_a_limit_of_their_own() {
        let query = query(MemoryLimits { call: 80, value: 8, ..MemoryLimits::default() });
        let constant = |text: &str| {
            let mut made = Made::new("f", 1, true, &query);
            made.append(Some(text))?;
            made.finish()
        };
        constant("12345678").unwrap();
        assert!(constant("123").is_err());
    }
}
