//! Named windows, written out where they are named; and what Trino asks of windows before it looks at tables.

use std::{collections::HashMap, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{
    Expr, Function, NamedWindowDefinition, NamedWindowExpr, Query, Select, SetExpr, VisitMut, VisitorMut,
    WindowSpec, WindowType, visit_expressions,
};

use super::Result;
use crate::{
    error::EngineError,
    visit::{broken, flow},
};

/// The most expressions of windows that are copied in one statement.
const MAX_COPIED: usize = 2_000;

/// The windows of a query that is one SELECT. Its ORDER BY may name them, too.
pub(super) fn of_query(query: &mut Query, copied: &mut usize) -> Result<()> {
    let SetExpr::Select(select) = &mut *query.body else { return Ok(()) };
    let windows = defined(std::mem::take(&mut select.named_window), copied)?;
    let mut resolve = Resolve { windows: &windows, copied, depth: 0 };
    broken(select.projection.visit(&mut resolve))?;
    broken(query.order_by.visit(&mut resolve))
}

/// The windows of a SELECT that is a part of a query.
pub(super) fn of_select(select: &mut Select, copied: &mut usize) -> Result<()> {
    let windows = defined(std::mem::take(&mut select.named_window), copied)?;
    broken(select.projection.visit(&mut Resolve { windows: &windows, copied, depth: 0 }))
}

/// The windows of a WINDOW clause, of which each may name those before it.
fn defined(clause: Vec<NamedWindowDefinition>, copied: &mut usize) -> Result<HashMap<String, WindowSpec>> {
    let mut windows = HashMap::new();
    for NamedWindowDefinition(name, window) in clause {
        let NamedWindowExpr::WindowSpec(mut window) = window else {
            return Err(EngineError::unsupported("WINDOW without parentheses"));
        };
        written_out(&mut window, &windows, copied)?;
        if windows.insert(name.value.clone(), window).is_some() {
            let message = format!("WINDOW name '{}' specified more than once", name.value);
            return Err(EngineError::failed("DUPLICATE_WINDOW_NAME", message));
        }
    }
    Ok(windows)
}

/// Puts what a window takes from a named one into it.
fn written_out(
    window: &mut WindowSpec,
    windows: &HashMap<String, WindowSpec>,
    copied: &mut usize,
) -> Result<()> {
    let Some(name) = window.window_name.take() else { return Ok(()) };
    let named = find(&name.value, windows, copied)?;
    if !window.partition_by.is_empty() {
        let message = "WINDOW specification with named WINDOW reference cannot specify PARTITION BY";
        return Err(EngineError::failed("INVALID_PARTITION_BY", message));
    }
    if !named.order_by.is_empty() && !window.order_by.is_empty() {
        let message = "Cannot specify ORDER BY if the referenced named WINDOW specifies ORDER BY";
        return Err(EngineError::failed("INVALID_ORDER_BY", message));
    }
    if named.window_frame.is_some() {
        let message = "Cannot reference named WINDOW containing frame specification";
        return Err(EngineError::failed("INVALID_WINDOW_REFERENCE", message));
    }
    window.partition_by.clone_from(&named.partition_by);
    if window.order_by.is_empty() {
        window.order_by.clone_from(&named.order_by);
    }
    Ok(())
}

fn find<'w>(
    name: &str,
    windows: &'w HashMap<String, WindowSpec>,
    copied: &mut usize,
) -> Result<&'w WindowSpec> {
    let found = windows.get(name).ok_or_else(|| {
        EngineError::failed("INVALID_WINDOW_REFERENCE", format!("Cannot resolve WINDOW name {name}"))
    })?;
    // It never breaks.
    let _: ControlFlow<()> = visit_expressions(found, |_| {
        *copied += 1;
        ControlFlow::Continue(())
    });
    if *copied > MAX_COPIED {
        return Err(EngineError::unsupported(format!(
            "WINDOW whose windows have more than {MAX_COPIED} expressions where they are named"
        )));
    }
    Ok(found)
}

struct Resolve<'w> {
    windows: &'w HashMap<String, WindowSpec>,
    copied: &'w mut usize,
    /// How many queries are around, within the one whose windows these are.
    depth: usize,
}

impl Resolve<'_> {
    fn resolve(&mut self, call: &mut Function) -> Result<()> {
        let Some(over) = &mut call.over else { return Ok(()) };
        if let WindowType::NamedWindow(name) = over {
            *over = WindowType::WindowSpec(find(&name.value, self.windows, self.copied)?.clone());
        }
        let WindowType::WindowSpec(window) = over else { return Ok(()) };
        written_out(window, self.windows, self.copied)?;
        let name = call.name.to_string().replace('"', "");
        if matches!(name.as_str(), "lag" | "lead") {
            if window.order_by.is_empty() {
                let message = format!("{name} function requires an ORDER BY window clause");
                return Err(EngineError::failed("MISSING_ORDER_BY", message));
            }
            if window.window_frame.is_some() {
                let message = format!("Cannot specify window frame for {name} function");
                return Err(EngineError::failed("INVALID_WINDOW_FRAME", message));
            }
        }
        Ok(())
    }
}

impl VisitorMut for Resolve<'_> {
    type Break = EngineError;

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<EngineError> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<EngineError> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<EngineError> {
        match expr {
            Expr::Function(call) if self.depth == 0 => flow(self.resolve(call)),
            _ => ControlFlow::Continue(()),
        }
    }
}
