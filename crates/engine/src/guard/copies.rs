//! How often an operator copies what it takes, before anybody can count the copies.
//!
//! A hash aggregate of DataFusion 55.2 takes a whole batch before it says what its groups hold. Until then it has copied
//! each key for every grouping set, and each argument for every grouping set and every aggregate that keeps it. Columns
//! that share one buffer are copied once each, by whatever selects, sorts or deals out rows.

use std::{ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{Schema, SchemaRef},
    },
    physical_expr::{
        PhysicalExpr,
        expressions::{Column, Literal},
        utils::collect_columns,
    },
    physical_plan::{
        ExecutionPlan, Partitioning,
        aggregates::{AggregateExec, AggregateInputMode},
        filter::FilterExec,
        repartition::RepartitionExec,
        sorts::{sort::SortExec, sort_preserving_merge::SortPreservingMergeExec},
        udaf::AggregateFunctionExpr,
    },
};

use super::{uncollected::may_be_long, width::bytes};

/// What a group takes for itself, for each of its keys, and for each aggregate, in bytes. Some aggregates have one state for
/// all groups; the others have an object for each group.
const GROUP: usize = 64;
const KEY: usize = 16;
const STATE: usize = 32;
const OBJECT: usize = 1 << 10;

/// The copies that an operator makes of each row that it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copies {
    /// The columns of which it makes some, and how many.
    columns: Vec<(usize, usize)>,
    /// The bytes that it makes of each row besides, whatever is in it.
    row: usize,
}

impl Copies {
    /// One copy of each column.
    pub(super) fn one(schema: &SchemaRef) -> Self {
        Self { columns: (0..schema.fields().len()).map(|column| (column, 1)).collect(), row: 0 }
    }

    /// What the operator makes of the rows of its only input; `None` if it hands them on, or is none of these.
    pub(super) fn of(node: &Arc<dyn ExecutionPlan>) -> Option<Self> {
        if let Some(aggregate) = node.downcast_ref::<AggregateExec>() {
            return Some(of_aggregate(aggregate));
        }
        if let Some(filter) = node.downcast_ref::<FilterExec>() {
            return Some(Self::one(&filter.input().schema()));
        }
        if let Some(repartition) = node.downcast_ref::<RepartitionExec>() {
            let hands_on = matches!(repartition.partitioning(), Partitioning::RoundRobinBatch(_));
            return (!hands_on).then(|| Self::one(&node.schema()));
        }
        let order = node.downcast_ref::<SortExec>().map(SortExec::expr);
        let merged = || node.downcast_ref::<SortPreservingMergeExec>().map(SortPreservingMergeExec::expr);
        let order = order.or_else(merged)?;
        let mut copies = Self::one(&node.schema());
        // A sort by several columns writes them as keys, which it compares.
        for column in order.iter().flat_map(|key| collect_columns(&key.expr)) {
            if let Some((_, times)) = copies.columns.get_mut(column.index()) {
                *times += 1;
            }
        }
        Some(copies)
    }

    /// Whether a batch of so many rows of an input with this schema may become more than so many bytes.
    pub(super) fn may_be_much(&self, schema: &SchemaRef, rows: usize, most: usize) -> bool {
        let fields = schema.fields();
        let data_type = |column: usize| fields.get(column).map(|field| field.data_type());
        let mut row = self.row;
        for (column, times) in &self.columns {
            match data_type(*column) {
                Some(data_type) if may_be_long(data_type) => return true,
                Some(data_type) => {
                    row = row.saturating_add(data_type.primitive_width().unwrap_or(1).saturating_mul(*times));
                }
                None => {}
            }
        }
        row.saturating_mul(rows) > most
    }

    /// The bytes of the copies of some rows.
    pub(super) fn bytes(&self, batch: &RecordBatch, rows: Range<usize>) -> usize {
        let besides = self.row.saturating_mul(rows.len());
        self.columns.iter().fold(besides, |sum, (column, times)| {
            let own = batch.columns().get(*column).map_or(0, |column| bytes(column, rows.clone()));
            sum.saturating_add(own.saturating_mul(*times))
        })
    }

    /// How many of the first rows make no more than so many bytes, but one at least, and what they make.
    pub(super) fn first(&self, batch: &RecordBatch, most: usize) -> (usize, usize) {
        let mut all = 0_usize;
        for row in 0..batch.num_rows() {
            let more = all.saturating_add(self.bytes(batch, row..row + 1));
            if more > most && row > 0 {
                return (row, all);
            }
            all = more;
        }
        (batch.num_rows(), all)
    }
}

fn of_aggregate(aggregate: &AggregateExec) -> Copies {
    let input = aggregate.input().schema();
    let mut counting = Counting { schema: &input, times: vec![0; input.fields().len()], row: 0 };
    let grouping = aggregate.group_expr();
    let mut sets = 1;
    if aggregate.mode().input_mode() == AggregateInputMode::Partial {
        // Its input is the keys and the states, and it keeps one of each for a group.
        counting.times.fill(1);
    } else {
        sets = grouping.groups().len().max(1);
        for (place, (key, _)) in grouping.expr().iter().enumerate() {
            let kept = grouping.groups().iter().filter(|nulls| nulls.get(place) == Some(&false)).count();
            counting.note(key, kept);
        }
        for function in aggregate.aggr_expr() {
            let times = kept_by(function).saturating_mul(sets);
            let order = function.order_bys().iter().map(|key| Arc::clone(&key.expr));
            for argument in function.expressions().into_iter().chain(order) {
                counting.note(&argument, times);
            }
        }
    }
    // Without a GROUP BY there is one group, however many rows there are.
    if !grouping.is_true_no_grouping() {
        let states = aggregate.aggr_expr().iter();
        let states: usize =
            states.map(|function| if function.groups_accumulator_supported() { STATE } else { OBJECT }).sum();
        let group = GROUP.saturating_add(KEY.saturating_mul(grouping.expr().len())).saturating_add(states);
        counting.row = counting.row.saturating_add(group.saturating_mul(sets));
    }
    counting.copies()
}

/// How many copies of an argument an aggregate has at once.
fn kept_by(function: &AggregateFunctionExpr) -> usize {
    match function.fun().name() {
        "count" if !function.is_distinct() => 0,
        "min" | "max" if function.expressions().len() == 1 => 1,
        "approx_distinct" | "checksum" => 1,
        // The rows are put in the order of their groups before they are kept.
        _ => 2,
    }
}

struct Counting<'s> {
    schema: &'s Schema,
    times: Vec<usize>,
    row: usize,
}

impl Counting<'_> {
    fn note(&mut self, expr: &Arc<dyn PhysicalExpr>, times: usize) {
        if let Some(literal) = expr.downcast_ref::<Literal>() {
            let length = literal.value().try_as_str().flatten().map_or(0, str::len);
            self.row = self.row.saturating_add(length.saturating_mul(times));
            return;
        }
        let is_column = expr.is::<Column>();
        if !is_column && expr.data_type(self.schema).is_ok_and(|data_type| !may_be_long(&data_type)) {
            return;
        }
        for column in collect_columns(expr) {
            if let Some(noted) = self.times.get_mut(column.index()) {
                *noted = noted.saturating_add(times);
            }
        }
    }

    fn copies(self) -> Copies {
        let columns = self.times.into_iter().enumerate().filter(|(_, times)| *times > 0).collect();
        Copies { columns, row: self.row }
    }
}

#[cfg(test)]
mod tests;
