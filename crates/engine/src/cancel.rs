//! How a query is ended from outside while it computes.
//!
//! To drop a query ends it only where its task waits, and a join may compute for minutes between two waits. So the
//! operators look at a flag for every batch, functions for every call, every text that they make or search and every
//! pattern that they compile (`guard`, `functions`), and fail when it is set.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use datafusion::{
    common::tree_node::{Transformed, TransformedResult},
    error::{DataFusionError, Result},
    logical_expr::LogicalPlan,
};

use crate::functions;

/// Whether a query shall end. Clones see the same flag; once set, it stays.
#[derive(Debug, Clone, Default)]
pub struct Cancellation(Arc<AtomicBool>);

/// The query was ended from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the query was cancelled")]
pub struct Cancelled;

/// Cancels a query when it is dropped.
#[derive(Debug)]
pub struct CancelOnDrop(Cancellation);

impl Cancellation {
    /// Ends the query: it fails with [`Cancelled`] when it next looks at the flag. May be called from any thread, and
    /// does not wait for the end.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether [`Self::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Fails once the query is cancelled.
    pub fn check(&self) -> std::result::Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Cancels the query when the guard is dropped.
    pub fn on_drop(&self) -> CancelOnDrop {
        CancelOnDrop(self.clone())
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl From<Cancelled> for DataFusionError {
    fn from(cancelled: Cancelled) -> Self {
        Self::External(Box::new(cancelled))
    }
}

/// The plan, which is optimized, with conditions of joins that look at the flag. A join hands nothing on while no pair of
/// rows meets its condition, so nobody above it can look.
pub(crate) fn watch_joins(plan: LogicalPlan, cancellation: &Cancellation) -> Result<LogicalPlan> {
    let watched = |node: LogicalPlan| match node {
        LogicalPlan::Join(mut join) => {
            join.filter = join.filter.map(|condition| functions::watched(condition, cancellation));
            Ok(Transformed::yes(LogicalPlan::Join(join)))
        }
        other => Ok(Transformed::no(other)),
    };
    plan.transform_up_with_subqueries(watched).data()
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::{JoinType, LogicalPlanBuilder, col, lit};

    use super::*;

    #[test]
    fn a_flag_is_seen_by_all_clones_and_stays() {
        let (one, other) = (Cancellation::default(), Cancellation::default());
        let clone = one.clone();
        assert_eq!((clone.check(), clone.is_cancelled()), (Ok(()), false));
        one.cancel();
        one.cancel();
        assert_eq!((clone.check(), clone.is_cancelled()), (Err(Cancelled), true));
        assert_eq!(other.check(), Ok(()));
        let guard = other.on_drop();
        assert!(!other.is_cancelled());
        drop(guard);
        assert!(other.is_cancelled());
    }

    #[test]
    fn conditions_of_joins_are_watched_and_nothing_else_is() {
        let rows = |name: &str| {
            let rows = LogicalPlanBuilder::values(vec![vec![lit(1_i64)]]).unwrap();
            rows.alias(name).unwrap().build().unwrap()
        };
        let keys = || (Vec::<&str>::new(), Vec::<&str>::new());
        let condition = col("a.column1").lt(col("b.column1"));
        let joined = LogicalPlanBuilder::from(rows("a"))
            .join(rows("b"), JoinType::Inner, keys(), Some(condition.clone()))
            .unwrap()
            .cross_join(rows("c"))
            .unwrap()
            .filter(condition)
            .unwrap();
        let plan = watch_joins(joined.build().unwrap(), &Cancellation::default()).unwrap();
        let text = plan.display_indent().to_string();
        assert_eq!(text.matches("watched(a.column1 < b.column1)").count(), 1, "{text}");
        assert_eq!(text.matches("a.column1 < b.column1").count(), 2, "{text}");
    }
}
