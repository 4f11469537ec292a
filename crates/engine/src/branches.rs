//! The branches of a CASE that give null.
//!
//! DataFusion 55.2 asks twice whether a CASE may be null, of its expression and of its physical expression, and refuses a plan
//! for which the answers differ (as it did in apache/datafusion#23844). Of `CASE WHEN x = y THEN x ELSE 0 END` the expression says
//! no, since `x = y` is not true where `x` is null. The physical expression calculates the condition with a null for `x`, and
//! so it cannot say where there is another column in it. So DataFusion does not see such a condition: then both say yes.

use datafusion::{
    common::{DFSchema, tree_node::TreeNode},
    error::Result,
    logical_expr::{Case, Expr, ExprSchemable},
};

use crate::functions;

/// Hides the conditions of such branches. Answers whether there are any.
pub(crate) fn hide(case: &mut Case, schema: &DFSchema) -> Result<bool> {
    let Case { expr: None, when_then_expr, else_expr: Some(otherwise) } = case else { return Ok(false) };
    if otherwise.nullable(schema)? {
        return Ok(false);
    }
    let mut changed = false;
    for (when, then) in when_then_expr {
        if then.nullable(schema)? && !refers_to_no_more(when, then)? {
            let condition = std::mem::take(&mut **when);
            **when = functions::unseen(condition);
            changed = true;
        }
    }
    Ok(changed)
}

/// Whether the condition can be calculated once a value is known for the result.
fn refers_to_no_more(when: &Expr, then: &Expr) -> Result<bool> {
    let known = then.column_refs();
    let is_more = when.exists(|part| {
        Ok(match part {
            Expr::Column(column) => !known.contains(column),
            Expr::OuterReferenceColumn(..)
            | Expr::ScalarSubquery(_)
            | Expr::Exists(_)
            | Expr::InSubquery(_)
            | Expr::AggregateFunction(_)
            | Expr::WindowFunction(_) => true,
            _ => false,
        })
    })?;
    Ok(!is_more)
}
