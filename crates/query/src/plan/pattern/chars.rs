//! The characters that a part of an expression matches, as far as it must be known whether two parts have one in common.
//!
//! Engines differ in what `\p{L}` and the like have outside of ASCII, and in the cases of letters. So a class is known by
//! two sets: what it has at least, and what it has at most. For `\w`, `\s` and `\d` the two are the same, see
//! [`super::set`].

use regex_syntax::ast::{
    ClassBracketed, ClassPerl, ClassPerlKind, ClassSet, ClassSetBinaryOp, ClassSetBinaryOpKind, ClassSetItem,
    ClassSetRange, ClassUnicode, ClassUnicodeKind,
};

use super::set::{CLASSED, DIGIT, Range, Set, UNCLASSED, classed_as, everywhere};

const LETTERS: [Range; 2] = [(0x41, 0x5a), (0x61, 0x7a)];
const DIGITS: [Range; 1] = [(0x30, 0x39)];
const WORD: [Range; 4] = [(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];
const SPACE: [Range; 2] = [(0x09, 0x0d), (0x20, 0x20)];
const MARKS: [Range; 4] = [(0x21, 0x2f), (0x3a, 0x40), (0x5b, 0x60), (0x7b, 0x7e)];
/// What lies outside of ASCII, but for white space.
const BEYOND: [Range; 10] = [
    (0x80, 0x84),
    (0x86, 0x9f),
    (0xa1, 0x167f),
    (0x1681, 0x180d),
    (0x180f, 0x1fff),
    (0x200b, 0x2027),
    (0x202a, 0x202e),
    (0x2030, 0x205e),
    (0x2060, 0x2fff),
    (0x3001, char::MAX as u32),
];
/// White space outside of ASCII: no engine has it in `\w`. U+180E was white space before Unicode 6.3.
const BEYOND_SPACE: [Range; 9] = [
    (0x85, 0x85),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x180e, 0x180e),
    (0x2000, 0x200a),
    (0x2028, 0x2029),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
];

/// A class, a literal, or the dot.
#[derive(Debug, Clone)]
pub(super) struct Chars {
    least: Set,
    most: Set,
}

impl Chars {
    /// Every character: the dot, and what is not known better.
    pub(super) fn any() -> Self {
        Self { least: Set::new([]), most: Set::all() }
    }

    /// One character; `folded` in upper and lower case.
    pub(super) fn literal(c: char, folded: bool) -> Self {
        let one = |c: char| everywhere((c.into(), c.into()));
        let cases = c.to_lowercase().chain(c.to_uppercase()).filter(|_| folded);
        Self { least: Set::new(one(c)), most: Set::new(one(c).into_iter().chain(cases.flat_map(one))) }
    }

    /// `\d` and the like.
    pub(super) fn perl(class: &ClassPerl) -> Self {
        let (ascii, beyond) = match class.kind {
            ClassPerlKind::Digit => (&DIGITS[..], classed_as(&BEYOND, &[DIGIT])),
            ClassPerlKind::Space => (&SPACE[..], classed_as(&BEYOND_SPACE, &[CLASSED, DIGIT])),
            ClassPerlKind::Word => (&WORD[..], classed_as(&BEYOND, &[CLASSED, DIGIT])),
        };
        let set = Set::new(ascii.iter().copied().chain(beyond));
        let chars = Self { least: set.clone(), most: set };
        if class.negated { chars.negated() } else { chars }
    }

    /// `\p{Lu}` and the like. Where case is `folded`, engines disagree on whether `\p{Lu}` and `\P{Lu}` have letters of the
    /// other case.
    pub(super) fn unicode(class: &ClassUnicode, folded: bool) -> Self {
        let name = match &class.kind {
            ClassUnicodeKind::OneLetter(letter) => letter.to_string(),
            ClassUnicodeKind::Named(name) => name.clone(),
            ClassUnicodeKind::NamedValue { .. } => return Self::any(),
        };
        let chars = match name.as_str() {
            "L" | "Latin" => Self::of(&LETTERS, &BEYOND),
            "Lu" | "Ll" if folded => Self { least: Set::new([]), ..Self::of(&LETTERS, &BEYOND) },
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

    /// How many steps [`Chars::meets`] may take for this one.
    pub(super) fn size(&self) -> usize {
        self.most.ranges().len()
    }

    /// What a class of ASCII characters has for certain, and what it may have besides.
    fn of(least: &[Range], besides: &[Range]) -> Self {
        let least = least.iter().copied();
        let besides = classed_as(besides, &[UNCLASSED, CLASSED, DIGIT]);
        Self { least: Set::new(least.clone()), most: Set::new(least.chain(besides)) }
    }

    fn negated(&self) -> Self {
        Self { least: self.most.complement(), most: self.least.complement() }
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
                    _ => Self { least: Set::new([]), most: Set::union([left.most, right.most]) },
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
            ClassSetItem::Unicode(class) => Self::unicode(class, folded),
            ClassSetItem::Perl(class) => Self::perl(class),
            ClassSetItem::Bracketed(class) => Self::bracketed(class, folded),
            ClassSetItem::Union(union) => {
                let items = union.items.iter().map(|item| Self::item(item, folded));
                let (least, most): (Vec<Set>, Vec<Set>) =
                    items.map(|chars| (chars.least, chars.most)).unzip();
                Self { least: Set::union(least), most: Set::union(most) }
            }
        }
    }

    fn range(range: Range, folded: bool) -> Self {
        let own = Set::new(everywhere(range));
        if !folded {
            return Self { least: own.clone(), most: own };
        }
        let shifted = |letters: Range, by: i64| {
            let within = own.intersection(&Set::new([letters]));
            let shift = |code: u32| u32::try_from(i64::from(code) + by).unwrap_or(code);
            Set::new(within.ranges().iter().map(|(first, last)| (shift(*first), shift(*last))))
        };
        let [upper, lower] = LETTERS;
        // Cases outside of ASCII are not known here.
        let beyond: &[Range] = if range.1 >= 0x80 { &BEYOND } else { &[] };
        let most = Set::union([
            own.clone(),
            shifted(upper, 0x20),
            shifted(lower, -0x20),
            Set::new(classed_as(beyond, &[UNCLASSED, CLASSED, DIGIT])),
        ]);
        Self { least: own, most }
    }
}

#[cfg(test)]
mod tests;
