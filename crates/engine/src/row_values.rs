//! Row values without the word ROW, `(a, b)`, where they are compared: `(a, b) = (1, 2)` and `(a, b) IN ((1, 2), (3, 4))`.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Query, UnaryOperator, VisitMut, VisitorMut};

use crate::calls::call;

/// How many comparisons an IN may become. A longer one is refused as a row value.
const MOST: usize = 1_000;

/// Writes them as calls of `row`, and those in lists as comparisons of their parts. In other places they are left, and are
/// refused.
pub(crate) fn rewrite(query: &mut Query) {
    // It never breaks.
    let _ = query.visit(&mut Rewrite);
}

struct Rewrite;

impl VisitorMut for Rewrite {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::BinaryOp { left, op, right } if compares(op) => {
                row(left);
                row(right);
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                row(left);
                row(right);
            }
            Expr::InList { expr: tested, list, negated } => {
                if let Some(any) = any(tested, list) {
                    let any = Expr::Nested(Box::new(any));
                    *expr = if *negated {
                        Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(any) }
                    } else {
                        any
                    };
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn compares(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq
    )
}

fn row(expr: &mut Expr) {
    if let Expr::Tuple(parts) = expr
        && parts.len() > 1
    {
        *expr = call("row", std::mem::take(parts));
    }
}

/// Whether the row is one of the list, as conditions on its parts.
fn any(tested: &Expr, list: &[Expr]) -> Option<Expr> {
    let Expr::Tuple(tested) = tested else { return None };
    if tested.len() < 2 || tested.len().saturating_mul(list.len()) > MOST {
        return None;
    }
    let equal = |item: &Expr| match item {
        Expr::Tuple(parts) if parts.len() == tested.len() => {
            let pairs = tested.iter().zip(parts).map(|(left, right)| binary(left, BinaryOperator::Eq, right));
            joined(pairs, &BinaryOperator::And)
        }
        _ => None,
    };
    let items: Option<Vec<Expr>> = list.iter().map(equal).collect();
    joined(items?.into_iter(), &BinaryOperator::Or)
}

fn joined(mut parts: impl Iterator<Item = Expr>, op: &BinaryOperator) -> Option<Expr> {
    let first = parts.next()?;
    let joined = parts.fold(first, |left, right| Expr::BinaryOp {
        left: Box::new(left),
        op: op.clone(),
        right: Box::new(right),
    });
    Some(joined)
}

/// Each in parentheses of its own: they may be conditions.
fn binary(left: &Expr, op: BinaryOperator, right: &Expr) -> Expr {
    let side = |side: &Expr| Box::new(Expr::Nested(Box::new(side.clone())));
    Expr::BinaryOp { left: side(left), op, right: side(right) }
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::parser::Parser;

    use super::*;
    use crate::dialect::Athena;

    #[test]
    fn rows_that_are_compared_become_calls_and_conditions() {
        for (text, expected) in [
            ("SELECT (a, b) = (1, 2)", "SELECT row(a, b) = row(1, 2)"),
            ("SELECT (a, b) < c", "SELECT row(a, b) < c"),
            ("SELECT (a, b) IS DISTINCT FROM (1, 2)", "SELECT row(a, b) IS DISTINCT FROM row(1, 2)"),
            (
                "SELECT (a, b) IN ((1, 2), (3, 4))",
                "SELECT ((a) = (1) AND (b) = (2) OR (a) = (3) AND (b) = (4))",
            ),
            ("SELECT (a, b) NOT IN ((1, 2))", "SELECT NOT ((a) = (1) AND (b) = (2))"),
            ("SELECT (a, b) IN ((1, 2, 3))", "SELECT (a, b) IN ((1, 2, 3))"),
            ("SELECT (a, b)", "SELECT (a, b)"),
            ("SELECT (a + b) = 1", "SELECT (a + b) = 1"),
        ] {
            let athena = Athena::new(100);
            let mut parsed = Parser::new(&athena).try_with_sql(text).unwrap().parse_query().unwrap();
            rewrite(&mut parsed);
            assert_eq!(parsed.to_string(), expected, "{text}");
        }
    }
}
