//! A regular expression as an automaton: one state for each character or class in it, as Glushkov builds it. Where a
//! text can lead from one state to the next in two ways, there are two edges.

use std::{collections::HashMap, convert::Infallible};

use regex_syntax::ast::{
    Ast, Flag, FlagsItemKind, Repetition, RepetitionKind, RepetitionRange, Visitor, visit,
};

use super::chars::Chars;

/// How large an automaton may become.
const MAX_STATES: usize = 4_096;
const MAX_EDGES: usize = 200_000;
/// How many parts of the expression are gone through, those counted anew that are written out: some are without a state.
const MAX_PARTS: usize = 20_000;

/// How often a part is written out that is repeated up to so many times. What is repeated more often counts as
/// repeated without a bound: engines need about as long for it.
const WRITTEN_OUT: u32 = 10;
/// The same for a single character or class that is repeated an exact number of times.
const WRITTEN_OUT_SINGLE: u32 = 64;

/// The states by number, and where each leads.
#[derive(Debug, Default)]
pub(super) struct Automaton {
    /// What the states match.
    pub(super) classes: Vec<Chars>,
    /// The number of each state's class. Copies of one part of the expression share it.
    pub(super) class_of: Vec<usize>,
    /// The states after each; one that can be reached in two ways stands there twice.
    pub(super) next: Vec<Vec<usize>>,
    /// The classes by their places in the expression, which stays where it is while the automaton is made.
    known: HashMap<*const Ast, usize>,
    edges: usize,
    parts: usize,
    folded: bool,
    /// How often the part that is looked at is written out, by the repetitions around it.
    copies: u32,
}

/// The automaton would be larger than it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// A part of the expression within the automaton.
#[derive(Debug, Clone, Default)]
struct Part {
    /// In how many ways it can be empty; two stand for more as well.
    empty: usize,
    first: Vec<usize>,
    last: Vec<usize>,
}

impl Automaton {
    /// Of the expression; `folded` if letters match in upper and lower case.
    pub(super) fn new(ast: &Ast, folded: bool) -> Result<Self, TooLarge> {
        let folded = folded || folds(ast);
        let mut automaton = Self { folded, copies: 1, ..Self::default() };
        automaton.part(ast)?;
        Ok(automaton)
    }

    fn part(&mut self, ast: &Ast) -> Result<Part, TooLarge> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(TooLarge);
        }
        match ast {
            // What is without length only restricts what matches.
            Ast::Empty(_) | Ast::Flags(_) | Ast::Assertion(_) => Ok(Part::empty()),
            Ast::Dot(_)
            | Ast::Literal(_)
            | Ast::ClassPerl(_)
            | Ast::ClassUnicode(_)
            | Ast::ClassBracketed(_) => self.state(ast),
            Ast::Repetition(repetition) => self.repetition(repetition),
            Ast::Group(group) => self.part(&group.ast),
            Ast::Alternation(alternation) => {
                let mut all = Part::default();
                for branch in &alternation.asts {
                    let branch = self.part(branch)?;
                    all.empty = (all.empty + branch.empty).min(2);
                    all.first.extend(branch.first);
                    all.last.extend(branch.last);
                }
                Ok(all)
            }
            Ast::Concat(concat) => {
                let mut all = Part::empty();
                for part in &concat.asts {
                    let part = self.part(part)?;
                    all = self.concat(all, part)?;
                }
                Ok(all)
            }
        }
    }

    fn state(&mut self, ast: &Ast) -> Result<Part, TooLarge> {
        let state = self.class_of.len();
        if state == MAX_STATES {
            return Err(TooLarge);
        }
        let class = self.class(ast);
        self.class_of.push(class);
        self.next.push(Vec::new());
        Ok(Part { empty: 0, first: vec![state], last: vec![state] })
    }

    /// The number of the class of a single character.
    fn class(&mut self, ast: &Ast) -> usize {
        let place = std::ptr::from_ref(ast);
        if let Some(class) = self.known.get(&place) {
            return *class;
        }
        let class = self.classes.len();
        self.known.insert(place, class);
        self.classes.push(match ast {
            Ast::Literal(literal) => Chars::literal(literal.c, self.folded),
            Ast::ClassPerl(class) => Chars::perl(class),
            Ast::ClassUnicode(class) => Chars::unicode(class, self.folded),
            Ast::ClassBracketed(class) => Chars::bracketed(class, self.folded),
            _ => Chars::any(),
        });
        class
    }

    fn concat(&mut self, left: Part, right: Part) -> Result<Part, TooLarge> {
        self.join(&left.last, &right.first)?;
        let (mut first, mut last) = (left.first, right.last);
        (0..left.empty).for_each(|_| first.extend_from_slice(&right.first));
        (0..right.empty).for_each(|_| last.extend_from_slice(&left.last));
        // Each state twice, since more ways tell no more: what has more of them will have too many edges.
        if first.len().max(last.len()) > 2 * MAX_STATES {
            return Err(TooLarge);
        }
        Ok(Part { empty: (left.empty * right.empty).min(2), first, last })
    }

    fn join(&mut self, from: &[usize], to: &[usize]) -> Result<(), TooLarge> {
        self.edges = self.edges.saturating_add(from.len().saturating_mul(to.len()));
        if self.edges > MAX_EDGES {
            return Err(TooLarge);
        }
        for state in from {
            self.next[*state].extend_from_slice(to);
        }
        Ok(())
    }

    fn repetition(&mut self, Repetition { op, ast, .. }: &Repetition) -> Result<Part, TooLarge> {
        let (least, most) = match &op.kind {
            // A plus right behind another repetition makes that one possessive in Java, and repeats nothing.
            RepetitionKind::OneOrMore if matches!(**ast, Ast::Repetition(_)) => return self.part(ast),
            RepetitionKind::ZeroOrOne => return Ok(self.part(ast)?.optional()),
            RepetitionKind::ZeroOrMore => (0, None),
            RepetitionKind::OneOrMore => (1, None),
            RepetitionKind::Range(RepetitionRange::Exactly(times)) => (*times, Some(*times)),
            RepetitionKind::Range(RepetitionRange::AtLeast(least)) => (*least, None),
            RepetitionKind::Range(RepetitionRange::Bounded(least, most)) => (*least, Some(*most)),
        };
        if least == 1 && most.is_none() {
            let body = self.part(ast)?;
            return self.looped(body);
        }
        let is_single = !matches!(
            **ast,
            Ast::Group(_) | Ast::Repetition(_) | Ast::Concat(_) | Ast::Alternation(_) | Ast::Empty(_)
        );
        match most {
            Some(most) if is_single && least == most && most <= WRITTEN_OUT_SINGLE => {
                self.written_out(ast, least, most)
            }
            Some(most) if self.copies.saturating_mul(most) <= WRITTEN_OUT => {
                self.copies *= most.max(1);
                let part = self.written_out(ast, least, most);
                self.copies /= most.max(1);
                part
            }
            most => self.unbounded(ast, least, most.is_some()),
        }
    }

    /// `xx(x(x)?)?` for `x{2,4}`.
    fn written_out(&mut self, ast: &Ast, least: u32, most: u32) -> Result<Part, TooLarge> {
        let mut tail = Part::empty();
        for _ in least..most {
            let copy = self.part(ast)?;
            tail = self.concat(copy, tail)?.optional();
        }
        for _ in 0..least {
            let copy = self.part(ast)?;
            tail = self.concat(copy, tail)?;
        }
        Ok(tail)
    }

    /// `xxx*` for `x{2,}`. Where there is a bound after all, a part that may be empty can be so in any of its places,
    /// and an engine tries which: that is as two ways around. (Without a bound, engines end at an empty part.)
    fn unbounded(&mut self, ast: &Ast, least: u32, has_bound: bool) -> Result<Part, TooLarge> {
        let body = self.part(ast)?;
        let (first, last) = (body.first.clone(), body.last.clone());
        if has_bound && body.empty > 0 {
            self.join(&last, &first)?;
        }
        let mut part = self.looped(body)?.optional();
        for _ in 0..least.min(WRITTEN_OUT) {
            let copy = self.part(ast)?;
            part = self.concat(copy, part)?;
        }
        Ok(part)
    }

    fn looped(&mut self, part: Part) -> Result<Part, TooLarge> {
        self.join(&part.last, &part.first)?;
        Ok(part)
    }
}

impl Part {
    /// Of no length.
    fn empty() -> Self {
        Self { empty: 1, ..Self::default() }
    }

    /// The part, or nothing: one more way to be empty.
    fn optional(self) -> Self {
        Self { empty: (self.empty + 1).min(2), ..self }
    }
}

/// Whether some part of the expression has the flag `i`. All of it is then taken to have it.
fn folds(ast: &Ast) -> bool {
    struct Folds(bool);
    impl Visitor for Folds {
        type Output = bool;
        type Err = Infallible;
        fn finish(self) -> Result<bool, Infallible> {
            Ok(self.0)
        }
        fn visit_pre(&mut self, ast: &Ast) -> Result<(), Infallible> {
            let flags = match ast {
                Ast::Flags(set) => Some(&set.flags),
                Ast::Group(group) => group.flags(),
                _ => None,
            };
            let mut items = flags.into_iter().flat_map(|flags| &flags.items);
            self.0 |= items.any(|item| item.kind == FlagsItemKind::Flag(Flag::CaseInsensitive));
            Ok(())
        }
    }
    visit(ast, Folds(false)).unwrap_or(true)
}
