//! `ANY` (or `SOME`) and `ALL` of a query.
//!
//! `= ANY` is `IN`, and `<> ALL` is `NOT IN`. The others ask for the least or the greatest of the query's values, for how many
//! rows it has, and for how many of them are null, as Trino's `TransformQuantifiedComparisonApplyToCorrelatedJoin` does.

use std::{convert::Infallible, ops::ControlFlow};

use datafusion::sql::sqlparser::{
    ast::{BinaryOperator, Expr, Query, TableFactor, UnaryOperator, Visit, VisitMut, Visitor, VisitorMut},
    parser::Parser,
};
use trino::Athena;

use super::{Result, bare, take};
use crate::error::EngineError;

/// The most expressions of queries that are copied in one statement.
const MAX_COPIED: usize = 2_000;

/// The most places of a template in which the query is.
const COPIES: usize = 4;

/// What stands in a template for the value that is compared.
const VALUE: &str = "?value";

/// The relation in a template in whose place the query comes.
const QUERY: &str = "?query";

pub(super) fn rewrite(expr: &mut Expr, copied: &mut usize) -> Result<()> {
    let (left, op, right, is_all) = match expr {
        Expr::AnyOp { left, compare_op, right, .. } => (left, compare_op.clone(), right, false),
        Expr::AllOp { left, compare_op, right } => (left, compare_op.clone(), right, true),
        _ => return Ok(()),
    };
    if !matches!(bare(right), Expr::Subquery(_)) {
        return Ok(());
    }
    let (value, Expr::Subquery(subquery)) = (take(left), take(right)) else { return Ok(()) };
    if let (BinaryOperator::Eq, false) | (BinaryOperator::NotEq, true) = (&op, is_all) {
        *expr = Expr::InSubquery { expr: Box::new(value), subquery, negated: is_all };
        return Ok(());
    }
    let mut parts = Parts(0);
    let ControlFlow::Continue(()) = Visit::visit(&*subquery, &mut parts);
    *copied = copied.saturating_add(parts.0.saturating_mul(COPIES));
    if *copied > MAX_COPIED {
        return Err(EngineError::unsupported(format!(
            "ANY and ALL of queries that have more than {} expressions together",
            MAX_COPIED / COPIES
        )));
    }
    let mut compared = template(&op, is_all)?;
    let mut put = Put { value: Some(value), query: &subquery };
    let ControlFlow::Continue(()) = VisitMut::visit(&mut compared, &mut put);
    // Not all are equal to it if one is unequal.
    let is_negated = op == BinaryOperator::NotEq;
    *expr = if is_negated {
        Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(Expr::Nested(Box::new(compared))) }
    } else {
        Expr::Nested(Box::new(compared))
    };
    Ok(())
}

/// The comparison with a stand-in for the value, and for the query. Of `<> ANY` it is that of `= ALL`.
fn template(op: &BinaryOperator, is_all: bool) -> Result<Expr> {
    let of = |what: &str| format!("(SELECT {what} FROM (SELECT 1) AS \"{QUERY}\" (\"?c\"))");
    let (least, greatest) = (of("min(\"?c\")"), of("max(\"?c\")"));
    let compared = match (op, is_all) {
        (BinaryOperator::Eq, true) | (BinaryOperator::NotEq, false) => {
            format!("{} AND \"{VALUE}\" = {greatest}", of("min(\"?c\") = max(\"?c\")"))
        }
        (BinaryOperator::Lt | BinaryOperator::LtEq, true)
        | (BinaryOperator::Gt | BinaryOperator::GtEq, false) => {
            format!("\"{VALUE}\" {op} {least}")
        }
        (BinaryOperator::Gt | BinaryOperator::GtEq, true)
        | (BinaryOperator::Lt | BinaryOperator::LtEq, false) => {
            format!("\"{VALUE}\" {op} {greatest}")
        }
        _ => return Err(EngineError::unsupported(format!("{op} with ANY or ALL"))),
    };
    let is_all = is_all || *op == BinaryOperator::NotEq;
    let (link, known) = if is_all { ("AND", "true") } else { ("OR", "false") };
    let (rows, has_nulls) = (of("count(*)"), of("count(*) <> count(\"?c\")"));
    let text = format!(
        "CASE WHEN {rows} = 0 THEN {known} \
         ELSE ({compared}) {link} CASE WHEN {has_nulls} THEN NULL ELSE {known} END END"
    );
    let athena = Athena::new(text.len());
    let parsed = Parser::new(&athena).try_with_sql(&text).and_then(|mut parser| parser.parse_expr());
    parsed.map_err(|error| EngineError::Internal(error.into()))
}

/// How many expressions there are.
struct Parts(usize);

impl Visitor for Parts {
    type Break = Infallible;

    fn pre_visit_expr(&mut self, _: &Expr) -> ControlFlow<Infallible> {
        self.0 += 1;
        ControlFlow::Continue(())
    }
}

/// Puts the value and the query into a template. What was put there is not looked at.
struct Put<'q> {
    value: Option<Expr>,
    query: &'q Query,
}

impl VisitorMut for Put<'_> {
    type Break = Infallible;

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Infallible> {
        if matches!(expr, Expr::Identifier(name) if name.value == VALUE)
            && let Some(value) = self.value.take()
        {
            *expr = Expr::Nested(Box::new(value));
        }
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Infallible> {
        if let TableFactor::Derived { subquery, alias: Some(alias), .. } = factor
            && alias.name.value == QUERY
        {
            **subquery = self.query.clone();
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_is_bounded() {
        let refusal = |query: &str| {
            let text = format!("SELECT a > ALL ({query})");
            let athena = Athena::new(100_000);
            let mut parsed = Parser::new(&athena).try_with_sql(&text).unwrap().parse_query().unwrap();
            crate::written::rewrite(&mut parsed).map_err(|error| error.to_string())
        };
        let long = |terms: usize| format!("SELECT {} FROM t", vec!["b"; terms].join(" + "));
        assert_eq!(refusal(&long(100)), Ok(()));
        let error = refusal(&long(300)).unwrap_err();
        assert!(
            error.starts_with("NOT_SUPPORTED: ANY and ALL of queries that have more than 500 "),
            "{error}"
        );
        // One within the other is copied with it.
        let nested = (0..4).fold("SELECT b FROM t".to_owned(), |inner, _| {
            format!("SELECT b FROM t WHERE b > ALL ({inner})")
        });
        assert!(refusal(&nested).is_err());
    }
}
