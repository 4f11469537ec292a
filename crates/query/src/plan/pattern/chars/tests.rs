use regex_syntax::ast::{Ast, parse::Parser};

use super::*;

fn chars(pattern: &str, folded: bool) -> Chars {
    match &Parser::new().parse(pattern).unwrap() {
        Ast::Literal(literal) => Chars::literal(literal.c, folded),
        Ast::ClassPerl(class) => Chars::perl(class),
        Ast::ClassUnicode(class) => Chars::unicode(class, folded),
        Ast::ClassBracketed(class) => Chars::bracketed(class, folded),
        Ast::Dot(_) => Chars::any(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn classes_that_have_a_character_in_common_are_told_from_those_that_have_none() {
    for (one, two, expected) in [
        ("a", "a", true),
        ("a", "b", false),
        ("a", "A", false),
        ("[a-c]", "[c-e]", true),
        ("[a-c]", "[d-e]", false),
        ("[^a]", "a", false),
        ("[^a]", "b", true),
        (".", "x", true),
        (r"\w", r"\s", false),
        (r"\w", r"\d", true),
        (r"\w", "-", false),
        (r"\w", "é", true),
        (r"\W", "é", true),
        (r"\W", "a", false),
        (r"\S", " ", false),
        (r"\s", "\u{a0}", true),
        (r"\D", "7", false),
        (r"[\w.]", r"\.", true),
        (r"[^\s,]", ",", false),
        (r"[^\s,]", " ", false),
        (r"[^\w]", "é", true),
        (r"\w", r"\W", false),
        (r"\s", r"\S", false),
        (r"\d", r"\D", false),
        (r"\d", r"\W", false),
        (r"\w", r"\D", true),
        (r"\w", r"[^\w]", false),
        (r"[^\W]", r"\W", false),
        (r"[^\s,]", r"\s", false),
        (r"[^\W\d]", r"\d", false),
        (r"[\w&&[^\d]]", r"\d", false),
        (r"[\w&&[^\d]]", r"\w", true),
        (r"[\w\s]", r"[^\w\s]", false),
        (r"[\s\S]", "\u{a0}", true),
        // What one engine has in a class, another has not.
        (r"\d", "٣", true),
        (r"\D", "٣", true),
        (r"\S", "\u{a0}", true),
        (r"\w", "\u{a0}", false),
        (r"\s", "é", false),
        (r"\W", "[à-ü]", true),
        (r"\W", r"\p{L}", true),
        (r"\s", r"\p{Z}", true),
        (r"\S", r"\p{Z}", true),
        ("[^a]", r"[^\x00-`b-\u{10ffff}]", false),
        (r"[^\x00-\x7f]", r"[^\x{80}-\x{10ffff}]", false),
        (r"[^\x00-\x7f]", "\u{10ffff}", true),
        (r"\p{L}", " ", false),
        (r"\p{Lu}", "a", false),
        (r"\P{L}", "a", false),
        (r"\P{L}", "1", true),
        (r"\p{N}", "-", false),
        (r"\p{P}", ",", true),
        (r"\P{P}", ",", true),
        (r"\p{Whatever}", "a", true),
        ("[a-z&&[^b]]", "b", false),
        ("[a-z&&[^b]]", "c", true),
        ("[[:alpha:]]", "a", true),
    ] {
        assert_eq!(chars(one, false).meets(&chars(two, false)), expected, "{one} {two}");
        assert_eq!(chars(two, false).meets(&chars(one, false)), expected, "{two} {one}");
    }
    for (one, two, expected) in [
        ("a", "A", true),
        ("é", "É", true),
        ("[a-c]", "B", true),
        ("[a-c]", "D", false),
        ("[à-ü]", "É", true),
        ("a", "b", false),
        (r"\p{Lu}", "a", true),
        (r"\P{Lu}", "A", true),
        (r"\w", r"\W", false),
    ] {
        assert_eq!(chars(one, true).meets(&chars(two, true)), expected, "(?i) {one} {two}");
    }
}

/// By the tables of the standard library, which are another's.
#[test]
fn the_tables_have_each_character_outside_of_ascii_once() {
    let has = |ranges: &[Range], c: char| {
        ranges.iter().filter(|(first, last)| (*first..=*last).contains(&u32::from(c))).count()
    };
    for c in '\u{80}'..='\u{ffff}' {
        assert_eq!(has(&BEYOND, c) + has(&BEYOND_SPACE, c), 1, "{c:?}");
        if c.is_whitespace() {
            assert_eq!(has(&BEYOND_SPACE, c), 1, "{c:?}");
        }
        if c.is_alphanumeric() {
            assert_eq!(has(&BEYOND, c), 1, "{c:?}");
        }
    }
}
