//! What a unit of work reports of itself in numbers, for whoever logs or measures it.

use std::fmt;

/// A report in numbers.
///
/// Each number has a name that is always the same, with its unit in it if it has one (`encoded_bytes`). A report holds no
/// text of a sender and no payload, so that all of it may be logged.
pub trait Facts {
    /// Hands over every number with its name, in the same order each time.
    fn each(&self, number: &mut dyn FnMut(&'static str, u64));
}

/// A report as text: `accepted=3 quarantined=1`.
#[derive(Debug)]
pub struct InWords<'a, F>(pub &'a F);

impl<F: Facts> fmt::Display for InWords<'_, F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut written, mut space) = (Ok(()), "");
        self.0.each(&mut |name, number| {
            if written.is_ok() {
                written = write!(formatter, "{space}{name}={number}");
                space = " ";
            }
        });
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbers(&'static [(&'static str, u64)]);

    impl Facts for Numbers {
        fn each(&self, number: &mut dyn FnMut(&'static str, u64)) {
            for (name, value) in self.0 {
                number(name, *value);
            }
        }
    }

    #[test]
    fn a_report_reads_as_names_and_numbers_in_its_order() {
        assert_eq!(InWords(&Numbers(&[])).to_string(), "");
        assert_eq!(InWords(&Numbers(&[("rows", 0)])).to_string(), "rows=0");
        let two = Numbers(&[("rows", u64::MAX), ("bytes", 7)]);
        assert_eq!(InWords(&two).to_string(), "rows=18446744073709551615 bytes=7");
    }
}
