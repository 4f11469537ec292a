//! What doubles and reals are grouped by, and found by.

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{DFSchema, tree_node::TreeNode},
    error::Result,
    logical_expr::{Expr, ExprSchemable, LogicalPlan, expr::ScalarFunction},
};

use crate::functions;

/// Where they are doubles or reals, -0.0 as 0.0, and one NaN for all.
pub(super) fn one_of_each<'e>(
    exprs: impl IntoIterator<Item = &'e mut Expr>,
    schema: &DFSchema,
) -> Result<bool> {
    let mut changed = false;
    for expr in exprs {
        if matches!(expr.get_type(schema)?, Arrow::Float32 | Arrow::Float64) {
            *expr = one_value(std::mem::take(expr));
            changed = true;
        }
    }
    Ok(changed)
}

/// A double or a real, of whose zeros and of whose NaNs there is one.
pub(super) fn one_value(number: Expr) -> Expr {
    let called = |function, value| Expr::ScalarFunction(ScalarFunction::new_udf(function, vec![value]));
    called(functions::one_nan(), called(functions::one_zero(), number))
}

/// What rows are ordered by: every NaN comes last. Its sign is a bit of a file, or of what a processor makes, and DataFusion
/// sorts by it. -0.0 stays before 0.0.
pub(super) fn ordered(expr: Expr, schema: &DFSchema) -> Result<Expr> {
    if !expr.get_type(schema)?.is_floating() {
        return Ok(expr);
    }
    Ok(Expr::ScalarFunction(ScalarFunction::new_udf(functions::one_nan(), vec![expr])))
}

/// Whether the node groups by expressions that may be written otherwise. Those that `grouping` names may not.
pub(super) fn groups(node: &LogicalPlan) -> Result<bool> {
    let LogicalPlan::Aggregate(aggregate) = node else { return Ok(false) };
    for call in &aggregate.aggr_expr {
        let names_keys =
            |part: &Expr| Ok(matches!(part, Expr::AggregateFunction(call) if call.func.name() == "grouping"));
        if call.exists(names_keys)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What an aggregation groups by: all NaN are one group. (DataFusion 55.2 knows that of zeros.) Of grouping sets it takes the
/// parts as they are.
pub(super) fn grouped(expr: Expr, schema: &DFSchema) -> Result<Expr> {
    let is_no_key =
        expr.exists(|part| Ok(matches!(part, Expr::AggregateFunction(_) | Expr::GroupingSet(_))))?;
    if is_no_key || !expr.get_type(schema)?.is_floating() {
        return Ok(expr);
    }
    Ok(one_value(expr))
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
