//! Unions, whose columns have the types that all of their inputs have in Athena.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{DFSchema, ScalarValue, tree_node::Transformed},
    error::Result,
    logical_expr::{Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Union, lit},
};

use super::common::{converted, replace, unify};

/// The inputs of a union with the columns' types that all of them have in Athena.
pub(super) fn united(union: Union) -> Result<Transformed<LogicalPlan>> {
    let columns = union.schema.fields().len();
    let mut targets: Vec<Vec<Option<Arrow>>> = vec![vec![None; columns]; union.inputs.len()];
    let mut changed = false;
    for column in 0..columns {
        // Stand-ins, which have the types alone.
        let null = |input: &Arc<LogicalPlan>| {
            let null = ScalarValue::try_from(input.schema().field(column).data_type());
            lit(null.unwrap_or(ScalarValue::Null))
        };
        let mut nulls: Vec<Expr> = union.inputs.iter().map(null).collect();
        changed |= unify(&mut nulls, &DFSchema::empty())?;
        changed |= one_width(&mut nulls)?;
        for (input, null) in targets.iter_mut().zip(nulls) {
            let is_converted = matches!(null, Expr::Cast(_) | Expr::ScalarFunction(_));
            if let (true, Some(target)) = (is_converted, input.get_mut(column)) {
                *target = Some(null.get_type(&DFSchema::empty())?);
            }
        }
    }
    if !changed {
        // The types of the inputs may be others by now.
        return Ok(Transformed::yes(LogicalPlan::Union(Union::try_new_with_loose_types(union.inputs)?)));
    }
    let inputs = union.inputs.into_iter().zip(targets);
    let inputs =
        inputs.map(|(input, targets)| with_columns_of(input, targets)).collect::<Result<Vec<_>>>()?;
    Ok(Transformed::yes(LogicalPlan::Union(Union::try_new_with_loose_types(inputs)?)))
}

/// Where one is a bigint, integers are.
fn one_width(nulls: &mut [Expr]) -> Result<bool> {
    let schema = DFSchema::empty();
    let types = nulls.iter().map(|null| null.get_type(&schema)).collect::<Result<Vec<_>>>()?;
    let mut changed = false;
    if types.contains(&Arrow::Int64) {
        for (null, found) in nulls.iter_mut().zip(types) {
            if found == Arrow::Int32 {
                replace(null, Arrow::Int64);
                changed = true;
            }
        }
    }
    Ok(changed)
}

/// The input with its columns in the other types, where there are any.
fn with_columns_of(input: Arc<LogicalPlan>, targets: Vec<Option<Arrow>>) -> Result<Arc<LogicalPlan>> {
    if targets.iter().all(Option::is_none) {
        return Ok(input);
    }
    let columns = input.schema().columns().into_iter().zip(input.schema().fields()).zip(targets);
    let exprs = columns.map(|((column, field), target)| match target {
        Some(target) => {
            let (relation, name) = (column.relation.clone(), column.name.clone());
            converted(Expr::Column(column), field.data_type(), target).alias_qualified(relation, name)
        }
        None => Expr::Column(column),
    });
    let exprs: Vec<Expr> = exprs.collect();
    Ok(Arc::new(LogicalPlanBuilder::new_from_arc(input).project(exprs)?.build()?))
}
