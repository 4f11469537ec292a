//! The predicates of filters, which are true, false or unknown (Trino's `PathPredicateEvaluationVisitor`). They never fail for
//! what the values are.

use std::cmp::Ordering;

use super::{
    evaluate::{Evaluator, Scope},
    item::Item,
    path::{Comparison, Expression, Predicate},
    wrong::Wrong,
};

type Held = Result<Option<bool>, Wrong>;

impl<'d> Evaluator<'_, 'd> {
    /// `None`: it is unknown.
    pub(super) fn holds(&self, predicate: &Predicate, scope: Scope<'_, 'd>) -> Held {
        self.spend(1)?;
        match predicate {
            Predicate::And(left, right) => {
                let left = self.holds(left, scope)?;
                if left == Some(false) {
                    return Ok(left);
                }
                let right = self.holds(right, scope)?;
                Ok(if right == Some(false) { right } else { left.and(right) })
            }
            Predicate::Or(left, right) => {
                let left = self.holds(left, scope)?;
                if left == Some(true) {
                    return Ok(left);
                }
                let right = self.holds(right, scope)?;
                Ok(if right == Some(true) { right } else { left.and(right) })
            }
            Predicate::Not(inner) => Ok(self.holds(inner, scope)?.map(|holds| !holds)),
            Predicate::IsUnknown(inner) => Ok(Some(self.holds(inner, scope)?.is_none())),
            Predicate::Exists(path) => Ok(self.suppressed(path, scope)?.map(|items| !items.is_empty())),
            Predicate::Compared(left, comparison, right) => {
                let Some(left) = self.suppressed(left, scope)? else { return Ok(None) };
                let Some(right) = self.suppressed(right, scope)? else { return Ok(None) };
                self.compared(&self.flat(left)?, *comparison, &self.flat(right)?)
            }
            Predicate::StartsWith(texts, beginning) => {
                let Some(texts) = self.suppressed(texts, scope)? else { return Ok(None) };
                let Some(beginning) = self.suppressed(beginning, scope)? else { return Ok(None) };
                let (texts, beginning) = (self.flat(texts)?, beginning);
                let [Item::Text(beginning)] = beginning.as_slice() else { return Ok(None) };
                let mut found = false;
                for text in &texts {
                    self.spend(1)?;
                    match text {
                        Item::Text(text) if text.starts_with(&**beginning) => found = true,
                        Item::Text(_) => {}
                        _ => return Ok(None),
                    }
                    if found && self.is_lax {
                        break;
                    }
                }
                Ok(Some(found))
            }
        }
    }

    /// The items; `None` where the path fails by the values.
    fn suppressed(&self, path: &Expression, scope: Scope<'_, 'd>) -> Result<Option<Vec<Item<'d>>>, Wrong> {
        match self.sequence(path, scope) {
            Ok(items) => Ok(Some(items)),
            Err(Wrong::Path(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    fn compared(&self, left: &[Item<'d>], comparison: Comparison, right: &[Item<'d>]) -> Held {
        if left.is_empty() || right.is_empty() {
            return Ok(Some(false));
        }
        let (left, right) = (Side::of(left), Side::of(right));
        // Arrays and objects are compared with nulls only.
        if left.has_nested && (right.has_nested || right.has_scalars())
            || right.has_nested && left.has_scalars()
        {
            return Ok(None);
        }
        let mut found = match comparison {
            Comparison::Equal => left.has_null && right.has_null,
            Comparison::NotEqual => {
                left.has_null && (right.has_nested || right.has_scalars())
                    || right.has_null && (left.has_nested || left.has_scalars())
            }
            _ => false,
        };
        if found && self.is_lax {
            return Ok(Some(true));
        }
        for left in &left.scalars {
            for right in &right.scalars {
                self.spend(1)?;
                match is(left, comparison, right) {
                    None => return Ok(None),
                    Some(true) if self.is_lax => return Ok(Some(true)),
                    Some(holds) => found |= holds,
                }
            }
        }
        Ok(Some(found))
    }
}

/// The items of one side by their kinds.
struct Side<'i, 'd> {
    has_null: bool,
    has_nested: bool,
    scalars: Vec<&'i Item<'d>>,
}

impl<'i, 'd> Side<'i, 'd> {
    fn of(items: &'i [Item<'d>]) -> Self {
        let is_scalar = |item: &&Item<'d>| !item.is_nested() && **item != Item::Null;
        Self {
            has_null: items.contains(&Item::Null),
            has_nested: items.iter().any(Item::is_nested),
            scalars: items.iter().filter(is_scalar).collect(),
        }
    }

    fn has_scalars(&self) -> bool {
        !self.scalars.is_empty()
    }
}

/// `None`: the two are not of one kind.
fn is(left: &Item<'_>, comparison: Comparison, right: &Item<'_>) -> Option<bool> {
    let order = match (left, right) {
        (Item::Boolean(left), Item::Boolean(right)) => left.cmp(right),
        (Item::Text(left), Item::Text(right)) => left.cmp(right),
        (Item::Number(left), Item::Number(right)) => match left.compared(*right) {
            Some(order) => order,
            // NaN is not equal to anything.
            None => return Some(comparison == Comparison::NotEqual),
        },
        _ => return None,
    };
    Some(match comparison {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
    })
}
