//! DISTINCT, and `INTERSECT` and `EXCEPT`, whose columns have the types that both queries have in Athena, as those of a union
//! do (Trino's `StatementAnalyzer` and `TypeCoercion`). Rows are compared by `IS NOT DISTINCT FROM`: -0.0 is 0.0, and every NaN is one value
//! (Trino's `DoubleType` and `RealType`).
//!
//! DataFusion 55.2 gives the columns of the first query in their own types, takes a double for a decimal where it meets one, and
//! compares doubles bit by bit.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType as Arrow, TimeUnit},
    common::{DFSchema, tree_node::Transformed},
    error::Result,
    logical_expr::{
        Distinct, Expr, ExprSchemable, Join, LogicalPlan, LogicalPlanBuilder, Subquery, expr::InSubquery,
    },
};

use super::{
    common::{converted, in_nanoseconds},
    floats::one_value,
};
use crate::{functions, sets};

/// The operation in such types, which counts its rows where it has ALL. `place` tells it from the others of the plan.
pub(super) fn compared(join: Join, place: usize) -> Result<Transformed<LogicalPlan>> {
    let counts = sets::counts(&join);
    let left = match Arc::unwrap_or_clone(join.left) {
        // Values that differ may be one in the other type, so they are made distinct after the conversion.
        LogicalPlan::Distinct(Distinct::All(rows)) => rows,
        rows => Arc::new(rows),
    };
    let pairs = left.schema().fields().iter().zip(join.right.schema().fields());
    let types: Vec<Option<Arrow>> =
        pairs.map(|(left, right)| functions::common_type(left.data_type(), right.data_type())).collect();
    let left = in_types(left, &types)?;
    let right = in_types(join.right, &types)?;
    sets::operation(left, right, join.join_type, counts, place).map(Transformed::yes)
}

/// `IN` of a query. DataFusion takes a double for a decimal there, too.
pub(super) fn sought(within: InSubquery, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let InSubquery { expr, subquery, negated } = within;
    let found = expr.get_type(schema)?;
    let column = subquery.subquery.schema().fields().first().map(|field| field.data_type().clone());
    let common = column.filter(|column| {
        let are_numbers = found.is_numeric() && column.is_numeric();
        are_numbers && found.is_floating() != column.is_floating()
    });
    let Some(common) = common.and_then(|column| functions::common_type(&found, &column)) else {
        return Ok(Transformed::no(Expr::InSubquery(InSubquery::new(expr, subquery, negated))));
    };
    let value = if found == common { *expr } else { converted(*expr, &found, common.clone()) };
    let Subquery { subquery, outer_ref_columns, spans } = subquery;
    let subquery = Subquery { subquery: in_types(subquery, &[Some(common)])?, outer_ref_columns, spans };
    Ok(Transformed::yes(Expr::InSubquery(InSubquery::new(Box::new(value), subquery, negated))))
}

/// The distinct rows.
pub(super) fn distinct(rows: Arc<LogicalPlan>) -> Result<Transformed<LogicalPlan>> {
    let types = vec![None; rows.schema().fields().len()];
    let rows = in_types(rows, &types)?;
    Ok(Transformed::yes(LogicalPlan::Distinct(Distinct::All(rows))))
}

/// The rows with their columns in these types. One without a type stays as it is.
fn in_types(rows: Arc<LogicalPlan>, types: &[Option<Arrow>]) -> Result<Arc<LogicalPlan>> {
    let schema = Arc::clone(rows.schema());
    let mut changed = false;
    let columns = schema.columns().into_iter().zip(schema.fields()).zip(types);
    let columns = columns.map(|((column, field), target)| {
        let found = field.data_type();
        let (relation, name) = (column.relation.clone(), column.name.clone());
        let value = in_type(Expr::Column(column), found, target.as_ref().unwrap_or(found));
        match value {
            column @ Expr::Column(_) => column,
            value => {
                changed = true;
                value.alias_qualified(relation, name)
            }
        }
    });
    let columns: Vec<Expr> = columns.collect();
    if !changed {
        return Ok(rows);
    }
    Ok(Arc::new(LogicalPlanBuilder::new_from_arc(rows).project(columns)?.build()?))
}

fn in_type(value: Expr, found: &Arrow, target: &Arrow) -> Expr {
    let value = match target {
        target if target == found => value,
        Arrow::Timestamp(TimeUnit::Nanosecond, None) => in_nanoseconds(value, found, false),
        target => converted(value, found, target.clone()),
    };
    if found.is_floating() { one_value(value) } else { value }
}
