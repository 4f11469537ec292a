//! HAVING without GROUP BY: in Athena the SELECT is an aggregate of all rows then, also if it calls no aggregate function
//! (`SELECT 42 HAVING true`; Trino's `StatementAnalyzer.analyzeGroupBy`). DataFusion 55.2 takes it for one if there is a call. So
//! the condition gets one that is always true.

use std::{convert::Infallible, ops::ControlFlow};

use datafusion::sql::sqlparser::{
    ast::{BinaryOperator, Expr, GroupByExpr, Query, Select, VisitMut, VisitorMut},
    parser::Parser,
};
use trino::Athena;

/// It has one row to ask, whatever is aggregated.
const TRUE: &str = "count(*) >= 0";

/// Makes an aggregate of every SELECT with a HAVING.
pub(crate) fn aggregate(query: &mut Query) {
    let ControlFlow::Continue(()) = VisitMut::visit(query, &mut Aggregate);
}

struct Aggregate;

impl VisitorMut for Aggregate {
    type Break = Infallible;

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<Infallible> {
        let is_whole = matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty());
        if is_whole
            && select.having.is_some()
            && let Some(always) = always()
        {
            select.having = select.having.take().map(|condition| {
                let (left, right) = (Box::new(condition), Box::new(always));
                Expr::BinaryOp { left, op: BinaryOperator::And, right }
            });
        }
        ControlFlow::Continue(())
    }
}

fn always() -> Option<Expr> {
    let athena = Athena::new(TRUE.len());
    Parser::new(&athena).try_with_sql(TRUE).and_then(|mut parser| parser.parse_expr()).ok()
}
