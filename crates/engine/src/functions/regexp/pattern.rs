//! Athena's regular expressions (Java's grammar, read by Joni) as those of the `regex` crate. What only one of the
//! two has, or what they read differently, is refused by name.

use regex::{Regex, RegexBuilder};
use regex_syntax::ast::{
    Assertion, AssertionKind, Ast, ClassSetBinaryOp, ClassSetBinaryOpKind, ClassSetItem, ErrorKind, Flag,
    FlagsItemKind, GroupKind, Visitor, parse::Parser, visit,
};

use crate::{
    error::Failure,
    functions::own::{invalid_argument, unsupported_argument},
};

/// What a pattern may take in memory, compiled. The HTTP API takes 2 MiB in a filter of `/rows` (`query`, `pattern`),
/// counted without what [`Scan::with_java_ends`] makes of each `$`, which is less than eight times as large.
pub(super) const MAX_COMPILED: usize = 16 << 20;

/// The limits that are tried, one after the other: the regex crate does not tell how large a pattern is. All before the
/// last one take a third of the last one's time.
const LIMITS: [usize; 5] = [64 << 10, 256 << 10, 1 << 20, 4 << 20, MAX_COMPILED];

/// What a pattern may take for the states that it remembers while it looks at texts.
const STATES: usize = 2 << 20;

/// The longest text, in bytes, that the largest pattern may be searched in. At worst a search takes time in proportion to
/// the product of the two sizes: with this, by estimate, half a minute in a release build. [`longest_text`] says what it is
/// for smaller patterns; for the smallest, 2 MiB, which is more than an event or a text that a function makes.
const LONGEST: usize = 8 << 10;

/// The longest text, in bytes, that a pattern may be searched in which takes so many bytes ([`Compiled::bytes`]).
pub(super) fn longest_text(bytes: usize) -> usize {
    let compiled = bytes.saturating_sub(STATES).max(LIMITS[0]);
    MAX_COMPILED / compiled * LONGEST
}

/// The product of the two sizes up to which the regex crate searches, which does not look whether the query shall end: by
/// estimate, a thirtieth of a second in a release build, and about one in a debug build.
const AT_ONCE: usize = 1 << 27;

/// The longest text, in bytes, that the regex crate may search for a pattern that takes so many bytes
/// ([`Compiled::bytes`]).
pub(super) fn longest_at_once(bytes: usize) -> usize {
    AT_ONCE / bytes.saturating_sub(STATES).max(LIMITS[0])
}

/// What became of a pattern.
#[derive(Debug)]
pub(super) struct Compiled {
    /// Ready to find a match anywhere in a text; or why it is not, in Athena's words.
    pub(super) regex: Result<Regex, Failure>,
    /// What it takes in memory at most; of one that is too large, what it took to find that out. Zero if it was not
    /// compiled.
    pub(super) bytes: usize,
}

/// The longest pattern, in bytes. What it becomes before it is compiled takes some thousand times as much memory, which nobody
/// counts, and does not stop when the query is cancelled. The API takes no longer ones in a statement either.
const MAX_PATTERN: usize = 4_096;

/// Compiles the pattern. This takes up to a second, unoptimized.
pub(super) fn compile(pattern: &str) -> Compiled {
    match rewritten(pattern) {
        Ok(rewritten) => compile_read(pattern, &rewritten),
        Err(failure) => Compiled { regex: Err(failure), bytes: 0 },
    }
}

/// Compiles the pattern for a search that tells where a match is, and whether a `$` in it also matches before a line end
/// that is the text's last character. The regular expression does not say so itself: its match would end after that.
pub(super) fn compile_for_places(pattern: &str) -> (Compiled, bool) {
    match scanned(pattern).and_then(|found| found.has_java_ends(pattern)) {
        Ok(has_java_ends) => (compile_read(pattern, pattern), has_java_ends),
        Err(failure) => (Compiled { regex: Err(failure), bytes: 0 }, false),
    }
}

/// Compiles what was made of the pattern.
fn compile_read(pattern: &str, rewritten: &str) -> Compiled {
    for limit in LIMITS {
        let bytes = limit + STATES;
        match RegexBuilder::new(rewritten).size_limit(limit).dfa_size_limit(STATES).build() {
            Ok(regex) => return Compiled { regex: Ok(regex), bytes },
            Err(regex::Error::CompiledTooBig(_)) => {}
            Err(_) => {
                let failure = unsupported(pattern, "a class or a flag in it");
                return Compiled { regex: Err(failure), bytes };
            }
        }
    }
    let what = format!("a pattern that takes more than {} MiB compiled", MAX_COMPILED >> 20);
    Compiled { regex: Err(unsupported(pattern, &what)), bytes: MAX_COMPILED }
}

/// The same pattern in the regex crate's grammar.
fn rewritten(pattern: &str) -> Result<String, Failure> {
    Ok(scanned(pattern)?.with_java_ends(pattern))
}

fn scanned(pattern: &str) -> Result<Scan, Failure> {
    if pattern.len() > MAX_PATTERN {
        return Err(unsupported_argument(&format!("a pattern of more than {MAX_PATTERN} bytes")));
    }
    let ast = Parser::new().parse(pattern).map_err(|error| malformed(pattern, error.kind()))?;
    visit(&ast, Scan::default()).map_err(|what| unsupported(pattern, what))
}

fn unsupported(pattern: &str, what: &str) -> Failure {
    unsupported_argument(&format!("the pattern {pattern:?}: {what}"))
}

/// What neither engine can read, in Joni's words; anything else may be a pattern that only Athena reads.
fn malformed(pattern: &str, kind: &ErrorKind) -> Failure {
    invalid_argument(match kind {
        ErrorKind::GroupUnclosed => "end pattern with unmatched parenthesis",
        ErrorKind::GroupUnopened => "unmatched close parenthesis",
        ErrorKind::ClassUnclosed => "premature end of char-class",
        ErrorKind::EscapeUnexpectedEof => "end pattern at escape",
        ErrorKind::RepetitionMissing => "target of repeat operator is not specified",
        ErrorKind::UnsupportedBackreference => return unsupported(pattern, "a backreference"),
        ErrorKind::UnsupportedLookAround => return unsupported(pattern, "looking around"),
        other => return unsupported(pattern, &format!("what is in it ({other})")),
    })
}

/// What a pattern has that matters here.
#[derive(Default)]
struct Scan {
    /// Where a `$` stands.
    ends: Vec<usize>,
    /// Whether a `\z` does.
    has_last: bool,
    is_multi_line: bool,
}

impl Scan {
    /// Whether there is a `$` that means what it means in Java only. The regular expression has no other word for it than
    /// for the very end.
    fn has_java_ends(&self, pattern: &str) -> Result<bool, Failure> {
        let has_java_ends = !self.ends.is_empty() && !self.is_multi_line;
        if has_java_ends && self.has_last {
            return Err(unsupported(pattern, r"both $ and \z"));
        }
        Ok(has_java_ends)
    }

    /// In Java, `$` also matches before a line end that is the text's last character.
    fn with_java_ends(&self, pattern: &str) -> String {
        if self.is_multi_line {
            return pattern.to_owned();
        }
        let mut rest = pattern;
        let mut rewritten = String::with_capacity(pattern.len() + 8 * self.ends.len());
        let mut from = 0;
        for end in &self.ends {
            let (before, after) = rest.split_at(end - from);
            rewritten.push_str(before);
            rewritten.push_str(r"(?:\n?\z)");
            rest = &after[1..];
            from = end + 1;
        }
        rewritten + rest
    }
}

impl Visitor for Scan {
    type Output = Self;
    type Err = &'static str;

    fn finish(self) -> std::result::Result<Self, &'static str> {
        Ok(self)
    }

    fn visit_pre(&mut self, ast: &Ast) -> std::result::Result<(), &'static str> {
        let flags = match ast {
            Ast::Flags(flags) => &flags.flags,
            Ast::Group(group) if matches!(group.kind, GroupKind::CaptureName { starts_with_p: true, .. }) => {
                return Err("a group that is named by (?P<name>...)");
            }
            Ast::Group(group) => match group.flags() {
                Some(flags) => flags,
                None => return Ok(()),
            },
            Ast::Assertion(assertion) => return self.assertion(assertion),
            Ast::Repetition(repetition) if matches!(*repetition.ast, Ast::Repetition(_)) => {
                return Err("a possessive repetition");
            }
            _ => return Ok(()),
        };
        for item in &flags.items {
            match item.kind {
                FlagsItemKind::Flag(Flag::MultiLine) => self.is_multi_line = true,
                FlagsItemKind::Flag(Flag::SwapGreed | Flag::Unicode | Flag::CRLF) => {
                    return Err("a flag other than i, m, s and x");
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> std::result::Result<(), &'static str> {
        if matches!(item, ClassSetItem::Ascii(_)) { Err("a POSIX class") } else { Ok(()) }
    }

    fn visit_class_set_binary_op_pre(
        &mut self,
        op: &ClassSetBinaryOp,
    ) -> std::result::Result<(), &'static str> {
        match op.kind {
            ClassSetBinaryOpKind::Intersection => Ok(()),
            _ => Err("a difference of classes"),
        }
    }
}

impl Scan {
    fn assertion(&mut self, assertion: &Assertion) -> std::result::Result<(), &'static str> {
        match assertion.kind {
            AssertionKind::EndLine => self.ends.push(assertion.span.start.offset),
            AssertionKind::EndText => self.has_last = true,
            AssertionKind::StartLine
            | AssertionKind::StartText
            | AssertionKind::WordBoundary
            | AssertionKind::NotWordBoundary => {}
            _ => return Err("the start or the end of a word"),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
