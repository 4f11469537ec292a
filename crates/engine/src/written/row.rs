//! Comparisons of row values without the word ROW: `(a, b) = (1, 2)` and `(a, b) IN ((1, 2), (3, 4))`.

use std::{convert::Infallible, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, UnaryOperator, Value, ValueWithSpan, Visit, Visitor,
};

use super::{Result, bare, take};
use crate::{calls::call, error::EngineError, functions};

/// How many fields a row may have.
pub(super) const MAX_FIELDS: usize = 20;

/// How many rows a list may have.
const MAX_ROWS: usize = 100;

/// The most expressions that are copied in one statement: what is looked for, for each row of its list. So many bytes of a text
/// count as one.
pub(super) const MAX_COPIED: usize = 2_000;
const BYTES: usize = 64;

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
            if fields.len() > MAX_FIELDS || list.len() > MAX_ROWS {
                return Err(EngineError::unsupported(format!(
                    "row values of more than {MAX_FIELDS} fields, or in a list of more than {MAX_ROWS}"
                )));
            }
            let looked_for = Parts::of(fields);
            *copied = copied.saturating_add(looked_for.count.saturating_mul(list.len()));
            if *copied > MAX_COPIED {
                return Err(EngineError::unsupported(format!(
                    "IN of row values whose left sides have more than {MAX_COPIED} parts, times the rows of their lists,"
                )));
            }
            if looked_for.is_random && list.len() > 1 {
                return Err(EngineError::unsupported("a random value on the left of IN of row values"));
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

/// What fields are made of.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) count: usize,
    /// Whether each copy would have another value.
    pub(super) is_random: bool,
}

impl Parts {
    pub(super) fn of(fields: &[Expr]) -> Self {
        let mut parts = Self::default();
        for field in fields {
            let ControlFlow::Continue(()) = field.visit(&mut parts);
        }
        parts
    }
}

impl Visitor for Parts {
    type Break = Infallible;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Infallible> {
        self.count += 1;
        if let Expr::Function(call) = expr {
            self.is_random |= functions::is_random(&call.name.to_string().replace('"', ""));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<Infallible> {
        if let Value::SingleQuotedString(text) = &value.value {
            self.count += text.len() / BYTES;
        }
        ControlFlow::Continue(())
    }
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

    #[test]
    fn what_is_copied_for_a_list_is_bounded() {
        let refusal = |fields: &str, rows: usize| {
            let list = vec!["(1, 2)"; rows].join(", ");
            let text = format!("SELECT ({fields}) IN ({list})");
            let athena = Athena::new(10_000);
            let mut parsed = Parser::new(&athena).try_with_sql(&text).unwrap().parse_query().unwrap();
            crate::written::rewrite(&mut parsed).map_err(|error| error.to_string())
        };
        let sum = vec!["a"; 20].join(" + ");
        let long = "x".repeat(10_000);
        assert_eq!(refusal("a, b", 100), Ok(()));
        assert_eq!(refusal(&format!("{sum}, b"), 40), Ok(()));
        for (fields, rows, expected) in [
            (
                "a, b".to_owned(),
                101,
                "NOT_SUPPORTED: row values of more than 20 fields, or in a list of more than 100 ",
            ),
            (
                format!("{sum}, b"),
                60,
                "NOT_SUPPORTED: IN of row values whose left sides have more than 2000 parts, ",
            ),
            (
                format!("a, '{long}'"),
                20,
                "NOT_SUPPORTED: IN of row values whose left sides have more than 2000 parts, ",
            ),
            ("random(), b".to_owned(), 2, "NOT_SUPPORTED: a random value on the left of IN of row values "),
        ] {
            let error = refusal(&fields, rows).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        assert_eq!(refusal("random(), b", 1), Ok(()));
    }
}
