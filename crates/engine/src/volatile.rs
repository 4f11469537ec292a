//! Conditions that are others each time, as `random() < 0.1`, asked of the rows that they were written for.
//!
//! DataFusion 55.2 pushes a condition down by its columns, and one without columns to where there are rows at all: below a
//! join, an `UNNEST`, a grouping, a DISTINCT or a window. There it is asked of other rows, and keeps or drops all of what comes
//! of one at once. It also takes two conditions of one text for the same. So such a condition is calculated as a column
//! first, and the filter asks for the column: a projection that calculates what is another each time stays where it is.

use std::sync::Arc;

use datafusion::{
    common::{
        Column, JoinType,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    error::{DataFusionError, Result},
    logical_expr::{Expr, Filter, Join, LogicalPlan, LogicalPlanBuilder, utils::split_conjunction_owned},
};

use crate::{
    chains,
    error::{EngineError, Failure},
    failure::from_datafusion,
};

/// The column with the answer. No name of Athena's begins so.
const ANSWER: &str = "?volatile";

/// The plan in which every such condition stays above what gives its rows.
pub(crate) fn conditions(plan: LogicalPlan) -> std::result::Result<LogicalPlan, EngineError> {
    plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Filter(filter) if filter.predicate.is_volatile() => {
            let plan = if is_scanned(&filter.input) { LogicalPlan::Filter(filter) } else { apart(filter)? };
            Ok(Transformed::yes(plan))
        }
        LogicalPlan::Join(join) if asks(&join) => above(join).map(Transformed::yes),
        other => Ok(Transformed::no(other)),
    })
    .data()
    .map_err(from_datafusion)
}

/// Whether nothing is below through which a condition could move.
fn is_scanned(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::TableScan(_) | LogicalPlan::Values(_) | LogicalPlan::EmptyRelation(_) => true,
        LogicalPlan::SubqueryAlias(alias) => is_scanned(&alias.input),
        _ => false,
    }
}

/// The filter in two: what is the same each time moves down as ever, and what is not is asked of the rows that are left.
fn apart(filter: Filter) -> Result<LogicalPlan> {
    let parts = split_conjunction_owned(filter.predicate);
    let (volatile, rest): (Vec<Expr>, Vec<Expr>) = parts.into_iter().partition(Expr::is_volatile);
    let mut builder = LogicalPlanBuilder::new_from_arc(filter.input);
    if let Some(rest) = chains::all(rest) {
        builder = builder.filter(rest)?;
    }
    let Some(condition) = chains::all(volatile) else { return builder.build() };
    if holds_query(&condition)? {
        return Err(refused("a random value in one condition with EXISTS or IN of a query"));
    }
    let columns: Vec<Expr> = builder.schema().columns().into_iter().map(Expr::Column).collect();
    let mut answered = columns.clone();
    answered.push(condition.alias(ANSWER));
    let asked = Expr::Column(Column::new_unqualified(ANSWER));
    builder.project(answered)?.filter(asked)?.project(columns)?.build()
}

/// Whether the join has a condition that is another each time.
fn asks(join: &Join) -> bool {
    let on = join.on.iter().flat_map(|(left, right)| [left, right]);
    on.chain(&join.filter).any(Expr::is_volatile)
}

/// The join whose condition is asked of the joined rows.
fn above(mut join: Join) -> Result<LogicalPlan> {
    if join.join_type != JoinType::Inner {
        return Err(refused("a random value in the condition of an outer join"));
    }
    let (mut asked, mut on) = (Vec::new(), Vec::new());
    for (left, right) in std::mem::take(&mut join.on) {
        if left.is_volatile() || right.is_volatile() {
            asked.push(left.eq(right));
        } else {
            on.push((left, right));
        }
    }
    let filter = join.filter.take().map(split_conjunction_owned).unwrap_or_default();
    let (volatile, rest): (Vec<Expr>, Vec<Expr>) = filter.into_iter().partition(Expr::is_volatile);
    asked.extend(volatile);
    join.on = on;
    join.filter = chains::all(rest);
    let plan = LogicalPlan::Join(join);
    match chains::all(asked) {
        Some(condition) => apart(Filter::try_new(condition, Arc::new(plan))?),
        None => Ok(plan),
    }
}

/// Whether a query in it becomes a join, which a projection cannot have.
fn holds_query(condition: &Expr) -> Result<bool> {
    condition.exists(|expr| Ok(matches!(expr, Expr::InSubquery(_) | Expr::Exists(_))))
}

fn refused(what: &str) -> DataFusionError {
    let message = format!("{what} is not supported by the local engine");
    DataFusionError::External(Box::new(Failure::new("NOT_SUPPORTED", message)))
}
