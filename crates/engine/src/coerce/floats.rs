//! What doubles and reals are grouped by, and found by.

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::DFSchema,
    error::Result,
    logical_expr::{Expr, ExprSchemable, expr::ScalarFunction},
};

use crate::functions;

/// Where they are doubles or reals, -0.0 as 0.0.
pub(super) fn one_zero<'e>(exprs: impl IntoIterator<Item = &'e mut Expr>, schema: &DFSchema) -> Result<bool> {
    let mut changed = false;
    for expr in exprs {
        if matches!(expr.get_type(schema)?, Arrow::Float32 | Arrow::Float64) {
            let inner = std::mem::take(expr);
            *expr = Expr::ScalarFunction(ScalarFunction::new_udf(functions::one_zero(), vec![inner]));
            changed = true;
        }
    }
    Ok(changed)
}

/// The argument of `max` and `min` as a key, where it is a double or a real. [`floating::restored`] gives the number.
pub(super) fn extreme(aggregate: &str, arguments: &mut [Expr], schema: &DFSchema) -> Result<bool> {
    let [argument] = arguments else { return Ok(false) };
    let Some(key) = functions::extreme_key(aggregate) else { return Ok(false) };
    if !argument.get_type(schema)?.is_floating() {
        return Ok(false);
    }
    let inner = std::mem::take(argument);
    *argument = Expr::ScalarFunction(ScalarFunction::new_udf(key, vec![inner]));
    Ok(true)
}
