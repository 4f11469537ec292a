//! Where DataFusion may push filters and projections down in a physical plan.
//!
//! DataFusion 55.2 finds the columns of a filter again in an operator's input by their names (apache/datafusion#20303,
//! #25244, #25262, #25263, #25264 and #25296; mended after 55.2 by #25259). Where two columns of an input have one name,
//! as the sides of a join have, the filter comes to be on the wrong one, and rows are lost. So the rule sees only those
//! parts of a plan that have one input and no name twice. What logical filters ask for is below the joins by then: row
//! groups are skipped as before. What is lost are the filters that a join and a sorting build while they run.
//!
//! It also calculates what a query selects before it filters, where fewer columns come of it: `SELECT (a + b) / c, c FROM t
//! WHERE c <> 0` would divide by zero. So projections that calculate stay where they are.
//!
//! The filters that it leaves are chains, which are balanced (`chains`).

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    common::{
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion},
    },
    error::Result,
    physical_expr::expressions::Column,
    physical_optimizer::{PhysicalOptimizerRule, optimizer::PhysicalOptimizer},
    physical_plan::{ExecutionPlan, joins::NestedLoopJoinExec, projection::ProjectionExec},
};

use crate::chains;

/// What DataFusion calls the rule in both of its phases begins so.
const PUSHDOWN: &str = "FilterPushdown";

/// What it calls the one that pushes projections down.
const PROJECTIONS: &str = "ProjectionPushdown";

/// DataFusion's rules, of which those that push filters down keep to where names are unique, and the one that pushes
/// projections down to plans in which none calculates.
pub(crate) fn rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let within =
        |rule: Arc<dyn PhysicalOptimizerRule + Send + Sync>| -> Arc<dyn PhysicalOptimizerRule + Send + Sync> {
            match rule.name() {
                PROJECTIONS => Arc::new(WhereNothingIsCalculated(rule)),
                name if name.starts_with(PUSHDOWN) => Arc::new(WhereNamesAreUnique(rule)),
                _ => rule,
            }
        };
    PhysicalOptimizer::new().rules.into_iter().map(within).collect()
}

#[derive(Debug)]
struct WhereNamesAreUnique(Arc<dyn PhysicalOptimizerRule + Send + Sync>);

impl PhysicalOptimizerRule for WhereNamesAreUnique {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_down(|node| {
            if !names_are_unique(&node) {
                return Ok(Transformed::no(node));
            }
            let pushed = chains::filters(self.0.optimize(node, config)?)?;
            Ok(Transformed::new(pushed, true, TreeNodeRecursion::Jump))
        })
        .data()
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}

#[derive(Debug)]
struct WhereNothingIsCalculated(Arc<dyn PhysicalOptimizerRule + Send + Sync>);

impl PhysicalOptimizerRule for WhereNothingIsCalculated {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let calculates = plan.exists(|node| Ok(may_calculate(node)))?;
        if calculates { Ok(plan) } else { self.0.optimize(plan, config) }
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}

/// Whether the rule could have something calculated earlier because of this operator: of the condition of a join, too, it
/// takes what one side decides.
fn may_calculate(node: &Arc<dyn ExecutionPlan>) -> bool {
    let projection = node.downcast_ref::<ProjectionExec>();
    let calculates = |projection: &ProjectionExec| {
        projection.expr().iter().any(|projected| !projected.expr.is::<Column>())
    };
    projection.is_some_and(calculates) || node.is::<NestedLoopJoinExec>()
}

/// Whether every operator, from here down, has at most one input, and no two columns of one name.
fn names_are_unique(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let mut node = plan;
    loop {
        let schema = node.schema();
        let mut names = HashSet::with_capacity(schema.fields().len());
        if !schema.fields().iter().all(|field| names.insert(field.name().as_str())) {
            return false;
        }
        match node.children().as_slice() {
            [] => return true,
            [input] => node = *input,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_phases_and_the_projections_are_held_back() {
        let held = |rule: &&Arc<dyn PhysicalOptimizerRule + Send + Sync>| {
            format!("{rule:?}").starts_with("WhereNames")
        };
        assert_eq!(rules().iter().filter(held).count(), 2);
        let projections = |rule: &&Arc<dyn PhysicalOptimizerRule + Send + Sync>| {
            format!("{rule:?}").starts_with("WhereNothing")
        };
        // It is in the list as often as DataFusion has it.
        let all = PhysicalOptimizer::new().rules;
        let named = all.iter().filter(|rule| rule.name() == PROJECTIONS).count();
        assert!(named > 0);
        assert_eq!(rules().iter().filter(projections).count(), named);
        assert_eq!(rules().len(), PhysicalOptimizer::new().rules.len());
    }
}
