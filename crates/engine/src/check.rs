//! What Athena has and this engine would do otherwise: it is refused by name. What no statement may have was refused by
//! [`trino::walk()`], which has seen the query as it was parsed.
//!
//! DataFusion knows many dialects: an expression or a relation that is not listed here is refused.

mod aggregate;
mod expression;
mod relation;

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    DataType, Expr, LimitClause, Query, Select, SetExpr, TableFactor, Value, ValueWithSpan, Visit, VisitMut,
    VisitorMut, visit_expressions,
};
use trino::{Policy, Unsupported};

use crate::{error::EngineError, nesting, type_text};

/// Refuses what no statement may have. The query is as it was parsed; this descends as deep as the parser did, so it needs
/// a stack of that size.
pub(crate) fn parsed(query: &Query) -> Result<(), EngineError> {
    trino::walk(query, &mut Local)
}

/// The local Athena takes all of the grammar, and looks at tables, functions and parameters later: when views, names and
/// values are known.
struct Local;

impl Policy for Local {
    type Refused = EngineError;

    /// More than any query has that `nesting` takes, which counts otherwise and refuses more.
    const LEVELS: usize = 200;

    const SAMPLES: bool = true;

    fn stands_for_type(&self, data_type: &DataType) -> bool {
        type_text::text_of(data_type).is_some()
    }
}

impl From<Unsupported> for EngineError {
    fn from(error: Unsupported) -> Self {
        match error {
            Unsupported::Construct { construct, .. } => Self::unsupported(construct),
            Unsupported::Mistake { code, message } => Self::failed(code, message),
            Unsupported::Reserved { word, place } => {
                let place = place.map(|(line, column)| format!("line {line}:{column}: ")).unwrap_or_default();
                Self::rejected(format!("{place}mismatched input '{word}'. Expecting: identifier"))
            }
            Unsupported::TooDeep { .. } => nesting::too_deep(),
        }
    }
}

/// Refuses the first construct that this engine does not support.
pub(crate) fn query(query: &mut Query) -> Result<(), EngineError> {
    match VisitMut::visit(query, &mut Check) {
        ControlFlow::Break(construct) => Err(EngineError::unsupported(construct)),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Breaks with the name of the construct.
struct Check;

type Flow = ControlFlow<String>;

impl VisitorMut for Check {
    type Break = String;

    fn pre_visit_query(&mut self, query: &mut Query) -> Flow {
        if let (Some(_), Some(LimitClause::LimitOffset { limit, .. })) =
            (&query.order_by, &query.limit_clause)
        {
            // Athena keeps the first rows of an order in memory, and counts them in 32 bits.
            let is_above = match limit {
                Some(Expr::Value(ValueWithSpan { value: Value::Number(rows, _), .. })) => {
                    rows.parse::<i64>().is_ok_and(|rows| rows > i64::from(i32::MAX))
                }
                _ => false,
            };
            refuse_if(is_above, "ORDER BY with a LIMIT above 2147483647")?;
        }
        check_body(&query.body)
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> Flow {
        check_select(select)
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> Flow {
        relation::check(factor)
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> Flow {
        expression::check(expr)
    }
}

fn check_body(body: &SetExpr) -> Flow {
    match body {
        SetExpr::Values(values) => refuse_if(holds_query(values), "a subquery in VALUES"),
        SetExpr::SetOperation { left, right, .. } => {
            check_body(left)?;
            check_body(right)
        }
        _ => Flow::Continue(()),
    }
}

fn check_select(select: &Select) -> Flow {
    refuse_if(!select.named_window.is_empty(), "WINDOW")?;
    select.from.iter().try_for_each(relation::check_joins)
}

fn refuse(construct: impl Into<String>) -> Flow {
    Flow::Break(construct.into())
}

fn refuse_if(found: bool, construct: &str) -> Flow {
    if found { refuse(construct) } else { Flow::Continue(()) }
}

/// Whether there is a query below this part of a query.
pub(crate) fn holds_query<V: Visit>(part: &V) -> bool {
    let found = visit_expressions(part, |expr| match expr {
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}
