//! Columns of one name in a query that another one reads, as in `SELECT b FROM (SELECT 1 AS a, 2 AS a, 3 AS b)`. Athena takes them
//! as long as nobody asks for that name, which is ambiguous (Trino's `Scope.resolveField`).
//!
//! DataFusion 55.2 refuses some of them, and calls the second column of others `a:1`, so that `a` was the first. So each such column
//! gets a name of its own, which tells the old one where the result is shown. Whether two columns have one name is seen from the
//! statement and the tables' columns; where that is not known, nothing is renamed.

mod ambiguous;

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

use datafusion::sql::sqlparser::ast::{
    Ident, Query, Select, SelectItem, SetExpr, TableAlias, TableFactor, VisitMut, VisitorMut,
};

use self::ambiguous::Ambiguous;
use crate::{
    columns::{self, Field, Scope, Tables},
    error::EngineError,
    visit::{broken, flow},
};

type Result<T> = std::result::Result<T, EngineError>;

/// How the new names begin: a number, `?` and the old name follow. No name of Athena's begins so.
const MARK: &str = "?same";

/// Gives such columns names of their own, and refuses whoever asks for the old one. There is no USING in the statement any more;
/// the columns of the statement itself have names of their own already.
pub(crate) fn rename(query: &mut Query, tables: &Tables) -> Result<()> {
    Rename { columns: 0 }.query(query, &Scope::new(tables), true)
}

/// The name that a column had before.
pub(crate) fn original(name: &str) -> &str {
    let numbered = name.strip_prefix(MARK).and_then(|rest| rest.split_once('?'));
    numbered.map_or(name, |(_, original)| original)
}

struct Rename {
    /// How many columns were renamed.
    columns: usize,
}

impl Rename {
    fn query(&mut self, query: &mut Query, outer: &Scope<'_>, is_statement: bool) -> Result<()> {
        let mut scope = outer.clone();
        let mut with = query.with.take();
        for cte in with.iter_mut().flat_map(|with| &mut with.cte_tables) {
            self.query(&mut cte.query, &scope, false)?;
            self.alias(&mut cte.alias);
            scope.add(&cte.alias, &cte.query);
        }
        broken(VisitMut::visit(query, &mut Rest { rename: self, scope: &scope, depth: 0 }))?;
        query.with = with;
        let ambiguous = self.body(&mut query.body, &scope, is_statement)?;
        ambiguous.check(&mut query.order_by)
    }

    /// Answers which names are ambiguous in an ORDER BY behind it.
    fn body(&mut self, body: &mut SetExpr, scope: &Scope<'_>, is_statement: bool) -> Result<Ambiguous> {
        match body {
            SetExpr::Select(select) => self.select(select, scope, is_statement),
            SetExpr::SetOperation { left, right, .. } => {
                let ambiguous = self.body(left, scope, is_statement)?;
                self.body(right, scope, is_statement)?;
                Ok(ambiguous.without_relations())
            }
            _ => Ok(Ambiguous::default()),
        }
    }

    fn select(&mut self, select: &mut Select, scope: &Scope<'_>, is_statement: bool) -> Result<Ambiguous> {
        let fields = columns::all(select, scope).unwrap_or_default();
        let mut ambiguous = Ambiguous::of(&fields);
        ambiguous.check_select(select)?;
        let Some(names) = columns::of_select(select, scope) else { return Ok(ambiguous) };
        // A name of the result comes before one of the relations.
        ambiguous.hide(names.iter().filter(|name| !name.starts_with(MARK)));
        let repeated = repeated(names.iter().map(String::as_str));
        if is_statement || repeated.is_empty() {
            return Ok(ambiguous);
        }
        for item in std::mem::take(&mut select.projection) {
            match &item {
                SelectItem::Wildcard(_) => select.projection.extend(fields.iter().map(column)),
                SelectItem::QualifiedWildcard(..) => {
                    let relation = columns::wildcard_of(&item);
                    let own = fields.iter().filter(|field| field.relation.as_deref() == relation);
                    select.projection.extend(own.map(column));
                }
                _ => select.projection.push(item),
            }
        }
        if select.projection.len() != names.len() {
            return Err(EngineError::unsupported("SELECT of two columns of the same name"));
        }
        for (item, name) in select.projection.iter_mut().zip(&names) {
            if repeated.contains(original(name)) {
                self.item(item, name);
            }
        }
        ambiguous.add(repeated);
        Ok(ambiguous)
    }

    fn item(&mut self, item: &mut SelectItem, name: &str) {
        let name = self.free(name);
        match item {
            SelectItem::ExprWithAlias { alias, .. } => *alias = name,
            SelectItem::UnnamedExpr(expr) => {
                *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: name };
            }
            // There is no other any more.
            _ => {}
        }
    }

    fn alias(&mut self, alias: &mut TableAlias) {
        let repeated = repeated(alias.columns.iter().map(|column| column.name.value.as_str()));
        for column in &mut alias.columns {
            if repeated.contains(original(&column.name.value)) {
                column.name = self.free(&column.name.value);
            }
        }
    }

    fn free(&mut self, name: &str) -> Ident {
        let free = format!("{MARK}{}?{}", self.columns, original(name));
        self.columns += 1;
        Ident::with_quote('"', free)
    }
}

/// The names that several columns have, or had.
fn repeated<'n>(names: impl Iterator<Item = &'n str>) -> HashSet<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for name in names {
        *counts.entry(original(name)).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name.to_owned()).collect()
}

fn column(field: &Field) -> SelectItem {
    SelectItem::UnnamedExpr(field.value.clone())
}

/// What of a query is not in its WITH.
struct Rest<'r, 's> {
    rename: &'r mut Rename,
    scope: &'r Scope<'s>,
    /// 1 within the query itself.
    depth: usize,
}

impl VisitorMut for Rest<'_, '_> {
    type Break = EngineError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<EngineError> {
        self.depth += 1;
        if self.depth != 2 {
            return ControlFlow::Continue(());
        }
        // What is deeper is done with it.
        flow(self.rename.query(query, self.scope, false))
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<EngineError> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<EngineError> {
        if self.depth == 1
            && let TableFactor::Table { alias: Some(alias), .. }
            | TableFactor::Derived { alias: Some(alias), .. }
            | TableFactor::UNNEST { alias: Some(alias), .. } = factor
        {
            self.rename.alias(alias);
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_name_tells_the_old_one() {
        let mut rename = Rename { columns: 7 };
        for name in ["a", "x?y", "?column3", "", "same"] {
            let free = rename.free(name).value;
            assert_eq!((original(name), original(&free)), (name, name));
            assert_eq!(original(&rename.free(&free).value), name);
        }
        assert_eq!(rename.columns, 17);
    }

    #[test]
    fn names_are_compared_as_they_were() {
        let of = |names: &[&str]| {
            let mut found: Vec<String> = repeated(names.iter().copied()).into_iter().collect();
            found.sort();
            found.join(" ")
        };
        assert_eq!(of(&["a", "b", "c"]), "");
        assert_eq!(of(&["a", "b", "a", "c", "c", "c"]), "a c");
        assert_eq!(of(&["?same0?a", "b", "?same1?a", "?same2?b"]), "a b");
        assert_eq!(of(&["?same0?a", "b"]), "");
    }
}
