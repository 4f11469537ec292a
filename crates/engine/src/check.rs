//! Walks the parsed query and refuses, by name, what Athena does not have or this engine would do otherwise.
//! DataFusion knows many dialects: whatever is not listed here as Athena's is refused.

mod aggregate;
mod expression;
mod relation;

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Distinct, Expr, GroupByExpr, LimitClause, OrderBy, OrderByKind, Query, Select, SelectFlavor, SelectItem,
    SetExpr, SetOperator, SetQuantifier, TableFactor, Value, ValueWithSpan, VisitMut, VisitorMut,
    WildcardAdditionalOptions,
};

use crate::error::EngineError;

pub(crate) use expression::holds_query;

/// Refuses the first construct that is not supported.
pub(crate) fn query(query: &mut Query) -> Result<(), EngineError> {
    match query.visit(&mut Check) {
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
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            ..
        } = &*query;
        refuse_if(with.as_ref().is_some_and(|with| with.recursive), "WITH RECURSIVE")?;
        refuse_if(fetch.is_some(), "FETCH FIRST")?;
        refuse_if(!locks.is_empty() || for_clause.is_some(), "FOR")?;
        refuse_if(settings.is_some(), "SETTINGS")?;
        refuse_if(format_clause.is_some(), "FORMAT")?;
        refuse_if(!query.pipe_operators.is_empty(), "|>")?;
        if let Some(order_by) = order_by {
            check_order(order_by)?;
        }
        match limit_clause {
            Some(LimitClause::OffsetCommaLimit { .. }) => refuse("LIMIT offset, count")?,
            Some(LimitClause::LimitOffset { limit_by, limit, .. }) => {
                refuse_if(!limit_by.is_empty(), "LIMIT BY")?;
                let plain = matches!(
                    limit,
                    None | Some(Expr::Value(ValueWithSpan {
                        value: Value::Number(..) | Value::Placeholder(_),
                        ..
                    }))
                );
                refuse_if(!plain, "LIMIT with an expression")?;
                // Athena keeps the first rows of an order in memory, and counts them in 32 bits.
                let is_above = match limit {
                    Some(Expr::Value(ValueWithSpan { value: Value::Number(rows, _), .. })) => {
                        rows.parse::<i64>().is_ok_and(|rows| rows > i64::from(i32::MAX))
                    }
                    _ => false,
                };
                refuse_if(order_by.is_some() && is_above, "ORDER BY with a LIMIT above 2147483647")?;
            }
            None => {}
        }
        check_body(body)
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

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> Flow {
        match &value.value {
            Value::Number(_, false)
            | Value::SingleQuotedString(_)
            | Value::Boolean(_)
            | Value::Null
            | Value::Placeholder(_) => Flow::Continue(()),
            other => refuse(format!("the literal {other}")),
        }
    }
}

fn check_order(order_by: &OrderBy) -> Flow {
    refuse_if(matches!(order_by.kind, OrderByKind::All(_)), "ORDER BY ALL")?;
    refuse_if(order_by.interpolate.is_some(), "INTERPOLATE")
}

fn check_body(body: &SetExpr) -> Flow {
    match body {
        SetExpr::Select(_) | SetExpr::Query(_) => Flow::Continue(()),
        SetExpr::Values(values) => refuse_if(expression::holds_query(values), "a subquery in VALUES"),
        SetExpr::SetOperation { op, left, right, set_quantifier } => {
            // DataFusion keeps or drops all equal rows of the left side at once.
            let counts = *set_quantifier == SetQuantifier::All;
            refuse_if(counts && *op == SetOperator::Intersect, "INTERSECT ALL")?;
            refuse_if(counts && *op == SetOperator::Except, "EXCEPT ALL")?;
            let known =
                matches!(set_quantifier, SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None);
            refuse_if(!known, "UNION BY NAME")?;
            check_body(left)?;
            check_body(right)
        }
        SetExpr::Insert(_) => refuse("INSERT"),
        SetExpr::Update(_) => refuse("UPDATE"),
        SetExpr::Delete(_) => refuse("DELETE"),
        SetExpr::Merge(_) => refuse("MERGE"),
        SetExpr::Table(_) => refuse("TABLE"),
    }
}

fn check_select(select: &Select) -> Flow {
    refuse_if(matches!(select.distinct, Some(Distinct::On(_))), "DISTINCT ON")?;
    refuse_if(select.select_modifiers.is_some(), "a modifier after SELECT")?;
    refuse_if(select.top.is_some(), "TOP")?;
    refuse_if(select.exclude.is_some(), "EXCLUDE")?;
    refuse_if(select.into.is_some(), "SELECT INTO")?;
    refuse_if(!select.lateral_views.is_empty(), "LATERAL VIEW")?;
    refuse_if(select.prewhere.is_some(), "PREWHERE")?;
    refuse_if(!select.connect_by.is_empty(), "CONNECT BY")?;
    refuse_if(!select.cluster_by.is_empty(), "CLUSTER BY")?;
    refuse_if(!select.distribute_by.is_empty(), "DISTRIBUTE BY")?;
    refuse_if(!select.sort_by.is_empty(), "SORT BY")?;
    refuse_if(!select.named_window.is_empty(), "WINDOW")?;
    refuse_if(select.qualify.is_some(), "QUALIFY")?;
    refuse_if(select.value_table_mode.is_some(), "SELECT AS")?;
    refuse_if(select.flavor != SelectFlavor::Standard, "FROM without SELECT before it")?;
    match &select.group_by {
        GroupByExpr::All(_) => refuse("GROUP BY ALL")?,
        GroupByExpr::Expressions(_, modifiers) => refuse_if(!modifiers.is_empty(), "GROUP BY ... WITH")?,
    }
    select.projection.iter().try_for_each(check_item)?;
    select.from.iter().try_for_each(relation::check_joins)
}

fn check_item(item: &SelectItem) -> Flow {
    match item {
        SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. } => Flow::Continue(()),
        SelectItem::ExprWithAliases { .. } => refuse("an expression with several names"),
        SelectItem::QualifiedWildcard(_, options) | SelectItem::Wildcard(options) => {
            let WildcardAdditionalOptions {
                wildcard_token: _,
                opt_ilike: None,
                opt_exclude: None,
                opt_except: None,
                opt_replace: None,
                opt_rename: None,
                opt_alias: None,
            } = options
            else {
                return refuse("an option after *");
            };
            Flow::Continue(())
        }
    }
}

fn refuse(construct: impl Into<String>) -> Flow {
    Flow::Break(construct.into())
}

fn refuse_if(found: bool, construct: &str) -> Flow {
    if found { refuse(construct) } else { Flow::Continue(()) }
}
