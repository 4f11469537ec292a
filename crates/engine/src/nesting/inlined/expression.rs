use std::{collections::HashSet, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{Expr, Query, TableFactor, Visit, Visitor};

use super::{Columns, Inlined, Scope, Size, measure};
use crate::{calls, error::EngineError, nesting::levels, visit};

/// How often an argument of `coalesce` counts. The optimizer writes it twice, and looks into the one in WHEN twice to see
/// whether it may be null.
const REPEATED: usize = 3;

/// The longest IN list whose values are compared one by one: doubles, by `floating`. Of other types, the optimizer compares
/// three.
const MAX_COMPARED: usize = 100;

/// Measures the expressions of one SELECT, and the queries within them.
pub(super) struct Expressions {
    scope: Scope,
    /// What is below each expression that the visit is in, and the first part of that.
    open: Vec<(Size, Option<Size>)>,
    /// The expression that ended last, of those that are in no other one.
    last: Size,
    largest: Size,
    /// Nodes of the plan: each query becomes a join, each window a node of its own.
    queries: usize,
    windows: HashSet<String>,
    /// How deep the plan of the deepest query is.
    levels: usize,
    relations: usize,
    /// The sizes of all expressions together, of those within the queries too.
    nodes: usize,
    /// How many queries and relations of a FROM clause the visit is in: they are measured on their own.
    inside: usize,
}

impl Expressions {
    pub(super) fn new(scope: &Scope) -> Self {
        Self {
            scope: scope.clone(),
            open: Vec::new(),
            last: Size::NONE,
            largest: Size::NONE,
            queries: 0,
            windows: HashSet::new(),
            levels: 0,
            relations: 0,
            nodes: 0,
            inside: 0,
        }
    }

    /// From here on, expressions may name these columns.
    pub(super) fn see(&mut self, columns: &Columns) {
        self.scope.columns.raise_by(columns);
    }

    pub(super) fn visit<V: Visit>(&mut self, part: &V) -> Result<(), EngineError> {
        visit::broken(part.visit(self))
    }

    pub(super) fn size(&mut self, expr: &Expr) -> Result<Size, EngineError> {
        self.visit(expr)?;
        Ok(self.last)
    }

    /// Adds all that was visited to the query that it is in.
    pub(super) fn add_to(self, whole: &mut Inlined) {
        whole.levels = whole.levels.max(self.levels) + self.queries + self.windows.len();
        whole.relations = whole.relations.saturating_add(self.relations);
        whole.nodes = whole.nodes.saturating_add(self.nodes);
        whole.largest = whole.largest.max(self.largest);
    }

    fn of(&self, expr: &Expr, below: Size) -> Size {
        let below = match expr {
            Expr::Function(call) if calls::repeats_arguments(call) => below.times(REPEATED),
            _ => below,
        };
        match expr {
            Expr::Identifier(name) => self.scope.columns.get(&name.value),
            // Which part is the column's name depends on the tables.
            Expr::CompoundIdentifier(parts) => {
                let sizes = parts.iter().map(|part| self.scope.columns.get(&part.value));
                sizes.fold(Size::default(), Size::max)
            }
            Expr::Value(_) => Size::LITERAL,
            _ => Size {
                depth: below.depth + levels(expr),
                parts: below.parts.saturating_add(1),
                nodes: below.nodes.saturating_add(1),
            },
        }
    }
}

impl Visitor for Expressions {
    type Break = EngineError;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<EngineError> {
        if self.inside == 0 {
            let inlined = match measure(query, &self.scope) {
                Ok(inlined) => inlined.within(),
                Err(error) => return ControlFlow::Break(error),
            };
            self.queries += 1;
            self.levels = self.levels.max(inlined.levels);
            self.relations = self.relations.saturating_add(inlined.relations);
            self.nodes = self.nodes.saturating_add(inlined.nodes);
            self.largest = self.largest.max(inlined.largest);
        }
        self.inside += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<EngineError> {
        self.inside -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<EngineError> {
        self.inside += usize::from(is_measured_alone(factor));
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<EngineError> {
        self.inside -= usize::from(is_measured_alone(factor));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<EngineError> {
        if self.inside == 0 {
            self.open.push((Size::NONE, None));
            if let Expr::Function(call) = expr
                && let Some(window) = &call.over
            {
                self.windows.insert(window.to_string());
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<EngineError> {
        if self.inside == 0 {
            let (below, first) = self.open.pop().unwrap_or((Size::NONE, None));
            let again = first.map_or(Size::NONE, |first| first.times(repeats_of_first(expr)));
            let size = self.of(expr, below.beside(again));
            match self.open.last_mut() {
                Some((around, first)) => {
                    *around = around.beside(size);
                    first.get_or_insert(size);
                }
                None => {
                    self.last = size;
                    self.nodes = self.nodes.saturating_add(size.nodes);
                    self.largest = self.largest.max(size);
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// How often what comes first is written once more: a value that is compared with several others. Each comparison is looked
/// into anew, which counts as one more.
fn repeats_of_first(expr: &Expr) -> usize {
    match expr {
        Expr::Between { .. } => 2,
        Expr::InList { list, .. } if list.len() <= MAX_COMPARED && !list.iter().all(is_written) => list.len(),
        Expr::InList { list, .. } if list.len() <= 3 => list.len(),
        Expr::Case { operand: Some(_), conditions, .. } => conditions.len(),
        _ => 0,
    }
}

/// Whether the value is a literal, perhaps with a sign or a type.
fn is_written(value: &Expr) -> bool {
    match value {
        Expr::Value(_) | Expr::TypedString(_) => true,
        Expr::UnaryOp { expr, .. } | Expr::Cast { expr, .. } => is_written(expr),
        _ => false,
    }
}

/// The conditions of joins in parentheses belong to the SELECT around them, and what is unnested.
fn is_measured_alone(factor: &TableFactor) -> bool {
    !matches!(factor, TableFactor::NestedJoin { .. } | TableFactor::UNNEST { .. })
}
