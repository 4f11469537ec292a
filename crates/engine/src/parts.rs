//! The expressions of a plan's nodes, part by part.

use datafusion::{
    common::tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    error::Result,
    logical_expr::{Expr, LogicalPlan, expr_rewriter::NamePreserver},
};

/// Whether a part of an expression is such a one, anywhere in the plan or in the queries of its expressions.
pub(crate) fn any(plan: &LogicalPlan, is_one: impl Fn(&Expr) -> bool) -> Result<bool> {
    let mut found = false;
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            found |= expr.exists(|part| Ok(is_one(part)))?;
            Ok(TreeNodeRecursion::Continue)
        })
    })?;
    Ok(found)
}

/// The node with its expressions rewritten, each part after those within it. An expression names a column: the new one
/// gets the name of the old one. The schema stays as it was: whoever changes types or nulls recomputes it.
pub(crate) fn rewritten(
    node: LogicalPlan,
    mut rewrite: impl FnMut(Expr) -> Result<Transformed<Expr>>,
) -> Result<Transformed<LogicalPlan>> {
    let names = NamePreserver::new(&node);
    node.map_expressions(|expr| {
        let name = names.save(&expr);
        let rewritten = expr.transform_up(&mut rewrite)?;
        Ok(rewritten.update_data(|expr| name.restore(expr)))
    })
}
