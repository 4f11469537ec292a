use proptest::prelude::*;

use super::*;

/// The parts of a body: an event's text, or `!` and what is bad, with the reason.
fn parts(body: &[u8]) -> Vec<(String, String)> {
    let mut parts = Vec::new();
    split(body, &mut |piece| {
        parts.push(match piece {
            Piece::Event(text, _) => (text.to_owned(), String::new()),
            Piece::Bad(bytes, reason, _) => {
                (format!("!{}", String::from_utf8_lossy(bytes)), reason.to_string())
            }
        });
    });
    parts
}

#[track_caller]
fn becomes(body: &str, expected: &[&str]) {
    let found = parts(body.as_bytes());
    let texts: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts, expected, "{body:?}: {found:?}");
}

#[test]
fn one_object_is_one_event_however_it_is_laid_out() {
    becomes(r#"{"a":1}"#, &[r#"{"a":1}"#]);
    becomes(" \r\n{\"a\":\n 1\n}\n\n", &["{\"a\":\n 1\n}"]);
    becomes("\u{feff}{\"a\":1}", &[r#"{"a":1}"#]);
}

#[test]
fn an_array_is_its_objects() {
    becomes("[]", &[]);
    becomes(" [ ] ", &[]);
    becomes(r#"[{"a":1}, {"a":[{}]} ]"#, &[r#"{"a":1}"#, r#"{"a":[{}]}"#]);
}

#[test]
fn arrays_follow_one_another() {
    becomes("[{\"a\":1}]\n[{\"b\":2},{\"b\":3}]\n", &[r#"{"a":1}"#, r#"{"b":2}"#, r#"{"b":3}"#]);
    becomes("[] [][{}][]", &["{}"]);
    becomes("[{}][7]", &["{}", "!7"]);
    becomes("[{}] nonsense [{}]", &["{}", "!nonsense [{}]"]);
    becomes("[{}][{}", &["{}", "{}", "!"]);
}

#[test]
fn objects_follow_one_another_with_or_without_white_space() {
    becomes(r#"{"a":1}{"a":2}"#, &[r#"{"a":1}"#, r#"{"a":2}"#]);
    becomes("\u{feff} {\"a\":\n1}\t{}\n\n{\"a\":\n2}\n", &["{\"a\":\n1}", "{}", "{\"a\":\n2}"]);
    becomes(r#"{"a":1}[{"a":2},7]{"a":3}"#, &[r#"{"a":1}"#, r#"{"a":2}"#, "!7", r#"{"a":3}"#]);
    becomes("[{}]\n{\"a\":1}\n", &["{}", r#"{"a":1}"#]);
    // A bad one is kept alone; one that does not end, with what follows.
    becomes(
        r#"{"a":1}{"a":oops}{"a":1,"a":2}{"a":3}"#,
        &[r#"{"a":1}"#, r#"!{"a":oops}"#, r#"!{"a":1,"a":2}"#, r#"{"a":3}"#],
    );
    becomes(r#"{"a":oops} {"a":2}"#, &[r#"!{"a":oops}"#, r#"{"a":2}"#]);
    becomes(r#"{"a":1}{"b":{"a":2}"#, &[r#"{"a":1}"#, r#"!{"b":{"a":2}"#]);
    becomes(r#"{"a":1} trailing {"a":2}"#, &[r#"{"a":1}"#, r#"!trailing {"a":2}"#]);
    assert_eq!(
        parts(b"{} 7")[1].1,
        "something follows the value at byte 3: it is no object and no array, and what follows is kept in one piece"
    );
    becomes(r#"{"a":1}, {"a":2}"#, &[r#"{"a":1}"#, r#"!, {"a":2}"#]);
    becomes(r#"{"a":1}}"#, &[r#"{"a":1}"#, "!}"]);
}

#[test]
fn a_line_may_have_several_values() {
    // As two files become one whose first does not end its last line.
    becomes("{\"a\":1}\n{\"a\":2}{\"a\":3}\r\noops\n", &[r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#, "!oops"]);
    becomes(
        "{\"a\":1}{\"a\":2}\noops\n[{\"a\":3}] {}\n",
        &[r#"{"a":1}"#, r#"{"a":2}"#, "!oops", r#"{"a":3}"#, "{}"],
    );
    // What is not values as a whole is one bad line.
    becomes(
        "{\"a\":1}\n{\"a\":2}{\"a\":oops}\n[{}\n{}",
        &[r#"{"a":1}"#, r#"!{"a":2}{"a":oops}"#, "![{}", "{}"],
    );
    // An object over two lines is not torn because an object is on the last line.
    becomes("{\"a\":\n1}\n{\"a\":2}", &["{\"a\":\n1}", r#"{"a":2}"#]);
}

#[test]
fn a_piece_says_how_it_is_read_again() {
    for (body, expected) in [
        ("{\"a\":oops", &[Holds::Message][..]),
        ("{\"a\":oops}{}", &[Holds::Event]),
        ("{} oops", &[Holds::Message]),
        ("{}{\"a\":", &[Holds::Message]),
        ("{}[7, {}", &[Holds::Event, Holds::Rest]),
        ("[{}] oops", &[Holds::Rest]),
        ("{}\noops\n{}", &[Holds::Event]),
    ] {
        let mut found = Vec::new();
        split(body.as_bytes(), &mut |piece| {
            if let Piece::Bad(_, _, holds) = piece {
                found.push(holds);
            }
        });
        assert_eq!(found, expected, "{body}");
    }
}

#[test]
fn what_follows_in_an_array_is_read_with_what_is_behind_it() {
    let mut found = Vec::new();
    rest(br#"{"a":1}, 7] {"a":2} [{"a":3}]"#, &mut |piece| {
        found.push(match piece {
            Piece::Event(text, _) => text.to_owned(),
            Piece::Bad(bytes, ..) => String::from_utf8_lossy(bytes).into_owned(),
        });
    });
    assert_eq!(found, [r#"{"a":1}"#, "7", r#"{"a":2}"#, r#"{"a":3}"#]);
}

#[test]
fn a_bad_element_of_an_array_is_kept_alone() {
    becomes(
        r#"[{"a":1},{"a":NaN},7,[{"x":1},2],"a,]",{"a":1,"a":2},{"s":"\ud800"},{"a":"]\"}"},null]"#,
        &[
            r#"{"a":1}"#,
            r#"!{"a":NaN}"#,
            "!7",
            r#"![{"x":1},2]"#,
            r#"!"a,]""#,
            r#"!{"a":1,"a":2}"#,
            r#"!{"s":"\ud800"}"#,
            r#"{"a":"]\"}"}"#,
            "!null",
        ],
    );
    becomes(r#"[{"a":1},,{"a":2}]"#, &[r#"{"a":1}"#, "!", r#"{"a":2}"#]);
    becomes(r#"[{"a":1},]"#, &[r#"{"a":1}"#, "!"]);
}

#[test]
fn an_array_that_breaks_off_keeps_the_rest_in_one_piece() {
    becomes(r#"[{"a":1},{"a":2"#, &[r#"{"a":1}"#, r#"!{"a":2"#]);
    becomes(r#"[{"a":1} {"a":2}]"#, &[r#"{"a":1}"#, r#"!{"a":2}]"#]);
    becomes(r#"[{"a":1}] trailing"#, &[r#"{"a":1}"#, "!trailing"]);
    becomes(r#"[{"a":1}"#, &[r#"{"a":1}"#, "!"]);
    becomes("[", &["!"]);
}

#[test]
fn lines_are_judged_one_by_one() {
    becomes("{\"a\":1}\n{\"a\":2}", &[r#"{"a":1}"#, r#"{"a":2}"#]);
    becomes("\u{feff}{\"a\":1}\r\n\r\n  \n{\"a\":2}\r\n", &[r#"{"a":1}"#, r#"{"a":2}"#]);
    becomes("{\"a\":1}\noops\n[1]\n{\"a\":2}", &[r#"{"a":1}"#, "!oops", "!1", r#"{"a":2}"#]);
    becomes("{\"a\":1,}\n{\"a\":2}", &[r#"!{"a":1,}"#, r#"{"a":2}"#]);
    becomes("{\"a\":1}\n{\"a\":", &[r#"{"a":1}"#, r#"!{"a":"#]);
}

/// As `publish` and `infer` read them.
#[test]
fn lines_end_in_cr_alone_too() {
    becomes("{\"a\":1}\r{\"a\":2}", &[r#"{"a":1}"#, r#"{"a":2}"#]);
    becomes("\u{feff}{\"a\":1}\r\r \r{\"a\":2}\r", &[r#"{"a":1}"#, r#"{"a":2}"#]);
    becomes("{\"a\":1}\roops\r{\"a\":2}", &[r#"{"a":1}"#, "!oops", r#"{"a":2}"#]);
    // One object, whatever it is laid out with.
    becomes("{\r\"a\":1\r}\r", &["{\r\"a\":1\r}"]);
    // One object over two lines, and another one.
    becomes("{\"a\":\r1}\n{\"a\":2}", &["{\"a\":\r1}", r#"{"a":2}"#]);
    becomes("oops\roops", &["!oops\roops"]);
    // Among lines that end in LF too.
    becomes("{\"a\":1}\roops\r{\"a\":2}\n{\"a\":3}", &[r#"{"a":1}"#, "!oops", r#"{"a":2}"#, r#"{"a":3}"#]);
}

#[test]
fn one_broken_object_over_many_lines_is_kept_whole() {
    let broken = "{\n \"items\": [\n  {\"x\": 1}\n ],\n oops\n}";
    becomes(broken, &[&format!("!{broken}")]);
    becomes("oops\n{\"a\":1}\noops", &["!oops\n{\"a\":1}\noops"]);
}

#[test]
fn a_byte_order_mark_is_kept_with_a_body_that_is_kept_whole() {
    for body in ["\u{feff}", "\u{feff}hello", "\u{feff}{\"a\":"] {
        becomes(body, &[&format!("!{body}")]);
    }
    let found = parts("\u{feff} {\"a\":oops}".as_bytes());
    assert!(found[0].1.ends_with("at byte 9"), "places count from the first byte that is kept: {found:?}");
    let mut broken = "\u{feff}{\"a\":1}".as_bytes().to_vec();
    broken.push(0xff);
    let kept = &mut Vec::new();
    split(&broken, &mut |piece| {
        if let Piece::Bad(bytes, BadPiece::Encoding(error), _) = piece {
            kept.push((bytes, error.valid_up_to()));
        }
    });
    assert_eq!(kept, &[(&broken[..], 10)]);
}

#[test]
fn what_is_no_event_at_all_says_why() {
    for (body, words) in [
        ("", "expected one JSON object, found nothing"),
        (" \r\n ", "found nothing"),
        ("\u{feff}", "found nothing"),
        ("7", "found a number"),
        ("hello", "no JSON value begins at byte 0"),
        (r#"{"a":1"#, "the text ends too early at byte 6"),
    ] {
        let found = parts(body.as_bytes());
        assert_eq!(found.len(), 1, "{body:?}");
        assert!(found[0].1.contains(words), "{body:?}: {found:?}");
    }
}

#[test]
fn bytes_that_are_no_utf8_are_kept_and_their_neighbours_go_on() {
    let mixed = parts(b"{\"a\":1}\n{\"a\":\"\xff\"}\n{\"a\":2}");
    assert_eq!((mixed.len(), mixed[0].1.as_str(), mixed[2].1.as_str()), (3, "", ""));
    assert!(mixed[1].1.starts_with("expected UTF-8: "), "{mixed:?}");
    let whole = parts(b"\xff\xfe{\0}\0");
    assert!(whole.len() == 1 && whole[0].1.starts_with("expected UTF-8: "), "{whole:?}");
}

#[test]
fn size_and_count_are_bounded() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_EVENT));
    for body in [long.clone(), format!("[{long}]"), format!("{{}}\n{long}")] {
        let found = parts(body.as_bytes());
        assert!(found.last().unwrap().1.contains("at most 1048576 are taken"));
    }
    for many in [
        format!("[{}{{}}]", "{},".repeat(MAX_EVENTS + 9)),
        "{}\n".repeat(MAX_EVENTS + 10),
        "{}".repeat(MAX_EVENTS + 10),
        format!("{{}}\n{}", "{}".repeat(MAX_EVENTS + 9)),
    ] {
        let found = parts(many.as_bytes());
        assert_eq!(found.len(), MAX_EVENTS + 1);
        let (rest, reason) = found.last().unwrap();
        assert_eq!(rest.matches("{}").count(), 10);
        assert_eq!(reason, "a message may have 50000 events: what follows is kept in one piece");
    }
}

proptest! {
    /// Whatever is sent, every byte that is no white space, comma or bracket of an array is in some part.
    #[test]
    fn nothing_of_a_body_is_lost(body in r#"([\[\]{},:"\\ \n\r0-9a-z]|\{"a":1\}|\xc3\xa9){0,60}"#) {
        let kept: String = parts(body.as_bytes()).iter().map(|(text, _)| text.strip_prefix('!').unwrap_or(text)).collect();
        let counted = |text: &str| {
            let mut letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && !"[],".contains(*c)).collect();
            letters.sort_unstable();
            letters
        };
        prop_assert_eq!(counted(&kept), counted(&body), "{:?}", body);
    }
}
