//! Functions that take functions: `transform(a, x -> x + 1)`.
//!
//! DataFusion's planner gives a lambda expression's parameters their types ([`mod@declared`]). Then the body is put aside
//! ([`mod@hidden`]): no later step of DataFusion's looks into it, and what it refers to outside becomes an argument of the call.
//! Where the types of the arguments are Athena's, the body goes through the same steps as an expression of a query, over a
//! relation of the parameters ([`mod@resolved`]). It is calculated for many elements at once, so few that what is repeated for
//! them is bounded ([`mod@body`]).

mod arrays;
mod body;
mod call;
mod declared;
mod hidden;
mod items;
mod kind;
mod maps;
mod reduce;
mod resolved;
mod sorted;

use std::sync::Arc;

use datafusion::logical_expr::{Expr, HigherOrderUDF};

pub(crate) use hidden::hidden;
pub(crate) use kind::{ARRAY_SORT, Part, SORTED_BY, lambda_signature};
pub(crate) use resolved::resolved;

pub(super) use kind::NAMES;

/// For the planner, which learns from them what types the parameters have.
pub(super) fn declared() -> Vec<Arc<HigherOrderUDF>> {
    kind::ALL.into_iter().map(|kind| Arc::new(declared::Declared::new(kind).into())).collect()
}

/// The bodies of a call's lambda expressions, if it is one.
pub(crate) fn bodies(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::ScalarFunction(call) => match call.func.inner().downcast_ref::<call::Call>() {
            Some(call) => call.bodies(),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}
