//! Comparisons of row values without the word ROW: `(a, b) = (1, 2)` and `(a, b) IN ((1, 2), (3, 4))`.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use super::{Result, bare, take};
use crate::{calls::call, error::EngineError};

/// How many fields a row may have.
const MAX_FIELDS: usize = 20;

/// How many rows a list may have.
const MAX_ROWS: usize = 100;

/// The most fields of rows that are copied in one statement, for the rows of its lists.
const MAX_COPIED: usize = 2_000;

/// Writes `(a, b) = (c, d)` as `a = c AND b = d`, which is null where that is, and the like. A row that is compared with
/// something else, or by its order, becomes a call of `row`. What it can write neither way it leaves, to be refused.
pub(super) fn rewrite(expr: &mut Expr, copied: &mut usize) -> Result<()> {
    match expr {
        Expr::BinaryOp { left, op: op @ (BinaryOperator::Eq | BinaryOperator::NotEq), right } => {
            let op = op.clone();
            match rows(left, right)? {
                Some((left, right)) => *expr = field_by_field(left, &op, right),
                None => call_both(left, right),
            }
        }
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Lt | BinaryOperator::LtEq | BinaryOperator::Gt | BinaryOperator::GtEq,
            right,
        } => call_both(left, right),
        Expr::IsDistinctFrom(left, right) => match rows(left, right)? {
            Some((left, right)) => {
                let distinct = left.into_iter().zip(right);
                let distinct =
                    distinct.map(|(left, right)| Expr::IsDistinctFrom(Box::new(left), Box::new(right)));
                *expr = joined(distinct.collect(), &BinaryOperator::Or);
            }
            None => call_both(left, right),
        },
        Expr::IsNotDistinctFrom(left, right) => match rows(left, right)? {
            Some((left, right)) => {
                let same = left.into_iter().zip(right);
                let same = same.map(|(left, right)| Expr::IsNotDistinctFrom(Box::new(left), Box::new(right)));
                *expr = joined(same.collect(), &BinaryOperator::And);
            }
            None => call_both(left, right),
        },
        Expr::InList { expr: value, list, negated } => {
            let Expr::Tuple(fields) = bare(value) else { return Ok(()) };
            let is_row =
                |item: &Expr| matches!(bare(item), Expr::Tuple(parts) if parts.len() == fields.len());
            if fields.is_empty() || !list.iter().all(is_row) {
                return Ok(());
            }
            *copied += fields.len() * list.len();
            if fields.len() > MAX_FIELDS || list.len() > MAX_ROWS || *copied > MAX_COPIED {
                return Err(EngineError::unsupported(format!(
                    "row values of more than {MAX_FIELDS} fields, or in a list of more than {MAX_ROWS}"
                )));
            }
            let fields = fields.clone();
            let equal = list.iter_mut().filter_map(|item| match take(item) {
                Expr::Tuple(parts) => Some(field_by_field(fields.clone(), &BinaryOperator::Eq, parts)),
                _ => None,
            });
            let any = joined(equal.collect(), &BinaryOperator::Or);
            *expr =
                if *negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(any) } } else { any };
        }
        _ => {}
    }
    Ok(())
}

fn call_both(left: &mut Expr, right: &mut Expr) {
    called(left);
    called(right);
}

/// Writes a row as a call of `row`.
fn called(side: &mut Expr) {
    if matches!(bare(side), Expr::Tuple(fields) if fields.len() > 1)
        && let Expr::Tuple(fields) = take(side)
    {
        *side = call("row", fields);
    }
}

/// The fields of both sides, if they are rows of as many.
fn rows(left: &mut Expr, right: &mut Expr) -> Result<Option<(Vec<Expr>, Vec<Expr>)>> {
    let fields = match (bare(left), bare(right)) {
        (Expr::Tuple(left), Expr::Tuple(right)) if left.len() == right.len() && !left.is_empty() => {
            left.len()
        }
        _ => return Ok(None),
    };
    if fields > MAX_FIELDS {
        return Err(EngineError::unsupported(format!("a row value of more than {MAX_FIELDS} fields")));
    }
    match (take(left), take(right)) {
        (Expr::Tuple(left), Expr::Tuple(right)) => Ok(Some((left, right))),
        _ => Ok(None),
    }
}

fn field_by_field(left: Vec<Expr>, op: &BinaryOperator, right: Vec<Expr>) -> Expr {
    let compared = left.into_iter().zip(right).map(|(left, right)| Expr::BinaryOp {
        left: Box::new(left),
        op: op.clone(),
        right: Box::new(right),
    });
    let link = if *op == BinaryOperator::Eq { BinaryOperator::And } else { BinaryOperator::Or };
    joined(compared.collect(), &link)
}

/// A chain that is as deep as its length has digits in base two. There is at least one part.
fn joined(mut parts: Vec<Expr>, link: &BinaryOperator) -> Expr {
    while parts.len() > 1 {
        let mut halves = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(left) = rest.next() {
            halves.push(match rest.next() {
                Some(right) => {
                    Expr::BinaryOp { left: Box::new(left), op: link.clone(), right: Box::new(right) }
                }
                None => left,
            });
        }
        parts = halves;
    }
    parts.pop().unwrap_or_else(|| Expr::Tuple(Vec::new()))
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::parser::Parser;
    use trino::Athena;

    #[test]
    fn rows_that_are_compared_become_conditions_and_calls() {
        for (text, expected) in [
            ("SELECT (a, b) = (1, 2)", "SELECT a = 1 AND b = 2"),
            ("SELECT (a, b) <> (1, 2)", "SELECT a <> 1 OR b <> 2"),
            ("SELECT (a, b) = c", "SELECT row(a, b) = c"),
            ("SELECT (a, b) < (1, 2)", "SELECT row(a, b) < row(1, 2)"),
            ("SELECT ((a, b)) >= c", "SELECT row(a, b) >= c"),
            ("SELECT (a, b) IS DISTINCT FROM c", "SELECT row(a, b) IS DISTINCT FROM c"),
            ("SELECT (a, b) = (1, 2, 3)", "SELECT row(a, b) = row(1, 2, 3)"),
            ("SELECT (a, b) IN ((1, 2), (3, 4))", "SELECT a = 1 AND b = 2 OR a = 3 AND b = 4"),
            ("SELECT (a, b) IN ((1, 2, 3))", "SELECT (a, b) IN ((1, 2, 3))"),
            ("SELECT (a, b)", "SELECT (a, b)"),
            ("SELECT (a + b) = 1", "SELECT (a + b) = 1"),
        ] {
            let athena = Athena::new(100);
            let mut parsed = Parser::new(&athena).try_with_sql(text).unwrap().parse_query().unwrap();
            crate::written::rewrite(&mut parsed).unwrap();
            assert_eq!(parsed.to_string(), expected, "{text}");
        }
    }
}
