//! What is put around the operators of a plan, so that the memory of batches is counted and bounded, and the query ends
//! when it is cancelled.

mod computed;
mod copies;
mod counted;
mod interruptible;
mod once;
mod portioned;
mod uncollected;
mod width;

use std::sync::Arc;

use datafusion::{
    common::tree_node::{Transformed, TransformedResult, TreeNode},
    error::Result,
    physical_expr::{
        expressions::{Column, Literal},
        utils::collect_columns,
    },
    physical_plan::{
        ExecutionPlan,
        aggregates::{AggregateExec, AggregateMode},
        joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec, SortMergeJoinExec},
        projection::ProjectionExec,
        replace_children_if_necessary,
        sorts::{sort::SortExec, sort_preserving_merge::SortPreservingMergeExec},
        windows::{BoundedWindowAggExec, WindowAggExec},
    },
};

use crate::{cancel::Cancellation, memory::QueryMemory, unnest::UnnestExec};
use copies::Copies;
use counted::{Counted, Repeated};
use interruptible::Interruptible;
use once::Once;
use portioned::Portioned;
use uncollected::uncollected;

pub(crate) use width::bytes;

/// The plan with its operators counted. Joins and window functions also refuse rows that are too wide to repeat. Operators
/// that collect rows pass long ones on at once; the others make batches of so many `rows`, as the session has it. Those that
/// copy rows before they count the copies get few of them at once where they are long. Each operator fails at its next batch
/// once the query is cancelled.
pub(crate) fn around(
    plan: Arc<dyn ExecutionPlan>,
    rows: usize,
    memory: &QueryMemory,
    cancellation: &Cancellation,
) -> Result<Arc<dyn ExecutionPlan>> {
    let guard = Guard { rows, memory, cancellation };
    let plan = plan.transform_up(|node| Ok(Transformed::yes(guard.around(node)?))).data()?;
    // What leaves the plan is what a caller holds.
    Ok(Arc::new(guard.counted(&plan)))
}

/// What the operators of one query are guarded with.
struct Guard<'q> {
    rows: usize,
    memory: &'q QueryMemory,
    cancellation: &'q Cancellation,
}

impl Guard<'_> {
    fn around(&self, node: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
        let node = if is_join(&node) {
            let kept: Vec<_> = node.children().into_iter().map(|input| self.kept(input)).collect();
            let mut inputs = self.narrow(kept.iter());
            if node.is::<NestedLoopJoinExec>()
                && let Some(left) = inputs.first_mut()
            {
                *left = Arc::new(Once::around(Arc::clone(left)));
            }
            with_inputs(node, inputs)?
        } else if node.is::<UnnestExec>() {
            let inputs = self.narrow(node.children().into_iter());
            with_inputs(node, inputs)?
        } else if let Some(repeated) = repeated(&node) {
            let narrow = |input: &Arc<dyn ExecutionPlan>| -> Arc<dyn ExecutionPlan> {
                Arc::new(self.counted(&self.kept(input)).narrow().repeated(repeated.clone()))
            };
            let inputs = node.children().into_iter().map(narrow).collect();
            with_inputs(node, inputs)?
        } else {
            let node = self.computed_before(node)?;
            uncollected(self.portioned_input(node)?, self.rows)?
        };
        let guarded: Arc<dyn ExecutionPlan> = if passes_on_rows(&node) {
            Arc::new(self.counted(&node).passed_on(self.memory))
        } else if makes_batches(&node) {
            Arc::new(self.counted(&node))
        } else {
            Arc::new(Interruptible::around(node, self.cancellation))
        };
        Ok(guarded)
    }

    fn narrow<'n>(
        &self,
        inputs: impl Iterator<Item = &'n Arc<dyn ExecutionPlan>>,
    ) -> Vec<Arc<dyn ExecutionPlan>> {
        let narrow = |input: &Arc<dyn ExecutionPlan>| -> Arc<dyn ExecutionPlan> {
            Arc::new(self.counted(input).narrow())
        };
        inputs.map(narrow).collect()
    }

    /// The aggregation, with what it computes of long values in a projection of its own below it.
    fn computed_before(&self, node: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
        let counted =
            |input: &Arc<dyn ExecutionPlan>| -> Arc<dyn ExecutionPlan> { Arc::new(self.counted(input)) };
        let Some(aggregate) = node.downcast_ref::<AggregateExec>() else { return Ok(node) };
        let computed = computed::before(aggregate, counted)?;
        Ok(computed.unwrap_or(node))
    }

    /// The operator, which gets as many rows at once as it may copy.
    fn portioned_input(&self, node: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(copies) = Copies::of(&node) else { return Ok(node) };
        let Some(input) = node.children().first().copied().cloned() else { return Ok(node) };
        let is_kept = node.is::<SortExec>() || node.is::<SortPreservingMergeExec>();
        let input = self.portioned(&input, copies, is_kept);
        with_inputs(node, vec![input])
    }

    /// An input of which an operator keeps batches, to put them together.
    fn kept(&self, input: &Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        self.portioned(input, Copies::one(&input.schema()), true)
    }

    fn portioned(
        &self,
        input: &Arc<dyn ExecutionPlan>,
        copies: Copies,
        is_kept: bool,
    ) -> Arc<dyn ExecutionPlan> {
        let memory = self.memory.memory();
        if !copies.may_be_much(&input.schema(), self.rows, memory.limits().portion()) {
            return Arc::clone(input);
        }
        let portioned = Portioned::around(Arc::clone(input), copies, memory, self.cancellation);
        Arc::new(if is_kept { portioned.owned() } else { portioned })
    }

    fn counted(&self, input: &Arc<dyn ExecutionPlan>) -> Counted {
        Counted::around(Arc::clone(input), self.memory.memory(), self.cancellation)
    }
}

fn with_inputs(
    node: Arc<dyn ExecutionPlan>,
    inputs: Vec<Arc<dyn ExecutionPlan>>,
) -> Result<Arc<dyn ExecutionPlan>> {
    replace_children_if_necessary(node, inputs)
}

fn is_join(node: &Arc<dyn ExecutionPlan>) -> bool {
    node.is::<HashJoinExec>()
        || node.is::<NestedLoopJoinExec>()
        || node.is::<CrossJoinExec>()
        || node.is::<SortMergeJoinExec>()
}

/// Whether its batches are new, and neither its input's nor a selection of them.
fn makes_batches(node: &Arc<dyn ExecutionPlan>) -> bool {
    node.children().is_empty()
        || is_join(node)
        || node.is::<AggregateExec>()
        || node.is::<ProjectionExec>()
        || node.is::<UnnestExec>()
        || node.is::<WindowAggExec>()
        || node.is::<BoundedWindowAggExec>()
}

/// Whether it is the first stage of an aggregation that keeps values of rows for each group, as lists do: `array_agg`
/// and the like, and several DISTINCT. What it passes on to the second stage has as few rows as there are groups, and each
/// may be as long as all rows of its group.
fn passes_on_rows(node: &Arc<dyn ExecutionPlan>) -> bool {
    node.downcast_ref::<AggregateExec>().is_some_and(|aggregate| {
        matches!(aggregate.mode(), AggregateMode::Partial | AggregateMode::PartialReduce)
            && aggregate.schema().fields().iter().any(|field| field.data_type().is_nested())
    })
}

/// What a window operator repeats for all rows of its input at once: the literals among its arguments (what `lag`
/// gives where there is no row), and the columns of a function that looks at a whole partition.
fn repeated(node: &Arc<dyn ExecutionPlan>) -> Option<Repeated> {
    let (functions, is_whole) = if let Some(window) = node.downcast_ref::<WindowAggExec>() {
        (window.window_expr(), true)
    } else {
        (node.downcast_ref::<BoundedWindowAggExec>()?.window_expr(), false)
    };
    let mut repeated = Repeated::default();
    for function in functions {
        if function.field().is_ok_and(|field| field.data_type().is_primitive()) {
            continue;
        }
        for argument in function.expressions() {
            match argument.downcast_ref::<Literal>() {
                Some(literal) => {
                    repeated.literals += literal.value().try_as_str().flatten().map_or(0, str::len);
                }
                None if is_whole => {
                    repeated.columns.extend(collect_columns(&argument).iter().map(Column::index));
                }
                None => {}
            }
        }
    }
    Some(repeated)
}
