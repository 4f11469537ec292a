//! The names of the result's columns, as Athena gives them: as they were written, `_col0` where there is none.

use std::{collections::HashMap, ops::ControlFlow};

use datafusion::sql::sqlparser::{
    ast::{Expr, Ident, Query, Select, SelectItem, SetExpr, VisitMut, VisitorMut},
    tokenizer::Location,
};

/// Marks a column without a name. No column of a table can be named so.
const UNNAMED: &str = "?column";

/// The words that were not in lower case, by their place in the text.
#[derive(Debug, Default)]
pub(crate) struct Originals(HashMap<Location, String>);

impl Originals {
    /// The word at this place as it was written, if that is not in lower case.
    pub(crate) fn at(&self, place: Location) -> Option<&str> {
        self.0.get(&place).map(String::as_str)
    }

    pub(crate) fn note(&mut self, place: Location, text: String) {
        self.0.insert(place, text);
    }
}

/// How the folded names of the outermost query were written.
#[derive(Debug, Clone, Default)]
pub(crate) struct OutputNames(HashMap<String, String>);

impl OutputNames {
    /// Names every unnamed column by a mark, and remembers how the outermost names were written.
    pub(crate) fn take(query: &mut Query, originals: &Originals) -> Self {
        // It never breaks.
        let _ = query.visit(&mut MarkUnnamed(0));
        let mut names = HashMap::new();
        let Some(select) = outermost(&query.body) else { return Self(names) };
        for item in &select.projection {
            let written = match item {
                SelectItem::ExprWithAlias { alias, .. } => Some(alias),
                SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(name),
                SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts.last(),
                _ => None,
            };
            if let Some(name) = written
                && let Some(original) = originals.0.get(&name.span.start)
            {
                names.insert(name.value.clone(), original.clone());
            }
        }
        Self(names)
    }

    /// The name to show for the result's column at `position`.
    pub(crate) fn show(&self, position: usize, folded: &str) -> String {
        if folded.starts_with(UNNAMED) {
            return format!("_col{position}");
        }
        self.0.get(folded).cloned().unwrap_or_else(|| folded.to_owned())
    }
}

fn outermost(body: &SetExpr) -> Option<&Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) => outermost(&query.body),
        SetExpr::SetOperation { left, .. } => outermost(left),
        _ => None,
    }
}

struct MarkUnnamed(usize);

impl VisitorMut for MarkUnnamed {
    type Break = std::convert::Infallible;

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<Self::Break> {
        for item in &mut select.projection {
            let SelectItem::UnnamedExpr(expr) = item else { continue };
            if matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
                continue;
            }
            let alias = Ident::with_quote('"', format!("{UNNAMED}{}", self.0));
            self.0 += 1;
            *item = SelectItem::ExprWithAlias { expr: std::mem::replace(expr, placeholder()), alias };
        }
        ControlFlow::Continue(())
    }
}

/// Stands in for a moment while an expression moves.
fn placeholder() -> Expr {
    Expr::Tuple(Vec::new())
}
