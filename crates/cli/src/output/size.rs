//! Numbers as a person reads them.

use chrono::TimeDelta;
use indicatif::{BinaryBytes, HumanCount};

/// `1,048,576`
pub(crate) fn count(number: u64) -> String {
    HumanCount(number).to_string()
}

/// `1 object`, `2 objects`
pub(crate) fn counted(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", count(number))
}

/// `9.40 MiB`
pub(crate) fn bytes(number: u64) -> String {
    BinaryBytes(number).to_string()
}

/// `35 s`, `12 min`, `3 h`, `5 days`: in whole units, rounded down.
pub(crate) fn span(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_in_the_largest_unit_that_says_enough() {
        for (seconds, words) in [
            (-5, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (7_199, "119 min"),
            (7_200, "2 h"),
            (200_000, "2 days"),
        ] {
            assert_eq!(span(TimeDelta::seconds(seconds)), words);
        }
    }
}
