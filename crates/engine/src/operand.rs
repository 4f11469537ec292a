//! Conditions are no operands: in Athena `a = b = c` and `a = NOT b` are no SQL, and `(a = b) = c` is. The parser takes them, in
//! an order of its own.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Query, Spanned, UnaryOperator, Visit, Visitor};

use crate::{error::EngineError, visit};

/// Refuses the first condition that is an operand without parentheses. The query is as it was parsed, with all of its
/// parentheses.
pub(crate) fn check(query: &Query) -> Result<(), EngineError> {
    visit::broken(query.visit(&mut Check))
}

struct Check;

impl Visitor for Check {
    type Break = EngineError;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<EngineError> {
        match operands(expr).into_iter().find(|operand| is_condition(operand)) {
            Some(condition) => ControlFlow::Break(no_operand(condition)),
            None => ControlFlow::Continue(()),
        }
    }
}

/// What has to be a value.
fn operands(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or, .. } => Vec::new(),
        Expr::BinaryOp { left, right, .. } => vec![&**left, &**right],
        Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => vec![&**left, &**right],
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr }
        | Expr::IsNull(expr)
        | Expr::IsNotNull(expr)
        | Expr::InList { expr, .. }
        | Expr::InSubquery { expr, .. } => vec![&**expr],
        Expr::Between { expr, low, high, .. } => vec![&**expr, &**low, &**high],
        Expr::Like { expr, pattern, .. } => vec![&**expr, &**pattern],
        _ => Vec::new(),
    }
}

fn is_condition(expr: &Expr) -> bool {
    match expr {
        Expr::BinaryOp { op, .. } => matches!(
            op,
            BinaryOperator::And
                | BinaryOperator::Or
                | BinaryOperator::Eq
                | BinaryOperator::NotEq
                | BinaryOperator::Lt
                | BinaryOperator::LtEq
                | BinaryOperator::Gt
                | BinaryOperator::GtEq
        ),
        Expr::UnaryOp { op: UnaryOperator::Not, .. }
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        | Expr::Like { .. } => true,
        _ => false,
    }
}

fn no_operand(condition: &Expr) -> EngineError {
    let start = condition.span().start;
    let place =
        if start.line > 0 { format!("line {}:{}: ", start.line, start.column) } else { String::new() };
    EngineError::rejected(format!(
        "{place}a condition as an operand has to be in parentheses, as in (a = b) = c"
    ))
}
