//! Such values among what an aggregate is of, as in `count_if(t.v IN (SELECT a.v ... WHERE a.k = t.k))`. DataFusion 55.2 makes joins of
//! them in projections alone. So each becomes a column of one below the aggregate.

use std::sync::Arc;

use datafusion::{
    common::{
        Column,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    error::Result,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, expr_rewriter::NamePreserver},
};

use super::{Counts, values};

/// How the columns with the answers begin. No name of Athena's does.
const ANSWER: &str = "?lookup";

/// The aggregate with a column in the place of each such value.
pub(super) fn columns(node: LogicalPlan, counts: &mut Counts) -> Result<Transformed<LogicalPlan>> {
    let Some(input) = node.inputs().first().map(|input| (*input).clone()) else {
        return Ok(Transformed::no(node));
    };
    let around = Arc::clone(input.schema());
    let mut columns: Vec<Expr> = around.columns().into_iter().map(Expr::Column).collect();
    let own = columns.len();
    let names = NamePreserver::new(&node);
    let node = node.map_expressions(|expr| {
        if !expr.exists(|part| Ok(is_correlated(part)))? {
            return Ok(Transformed::no(expr));
        }
        let name = names.save(&expr);
        let rewritten = expr.transform_down(|part| {
            if !is_correlated(&part) {
                return Ok(Transformed::no(part));
            }
            let answer = format!("{ANSWER}{}", counts.columns);
            counts.columns += 1;
            columns.push(values(part, Some(&around), counts)?.data.alias(answer.as_str()));
            let column = Expr::Column(Column::new_unqualified(answer));
            Ok(Transformed::new(column, true, TreeNodeRecursion::Jump))
        })?;
        Ok(rewritten.update_data(|expr| name.restore(expr)))
    })?;
    if columns.len() == own {
        return Ok(node);
    }
    let below = LogicalPlanBuilder::from(input).project(columns)?.build()?;
    let exprs = node.data.expressions();
    node.data.with_new_exprs(exprs, vec![below]).map(Transformed::yes)
}

/// Whether it is a query's value, and the query refers to the one around it.
fn is_correlated(expr: &Expr) -> bool {
    let query = match expr {
        Expr::ScalarSubquery(query) => query,
        Expr::InSubquery(within) => &within.subquery,
        Expr::Exists(within) => &within.subquery,
        _ => return false,
    };
    !query.outer_ref_columns.is_empty()
}
