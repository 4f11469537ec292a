//! Time zones: of the IANA database that `chrono-tz` carries, or a fixed offset from UTC.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use datafusion::arrow::datatypes::DataType as Arrow;

use crate::{
    calendar::{MILLIS_PER_DAY, civil, day_of},
    types::UTC,
};

/// In which zone a time is shown and calculated with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    Utc,
    /// So many minutes ahead of UTC.
    Fixed(i64),
    Region(Tz),
}

/// Names that Athena's engine takes for UTC, in lower case and without `etc/`.
const UTC_NAMES: [&str; 11] =
    ["utc", "z", "ut", "uct", "gmt", "gmt0", "gmt+0", "gmt-0", "greenwich", "universal", "zulu"];

const MILLIS_PER_MINUTE: i64 = 60_000;

/// The most minutes that a fixed zone is ahead of UTC or behind it.
const MOST_MINUTES: i64 = 14 * 60;

/// The last year of which the database lists the transitions. After it the rules go on.
const LAST_LISTED: i64 = 2_099;

/// Before this, about 1200 years before our era, no zone has a transition, and `chrono` need not know the year.
const LONG_AGO: i64 = -100_000_000_000_000;

impl Zone {
    /// By its name: `America/New_York` in any case, `+02:00`, `-5`, `UTC+1`. `None`: Athena has no such zone.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let (is_etc, short) = match lower.strip_prefix("etc/") {
            Some(rest) => (true, rest),
            None => (false, lower.as_str()),
        };
        if UTC_NAMES.contains(&short) {
            return Some(Self::Utc);
        }
        let prefix = ["utc", "gmt", "ut"].into_iter().find_map(|prefix| short.strip_prefix(prefix));
        let offset = prefix.or((!is_etc).then_some(short)).and_then(offset_minutes);
        // In these names the signs are those of POSIX: west of Greenwich is positive.
        let offset = if is_etc { offset.map(|minutes| -minutes) } else { offset };
        match offset {
            Some(0) => Some(Self::Utc),
            Some(minutes) if minutes.abs() <= MOST_MINUTES => Some(Self::Fixed(minutes)),
            Some(_) => None,
            None => TZ_VARIANTS
                .iter()
                .find(|zone| zone.name().eq_ignore_ascii_case(name))
                .map(|zone| Self::Region(*zone)),
        }
    }

    /// Of an offset in minutes; `None` beyond 14 hours.
    pub(crate) fn of_minutes(minutes: i64) -> Option<Self> {
        match minutes {
            0 => Some(Self::Utc),
            _ if minutes.abs() <= MOST_MINUTES => Some(Self::Fixed(minutes)),
            _ => None,
        }
    }

    /// That of a type; UTC, which is the session's, for types without one.
    pub(crate) fn of(arrow: &Arrow) -> Self {
        match arrow {
            Arrow::Timestamp(_, Some(zone)) => Self::named(zone).unwrap_or(Self::Utc),
            _ => Self::Utc,
        }
    }

    /// The name that Athena shows, which is also the one in Arrow's types.
    pub(crate) fn id(self) -> String {
        match self {
            Self::Utc => UTC.to_owned(),
            Self::Fixed(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
            Self::Region(zone) => zone.name().to_owned(),
        }
    }

    /// By how many milliseconds its clocks are ahead of UTC at an instant.
    pub(crate) fn offset(self, instant: i64) -> i64 {
        match self {
            Self::Utc => 0,
            Self::Fixed(minutes) => minutes * MILLIS_PER_MINUTE,
            Self::Region(zone) => {
                let instant = DateTime::from_timestamp_millis(listed(instant)).unwrap_or_default();
                let offset = zone.offset_from_utc_datetime(&instant.naive_utc());
                i64::from(offset.fix().local_minus_utc()) * 1_000
            }
        }
    }

    /// What its clocks show at an instant.
    pub(crate) fn local(self, instant: i64) -> i64 {
        instant.saturating_add(self.offset(instant))
    }

    /// When its clocks show this: the first time of two; and where they jump over it, as much later.
    pub(crate) fn instant(self, local: i64) -> i64 {
        let before = self.offset(local.saturating_sub(MILLIS_PER_DAY));
        let after = self.offset(local.saturating_add(MILLIS_PER_DAY));
        let fits =
            [before, after].into_iter().find(|offset| self.offset(local.saturating_sub(*offset)) == *offset);
        local.saturating_sub(fits.unwrap_or(before))
    }

    /// When its clocks show this: the first time of two. `None` where they jump over it.
    pub(crate) fn instant_shown(self, local: i64) -> Option<i64> {
        let instant = self.instant(local);
        (self.local(instant) == local).then_some(instant)
    }

    /// The same for a time that was calculated from that of another instant: of two times the one with its offset.
    pub(crate) fn instant_near(self, local: i64, other: i64) -> i64 {
        let offset = self.offset(other);
        let near = local.saturating_sub(offset);
        if self.offset(near) == offset { near } else { self.instant(local) }
    }
}

/// `+2`, `+02` or `+02:00`.
fn offset_minutes(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes() {
        [b'+', ..] => (1, &text[1..]),
        [b'-', ..] => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if hours.len() == 2 && minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None => (digits, "00"),
    };
    let number = |text: &str| {
        let is_number = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { text.parse::<i64>().ok() } else { None }
    };
    let minutes = number(minutes).filter(|minutes| *minutes < 60)?;
    Some(sign * (number(hours)? * 60 + minutes))
}

/// An instant at which every zone has the same offset, and which is in the years that the database lists. Its rules for
/// what comes after those name weekdays of months: they are the same in a year that begins on the same weekday and is as
/// long. Every kind of year is among the last 28 that are listed.
fn listed(instant: i64) -> i64 {
    let (year, _, _) = civil(instant.div_euclid(MILLIS_PER_DAY));
    if year <= LAST_LISTED {
        return instant.max(LONG_AGO);
    }
    let shape = |year: i64| {
        let first = day_of(year, 1, 1);
        (first.rem_euclid(7), day_of(year + 1, 1, 1) - first)
    };
    let alike = (LAST_LISTED - 27..=LAST_LISTED).find(|listed| shape(*listed) == shape(year));
    let days = day_of(year, 1, 1) - day_of(alike.unwrap_or(LAST_LISTED), 1, 1);
    instant - days * MILLIS_PER_DAY
}

#[cfg(test)]
mod tests {
    use chrono::{LocalResult, NaiveDateTime};
    use proptest::prelude::*;

    use super::*;

    const NEW_YORK: Zone = Zone::Region(Tz::America__New_York);
    const BERLIN: Zone = Zone::Region(Tz::Europe__Berlin);

    fn millis(text: &str) -> i64 {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap().and_utc().timestamp_millis()
    }

    #[test]
    fn zones_have_the_names_that_trino_knows() {
        for (name, id) in [
            ("UTC", Some("UTC")),
            ("utc", Some("UTC")),
            ("Z", Some("UTC")),
            ("GMT", Some("UTC")),
            ("Etc/GMT0", Some("UTC")),
            ("Zulu", Some("UTC")),
            ("+00:00", Some("UTC")),
            ("America/New_York", Some("America/New_York")),
            ("america/new_york", Some("America/New_York")),
            ("+02:00", Some("+02:00")),
            ("-05:30", Some("-05:30")),
            ("+2", Some("+02:00")),
            ("UTC+5", Some("+05:00")),
            ("GMT-03:00", Some("-03:00")),
            ("Etc/GMT+5", Some("-05:00")),
            ("+14:00", Some("+14:00")),
            ("+14:01", None),
            ("+02:0", None),
            ("+", None),
            ("", None),
            ("Mars/Olympus", None),
            ("America/New_York ", None),
            ("é", None),
        ] {
            assert_eq!(Zone::named(name).map(Zone::id).as_deref(), id, "{name}");
        }
        for zone in TZ_VARIANTS {
            let found = Zone::named(zone.name());
            assert!(found.is_some(), "{zone}");
            assert_eq!(Zone::named(&found.unwrap().id()), found, "{zone}");
        }
    }

    #[test]
    fn a_gap_is_jumped_over_and_of_two_times_the_first_is_meant() {
        for (zone, local, instant) in [
            (NEW_YORK, "2026-03-08 01:59", "2026-03-08 06:59"),
            (NEW_YORK, "2026-03-08 02:30", "2026-03-08 07:30"),
            (NEW_YORK, "2026-03-08 03:00", "2026-03-08 07:00"),
            (NEW_YORK, "2026-11-01 01:30", "2026-11-01 05:30"),
            (NEW_YORK, "2026-11-01 02:00", "2026-11-01 07:00"),
            (BERLIN, "2026-03-29 02:30", "2026-03-29 01:30"),
            (BERLIN, "2026-10-25 02:30", "2026-10-25 00:30"),
            (BERLIN, "2500-07-01 12:00", "2500-07-01 10:00"),
            (BERLIN, "2500-01-01 12:00", "2500-01-01 11:00"),
            (Zone::Fixed(330), "2026-01-01 00:00", "2025-12-31 18:30"),
            (Zone::Utc, "2026-01-01 00:00", "2026-01-01 00:00"),
        ] {
            assert_eq!(zone.instant(millis(local)), millis(instant), "{zone:?} {local}");
        }
        for (zone, local, is_shown) in [
            (NEW_YORK, "2026-03-08 01:59", true),
            (NEW_YORK, "2026-03-08 02:00", false),
            (NEW_YORK, "2026-03-08 02:59", false),
            (NEW_YORK, "2026-03-08 03:00", true),
            (NEW_YORK, "2026-11-01 01:30", true),
            (BERLIN, "2026-03-29 02:30", false),
            (BERLIN, "2026-10-25 02:30", true),
            (Zone::Utc, "2026-03-29 02:30", true),
        ] {
            let expected = is_shown.then(|| zone.instant(millis(local)));
            assert_eq!(zone.instant_shown(millis(local)), expected, "{zone:?} {local}");
        }
        let later = millis("2026-11-01 06:10");
        assert_eq!(NEW_YORK.instant_near(millis("2026-11-01 01:30"), later), millis("2026-11-01 06:30"));
    }

    proptest! {
        #[test]
        fn offsets_are_chronos(index in 0..TZ_VARIANTS.len(), seconds in -5_000_000_000_i64..4_102_444_800) {
            let zone = Zone::Region(TZ_VARIANTS[index]);
            let instant = DateTime::from_timestamp(seconds, 0).unwrap();
            let local = instant.with_timezone(&TZ_VARIANTS[index]).naive_local();
            prop_assert_eq!(zone.local(seconds * 1_000), local.and_utc().timestamp_millis());
            // And back, where the time is there once.
            if let LocalResult::Single(_) = TZ_VARIANTS[index].from_local_datetime(&local) {
                prop_assert_eq!(zone.instant(local.and_utc().timestamp_millis()), seconds * 1_000);
            }
            prop_assert_eq!(zone.instant_near(zone.local(seconds * 1_000), seconds * 1_000), seconds * 1_000);
        }

        #[test]
        fn no_instant_is_too_far(index in 0..TZ_VARIANTS.len(), instant in i64::MIN / 2..i64::MAX / 2) {
            let zone = Zone::Region(TZ_VARIANTS[index]);
            prop_assert!(zone.offset(instant).abs() <= 16 * 3_600_000);
            let _ = zone.instant(instant);
        }

        #[test]
        fn any_name_is_known_or_not(name in r"[-+a-zA-Z/:0-9é]{0,12}") {
            let _ = Zone::named(&name);
        }
    }
}
