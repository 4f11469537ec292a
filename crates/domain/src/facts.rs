//! What a unit of work reports of itself in numbers, for whoever logs or measures it.

use std::fmt;

use crate::metric::{Metric, prometheus::Family};

/// A report in numbers, each of which is the value of a [`Metric`].
///
/// A report holds no text of a sender and no payload, so that all of it may be logged.
pub trait Facts {
    /// Hands over every number with its metric: each metric once at the most, in the same order each time.
    fn each(&self, number: &mut dyn FnMut(&'static Metric, u64));

    /// Hands over the numbers that are told apart by dataset, each with its family and the values of the family's labels, in
    /// their order. They are for outlets where a further series costs next to nothing: CloudWatch charges for each.
    fn each_of(&self, _number: &mut dyn FnMut(&'static Family, &[&str], u64)) {}
}

/// A report as text: `events_accepted=3 events_quarantined=1`.
#[derive(Debug)]
pub struct InWords<'a, F>(pub &'a F);

impl<F: Facts> fmt::Display for InWords<'_, F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut written, mut space) = (Ok(()), "");
        self.0.each(&mut |metric, number| {
            if written.is_ok() {
                written = write!(formatter, "{space}{}={number}", metric.name);
                space = " ";
            }
        });
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::{DELETED_BYTES, ROWS_COMMITTED};

    struct Numbers(&'static [(&'static Metric, u64)]);

    impl Facts for Numbers {
        fn each(&self, number: &mut dyn FnMut(&'static Metric, u64)) {
            for (metric, value) in self.0 {
                number(metric, *value);
            }
        }
    }

    #[test]
    fn a_report_reads_as_names_and_numbers_in_its_order() {
        assert_eq!(InWords(&Numbers(&[])).to_string(), "");
        assert_eq!(InWords(&Numbers(&[(&ROWS_COMMITTED, 0)])).to_string(), "rows_committed=0");
        let two = Numbers(&[(&ROWS_COMMITTED, u64::MAX), (&DELETED_BYTES, 7)]);
        assert_eq!(InWords(&two).to_string(), "rows_committed=18446744073709551615 deleted_bytes=7");
    }
}
