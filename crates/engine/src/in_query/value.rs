//! `IN` and `EXISTS` of a query as values, as in `SELECT x IN (SELECT ...)` and `count_if(x IN (SELECT ...))`.
//!
//! DataFusion 55.2 plans them, and has no operator for them: it makes joins of them in conditions alone. So each becomes a column
//! below what asks for it: a join says of each row whether the query gives its value (`mark`), and the rest is asked of the query as in a
//! condition. One that refers to the query around it stays, and is refused.

use std::sync::Arc;

use datafusion::{
    common::{
        Column, JoinType, TableReference,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    error::Result,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, expr::InSubquery, expr_rewriter::NamePreserver},
};

use super::{Apart, column_of, found, has_rows, keyed, member};

/// How the columns with the answers begin, and the relations of the queries. No name of Athena's does.
const ANSWER: &str = "?in";

/// The column of a query's keys.
const KEY: &str = "?key";

/// What DataFusion calls the column of such a join.
const MARK: &str = "mark";

/// The node with a column in the place of each such value.
pub(super) fn columns(
    node: LogicalPlan,
    copied: &mut usize,
    number: &mut usize,
) -> Result<Transformed<LogicalPlan>> {
    if !asks(&node)? {
        return Ok(Transformed::no(node));
    }
    let Some(input) = node.inputs().first().map(|input| (*input).clone()) else {
        return Ok(Transformed::no(node));
    };
    let names = NamePreserver::new(&node);
    let mut below = Some(LogicalPlanBuilder::from(input));
    let node = node.map_expressions(|expr| {
        if !expr.exists(|part| Ok(is_plain(part)))? {
            return Ok(Transformed::no(expr));
        }
        let name = names.save(&expr);
        let rewritten = expr.transform_up(|part| {
            if !is_plain(&part) {
                return Ok(Transformed::no(part));
            }
            let answer = format!("{ANSWER}{number}");
            *number += 1;
            let Some(builder) = below.take() else { return Ok(Transformed::no(part)) };
            below = Some(answered(part, &answer, builder, copied)?);
            Ok(Transformed::yes(Expr::Column(Column::new_unqualified(answer))))
        })?;
        Ok(rewritten.update_data(|expr| name.restore(expr)))
    })?;
    match below {
        Some(below) if node.transformed => {
            let exprs = node.data.expressions();
            node.data.with_new_exprs(exprs, vec![below.build()?]).map(Transformed::yes)
        }
        _ => Ok(node),
    }
}

fn asks(node: &LogicalPlan) -> Result<bool> {
    let mut found = false;
    node.apply_expressions(|expr| {
        found |= expr.exists(|part| Ok(is_plain(part)))?;
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

/// Whether it is such a value, and stands by itself.
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Exists(within) => within.subquery.outer_ref_columns.is_empty(),
        Expr::InSubquery(within) => {
            within.subquery.outer_ref_columns.is_empty() && !within.expr.contains_outer()
        }
        _ => false,
    }
}

/// The rows with the value as a column of this name.
fn answered(
    value: Expr,
    name: &str,
    builder: LogicalPlanBuilder,
    copied: &mut usize,
) -> Result<LogicalPlanBuilder> {
    let schema = Arc::clone(builder.schema());
    let mut apart = Apart { schema: &schema, copied };
    let mut columns: Vec<Expr> = builder.schema().columns().into_iter().map(Expr::Column).collect();
    let (builder, answer) = match value {
        Expr::Exists(within) => {
            let exists = has_rows(within.subquery.subquery, false)?;
            (builder, if within.negated { Expr::Not(Box::new(exists)) } else { exists })
        }
        Expr::InSubquery(within) => marked(within, name, builder, &mut apart)?,
        other => (builder, other),
    };
    columns.push(answer.alias(name));
    builder.project(columns)
}

/// The rows, perhaps with a mark, and whether the value is one of the query's.
fn marked(
    within: InSubquery,
    name: &str,
    builder: LogicalPlanBuilder,
    apart: &mut Apart<'_>,
) -> Result<(LogicalPlanBuilder, Expr)> {
    let InSubquery { expr: value, subquery, negated } = within;
    let unknown = apart.unknown(&value, &subquery.subquery, false)?;
    let (builder, is_found) = if value.any_column_refs() {
        let query = Arc::clone(&subquery.subquery);
        let key = keyed(Expr::Column(column_of(&query)?), query.schema())?.alias(KEY);
        let relation = TableReference::bare(name);
        let keys =
            LogicalPlanBuilder::new_from_arc(query).project([key])?.alias(relation.clone())?.build()?;
        let key = Expr::Column(Column::new(Some(relation.clone()), KEY));
        let same = keyed(*value, apart.schema)?.eq(key);
        let builder = builder.join_on(keys, JoinType::LeftMark, [same])?;
        (builder, Expr::Column(Column::new(Some(relation), MARK)))
    } else {
        (builder, found(*value, subquery, apart.schema)?)
    };
    let is_member = member(is_found, unknown);
    Ok((builder, if negated { Expr::Not(Box::new(is_member)) } else { is_member }))
}
