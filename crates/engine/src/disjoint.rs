//! Lists of literals that have nothing in common.
//!
//! DataFusion 55.2 makes one list of `x NOT IN (1) OR x NOT IN (2)`, of `x IN (1) AND x IN (2)` and of `x IN (1) AND x NOT IN
//! (1)`, and where that one is empty, true or false of it (`simplify_expressions`). Of a null, each of them is null. So what has
//! no literal left is written as what it says: whether there is a value, and null for a null.

use datafusion::{
    common::{
        ScalarValue,
        tree_node::{Transformed, TransformedResult},
    },
    error::Result,
    logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator, expr::InList, lit},
};

use crate::{error::EngineError, failure::from_datafusion, parts};

/// The most literals of two lists that are looked at: beyond that they are not written by hand to rule each other out.
const MOST: usize = 64;

/// The plan without such lists.
pub(crate) fn lists(plan: LogicalPlan) -> std::result::Result<LogicalPlan, EngineError> {
    plan.transform_up_with_subqueries(|node| parts::rewritten(node, rewrite)).data().map_err(from_datafusion)
}

/// `value IN (literals)`, or NOT.
struct List<'e> {
    value: &'e Expr,
    literals: Vec<&'e Expr>,
    negated: bool,
}

fn rewrite(expr: Expr) -> Result<Transformed<Expr>> {
    let Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::And | Operator::Or), right }) = &expr else {
        return Ok(Transformed::no(expr));
    };
    let (Some(first), Some(second)) = (list(left), list(right)) else { return Ok(Transformed::no(expr)) };
    if first.value != second.value || first.literals.len() + second.literals.len() > MOST {
        return Ok(Transformed::no(expr));
    }
    let (first, second) = if first.negated { (second, first) } else { (first, second) };
    let has_both = |literal: &&Expr| second.literals.contains(literal);
    let is_empty = match (op, first.negated, second.negated) {
        (Operator::And, false, false) | (Operator::Or, true, true) => !first.literals.iter().any(has_both),
        (Operator::And, false, true) => first.literals.iter().all(has_both),
        _ => false,
    };
    if !is_empty {
        return Ok(Transformed::no(expr));
    }
    let (value, null) = (first.value.clone(), lit(ScalarValue::Boolean(None)));
    Ok(Transformed::yes(match op {
        Operator::And => value.is_null().and(null),
        _ => value.is_not_null().or(null),
    }))
}

/// The list that a condition is, also where it is written as comparisons. None of its literals is null.
fn list(expr: &Expr) -> Option<List<'_>> {
    let found = match expr {
        Expr::InList(InList { expr, list, negated }) if list.len() <= MOST => {
            List { value: expr, literals: list.iter().collect(), negated: *negated }
        }
        Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::Eq | Operator::NotEq), right }) => {
            List { value: left, literals: vec![right], negated: *op == Operator::NotEq }
        }
        // `x = 1 OR x = 2`, and `x <> 1 AND x <> 2`.
        Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::Or | Operator::And), right }) => {
            let (mut first, second) = (list(left)?, list(right)?);
            let is_one = first.value == second.value
                && first.negated == second.negated
                && first.negated == (*op == Operator::And)
                && first.literals.len() + second.literals.len() <= MOST;
            if !is_one {
                return None;
            }
            first.literals.extend(second.literals);
            first
        }
        _ => return None,
    };
    let are_known = found.literals.iter().all(|literal| is_known(literal));
    (are_known && !found.value.is_volatile()).then_some(found)
}

/// Whether the literal is equal to no other one. Two zeros are equal, and two nulls are not.
fn is_known(literal: &Expr) -> bool {
    let Expr::Literal(value, _) = literal else { return false };
    !value.is_null() && !value.data_type().is_floating()
}
