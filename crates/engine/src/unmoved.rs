//! Conditions that refer to no column, and stay where they are.
//!
//! DataFusion 55.2 pushes a filter below an aggregate if all of its columns are ones that the aggregate groups by, which is
//! true of a filter without columns. An aggregate without groups has a row whatever it aggregates, so the filter is lost. One
//! that stands on a side of a join by itself cannot be pushed there. Constants are such filters, too: one that is null is not
//! calculated with the conditions beside it before it moves.

use datafusion::{
    common::{
        ScalarValue,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    error::Result,
    logical_expr::{Expr, Filter, LogicalPlan, LogicalPlanBuilder, utils::split_conjunction_owned},
};

use crate::{chains, error::EngineError, failure::from_datafusion};

/// The plan with such conditions on a side of a join.
pub(crate) fn conditions(plan: LogicalPlan) -> std::result::Result<LogicalPlan, EngineError> {
    plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Filter(filter) if has_lone_aggregate(&filter.input)? => apart(filter),
        other => Ok(Transformed::no(other)),
    })
    .data()
    .map_err(from_datafusion)
}

fn apart(filter: Filter) -> Result<Transformed<LogicalPlan>> {
    let (mut alone, mut rest) = (Vec::new(), Vec::new());
    for condition in split_conjunction_owned(filter.predicate.clone()) {
        if is_alone(&condition)? {
            alone.push(condition);
        } else {
            rest.push(condition);
        }
    }
    let Some(condition) = chains::all(alone) else {
        return Ok(Transformed::no(LogicalPlan::Filter(filter)));
    };
    let one_row = LogicalPlanBuilder::empty(true).filter(condition)?.build()?;
    let mut plan = LogicalPlanBuilder::new_from_arc(filter.input).cross_join(one_row)?;
    if let Some(rest) = chains::all(rest) {
        plan = plan.filter(rest)?;
    }
    plan.build().map(Transformed::yes)
}

/// Whether it refers to no column, and is the same for all rows.
fn is_alone(condition: &Expr) -> Result<bool> {
    if matches!(condition, Expr::Literal(ScalarValue::Boolean(Some(true)), _)) {
        return Ok(false);
    }
    let holds_query = condition
        .exists(|expr| Ok(matches!(expr, Expr::ScalarSubquery(_) | Expr::InSubquery(_) | Expr::Exists(_))))?;
    let is_same = holds_query || !condition.is_volatile();
    Ok(is_same && !condition.any_column_refs() && !refers_outside(condition)?)
}

/// Whether a query in it refers to the query around it.
fn refers_outside(condition: &Expr) -> Result<bool> {
    condition.exists(|expr| {
        Ok(match expr {
            Expr::OuterReferenceColumn(..) => true,
            Expr::ScalarSubquery(query) => !query.outer_ref_columns.is_empty(),
            Expr::InSubquery(within) => !within.subquery.outer_ref_columns.is_empty(),
            Expr::Exists(within) => !within.subquery.outer_ref_columns.is_empty(),
            _ => false,
        })
    })
}

fn has_lone_aggregate(plan: &LogicalPlan) -> Result<bool> {
    plan.exists(|node| {
        Ok(matches!(node, LogicalPlan::Aggregate(aggregate) if aggregate.group_expr.is_empty()))
    })
}
