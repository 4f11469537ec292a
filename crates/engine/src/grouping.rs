//! What GROUP BY and HAVING name: columns of the relations in Athena, never names of the result, which DataFusion takes as
//! well.

use std::{collections::HashSet, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{
    Expr, GroupByExpr, Ident, Query, Select, SelectItem, VisitMut, VisitorMut,
};

use crate::{
    columns::Field,
    error::{EngineError, Failure},
};

pub(crate) use crate::visit::broken;

type Result<T> = std::result::Result<T, EngineError>;

/// Refuses a name of the result in GROUP BY and HAVING that is no column of the relations. `None`: these are not known.
pub(crate) fn check(select: &mut Select, fields: Option<&[Field]>) -> Result<()> {
    let Some(fields) = fields else { return Ok(()) };
    let aliases: HashSet<String> = select
        .projection
        .iter()
        .filter_map(|item| match item {
            SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
            _ => None,
        })
        .filter(|alias| fields.iter().all(|field| field.name != *alias))
        .collect();
    if aliases.is_empty() {
        return Ok(());
    }
    let mut grouped = Aliases { aliases: &aliases, depth: 0 };
    if let GroupByExpr::Expressions(terms, _) = &mut select.group_by {
        broken(terms.visit(&mut grouped))?;
    }
    broken(select.having.visit(&mut grouped))
}

/// Breaks at a name of the result.
struct Aliases<'a> {
    aliases: &'a HashSet<String>,
    depth: usize,
}

impl VisitorMut for Aliases<'_> {
    type Break = EngineError;

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<EngineError> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<EngineError> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<EngineError> {
        match expr {
            Expr::Identifier(name) if self.depth == 0 && self.aliases.contains(&name.value) => {
                ControlFlow::Break(no_column(name, &name.value))
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

pub(crate) fn unresolved(name: &Ident, message: &str) -> EngineError {
    Failure::new("COLUMN_NOT_FOUND", format!("{}{message}", place(name))).into()
}

pub(crate) fn no_column(name: &Ident, written: &str) -> EngineError {
    let rest = "cannot be resolved or requester is not authorized to access requested resources";
    unresolved(name, &format!("Column '{written}' {rest}"))
}

pub(crate) fn place(name: &Ident) -> String {
    let start = name.span.start;
    if start.line > 0 { format!("line {}:{}: ", start.line, start.column) } else { String::new() }
}
