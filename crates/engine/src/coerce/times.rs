//! Times with zones, and casts of them and to them.

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::DFSchema,
    logical_expr::{Expr, ExprSchemable, ScalarUDF},
};

use super::called;
use crate::{functions, types::UTC};

/// Of a time with a zone, a comparison looks at the instant only.
pub(super) fn compare<'e>(exprs: impl IntoIterator<Item = &'e mut Expr>) -> bool {
    let mut changed = false;
    for expr in exprs {
        if let Expr::ScalarFunction(call) = expr
            && let Some(instant) = functions::comparable(call.func.name())
        {
            call.func = instant;
            changed = true;
        }
    }
    changed
}

/// Times with zones are compared as instants, and what has no zone is in UTC: DataFusion would read it in the zone of the
/// other side.
pub(super) fn in_one_zone<'e>(exprs: impl IntoIterator<Item = &'e mut Expr>, schema: &DFSchema) -> bool {
    let mut changed = false;
    for expr in exprs {
        if is_in_foreign_zone(expr, schema) {
            let inner = std::mem::take(expr);
            *expr = called(functions::in_utc(), inner);
            changed = true;
        }
    }
    changed
}

/// A cast of a time in a zone, to what has none, gives what the clocks of the zone show.
pub(super) fn by_the_clocks(expr: &mut Expr, to: &Arrow, schema: &DFSchema) -> bool {
    let shown = matches!(to, Arrow::Date32 | Arrow::Timestamp(_, None));
    if !shown || !is_in_foreign_zone(expr, schema) {
        return false;
    }
    let inner = std::mem::take(expr);
    *expr = called(functions::local_time(), inner);
    true
}

fn is_in_foreign_zone(expr: &Expr, schema: &DFSchema) -> bool {
    matches!(expr.get_type(schema), Ok(Arrow::Timestamp(_, Some(zone))) if &*zone != UTC)
}

/// What reads the text that a cast is of, where Arrow would read it otherwise.
pub(super) fn of_text(expr: &Expr, to: &Arrow, schema: &DFSchema, is_try: bool) -> Option<ScalarUDF> {
    let is_text = matches!(expr.get_type(schema), Ok(Arrow::Utf8));
    if is_text { functions::cast_of_text(to, is_try) } else { None }
}

/// The value of a cast to a timestamp as [`super::common::converted`] gives it, which by now may have no zone any more.
pub(super) fn in_digits(expr: &mut Expr, to: &Arrow, schema: &DFSchema, is_try: bool) -> Option<Expr> {
    let from = expr.get_type(schema).ok()?;
    let is_time = matches!((&from, to), (Arrow::Timestamp(_, None), Arrow::Timestamp(_, None)));
    if !is_time || !functions::converts(&from, to) {
        return None;
    }
    Some(called(functions::conversion(to.clone(), is_try), std::mem::take(expr)))
}
