//! Times as most senders write them.

use domain::value::{date, rfc3339};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// The day that was read last: most events of a batch are of one day.
#[derive(Debug)]
pub(crate) struct Day {
    text: [u8; 10],
    days: i32,
}

impl Default for Day {
    fn default() -> Self {
        Self { text: *b"1970-01-01", days: 0 }
    }
}

impl Day {
    /// Days since 1970-01-01 of `YYYY-MM-DD`.
    #[inline]
    pub(crate) fn days(&mut self, text: &[u8; 10]) -> Option<i32> {
        if *text != self.text {
            self.days = date(text)?;
            self.text = *text;
        }
        Some(self.days)
    }

    /// What [`rfc3339`] answers.
    #[inline]
    pub(crate) fn millis(&mut self, text: &[u8]) -> Option<i64> {
        self.in_utc(text).or_else(|| rfc3339(text))
    }

    /// Of a time in UTC with `T` and `Z`, with three digits of a second or none, and of no leap second.
    #[inline]
    pub(crate) fn in_utc(&mut self, text: &[u8]) -> Option<i64> {
        let (day, clock) = text.split_first_chunk::<10>()?;
        let (clock, millis) = match clock {
            [b'T', clock @ .., b'.', f1, f2, f3, b'Z'] => (clock, two(*f1, *f2)? * 10 + two(b'0', *f3)?),
            [b'T', clock @ .., b'Z'] => (clock, 0),
            _ => return None,
        };
        let [h1, h2, b':', m1, m2, b':', s1, s2] = clock else { return None };
        let (hour, minute, second) = (two(*h1, *h2)?, two(*m1, *m2)?, two(*s1, *s2)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let seconds = (hour * 60 + minute) * 60 + second;
        Some(i64::from(self.days(day)?) * DAY + seconds * 1_000 + millis)
    }
}

/// The number of two digits.
#[inline]
fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| i64::from(tens) * 10 + i64::from(ones))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Another parser's answer, for a few days in any order.
        #[test]
        fn times_are_those_of_chrono(
            times in proptest::collection::vec((0_i64..3, 0_i64..86_400, 0_i64..1_000, any::<bool>()), 1..20),
            year in 0_i32..10_000,
        ) {
            let first: DateTime<Utc> = format!("{year:04}-02-27T00:00:00Z").parse().unwrap();
            let mut day = Day::default();
            for (days, seconds, millis, with_millis) in times {
                let at = first + TimeDelta::days(days) + TimeDelta::seconds(seconds);
                let at = if with_millis { at + TimeDelta::milliseconds(millis) } else { at };
                let form = if with_millis { "%Y-%m-%dT%H:%M:%S%.3fZ" } else { "%Y-%m-%dT%H:%M:%SZ" };
                let text = at.format(form).to_string();
                let parsed: DateTime<Utc> = text.parse().unwrap();
                prop_assert_eq!(day.in_utc(text.as_bytes()), Some(parsed.timestamp_millis()), "{}", text);
            }
        }

        /// Byte by byte: what is taken the short way, the long one takes for the same.
        #[test]
        fn the_short_way_and_the_long_one_read_the_same(
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9][T tz][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,4})?(Z|z|\\+01:00|)",
            place in 0_usize..24,
            byte: u8,
            spoilt: bool,
        ) {
            let mut text = text.into_bytes();
            if let (true, Some(old)) = (spoilt, text.get_mut(place)) {
                *old = byte;
            }
            if let Some(millis) = Day::default().in_utc(&text) {
                prop_assert_eq!(Some(millis), rfc3339(&text));
            }
            prop_assert_eq!(Day::default().millis(&text), rfc3339(&text));
        }
    }

    #[test]
    fn an_invalid_day_is_not_remembered() {
        let mut day = Day::default();
        assert_eq!(day.days(b"2026-02-29"), None);
        assert_eq!(day.days(b"2026-02-29"), None);
        assert_eq!(day.days(b"1970-01-02"), Some(1));
        assert_eq!(day.days(b"1970-01-01"), Some(0));
    }
}
