//! Set operations of queries whose columns have other names than the operation's, which are those of its first query.
//!
//! DataFusion 55.2 looks for columns by their names where their places count:
//!
//! - a union of which one query is left, since the others are known to have no rows, becomes that query with the union's
//!   names, which are looked for in it (`propagate_empty_relation`). They are not there, or are those of other columns: an
//!   answer with columns exchanged;
//! - `INTERSECT` and `EXCEPT` are joined by names without their tables (`intersect_or_except`), of which a query may have two
//!   alike. apache/datafusion#16295 is mended for names that both sides have, and for no others.

mod counted;

use std::{ops::ControlFlow, sync::Arc};

use datafusion::{
    common::{
        Column, JoinType, NullEquality,
        tree_node::{Transformed, TransformedResult},
    },
    error::Result,
    logical_expr::{Distinct, Expr, Join, JoinConstraint, LogicalPlan, LogicalPlanBuilder, Union},
    sql::sqlparser::ast::{
        Expr as SqlExpr, Ident, LimitClause, Offset, OffsetRows, Query, SelectItem, SetExpr, SetOperator,
        SetQuantifier, Value, Values, VisitMut, VisitorMut,
    },
};

use crate::{error::EngineError, failure::from_datafusion, names::UNNAMED};

/// Gives every query of an `INTERSECT` or `EXCEPT` but the first one names that nobody else has. A query with `*`, or one with
/// an `ORDER BY` of its own, keeps its names.
pub(crate) fn rename(query: &mut Query) {
    // It never breaks.
    let _ = query.visit(&mut Rename(0));
}

/// How many columns were renamed.
struct Rename(usize);

impl VisitorMut for Rename {
    type Break = std::convert::Infallible;

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        self.operation(&mut query.body);
        ControlFlow::Continue(())
    }
}

impl Rename {
    /// An operation whose own names are seen.
    fn operation(&mut self, body: &mut SetExpr) {
        let SetExpr::SetOperation { op, left, right, set_quantifier } = body else { return };
        self.operation(left);
        match op {
            SetOperator::Intersect | SetOperator::Except => {
                if *set_quantifier == SetQuantifier::All {
                    keep_apart(left);
                }
                self.unseen(right);
            }
            _ => self.operation(right),
        }
    }

    /// A query, or an operation, whose names nobody sees.
    fn unseen(&mut self, body: &mut SetExpr) {
        match body {
            SetExpr::Select(select) => select.projection.iter_mut().for_each(|item| self.item(item)),
            SetExpr::Query(query) if query.order_by.is_none() => self.unseen(&mut query.body),
            SetExpr::SetOperation { op, left, right, set_quantifier } => {
                self.unseen(left);
                if *op != SetOperator::Union && *set_quantifier == SetQuantifier::All {
                    keep_apart(left);
                }
                self.unseen(right);
            }
            _ => {}
        }
    }

    fn item(&mut self, item: &mut SelectItem) {
        let name = Ident::with_quote('"', format!("{UNNAMED} of a set {}", self.0));
        match item {
            SelectItem::ExprWithAlias { alias, .. } => *alias = name,
            SelectItem::UnnamedExpr(expr) => {
                let expr = std::mem::replace(expr, SqlExpr::Tuple(Vec::new()));
                *item = SelectItem::ExprWithAlias { expr, alias: name };
            }
            _ => return,
        }
        self.0 += 1;
    }
}

/// Whether the join is an `INTERSECT` or an `EXCEPT`. It is as it was planned: nothing else joins like that.
pub(crate) fn is_operation(join: &Join) -> bool {
    matches!(join.join_type, JoinType::LeftSemi | JoinType::LeftAnti)
        && join.null_equality == NullEquality::NullEqualsNull
}

/// Whether such an operation counts equal rows, as it does with ALL.
pub(crate) fn counts(operation: &Join) -> bool {
    !matches!(*operation.left, LogicalPlan::Distinct(_))
}

/// The operation of two queries, whose columns have the same types. `place` tells it from the others of the plan.
pub(crate) fn operation(
    left: Arc<LogicalPlan>,
    right: Arc<LogicalPlan>,
    join_type: JoinType,
    counts: bool,
    place: usize,
) -> Result<LogicalPlan> {
    if counts {
        return counted::by_numbers(left, right, join_type, place);
    }
    joined(Arc::new(LogicalPlan::Distinct(Distinct::All(left))), right, join_type)
}

/// Joined by all columns, of which nulls equal each other.
fn joined(left: Arc<LogicalPlan>, right: Arc<LogicalPlan>, join_type: JoinType) -> Result<LogicalPlan> {
    let pairs = left.schema().columns().into_iter().zip(right.schema().columns());
    let on = pairs.map(|(left, right)| (Expr::Column(left), Expr::Column(right))).collect();
    let (constraint, equality) = (JoinConstraint::On, NullEquality::NullEqualsNull);
    Join::try_new(left, right, on, None, join_type, constraint, equality, false).map(LogicalPlan::Join)
}

/// In the plan, a `SELECT DISTINCT` before `INTERSECT ALL` would look like a query before `INTERSECT`. An OFFSET that skips nothing
/// tells them apart.
fn keep_apart(query: &mut SetExpr) {
    let may_be_distinct = match query {
        SetExpr::Select(select) => select.distinct.is_some(),
        SetExpr::SetOperation { op, .. } => *op == SetOperator::Union,
        SetExpr::Query(_) => true,
        _ => false,
    };
    if !may_be_distinct {
        return;
    }
    let zero = SqlExpr::Value(Value::Number("0".to_owned(), false).with_empty_span());
    let offset = Offset { value: zero, rows: OffsetRows::None };
    let limit_clause = LimitClause::LimitOffset { limit: None, offset: Some(offset), limit_by: Vec::new() };
    let nothing = Values { explicit_row: false, value_keyword: false, rows: Vec::new() };
    let body = std::mem::replace(query, SetExpr::Values(nothing));
    *query = SetExpr::Query(Box::new(Query {
        with: None,
        body: Box::new(body),
        order_by: None,
        limit_clause: Some(limit_clause),
        fetch: None,
        locks: Vec::new(),
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators: Vec::new(),
    }));
}

/// The plan with every query of a union under the union's own names.
pub(crate) fn named(plan: LogicalPlan) -> std::result::Result<LogicalPlan, EngineError> {
    plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Union(union) => united(union),
        other => Ok(Transformed::no(other)),
    })
    .data()
    .map_err(from_datafusion)
}

fn united(mut union: Union) -> Result<Transformed<LogicalPlan>> {
    let names = union.schema.columns();
    let mut changed = false;
    for input in &mut union.inputs {
        let own = input.schema().columns();
        if own == names {
            continue;
        }
        let columns = own.into_iter().zip(&names).map(|(own, name)| {
            let Column { relation, name, .. } = name.clone();
            Expr::Column(own).alias_qualified(relation, name)
        });
        *input = LogicalPlanBuilder::new_from_arc(input.clone()).project(columns)?.build()?.into();
        changed = true;
    }
    let union = LogicalPlan::Union(union);
    Ok(if changed { Transformed::yes(union) } else { Transformed::no(union) })
}
