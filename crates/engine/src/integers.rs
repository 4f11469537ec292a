//! Numbers without a point: in Athena one that fits is an integer, and a larger one is a bigint. DataFusion reads each as a
//! bigint, and with it what is calculated from it.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{
        DFSchema, ScalarValue,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    error::Result,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, Values, utils::merge_schema},
};

/// The expression of a node with integers.
pub(crate) fn narrowed(expr: Expr, node: &Place) -> Result<Expr> {
    if node.0 { narrow(expr).data() } else { Ok(expr) }
}

/// Whether the numbers of a node are its query's: those of LIMIT and OFFSET count rows.
pub(crate) struct Place(bool);

impl Place {
    pub(crate) fn of(node: &LogicalPlan) -> Self {
        Self(!matches!(node, LogicalPlan::Limit(_)))
    }
}

fn narrow(expr: Expr) -> Result<Transformed<Expr>> {
    match expr {
        Expr::Literal(ScalarValue::Int64(Some(number)), metadata) => Ok(match integer(number) {
            Some(number) => Transformed::yes(Expr::Literal(ScalarValue::Int32(Some(number)), metadata)),
            None => Transformed::no(Expr::Literal(ScalarValue::Int64(Some(number)), metadata)),
        }),
        // By its parts' names the query refers to its columns.
        Expr::GroupingSet(_) => Ok(Transformed::no(expr)),
        // `count(*)` counts a number, by which the optimizer knows it.
        Expr::AggregateFunction(ref call)
            if call.func.name() == "count" && all_literals(&call.params.args) =>
        {
            Ok(Transformed::no(expr))
        }
        // What says which row is meant, or how many there are.
        Expr::WindowFunction(mut call) => {
            let is_value = !matches!(call.fun.name(), "count" | "ntile");
            let mut changed = false;
            for argument in call.params.args.iter_mut().take(usize::from(is_value)) {
                let narrowed = narrow(std::mem::take(argument))?;
                changed |= narrowed.transformed;
                *argument = narrowed.data;
            }
            for key in &mut call.params.partition_by {
                let narrowed = narrow(std::mem::take(key))?;
                changed |= narrowed.transformed;
                *key = narrowed.data;
            }
            for term in &mut call.params.order_by {
                let narrowed = narrow(std::mem::take(&mut term.expr))?;
                changed |= narrowed.transformed;
                term.expr = narrowed.data;
            }
            let expr = Expr::WindowFunction(call);
            Ok(if changed { Transformed::yes(expr) } else { Transformed::no(expr) })
        }
        other => other.map_children(narrow),
    }
}

/// Without the least integer: that is a bigint with a sign before it.
fn integer(number: i64) -> Option<i32> {
    i32::try_from(number).ok().filter(|number| *number != i32::MIN)
}

fn all_literals(exprs: &[Expr]) -> bool {
    exprs.iter().all(|expr| matches!(expr, Expr::Literal(..)))
}

/// `VALUES` with the columns' types that its values have.
pub(crate) fn retyped(values: Values) -> Result<LogicalPlan> {
    let Values { schema, mut values } = values;
    for (place, field) in schema.fields().iter().enumerate() {
        if *field.data_type() != Arrow::Int64 {
            continue;
        }
        // A null has the type of its column by now.
        for value in values.iter_mut().filter_map(|row| row.get_mut(place)) {
            if matches!(value, Expr::Literal(ScalarValue::Int64(None), _)) {
                *value = Expr::Literal(ScalarValue::Null, None);
            }
        }
    }
    LogicalPlanBuilder::values(values)?.build()
}

/// The plan with the types of its columns in the queries that refer to them from within.
pub(crate) fn seen_from_within(plan: LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_down_with_subqueries(|node| {
        let outer = merge_schema(&node.inputs());
        node.map_subqueries(|query| {
            query.transform_up_with_subqueries(|inner| {
                let changed =
                    inner.map_expressions(|expr| expr.transform(|expr| Ok(retype(expr, &outer))))?;
                if changed.transformed {
                    changed.map_data(LogicalPlan::recompute_schema)
                } else {
                    Ok(changed)
                }
            })
        })
    })
    .data()
}

fn retype(expr: Expr, outer: &DFSchema) -> Transformed<Expr> {
    match expr {
        Expr::OuterReferenceColumn(field, column) => match outer.qualified_field_from_column(&column) {
            Ok((_, found)) if found.data_type() != field.data_type() => {
                Transformed::yes(Expr::OuterReferenceColumn(Arc::clone(found), column))
            }
            _ => Transformed::no(Expr::OuterReferenceColumn(field, column)),
        },
        other => Transformed::no(other),
    }
}
