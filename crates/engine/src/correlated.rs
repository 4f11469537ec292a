//! Queries that refer to the one around them, as far as DataFusion answers them rightly.
//!
//! DataFusion 55.2 makes joins of them: the conditions that refer to the query around go up to the top of the query, to be
//! those of the join (`PullUpCorrelatedExpr`). That asks for something else where what is on their way looks at all rows
//! that come to it: a window, a LIMIT, the side of an outer join that is filled up with nulls, the right side of an EXCEPT.
//! It takes the columns of these conditions along by their names, which a query in FROM may leave out or give to another column.
//! It takes a LIMIT with its OFFSET out of an EXISTS. So `EXISTS (SELECT ... WHERE s.k = t.k OFFSET 9)` was true with one row,
//! and a window was one over the rows of all groups.

use datafusion::{
    common::{
        JoinType,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    error::{DataFusionError, Result},
    logical_expr::{Expr, LogicalPlan, SkipType, utils::split_conjunction},
};

use crate::{
    error::{EngineError, Failure},
    failure::from_datafusion,
    sets,
};

/// Refuses the first query that would be answered wrongly.
pub(crate) fn check(plan: &LogicalPlan) -> std::result::Result<(), EngineError> {
    let walked = plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                check_one(expr)?;
                Ok(TreeNodeRecursion::Continue)
            })
        })?;
        Ok(TreeNodeRecursion::Continue)
    });
    walked.map(|_| ()).map_err(from_datafusion)
}

/// What is asked of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Exists,
    In,
    Value,
}

fn check_one(expr: &Expr) -> Result<()> {
    let (subquery, asked) = match expr {
        Expr::Exists(within) => (&within.subquery, Asked::Exists),
        Expr::InSubquery(within) => (&within.subquery, Asked::In),
        Expr::ScalarSubquery(subquery) => (subquery, Asked::Value),
        _ => return Ok(()),
    };
    let query = subquery.subquery.as_ref();
    let walked = query.apply(|node| match in_the_way(node, asked, std::ptr::eq(node, query))? {
        Some(what) => Err(refusal(asked, what)),
        None => Ok(TreeNodeRecursion::Continue),
    });
    walked?;
    let hides = query.exists(|node| match node {
        LogicalPlan::SubqueryAlias(alias) => hides_compared(&alias.input),
        _ => Ok(false),
    })?;
    if hides {
        let what = "compares, in its FROM, a column that is not selected there under its own name alone";
        return Err(refusal(asked, what));
    }
    Ok(())
}

/// What the node is called if it looks at rows that the query around should have chosen before. `is_last`: the query ends
/// with it.
fn in_the_way(node: &LogicalPlan, asked: Asked, is_last: bool) -> Result<Option<&'static str>> {
    Ok(match node {
        // It gives a row where there is none to aggregate, and none as a join. Where a value is asked for, DataFusion knows.
        LogicalPlan::Aggregate(aggregate)
            if asked != Asked::Value && aggregate.group_expr.is_empty() && refers(&aggregate.input)? =>
        {
            Some("aggregates without GROUP BY")
        }
        // DataFusion has the rows of each value around, and for a value without rows what the aggregates give of none: it asks the
        // condition of neither.
        LogicalPlan::Filter(filter) if asked == Asked::Value && chooses(&filter.input)? => {
            Some("has a condition on aggregates without GROUP BY")
        }
        // Some of them give a row where there is none, too.
        LogicalPlan::Aggregate(aggregate) if has_sets(&aggregate.group_expr) && refers(&aggregate.input)? => {
            Some("has GROUPING SETS, ROLLUP or CUBE")
        }
        LogicalPlan::Window(window) if refers(&window.input)? => Some("has a window"),
        // An extension is an UNNEST.
        LogicalPlan::Extension(_) if refers(node)? => Some("has an UNNEST"),
        LogicalPlan::Limit(limit) if refers(&limit.input)? => {
            // At the end of an EXISTS, one row is as good as all of them.
            let skips = !matches!(limit.get_skip_type()?, SkipType::Literal(0));
            let is_seen = skips || !is_last || asked != Asked::Exists;
            is_seen.then_some("has a LIMIT, a FETCH FIRST or an OFFSET")
        }
        LogicalPlan::Join(join) => {
            let (left, right) = match join.join_type {
                JoinType::Inner => (false, false),
                JoinType::Left | JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => {
                    (false, true)
                }
                JoinType::Right | JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => {
                    (true, false)
                }
                JoinType::Full => (true, true),
            };
            // Of ALL, the rows of both sides are counted.
            let left = left || (sets::is_operation(join) && sets::counts(join));
            let is_seen = (left && refers(&join.left)?) || (right && refers(&join.right)?);
            is_seen.then_some("has an outer join, an EXCEPT or an INTERSECT")
        }
        _ => None,
    })
}

/// Whether a condition that refers to the query around is of a column that the plan does not give, or gives beside another of its
/// name.
fn hides_compared(plan: &LogicalPlan) -> Result<bool> {
    let given =
        |name: &str| plan.schema().iter().filter(|(_, field)| field.name() == name).collect::<Vec<_>>();
    plan.exists(|node| {
        let LogicalPlan::Filter(filter) = node else { return Ok(false) };
        let mut compared = split_conjunction(&filter.predicate)
            .into_iter()
            .filter(|condition| condition.contains_outer())
            .flat_map(Expr::column_refs);
        Ok(compared.any(|column| !matches!(given(&column.name).as_slice(), [(Some(_), _)])))
    })
}

/// Whether below are aggregates without groups of rows that the query around chooses.
fn chooses(plan: &LogicalPlan) -> Result<bool> {
    plan.exists(|node| match node {
        LogicalPlan::Aggregate(aggregate) if aggregate.group_expr.is_empty() => refers(&aggregate.input),
        _ => Ok(false),
    })
}

fn has_sets(groups: &[Expr]) -> bool {
    groups.iter().any(|group| matches!(group, Expr::GroupingSet(_)))
}

/// Whether something from here down refers to the query around.
fn refers(plan: &LogicalPlan) -> Result<bool> {
    plan.exists(|node| Ok(node.contains_outer_reference()))
}

fn refusal(asked: Asked, what: &str) -> DataFusionError {
    let query = match asked {
        Asked::Exists | Asked::In => "IN or EXISTS of a query",
        Asked::Value => "a scalar subquery",
    };
    let message =
        format!("{query} that {what} and refers to the query around it is not supported by the local engine");
    DataFusionError::External(Box::new(Failure::new("NOT_SUPPORTED", message)))
}
