//! How deep a query may nest. Every step after this one, down to the evaluation of a row, descends into the
//! nesting on the thread's stack: an overflow would end the process.

mod inlined;

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Query, Select, SetExpr, VisitMut, VisitorMut};

pub(crate) use self::inlined::bound as bound_inlined;
use crate::{calls, error::EngineError};

/// The most levels: expressions within expressions, queries within queries, joins and set operations, which
/// nest in the plan, all counted together from the outermost query inward. Chains of AND and OR do not count:
/// they are balanced. A usual thread's stack of 2 MB holds twice as many, also unoptimized;
/// what chains become within the planner is in [`crate::stack`].
const MAX_LEVELS: usize = 40;

/// What a query within a query takes: it is several nodes of the plan, and of large frames.
const PER_QUERY: usize = 6;

/// Removes parentheses, which the tree does not need, balances the chains, and refuses what nests too deep.
pub(crate) fn bound(query: &mut Query) -> Result<(), EngineError> {
    match query.visit(&mut Bound { levels: 0 }) {
        ControlFlow::Break(TooDeep) => Err(too_deep()),
        ControlFlow::Continue(()) => Ok(()),
    }
}

pub(crate) fn too_deep() -> EngineError {
    EngineError::unsupported(format!("a query that nests more than {MAX_LEVELS} levels"))
}

struct TooDeep;

struct Bound {
    levels: usize,
}

impl Bound {
    fn enter(&mut self, levels: usize) -> ControlFlow<TooDeep> {
        self.levels += levels;
        if self.levels <= MAX_LEVELS { ControlFlow::Continue(()) } else { ControlFlow::Break(TooDeep) }
    }

    fn leave(&mut self, levels: usize) -> ControlFlow<TooDeep> {
        self.levels -= levels;
        ControlFlow::Continue(())
    }
}

impl VisitorMut for Bound {
    type Break = TooDeep;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<TooDeep> {
        self.enter(PER_QUERY + set_operations(&query.body))
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<TooDeep> {
        self.leave(PER_QUERY + set_operations(&query.body))
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<TooDeep> {
        self.enter(joins(select))
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<TooDeep> {
        self.leave(joins(select))
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<TooDeep> {
        while let Expr::Nested(inner) = expr {
            *expr = std::mem::replace(inner, Expr::Tuple(Vec::new()));
        }
        balance(expr);
        self.enter(levels(expr))
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<TooDeep> {
        self.leave(levels(expr))
    }
}

/// The optimizer's work doubles with every CASE within a CASE, or more: it asks of each WHEN and of each THEN anew whether
/// it may be null, and each asks what is within it.
fn levels(expr: &Expr) -> usize {
    match expr {
        Expr::Case { .. } => 5,
        // Its body goes through all steps of a query.
        Expr::Lambda(_) => 4,
        Expr::Function(call) if calls::becomes_case(call) => 5,
        // Each is a call of what is before it.
        Expr::CompoundFieldAccess { access_chain, .. } => 1 + access_chain.len(),
        // So is each field behind a column's name, which has up to four parts.
        Expr::CompoundIdentifier(parts) => 1 + parts.len().saturating_sub(4),
        _ => 1,
    }
}

fn joins(select: &Select) -> usize {
    let relations: usize = select.from.iter().map(|element| element.joins.len() + 1).sum();
    relations.saturating_sub(1)
}

/// How deep the tree of UNION, INTERSECT and EXCEPT is, without descending on the stack.
fn set_operations(body: &SetExpr) -> usize {
    let mut deepest = 0;
    let mut open = vec![(body, 0)];
    while let Some((body, depth)) = open.pop() {
        deepest = deepest.max(depth);
        if let SetExpr::SetOperation { left, right, .. } = body {
            open.push((left, depth + 1));
            open.push((right, depth + 1));
        }
    }
    deepest
}

/// `((a AND b) AND c) AND d` as `(a AND b) AND (c AND d)`: the same, by associativity, and not deep.
fn balance(expr: &mut Expr) {
    let Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } = &*expr else { return };
    let op = op.clone();
    let mut terms = Vec::new();
    let mut open = vec![std::mem::replace(expr, Expr::Tuple(Vec::new()))];
    while let Some(next) = open.pop() {
        match next {
            Expr::BinaryOp { left, op: found, right } if found == op => {
                open.push(*right);
                open.push(*left);
            }
            term => terms.push(term),
        }
    }
    if let Some(balanced) = joined(terms, &op) {
        *expr = balanced;
    }
}

/// The terms as a tree of little depth, in their order; `None` if there are none.
pub(crate) fn joined(mut terms: Vec<Expr>, op: &BinaryOperator) -> Option<Expr> {
    while terms.len() > 1 {
        let mut halved = Vec::with_capacity(terms.len().div_ceil(2));
        let mut rest = terms.into_iter();
        while let Some(left) = rest.next() {
            halved.push(match rest.next() {
                None => left,
                Some(right) => {
                    let (left, right) = (Box::new(left), Box::new(right));
                    Expr::BinaryOp { left, op: op.clone(), right }
                }
            });
        }
        terms = halved;
    }
    terms.pop()
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::{ast::Ident, dialect::GenericDialect, parser::Parser};

    use super::*;

    #[test]
    fn fields_behind_a_columns_name_nest() {
        for (parts, expected) in [(2, 1), (4, 1), (5, 2), (20, 17)] {
            let name = Expr::CompoundIdentifier(vec![Ident::new("f"); parts]);
            assert_eq!(levels(&name), expected, "{parts}");
        }
    }

    #[test]
    fn chains_are_balanced_in_their_order() {
        let parse =
            |text: &str| Parser::new(&GenericDialect).try_with_sql(text).unwrap().parse_expr().unwrap();
        let mut expr = parse("a AND b AND c AND d AND e");
        balance(&mut expr);
        let Expr::BinaryOp { left, right, .. } = &expr else { panic!("{expr}") };
        assert_eq!((left.to_string(), right.to_string()), ("a AND b AND c AND d".into(), "e".into()));
        let Expr::BinaryOp { left, right, .. } = &**left else { panic!("{left}") };
        assert_eq!((left.to_string(), right.to_string()), ("a AND b".into(), "c AND d".into()));
        let mut mixed = parse("a OR b AND c OR d");
        balance(&mut mixed);
        assert_eq!(mixed.to_string(), "a OR b AND c OR d");
    }
}
