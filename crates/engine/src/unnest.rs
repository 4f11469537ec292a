//! `UNNEST`: the elements of arrays and the entries of maps as rows.
//!
//! In a FROM clause each stands to the right of what it is joined to, and its arguments are of the columns there. DataFusion
//! has a relation by itself in this place. So what is on the left and the `UNNEST` are put in parentheses of their own, which
//! [`planner`] plans as one node, [`node`]; [`exec`] gives its rows, never more of them at once than a batch should have.

mod exec;
mod node;
mod planner;
mod rows;

use std::{convert::Infallible, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, Join, JoinConstraint, JoinOperator, ObjectName,
    ObjectNamePart, Query, Select, TableAlias, TableFactor, TableFunctionArgs, TableWithJoins, Value,
    ValueWithSpan, VisitMut, VisitorMut,
};

pub(crate) use exec::UnnestExec;
pub(crate) use planner::{Planner, Relations};

/// How the names of relations begin that have none; no name of Athena does.
const UNNAMED: &str = "?unnest";

/// Makes a relation of its own of each `UNNEST`, which the parser takes for a table function.
pub(crate) fn recognize(query: &mut Query) {
    let ControlFlow::Continue(()) = VisitMut::visit(query, &mut Recognize(0));
}

/// Puts each `UNNEST` into parentheses with what is on its left. The joins of the query were checked.
pub(crate) fn fold(query: &mut Query) {
    let ControlFlow::Continue(()) = VisitMut::visit(query, &mut Fold);
}

/// Whether a join with an `UNNEST` asks for each row of the left side, with its own rows.
pub(crate) fn is_joined_by_nothing(operator: &JoinOperator) -> bool {
    match operator {
        JoinOperator::CrossJoin(JoinConstraint::None) => true,
        JoinOperator::Join(JoinConstraint::On(condition))
        | JoinOperator::Inner(JoinConstraint::On(condition))
        | JoinOperator::Left(JoinConstraint::On(condition))
        | JoinOperator::LeftOuter(JoinConstraint::On(condition)) => {
            matches!(condition, Expr::Value(ValueWithSpan { value: Value::Boolean(true), .. }))
        }
        _ => false,
    }
}

struct Recognize(usize);

impl VisitorMut for Recognize {
    type Break = Infallible;

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Infallible> {
        let TableFactor::Table { name, alias, args: Some(arguments), with_ordinality, sample: None, .. } =
            factor
        else {
            return ControlFlow::Continue(());
        };
        if let Some(array_exprs) = arguments_of(name, arguments) {
            let alias = alias.take().unwrap_or_else(|| self.name());
            *factor = TableFactor::UNNEST {
                alias: Some(alias),
                array_exprs,
                with_offset: false,
                with_offset_alias: None,
                with_ordinality: *with_ordinality,
            };
        }
        ControlFlow::Continue(())
    }
}

impl Recognize {
    fn name(&mut self) -> TableAlias {
        let name = Ident::with_quote('"', format!("{UNNAMED}{}", self.0));
        self.0 += 1;
        TableAlias { explicit: true, name, columns: Vec::new(), at: None }
    }
}

/// The arguments, if they are those of an `UNNEST`.
fn arguments_of(name: &ObjectName, arguments: &TableFunctionArgs) -> Option<Vec<Expr>> {
    let is_unnest = match name.0.as_slice() {
        [ObjectNamePart::Identifier(name)] => name.quote_style.is_none() && name.value == "unnest",
        _ => false,
    };
    let plain = |argument: &FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
        _ => None,
    };
    let is_plain = is_unnest && arguments.settings.is_none() && !arguments.args.is_empty();
    if is_plain { arguments.args.iter().map(plain).collect() } else { None }
}

struct Fold;

impl VisitorMut for Fold {
    type Break = Infallible;

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<Infallible> {
        let mut folded: Vec<TableWithJoins> = Vec::with_capacity(select.from.len());
        for element in std::mem::take(&mut select.from) {
            // After a comma, its columns are those of all that is before.
            let is_lone = is_unnest(&element.relation) && element.joins.is_empty();
            match crossed(&mut folded, is_lone) {
                Some(left) => {
                    let relation = around(left, crossed_with(element.relation));
                    folded.push(TableWithJoins { relation, joins: Vec::new() });
                }
                None => folded.push(fold_joins(element)),
            }
        }
        select.from = folded;
        ControlFlow::Continue(())
    }
}

fn is_unnest(factor: &TableFactor) -> bool {
    matches!(factor, TableFactor::UNNEST { .. })
}

fn fold_joins(element: TableWithJoins) -> TableWithJoins {
    let mut relation = fold_factor(element.relation);
    let mut joins = Vec::with_capacity(element.joins.len());
    for join in element.joins {
        if is_unnest(&join.relation) {
            let left = TableWithJoins { relation, joins: std::mem::take(&mut joins) };
            relation = around(left, join);
        } else {
            joins.push(Join { relation: fold_factor(join.relation), ..join });
        }
    }
    TableWithJoins { relation, joins }
}

fn fold_factor(factor: TableFactor) -> TableFactor {
    match factor {
        TableFactor::NestedJoin { table_with_joins, alias } => {
            TableFactor::NestedJoin { table_with_joins: Box::new(fold_joins(*table_with_joins)), alias }
        }
        other => other,
    }
}

/// `(left CROSS JOIN UNNEST ...)`.
fn around(left: TableWithJoins, join: Join) -> TableFactor {
    let both = TableWithJoins { relation: alone(left), joins: vec![join] };
    TableFactor::NestedJoin { table_with_joins: Box::new(both), alias: None }
}

fn alone(element: TableWithJoins) -> TableFactor {
    if element.joins.is_empty() {
        return element.relation;
    }
    TableFactor::NestedJoin { table_with_joins: Box::new(element), alias: None }
}

/// The elements of a FROM clause as one, if there are any, and they are asked for.
fn crossed(elements: &mut Vec<TableWithJoins>, is_asked: bool) -> Option<TableWithJoins> {
    if !is_asked {
        return None;
    }
    let mut elements = elements.drain(..).map(alone);
    let relation = elements.next()?;
    Some(TableWithJoins { relation, joins: elements.map(crossed_with).collect() })
}

fn crossed_with(relation: TableFactor) -> Join {
    Join { relation, global: false, join_operator: JoinOperator::CrossJoin(JoinConstraint::None) }
}
