//! Reasons that differ only in what was found are one.

use std::borrow::Cow;

/// How much of a reason a group is called by, in characters.
const LONGEST: usize = 200;

/// What comes behind these differs from event to event: the value, and its place in the text.
const CUTS: [&str; 5] = [", found ", " at line ", " at byte ", " from index ", ", offset "];

/// The reason without what differs from event to event.
pub(crate) fn group(reason: &str) -> Cow<'_, str> {
    let cut = CUTS.iter().filter_map(|cut| reason.find(cut)).min();
    let reason = &reason[..cut.unwrap_or(reason.len())];
    let mut group: Cow<'_, str> = Cow::Borrowed(reason);
    if reason.contains('[') {
        group = Cow::Owned(without_indices(&group));
    }
    if reason.split(' ').any(|word| is_moment(word) || is_number(word)) {
        group = Cow::Owned(without_quantities(&group));
    }
    match group.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &group[..end])),
        None => group,
    }
}

/// `.tags[17].x["key"]` as `.tags[].x[]`.
fn without_indices(reason: &str) -> String {
    let mut parts = reason.split('[');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let rest = if digits.starts_with(']') {
            Some(digits)
        } else if part.starts_with('"') {
            // A long key is cut off.
            part.find("\"]")
                .map(|end| &part[end + 1..])
                .or_else(|| part.find("…]").map(|end| &part[end + 3..]))
        } else {
            None
        };
        result.push('[');
        result.push_str(rest.unwrap_or(part));
    }
    result
}

/// Moments, and numbers of bytes.
fn without_quantities(reason: &str) -> String {
    let words: Vec<&str> = reason.split(' ').collect();
    let shown = words.iter().enumerate().map(|(index, word)| {
        let is_size = is_number(word) && words.get(index + 1).is_some_and(|next| next.starts_with("bytes:"));
        if is_moment(word) || is_size { "…" } else { *word }
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// `2026-11-23T10:05:00Z`
fn is_moment(word: &str) -> bool {
    word.len() >= 20
        && word.ends_with('Z')
        && word.bytes().all(|byte| byte.is_ascii_digit() || b"-:.TZ".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_differs_from_event_to_event_makes_no_group_of_its_own() {
        for (reason, expected) in [
            ("column price: expected double, found \"abc\"", "column price: expected double"),
            ("column price: expected double, found \", found \"", "column price: expected double"),
            (
                "column a: required, but there is no field \"A\"",
                "column a: required, but there is no field \"A\"",
            ),
            (
                "expected one JSON object: the text ends too early at byte 7",
                "expected one JSON object: the text ends too early",
            ),
            (
                "column tags[17].x[\"a key\"]: expected int (-2147483648 to 2147483647), found []",
                "column tags[].x[]: expected int (-2147483648 to 2147483647)",
            ),
            ("column m[\"long…].x: expected int, found 1.5", "column m[].x: expected int"),
            (
                "column t: an event time from 1970-01-01T00:00:00Z to 2026-11-24T10:05:00.123Z expected, found 9",
                "column t: an event time from … to … expected",
            ),
            (
                "column t: an event time from 2016-11-26T10:05:00Z to 2026-11-24T10:05:00Z expected (set by \
                 TRIBUTARY_EVENT_BEHIND), found \"1912-04-10\"",
                "column t: an event time from … to … expected (set by TRIBUTARY_EVENT_BEHIND)",
            ),
            (
                "the events of a message may go to 400 partitions (TRIBUTARY_MESSAGE_PARTITIONS), found one more: \
                 dt=2026-11-23",
                "the events of a message may go to 400 partitions (TRIBUTARY_MESSAGE_PARTITIONS)",
            ),
            (
                "the event has 1048577 bytes: at most 1048576 are taken",
                "the event has … bytes: at most 1048576 are taken",
            ),
            (
                "column b: expected bigint (a whole number of 64 bits), found 1.5",
                "column b: expected bigint (a whole number of 64 bits)",
            ),
            ("[a] [1", "[a] [1"),
        ] {
            assert_eq!(group(reason), expected);
        }
        assert_eq!(group(&"é".repeat(300)).chars().count(), LONGEST + 1);
    }

    proptest! {
        #[test]
        fn any_reason_has_a_group_and_a_group_is_its_own(reason in "[\\[\\]\"0-9a…, fond]{0,60}") {
            let once = group(&reason).into_owned();
            prop_assert_eq!(group(&once).into_owned(), once.clone());
        }
    }
}
