//! `||` and `LIKE` as calls of ours.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{DFSchema, ScalarValue},
    logical_expr::{Expr, ExprSchemable, Like, ScalarUDF, expr::ScalarFunction, lit},
};

use crate::functions::{self, CONCAT};

/// `a || b || c` as one call.
pub(super) fn concatenated(left: Expr, right: Expr, concat: &Arc<ScalarUDF>) -> Expr {
    let mut sides = match left {
        Expr::ScalarFunction(call) if call.func.name() == CONCAT => call.args,
        other => vec![other],
    };
    sides.push(right);
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(concat), sides))
}

/// A `LIKE` that searches its texts as a call of ours, and so one whose pattern is not known yet; `None` for others. Where it is of a column and the texts have one
/// beginning, that is asked for as well: it tells which row groups of a file need not be read.
pub(super) fn searched(pattern: &Like, schema: &DFSchema, like: &Arc<ScalarUDF>) -> Option<Expr> {
    let text = match &*pattern.pattern {
        Expr::Literal(ScalarValue::Utf8(Some(text)), _) => Some(text),
        Expr::Literal(..) => return None,
        _ => None,
    };
    let is_plain = pattern.escape_char.is_none() && !pattern.case_insensitive;
    let sides = [&pattern.expr, &pattern.pattern];
    let is_text = sides.iter().all(|side| side.get_type(schema).is_ok_and(|found| found == Arrow::Utf8));
    if !is_plain || !is_text || text.is_some_and(|text| !functions::is_searched(text)) {
        return None;
    }
    let arguments = vec![(*pattern.expr).clone(), (*pattern.pattern).clone()];
    let call = Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(like), arguments));
    if pattern.negated {
        return Some(Expr::Not(Box::new(call)));
    }
    let beginning = text
        .and_then(|text| functions::beginning(text))
        .filter(|beginning| !functions::is_searched(beginning));
    Some(match beginning {
        Some(beginning) if matches!(*pattern.expr, Expr::Column(_)) => {
            (*pattern.expr).clone().like(lit(beginning)).and(call)
        }
        _ => call,
    })
}
