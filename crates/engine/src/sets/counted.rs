//! `INTERSECT ALL` and `EXCEPT ALL`: of a row that the first query has m times and the second one n times, the one gives as many as
//! both have, and the other m - n.
//!
//! DataFusion 55.2 makes a join of each, which keeps or drops all equal rows of the first query at once. So equal rows are numbered
//! in both queries, and the number is one more column to join by.

use datafusion::{
    common::{
        Column, JoinType, NullEquality,
        tree_node::{Transformed, TransformedResult},
    },
    error::{DataFusionError, Result},
    functions_window::expr_fn::row_number,
    logical_expr::{Expr, ExprFunctionExt, Join, LogicalPlan, LogicalPlanBuilder},
};

use crate::{error::EngineError, failure::from_datafusion};

/// How the columns with the numbers begin. No name of Athena's does.
const NUMBER: &str = "?number";

/// The plan in which such operations count their rows. It is as it was planned: nothing else in it joins like that.
pub(crate) fn counted(plan: LogicalPlan) -> std::result::Result<LogicalPlan, EngineError> {
    let mut found = 0;
    plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Join(join) if counts(&join) => {
            found += 1;
            by_numbers(join, found).map(Transformed::yes)
        }
        other => Ok(Transformed::no(other)),
    })
    .data()
    .map_err(from_datafusion)
}

/// Without ALL, or of a `SELECT DISTINCT`, the first query has each row once.
fn counts(join: &Join) -> bool {
    matches!(join.join_type, JoinType::LeftSemi | JoinType::LeftAnti)
        && join.null_equality == NullEquality::NullEqualsNull
        && !matches!(*join.left, LogicalPlan::Distinct(_))
}

fn by_numbers(join: Join, place: usize) -> Result<LogicalPlan> {
    let columns: Vec<Expr> = join.left.schema().columns().into_iter().map(Expr::Column).collect();
    let names = ["left", "right"].map(|side| format!("{NUMBER} {side} {place}"));
    let (mut left_keys, mut right_keys) = (Vec::new(), Vec::new());
    for (left, right) in &join.on {
        let (Expr::Column(left), Expr::Column(right)) = (left, right) else {
            return Err(DataFusionError::Internal(
                "a set operation by something else than columns".to_owned(),
            ));
        };
        left_keys.push(left.clone());
        right_keys.push(right.clone());
    }
    let [left_number, right_number] = names.clone().map(Column::new_unqualified);
    left_keys.push(left_number);
    right_keys.push(right_number);
    let [left_name, right_name] = &names;
    let left = numbered(LogicalPlanBuilder::new_from_arc(join.left), left_name)?;
    let right = numbered(LogicalPlanBuilder::new_from_arc(join.right), right_name)?.build()?;
    left.join_detailed(right, join.join_type, (left_keys, right_keys), None, NullEquality::NullEqualsNull)?
        .project(columns)?
        .build()
}

/// The rows with their numbers among those that equal them, in a column of this name.
fn numbered(rows: LogicalPlanBuilder, name: &str) -> Result<LogicalPlanBuilder> {
    let mut columns: Vec<Expr> = rows.schema().columns().into_iter().map(Expr::Column).collect();
    let number = row_number().partition_by(columns.clone()).build()?;
    let found = Column::new_unqualified(number.schema_name().to_string());
    columns.push(Expr::Column(found).alias(name));
    rows.window([number])?.project(columns)
}
