//! Follows a path (Trino's `PathEvaluationVisitor`).

use std::{borrow::Cow, cell::RefCell};

use arrow_buffer::MemoryReservation;

use super::{
    item::Item,
    number::Number,
    passed::{Passed, Value},
    path::{Expression, Literal, Path},
    wrong::Wrong,
};
use crate::{
    cancel::Cancellation,
    functions::own::failure,
    memory::{EXCEEDED, Hold, Memory},
};

/// How many items one evaluation may make. A text of the longest that there is has no more elements.
const MAX_ITEMS: usize = 1 << 20;

/// How many bytes one evaluation may go through or copy, each as often as it does, and items that it compares.
const MAX_WORK: usize = 1 << 26;

/// By how much the memory that is counted grows, in items.
const STEP: usize = 1 << 14;

/// By how much it grows for the texts that items own, in bytes.
const TEXT_STEP: usize = 1 << 16;

pub(super) type Sequence<'d> = Result<Vec<Item<'d>>, Wrong>;

/// One evaluation.
pub(super) struct Evaluator<'e, 'd> {
    pub(super) is_lax: bool,
    document: &'e Item<'d>,
    passed: &'e Passed<'d>,
    cancellation: &'e Cancellation,
    spent: RefCell<Spent>,
}

struct Spent {
    items: usize,
    /// The bytes of the texts that they own.
    owned: usize,
    work: usize,
    memory: Memory,
    hold: Hold,
}

/// What `@` and `last` stand for.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'd> {
    pub(super) current: Option<&'s Item<'d>>,
    pub(super) last: Option<i32>,
}

/// The items to which the path leads.
pub(super) fn evaluate<'d>(
    path: &Path,
    document: &Item<'d>,
    passed: &Passed<'d>,
    memory: &Memory,
    cancellation: &Cancellation,
) -> Sequence<'d> {
    let spent = Spent { items: 0, owned: 0, work: 0, memory: memory.clone(), hold: memory.hold() };
    let evaluator =
        Evaluator { is_lax: path.is_lax, document, passed, cancellation, spent: RefCell::new(spent) };
    evaluator.sequence(&path.expression, Scope { current: None, last: None })
}

impl<'d> Evaluator<'_, 'd> {
    pub(super) fn sequence(&self, expression: &Expression, scope: Scope<'_, 'd>) -> Sequence<'d> {
        self.spend(1)?;
        match expression {
            Expression::Document => self.copied(self.document),
            Expression::Passed(name) => match self.passed.get(name) {
                Some(Value::Item(item)) => self.copied(item),
                Some(Value::Nothing) => Ok(Vec::new()),
                None => Err(invalid(format!("no value passed for parameter {name}"))),
            },
            Expression::Current => match scope.current {
                Some(current) => self.copied(current),
                None => Err(invalid("@ outside of a filter")),
            },
            Expression::Last => match scope.last {
                Some(last) => Ok(vec![Item::Number(Number::Integer(last))]),
                None => Err(invalid("last outside of a subscript")),
            },
            Expression::Literal(literal) => Ok(vec![match literal {
                Literal::Null => Item::Null,
                Literal::Boolean(value) => Item::Boolean(*value),
                Literal::Number(number) => Item::Number(*number),
                Literal::Text(text) => {
                    self.spend(text.len())?;
                    self.count(0, text.len())?;
                    Item::Text(Cow::Owned(text.clone()))
                }
            }]),
            Expression::Signed(is_negative, inner) => {
                let items = self.flat(self.sequence(inner, scope)?)?;
                let signed = items.into_iter().map(|item| -> Result<Item<'d>, Wrong> {
                    let number = number(&item)?;
                    Ok(Item::Number(if *is_negative { number.negated()? } else { number }))
                });
                signed.collect()
            }
            Expression::Calculated(left, operation, right) => {
                let left = self.operand(left, scope)?;
                let right = self.operand(right, scope)?;
                Ok(vec![Item::Number(left.calculated(*operation, right)?)])
            }
            Expression::Steps(first, steps) => {
                let mut items = self.sequence(first, scope)?;
                for step in steps {
                    items = self.step(step, items, scope)?;
                }
                Ok(items)
            }
        }
    }

    /// The one number that it gives.
    fn operand(&self, expression: &Expression, scope: Scope<'_, 'd>) -> Result<Number, Wrong> {
        match self.flat(self.sequence(expression, scope)?)?.as_slice() {
            [item] => number(item),
            items => {
                Err(Wrong::path(format!("an operator takes one number, and found {} items", items.len())))
            }
        }
    }

    /// Of a lax path, the elements in the place of each array.
    pub(super) fn flat(&self, items: Vec<Item<'d>>) -> Sequence<'d> {
        if !self.is_lax || !items.iter().any(|item| matches!(item, Item::Array(_))) {
            return Ok(items);
        }
        let mut found = Vec::new();
        for item in items {
            self.spend(item.size())?;
            self.add(&mut found, item.elements().unwrap_or_else(|| vec![item]))?;
        }
        Ok(found)
    }

    pub(super) fn add(&self, found: &mut Vec<Item<'d>>, items: Vec<Item<'d>>) -> Result<(), Wrong> {
        self.count(items.len(), owned(&items))?;
        found.extend(items);
        Ok(())
    }

    /// Counts the texts that are copied before they are.
    pub(super) fn add_copies(&self, found: &mut Vec<Item<'d>>, items: &[Item<'d>]) -> Result<(), Wrong> {
        let owned = owned(items);
        self.spend(owned)?;
        self.count(items.len(), owned)?;
        found.extend_from_slice(items);
        Ok(())
    }

    /// The item alone. Its text is counted before it is copied.
    fn copied(&self, item: &Item<'d>) -> Sequence<'d> {
        self.spend(item.owned())?;
        self.count(0, item.owned())?;
        Ok(vec![item.clone()])
    }

    /// Counts the memory of so many items, and of so many bytes of texts that are theirs alone. None of it is given back before
    /// the evaluation ends.
    fn count(&self, items: usize, owned: usize) -> Result<(), Wrong> {
        let mut spent = self.spent.borrow_mut();
        spent.items = spent.items.saturating_add(items);
        spent.owned = spent.owned.saturating_add(owned);
        if spent.items > MAX_ITEMS {
            return Err(too_much(&format!("makes more than {MAX_ITEMS} items")));
        }
        let texts = spent.owned.div_ceil(TEXT_STEP).saturating_mul(TEXT_STEP);
        let bytes = (spent.items.next_multiple_of(STEP) * size_of::<Item<'_>>()).saturating_add(texts);
        if bytes > spent.hold.size() {
            spent.hold.resize(bytes);
            spent.memory.check().map_err(Wrong::Failed)?;
        }
        Ok(())
    }

    /// Counts what is gone through. Fails once the query is cancelled.
    pub(super) fn spend(&self, work: usize) -> Result<(), Wrong> {
        self.cancellation.check().map_err(|cancelled| Wrong::Failed(cancelled.into()))?;
        let mut spent = self.spent.borrow_mut();
        spent.work = spent.work.saturating_add(work);
        if spent.work > MAX_WORK {
            return Err(too_much("takes more steps than the local engine allows"));
        }
        Ok(())
    }
}

/// How many bytes their copies take besides the items.
fn owned(items: &[Item<'_>]) -> usize {
    items.iter().fold(0, |sum, item| sum.saturating_add(item.owned()))
}

pub(super) fn number(item: &Item<'_>) -> Result<Number, Wrong> {
    match item {
        Item::Number(number) => Ok(*number),
        other => Err(mismatch("a number", other)),
    }
}

pub(super) fn mismatch(expected: &str, found: &Item<'_>) -> Wrong {
    Wrong::path(format!("invalid item type: expected {expected}, found {}", found.type_name()))
}

fn invalid(what: impl std::fmt::Display) -> Wrong {
    Wrong::Failed(failure("INVALID_PATH", format!("invalid JSON path: {what}")))
}

fn too_much(what: &str) -> Wrong {
    Wrong::Failed(failure(EXCEEDED, format!("a JSON path {what}")))
}
