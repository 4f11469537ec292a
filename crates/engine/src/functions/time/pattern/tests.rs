//! Held to `chrono`, which has patterns of its own.

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::{text::time::MILLIS_PER_DAY, zone::Zone};

fn written(pattern: &Pattern, local: i64) -> String {
    let mut text = String::new();
    pattern.write(Shown { local, zone: Zone::Utc, offset: 0 }, "f", &mut text).unwrap();
    text
}

/// Whoever makes the pattern may be a stranger: 70,000 letters were a panic.
#[test]
fn a_run_of_letters_is_bounded() {
    for letter in ["y", "Y", "M", "d", "D", "S", "H", "w", "e", "C", "Z"] {
        for (count, fits) in [(1_000, true), (1_001, false), (70_000, false)] {
            let pattern = Pattern::joda(&letter.repeat(count));
            assert_eq!(pattern.is_ok(), fits, "{count} {letter}");
            if let Ok(pattern) = pattern {
                let text = written(&pattern, 0);
                assert!(text.len() <= count.max(9), "{count} {letter}: {text}");
            }
        }
    }
    let literal = format!("yyyy'{}'", "-".repeat(70_000));
    assert_eq!(written(&Pattern::joda(&literal).unwrap(), 0).len(), 70_004);
}

proptest! {
    #[test]
    fn what_is_written_is_chronos(millis in -62_000_000_000_000_i64..250_000_000_000_000) {
        let time = DateTime::from_timestamp_millis(millis).unwrap();
        let joda = Pattern::joda("yyyy-MM-dd HH:mm:ss.SSS DDD e ww xxxx EEE EEEE MMM MMMM hh a d M H").unwrap();
        let expected = time.format("%Y-%m-%d %H:%M:%S%.3f %j %u %V %G %a %A %b %B %I %p %-d %-m %-H");
        prop_assert_eq!(written(&joda, millis), expected.to_string());
        let mysql = Pattern::mysql("%Y-%m-%d %T.%f %j %v %x %a %W %b %M %h %p %e %c %k %l %y %r").unwrap();
        let expected =
            time.format("%Y-%m-%d %H:%M:%S.%6f %j %V %G %a %A %b %B %I %p %-d %-m %-H %-I %y %I:%M:%S %p");
        prop_assert_eq!(written(&mysql, millis), expected.to_string());
    }

    #[test]
    fn what_is_written_is_read_again(millis in -62_000_000_000_000_i64..250_000_000_000_000) {
        let day = millis.div_euclid(MILLIS_PER_DAY) * MILLIS_PER_DAY;
        for (pattern, expected) in [
            (Pattern::joda("yyyy-MM-dd HH:mm:ss.SSS EEEE"), millis),
            (Pattern::joda("yyyyDDD kk:mm:ss.SSS"), millis),
            (Pattern::joda("EEE d MMM yyyy hh:mm:ss.SSSSSS a"), millis),
            (Pattern::joda("xxxx-'W'ww-e"), day),
            (Pattern::mysql("%Y-%m-%d %H:%i:%s.%f"), millis),
            (Pattern::mysql("%W %e %M %Y %r.%f"), millis),
            (Pattern::mysql("%x %v %a"), day),
            (Pattern::mysql("%Y/%j"), day),
        ] {
            let pattern = pattern.unwrap();
            let text = written(&pattern, millis);
            let read = pattern.read(&text).and_then(|read| read.local(&text));
            prop_assert_eq!(read.ok(), Some(expected), "{} by {:?}", text, pattern);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(
        pattern in r"[-a-zA-Z0-9%':. é]{0,20}",
        text in r"[-+0-9a-zA-Z:./ é]{0,40}",
        local in i64::MIN / 2..i64::MAX / 2,
    ) {
        for pattern in [Pattern::joda(&pattern), Pattern::mysql(&pattern)].into_iter().flatten() {
            let _ = pattern.read(&text).and_then(|read| read.local(&text));
            let shown = Shown { local, zone: Zone::Fixed(-30), offset: -1_800_000 };
            let _ = pattern.write(shown, "f", &mut String::new());
        }
    }
}
