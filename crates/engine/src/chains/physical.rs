//! The same for physical plans: DataFusion 55.2 joins the filters that it has pushed down, and those that it could not push
//! down, to a chain (`FilterPushdown`). A filter is evaluated by descending into it, on threads whose stacks are of usual size.

use std::sync::Arc;

use datafusion::{
    common::tree_node::{Transformed, TransformedResult, TreeNode},
    error::Result,
    logical_expr::Operator,
    physical_expr::{PhysicalExpr, expressions::BinaryExpr},
    physical_plan::{
        ExecutionPlan,
        filter::{FilterExec, FilterExecBuilder},
    },
};

use super::MAX_CHAINED;

/// The plan whose filters have balanced conditions.
pub(crate) fn filters(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    plan.transform_up(|node| {
        let Some(filter) = node.downcast_ref::<FilterExec>() else { return Ok(Transformed::no(node)) };
        let Some(condition) = predicate(filter.predicate()) else { return Ok(Transformed::no(node)) };
        let filter = FilterExecBuilder::from(filter).with_predicate(condition).build()?;
        Ok(Transformed::yes(Arc::new(filter) as Arc<dyn ExecutionPlan>))
    })
    .data()
}

/// The condition as a tree of little depth, if it is a deep chain of AND.
pub(crate) fn predicate(condition: &Arc<dyn PhysicalExpr>) -> Option<Arc<dyn PhysicalExpr>> {
    let (mut parts, mut deepest, mut open) = (Vec::new(), 0, vec![(condition, 0)]);
    while let Some((next, level)) = open.pop() {
        deepest = deepest.max(level);
        match next.downcast_ref::<BinaryExpr>() {
            Some(both) if *both.op() == Operator::And => {
                open.push((both.right(), level + 1));
                open.push((both.left(), level + 1));
            }
            _ => parts.push(Arc::clone(next)),
        }
    }
    if deepest > MAX_CHAINED { joined(parts) } else { None }
}

fn joined(mut parts: Vec<Arc<dyn PhysicalExpr>>) -> Option<Arc<dyn PhysicalExpr>> {
    while parts.len() > 1 {
        let mut halved: Vec<Arc<dyn PhysicalExpr>> = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(left) = rest.next() {
            halved.push(match rest.next() {
                Some(right) => Arc::new(BinaryExpr::new(left, Operator::And, right)),
                None => left,
            });
        }
        parts = halved;
    }
    parts.pop()
}
