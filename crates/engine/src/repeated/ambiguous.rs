//! Names that several columns of the relations have.

use std::{collections::HashSet, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, Query, Select, TableFactor, TableWithJoins, VisitMut, VisitorMut,
};

use super::{MARK, Result, original};
use crate::{columns::Field, error::EngineError, grouping::place, visit::broken};

/// The names that nobody may ask for.
#[derive(Debug, Default)]
pub(super) struct Ambiguous {
    names: HashSet<String>,
    /// The same with the relations that have them.
    columns: HashSet<(String, String)>,
    /// All relations.
    relations: HashSet<String>,
}

impl Ambiguous {
    /// Those of renamed columns.
    pub(super) fn of(fields: &[Field]) -> Self {
        let mut found = Self::default();
        for Field { relation, name, .. } in fields {
            found.relations.extend(relation.clone());
            if name.starts_with(MARK) {
                let name = original(name).to_owned();
                found.columns.extend(relation.clone().map(|relation| (relation, name.clone())));
                found.names.insert(name);
            }
        }
        found
    }

    /// The names alone, as they are seen behind a set operation.
    pub(super) fn without_relations(self) -> Self {
        Self { names: self.names, ..Self::default() }
    }

    /// Names that stand for something else.
    pub(super) fn hide<'n>(&mut self, names: impl Iterator<Item = &'n String>) {
        for name in names {
            self.names.remove(name);
        }
    }

    pub(super) fn add(&mut self, names: HashSet<String>) {
        self.names.extend(names);
    }

    /// Refuses what asks for such a name in the expressions of a SELECT. The queries in its FROM see other columns.
    pub(super) fn check_select(&self, select: &mut Select) -> Result<()> {
        if self.names.is_empty() {
            return Ok(());
        }
        select.from.iter_mut().try_for_each(|element| self.check_joins(element))?;
        self.check(&mut select.projection)?;
        self.check(&mut select.selection)?;
        self.check(&mut select.group_by)?;
        self.check(&mut select.having)
    }

    fn check_joins(&self, TableWithJoins { relation, joins }: &mut TableWithJoins) -> Result<()> {
        self.check_nested(relation)?;
        for join in joins {
            self.check_nested(&mut join.relation)?;
            self.check(&mut join.join_operator)?;
        }
        Ok(())
    }

    fn check_nested(&self, relation: &mut TableFactor) -> Result<()> {
        match relation {
            TableFactor::NestedJoin { table_with_joins, .. } => self.check_joins(table_with_joins),
            TableFactor::UNNEST { array_exprs, .. } => self.check(array_exprs),
            _ => Ok(()),
        }
    }

    /// Refuses what asks for such a name in a part of a query.
    pub(super) fn check<V: VisitMut>(&self, part: &mut V) -> Result<()> {
        if self.names.is_empty() {
            return Ok(());
        }
        broken(part.visit(&mut Asks { ambiguous: self, depth: 0 }))
    }

    /// The name of the expression that is ambiguous.
    fn asked<'e>(&self, expr: &'e Expr) -> Option<&'e Ident> {
        match expr {
            Expr::Identifier(name) => Some(name).filter(|name| self.names.contains(&name.value)),
            Expr::CompoundIdentifier(parts) => {
                let [first, second, ..] = parts.as_slice() else { return None };
                if self.relations.contains(&first.value) {
                    let column = (first.value.clone(), second.value.clone());
                    return self.columns.contains(&column).then_some(second);
                }
                // A field of a row.
                Some(first).filter(|first| self.names.contains(&first.value))
            }
            _ => None,
        }
    }
}

struct Asks<'a> {
    ambiguous: &'a Ambiguous,
    /// In how many queries within this one.
    depth: usize,
}

impl VisitorMut for Asks<'_> {
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
        let Some(name) = self.ambiguous.asked(expr) else { return ControlFlow::Continue(()) };
        // A query within may have a column of the name itself.
        ControlFlow::Break(if self.depth > 0 {
            let value = &name.value;
            EngineError::unsupported(format!(
                "the name {value} in a query within one that reads several columns of it"
            ))
        } else {
            let message = format!("{}Column '{}' is ambiguous", place(name), name.value);
            EngineError::failed("AMBIGUOUS_NAME", message)
        })
    }
}
