//! The names of the result's columns, as Athena gives them: as they were written, `_col0` where there is none.

mod shadows;

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

use datafusion::sql::sqlparser::{
    ast::{Expr, Ident, OrderBy, OrderByKind, Query, Select, SelectItem, SetExpr, VisitMut, VisitorMut},
    tokenizer::Location,
};

use crate::{distinct, repeated};

pub(crate) use shadows::{order_by_tables, order_view_by_tables};

/// Marks a column without a name. No column of a table can be named so.
pub(crate) const UNNAMED: &str = "?column";

/// Marks a name that another column of the result has as well.
const AGAIN: &str = "?again";

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
        mark_unnamed(query);
        let mut names = HashMap::new();
        let Some(select) = outermost(&query.body) else { return Self(names) };
        for item in &select.projection {
            let written = match item {
                SelectItem::ExprWithAlias { alias, .. } => Some(alias),
                SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(name),
                SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts.last(),
                _ => None,
            };
            let Some(name) = written else { continue };
            let original = originals.0.get(&name.span.start);
            if let SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) = item {
                let shown = original.unwrap_or(&name.value);
                names.extend(dereferences(parts).map(|planned| (planned, shown.clone())));
            }
            if let Some(original) = original {
                names.insert(name.value.clone(), original.clone());
            }
        }
        names.extend(mark_repeated(query, originals));
        for (mark, name) in shadows::mark(query) {
            let shown = names.get(&name).cloned().unwrap_or(name);
            names.insert(mark, shown);
        }
        Self(names)
    }

    /// The name to show for the result's column at `position`.
    pub(crate) fn show(&self, position: usize, folded: &str) -> String {
        let folded = repeated::original(folded);
        if folded.starts_with(UNNAMED) {
            return format!("_col{position}");
        }
        // The planner puts the table's name before a field's: `t.address[city]`.
        let unqualified = folded.split_once('.').map(|(_, name)| name).filter(|name| name.ends_with(']'));
        let found = self.0.get(folded).or_else(|| self.0.get(unqualified?));
        found.cloned().unwrap_or_else(|| folded.to_owned())
    }
}

/// Names every unnamed column by a mark.
pub(crate) fn mark_unnamed(query: &mut Query) {
    // It never breaks.
    let _ = query.visit(&mut MarkUnnamed(0));
}

/// What `a.b.c` is called in a plan if it is a field of a row: `a[b][c]` or `a.b[c]`.
fn dereferences(parts: &[Ident]) -> impl Iterator<Item = String> {
    (1..parts.len()).map(|fields_from| {
        let (column, fields) = parts.split_at(fields_from);
        let column: Vec<&str> = column.iter().map(|part| part.value.as_str()).collect();
        let fields: String = fields.iter().map(|part| format!("[{}]", part.value)).collect();
        column.join(".") + &fields
    })
}

/// Two columns of a result may have one name, which the planner refuses: so such columns get other names meanwhile. One by
/// which the rows are ordered keeps its name: it would be ambiguous. Gives the marks with the names to show.
fn mark_repeated(query: &mut Query, originals: &Originals) -> Vec<(String, String)> {
    let mut ordering = HashSet::new();
    if let Some(OrderBy { kind: OrderByKind::Expressions(terms), .. }) = &mut query.order_by {
        let _ = terms.visit(&mut Identifiers(&mut ordering));
    }
    let mut marks = Vec::new();
    mark_repeated_in(&mut query.body, &ordering, originals, &mut marks);
    marks
}

fn mark_repeated_in(
    body: &mut SetExpr,
    ordering: &HashSet<String>,
    originals: &Originals,
    marks: &mut Vec<(String, String)>,
) {
    let select = match body {
        SetExpr::Select(select) => select,
        SetExpr::SetOperation { left, right, .. } => {
            mark_repeated_in(left, ordering, originals, marks);
            return mark_repeated_in(right, ordering, originals, marks);
        }
        _ => return,
    };
    // Which names a star stands for is not known here.
    let has_star = select
        .projection
        .iter()
        .any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)));
    let mut counts: HashMap<String, usize> = HashMap::new();
    for name in select.projection.iter().filter_map(name_of) {
        *counts.entry(name.value.clone()).or_default() += 1;
    }
    for item in &mut select.projection {
        let Some(name) = name_of(item).cloned() else { continue };
        let repeats = has_star || counts.get(&name.value).is_some_and(|count| *count > 1);
        if !repeats || ordering.contains(&name.value) {
            continue;
        }
        let mark = format!("{AGAIN}{}", marks.len());
        let alias = Ident::with_quote('"', mark.clone());
        let expr = match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                std::mem::replace(expr, placeholder())
            }
            _ => continue,
        };
        *item = SelectItem::ExprWithAlias { expr, alias };
        let shown = originals.at(name.span.start).map_or(name.value, str::to_owned);
        marks.push((mark, shown));
    }
}

/// The name that a column of the result has by what is written.
fn name_of(item: &SelectItem) -> Option<&Ident> {
    name_of_any(item).filter(|name| !name.value.starts_with(UNNAMED))
}

/// The same, or the mark of a column without a name.
fn name_of_any(item: &SelectItem) -> Option<&Ident> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias),
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(name),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts.last(),
        _ => None,
    }
}

/// Collects the names without a relation.
struct Identifiers<'n>(&'n mut HashSet<String>);

impl VisitorMut for Identifiers<'_> {
    type Break = std::convert::Infallible;

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        if let Expr::Identifier(name) = expr {
            self.0.insert(name.value.clone());
        }
        ControlFlow::Continue(())
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

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        distinct::order_by_names(query);
        ControlFlow::Continue(())
    }
}

/// Stands in for a moment while an expression moves.
fn placeholder() -> Expr {
    Expr::Tuple(Vec::new())
}
