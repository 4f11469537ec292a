use proptest::prelude::*;

use super::*;

const LIMIT: usize = 16 << 20;

fn find(pattern: &Regex, text: &str, from: usize, has_java_ends: bool) -> Option<Slots> {
    let groups = Groups::new(pattern, LIMIT).unwrap();
    let (mut scratch, mut found) = (groups.scratch(), Slots::new());
    let cancellation = Cancellation::default();
    // The memory of one search does not change the next one.
    for _ in 0..2 {
        let _ = groups.find("aé1b", 0, false, &mut scratch, &mut found, &cancellation).unwrap();
    }
    let is_found = groups.find(text, from, has_java_ends, &mut scratch, &mut found, &cancellation).unwrap();
    is_found.then_some(found)
}

fn of_the_crate(pattern: &Regex, text: &str, from: usize) -> Option<Slots> {
    let found = pattern.captures_at(text, from)?;
    Some(
        found
            .iter()
            .flat_map(|group| [group.map(|group| group.start()), group.map(|group| group.end())])
            .collect(),
    )
}

proptest! {
    /// The oracle is the regex crate, whose search is another one.
    #[test]
    fn it_finds_what_the_regex_crate_finds(
        pattern in r"([ab1é.^$\n ]|\\b|\\B|\\w|\\d|[ab1](\*|\+|\?|\*\?|\{1,3\})|\((a|bé?)*\||\(|\)|[(][?][ims][)]){0,8}",
        text in "[abA1é_ \n]{0,10}",
    ) {
        if let Ok(regex) = Regex::new(&pattern) {
            for (from, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let expected = of_the_crate(&regex, &text, from);
                prop_assert_eq!(find(&regex, &text, from, false), expected, "{} in {:?}", pattern, text);
            }
        }
    }
}

#[test]
fn the_end_may_be_before_the_last_line_end() {
    for (pattern, text, from, plain, java) in [
        ("c$", "abc\n", 0, None, Some((2, 3))),
        ("c$", "abc\n\n", 0, None, None),
        ("$", "a\n", 0, Some((2, 2)), Some((1, 1))),
        ("$", "a\n", 2, Some((2, 2)), Some((2, 2))),
        ("(?s).$", "a\n", 0, Some((1, 2)), Some((0, 1))),
        ("$", "\n", 0, Some((1, 1)), Some((0, 0))),
        ("$", "", 0, Some((0, 0)), Some((0, 0))),
    ] {
        let regex = Regex::new(pattern).unwrap();
        for (has_java_ends, expected) in [(false, plain), (true, java)] {
            let found =
                find(&regex, text, from, has_java_ends).map(|found| (found[0].unwrap(), found[1].unwrap()));
            assert_eq!(found, expected, "{pattern} in {text:?} from {from}");
        }
    }
}

#[test]
fn a_long_search_ends_once_the_query_is_cancelled() {
    let regex = Regex::new("[ab]*a[ab]{30}c").unwrap();
    let (groups, text) = (Groups::new(&regex, LIMIT).unwrap(), "ab".repeat(STEPS / 2));
    let (mut scratch, mut found) = (groups.scratch(), Slots::new());
    let cancellation = Cancellation::default();
    cancellation.cancel();
    let end = groups.find(&text, 0, false, &mut scratch, &mut found, &cancellation);
    assert_eq!(end, Err(Cancelled));
    assert_eq!(groups.find("ab", 0, false, &mut scratch, &mut found, &cancellation), Ok(false));
}

#[test]
fn what_it_takes_is_told() {
    let [one, many] = ["a{100}", "(a)(b)(c)(d)(e)(f)(g)(h)a{100}"].map(|pattern| {
        let groups = Groups::new(&Regex::new(pattern).unwrap(), LIMIT).unwrap();
        (groups.slots(), groups.scratch_bytes())
    });
    assert_eq!((one.0, many.0), (2, 18));
    assert!(many.1 > 2 * one.1, "{one:?} {many:?}");
    assert!(Groups::new(&Regex::new(r"\w{50}").unwrap(), 1 << 10).is_none());
}
