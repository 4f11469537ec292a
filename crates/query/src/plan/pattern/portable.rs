//! What a regular expression may be made of so that Trino (Joni, by Java's grammar) takes it and means by it what the
//! grammar of the `regex` crate does. Anything else would fail in the engine, or match other rows there.

use regex_syntax::ast::{
    Alternation, AssertionKind, Ast, ClassSetBinaryOp, ClassSetBinaryOpKind, ClassSetItem, ClassUnicode,
    ClassUnicodeKind, Flag, Flags, FlagsItemKind, Group, GroupKind, HexLiteralKind, Literal, LiteralKind,
    Repetition, RepetitionKind, RepetitionRange, Visitor, visit,
};

/// How often something may be repeated, repetitions within repetitions multiplied: engines write them out.
const MAX_REPEATS: u32 = 1_000;

/// The general categories, and the scripts that text is usually in: names that both know, written alike.
const CLASSES: [&str; 48] = [
    "L",
    "Lu",
    "Ll",
    "Lt",
    "Lm",
    "Lo",
    "M",
    "Mn",
    "Mc",
    "Me",
    "N",
    "Nd",
    "Nl",
    "No",
    "P",
    "Pc",
    "Pd",
    "Ps",
    "Pe",
    "Pi",
    "Pf",
    "Po",
    "S",
    "Sm",
    "Sc",
    "Sk",
    "So",
    "Z",
    "Zs",
    "Zl",
    "Zp",
    "Latin",
    "Greek",
    "Cyrillic",
    "Armenian",
    "Hebrew",
    "Arabic",
    "Devanagari",
    "Bengali",
    "Tamil",
    "Thai",
    "Georgian",
    "Hangul",
    "Hiragana",
    "Katakana",
    "Bopomofo",
    "Han",
    "Ethiopic",
];

/// Says what the expression must be like, if it is not.
pub(super) fn check(ast: &Ast) -> Result<(), &'static str> {
    visit(ast, Portable { repeats: vec![1] })
}

/// A walk through an expression.
struct Portable {
    /// How often the part that is looked at is repeated, and those that it is in.
    repeats: Vec<u32>,
}

type Checked = Result<(), &'static str>;

impl Visitor for Portable {
    type Output = ();
    type Err = &'static str;

    fn finish(self) -> Checked {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Checked {
        match ast {
            Ast::Flags(set) => flags(&set.flags),
            Ast::Alternation(found) => alternation(found),
            Ast::Group(found) => group(found),
            Ast::Literal(found) => literal(found),
            Ast::ClassUnicode(found) => class(found),
            Ast::Repetition(found) => self.repetition(found),
            Ast::Assertion(found) => match found.kind {
                AssertionKind::StartLine
                | AssertionKind::EndLine
                | AssertionKind::StartText
                | AssertionKind::EndText
                | AssertionKind::WordBoundary
                | AssertionKind::NotWordBoundary => Ok(()),
                _ => Err("with \\b where a word begins or ends"),
            },
            _ => Ok(()),
        }
    }

    fn visit_post(&mut self, ast: &Ast) -> Checked {
        if matches!(ast, Ast::Repetition(_)) {
            self.repeats.pop();
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Checked {
        match item {
            ClassSetItem::Ascii(_) => Err("with \\p{L} and the like, without [:alpha:]"),
            ClassSetItem::Literal(found) => literal(found),
            ClassSetItem::Range(range) => literal(&range.start).and_then(|()| literal(&range.end)),
            ClassSetItem::Unicode(found) => class(found),
            _ => Ok(()),
        }
    }

    fn visit_class_set_binary_op_pre(&mut self, op: &ClassSetBinaryOp) -> Checked {
        match op.kind {
            ClassSetBinaryOpKind::Intersection => Ok(()),
            _ => Err("without -- and ~~ between classes: write [a&&[^b]]"),
        }
    }
}

impl Portable {
    fn repetition(&mut self, Repetition { op, ast, .. }: &Repetition) -> Checked {
        match **ast {
            Ast::Repetition(_) => return Err("without one repetition right behind another: write (?:a+)+"),
            Ast::Assertion(_) => return Err("that repeats no ^, $ or \\b"),
            _ => {}
        }
        let times = match &op.kind {
            RepetitionKind::Range(
                RepetitionRange::Exactly(times)
                | RepetitionRange::AtLeast(times)
                | RepetitionRange::Bounded(_, times),
            ) => (*times).max(1),
            _ => 1,
        };
        let around = self.repeats.last().copied().unwrap_or(1);
        let all = around.checked_mul(times).filter(|all| *all <= MAX_REPEATS);
        self.repeats.push(
            all.ok_or("that repeats nothing more than 1000 times, repetitions within others multiplied")?,
        );
        Ok(())
    }
}

/// `a(?i)b|c` is `a(?i:b)|(?i:c)` to some and `a(?i:b|c)` to Trino.
fn alternation(Alternation { asts, .. }: &Alternation) -> Checked {
    let before_others = asts.split_last().map_or(&[][..], |(_, others)| others);
    let within = before_others.iter().any(|branch| match branch {
        Ast::Concat(parts) => parts.asts.iter().skip(1).any(|part| matches!(part, Ast::Flags(_))),
        _ => false,
    });
    if within { Err("with flags around what they are for before a |: write (?i:a)") } else { Ok(()) }
}

fn group(Group { kind, .. }: &Group) -> Checked {
    match kind {
        GroupKind::CaptureIndex(_) => Ok(()),
        GroupKind::NonCapturing(found) => flags(found),
        GroupKind::CaptureName { .. } => Err("whose groups have no names"),
    }
}

fn flags(Flags { items, .. }: &Flags) -> Checked {
    let known = items.iter().all(|item| {
        matches!(
            item.kind,
            FlagsItemKind::Negation
                | FlagsItemKind::Flag(Flag::CaseInsensitive | Flag::MultiLine | Flag::DotMatchesNewLine)
        )
    });
    if known { Ok(()) } else { Err("with no other flags than i, m and s") }
}

fn literal(Literal { kind, c, .. }: &Literal) -> Checked {
    match kind {
        LiteralKind::HexBrace(_) | LiteralKind::HexFixed(HexLiteralKind::UnicodeLong) => {
            Err("with the character itself, or \\u and four digits")
        }
        LiteralKind::HexFixed(HexLiteralKind::X) if !c.is_ascii() => {
            Err("with the character itself, or \\u and four digits")
        }
        _ => Ok(()),
    }
}

fn class(ClassUnicode { kind, .. }: &ClassUnicode) -> Checked {
    match kind {
        ClassUnicodeKind::Named(name) if CLASSES.contains(&name.as_str()) => Ok(()),
        _ => Err("with general categories and scripts as \\p{Lu} and \\p{Greek}"),
    }
}
