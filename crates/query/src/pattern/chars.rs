//! Sets of characters, as far as it must be known whether two of them have one in common.
//!
//! Engines differ in what `\w` and the like have outside of ASCII. So a class is known by two sets: what it has at
//! least, and what it has at most.

use regex_syntax::ast::{
    ClassBracketed, ClassPerl, ClassPerlKind, ClassSet, ClassSetBinaryOp, ClassSetBinaryOpKind, ClassSetItem,
    ClassSetRange, ClassUnicode, ClassUnicodeKind,
};

type Range = (u32, u32);

const LAST: u32 = char::MAX as u32;
const LETTERS: [Range; 2] = [(0x41, 0x5a), (0x61, 0x7a)];
const DIGITS: [Range; 1] = [(0x30, 0x39)];
const WORD: [Range; 4] = [(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];
const SPACE: [Range; 2] = [(0x09, 0x0d), (0x20, 0x20)];
const MARKS: [Range; 4] = [(0x21, 0x2f), (0x3a, 0x40), (0x5b, 0x60), (0x7b, 0x7e)];
/// What lies outside of ASCII, but for white space.
const BEYOND: [Range; 9] = [
    (0x80, 0x84),
    (0x86, 0x9f),
    (0xa1, 0x167f),
    (0x1681, 0x1fff),
    (0x200b, 0x2027),
    (0x202a, 0x202e),
    (0x2030, 0x205e),
    (0x2060, 0x2fff),
    (0x3001, LAST),
];
/// White space outside of ASCII.
const BEYOND_SPACE: [Range; 8] = [
    (0x85, 0x85),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x2000, 0x200a),
    (0x2028, 0x2029),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
];

/// A set: ranges in order, with something between any two.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Set(Vec<Range>);

impl Set {
    fn new(ranges: impl IntoIterator<Item = Range>) -> Self {
        let mut ranges: Vec<Range> = ranges.into_iter().filter(|(first, last)| first <= last).collect();
        ranges.sort_unstable();
        let mut merged: Vec<Range> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut next = 0;
        for (first, last) in &self.0 {
            if *first > next {
                gaps.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= LAST {
            gaps.push((next, LAST));
        }
        Self(gaps)
    }

    fn union(self, other: Self) -> Self {
        Self::new(self.0.into_iter().chain(other.0))
    }

    fn intersection(&self, other: &Self) -> Self {
        self.complement().union(other.complement()).complement()
    }

    fn meets(&self, other: &Self) -> bool {
        let (mut ours, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(one), Some(two)) = (ours.peek(), theirs.peek()) {
            if one.1 < two.0 {
                ours.next();
            } else if two.1 < one.0 {
                theirs.next();
            } else {
                return true;
            }
        }
        false
    }
}

/// A class, a literal, or the dot.
#[derive(Debug, Clone)]
pub(super) struct Chars {
    least: Set,
    most: Set,
}

impl Chars {
    /// Every character: the dot, and what is not known better.
    pub(super) fn any() -> Self {
        Self { least: Set::new([]), most: Set::new([(0, LAST)]) }
    }

    /// One character; `folded` in upper and lower case.
    pub(super) fn literal(c: char, folded: bool) -> Self {
        let own = Set::new([(c.into(), c.into())]);
        let cases = c.to_lowercase().chain(c.to_uppercase()).filter(|_| folded);
        let most = own.clone().union(Set::new(cases.map(|case| (case.into(), case.into()))));
        Self { least: own, most }
    }

    /// `\d` and the like.
    pub(super) fn perl(class: &ClassPerl) -> Self {
        let chars = match class.kind {
            ClassPerlKind::Digit => Self::of(&DIGITS, &BEYOND),
            ClassPerlKind::Space => Self::of(&SPACE, &BEYOND_SPACE),
            ClassPerlKind::Word => Self::of(&WORD, &BEYOND),
        };
        if class.negated { chars.negated() } else { chars }
    }

    /// `\p{Lu}` and the like.
    pub(super) fn unicode(class: &ClassUnicode) -> Self {
        let name = match &class.kind {
            ClassUnicodeKind::OneLetter(letter) => letter.to_string(),
            ClassUnicodeKind::Named(name) => name.clone(),
            ClassUnicodeKind::NamedValue { .. } => return Self::any(),
        };
        let chars = match name.as_str() {
            "L" | "Latin" => Self::of(&LETTERS, &BEYOND),
            "Lu" => Self::of(&LETTERS[..1], &BEYOND),
            "Ll" => Self::of(&LETTERS[1..], &BEYOND),
            "N" | "Nd" => Self::of(&DIGITS, &BEYOND),
            "Z" | "Zs" => Self::of(&SPACE[1..], &BEYOND_SPACE),
            "P" | "Pc" | "Pd" | "Ps" | "Pe" | "Pi" | "Pf" | "Po" | "S" | "Sm" | "Sc" | "Sk" | "So" => {
                Self { least: Set::new([]), ..Self::of(&MARKS, &BEYOND) }
            }
            "Lt" | "Lm" | "Lo" | "M" | "Mn" | "Mc" | "Me" | "Nl" | "No" | "Greek" | "Cyrillic" | "Hebrew"
            | "Arabic" | "Thai" | "Hangul" | "Hiragana" | "Katakana" | "Han" => Self::of(&[], &BEYOND),
            _ => Self::any(),
        };
        if class.is_negated() { chars.negated() } else { chars }
    }

    /// `[…]`.
    pub(super) fn bracketed(class: &ClassBracketed, folded: bool) -> Self {
        let chars = Self::set(&class.kind, folded);
        if class.negated { chars.negated() } else { chars }
    }

    /// Whether a character may be in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.most.meets(&other.most)
    }

    /// What a class has for certain, and what it may have besides.
    fn of(least: &[Range], besides: &[Range]) -> Self {
        Self { least: Set::new(least.iter().copied()), most: Set::new(least.iter().chain(besides).copied()) }
    }

    fn negated(&self) -> Self {
        Self { least: self.most.complement(), most: self.least.complement() }
    }

    fn union(self, other: Self) -> Self {
        Self { least: self.least.union(other.least), most: self.most.union(other.most) }
    }

    fn set(set: &ClassSet, folded: bool) -> Self {
        match set {
            ClassSet::Item(item) => Self::item(item, folded),
            ClassSet::BinaryOp(ClassSetBinaryOp { kind, lhs, rhs, .. }) => {
                let (left, right) = (Self::set(lhs, folded), Self::set(rhs, folded));
                match kind {
                    ClassSetBinaryOpKind::Intersection => Self {
                        least: left.least.intersection(&right.least),
                        most: left.most.intersection(&right.most),
                    },
                    _ => Self { least: Set::new([]), most: left.most.union(right.most) },
                }
            }
        }
    }

    fn item(item: &ClassSetItem, folded: bool) -> Self {
        match item {
            ClassSetItem::Empty(_) => Self::of(&[], &[]),
            ClassSetItem::Literal(literal) => Self::literal(literal.c, folded),
            ClassSetItem::Range(ClassSetRange { start, end, .. }) => {
                Self::range((start.c.into(), end.c.into()), folded)
            }
            ClassSetItem::Ascii(_) => Self::any(),
            ClassSetItem::Unicode(class) => Self::unicode(class),
            ClassSetItem::Perl(class) => Self::perl(class),
            ClassSetItem::Bracketed(class) => Self::bracketed(class, folded),
            ClassSetItem::Union(union) => {
                union.items.iter().fold(Self::of(&[], &[]), |all, item| all.union(Self::item(item, folded)))
            }
        }
    }

    fn range(range: Range, folded: bool) -> Self {
        let own = Set::new([range]);
        if !folded {
            return Self { least: own.clone(), most: own };
        }
        let shifted = |letters: Range, by: i64| {
            let within = own.intersection(&Set::new([letters]));
            let shift = move |code: u32| u32::try_from(i64::from(code) + by).unwrap_or(code);
            Set::new(within.0.into_iter().map(move |(first, last)| (shift(first), shift(last))))
        };
        let [upper, lower] = LETTERS;
        let mut most = own.clone().union(shifted(upper, 0x20)).union(shifted(lower, -0x20));
        // Cases outside of ASCII are not known here.
        if range.1 >= 0x80 {
            most = most.union(Set::new(BEYOND));
        }
        Self { least: own, most }
    }
}

#[cfg(test)]
mod tests {
    use regex_syntax::ast::{Ast, parse::Parser};

    use super::*;

    fn chars(pattern: &str, folded: bool) -> Chars {
        match &Parser::new().parse(pattern).unwrap() {
            Ast::Literal(literal) => Chars::literal(literal.c, folded),
            Ast::ClassPerl(class) => Chars::perl(class),
            Ast::ClassUnicode(class) => Chars::unicode(class),
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
        ] {
            assert_eq!(chars(one, true).meets(&chars(two, true)), expected, "(?i) {one} {two}");
        }
    }
}
