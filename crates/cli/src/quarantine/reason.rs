//! Reasons that differ only in what was found are one.

use std::borrow::Cow;

/// How much of a reason a group is called by, in characters.
const LONGEST: usize = 200;

/// The reason without what differs from event to event: the value that was found, the place in the text, the
/// place in a list.
pub(crate) fn group(reason: &str) -> Cow<'_, str> {
    let reason = reason.split_once(", found ").map_or(reason, |(before, _)| before);
    let reason = reason.split_once(" at line ").map_or(reason, |(before, _)| before);
    let reason = without_indices(reason);
    match reason.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &reason[..end])),
        None => reason,
    }
}

/// `tags[17]` as `tags[]`.
fn without_indices(reason: &str) -> Cow<'_, str> {
    let mut parts = reason.split('[');
    let mut result = parts.next().unwrap_or_default().to_owned();
    let mut changed = false;
    for part in parts {
        let after = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_index = after.starts_with(']') && after.len() < part.len();
        result.push('[');
        result.push_str(if is_index { after } else { part });
        changed |= is_index;
    }
    if changed { Cow::Owned(result) } else { Cow::Borrowed(reason) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_found_makes_no_group_of_its_own() {
        for (reason, expected) in [
            ("column price: expected double, found \"abc\"", "column price: expected double"),
            ("column price: expected double, found \", found \"", "column price: expected double"),
            (
                "column a: required, but there is no field \"A\"",
                "column a: required, but there is no field \"A\"",
            ),
            (
                "expected one JSON object: EOF while parsing an object at line 1 column 7",
                "expected one JSON object: EOF while parsing an object",
            ),
            ("tags[17].x[2]: expected int, found []", "tags[].x[]: expected int"),
            ("[a] [1", "[a] [1"),
        ] {
            assert_eq!(group(reason), expected);
        }
        assert_eq!(group(&"é".repeat(300)).chars().count(), LONGEST + 1);
    }

    proptest! {
        #[test]
        fn a_group_is_its_own_group(reason in "[\\[\\]0-9a, fond]{0,60}") {
            let once = group(&reason).into_owned();
            prop_assert!(once.len() <= reason.len());
            prop_assert_eq!(group(&once).into_owned(), once.clone());
        }
    }
}
