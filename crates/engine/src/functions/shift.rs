//! `lead` and `lag`. DataFusion's, but that with IGNORE NULLS they look at a whole partition: as rows come in, DataFusion
//! 55.2 counts the nulls of a gap wrongly (`WindowShiftEvaluator::evaluate`), and over a whole partition it does not.

use std::sync::Arc;

use datafusion::{
    arrow::{array::ArrayRef, datatypes::FieldRef},
    error::Result,
    logical_expr::{
        LimitEffect, PartitionEvaluator, Signature, WindowUDF, WindowUDFImpl,
        function::{ExpressionArgs, PartitionEvaluatorArgs, WindowUDFFieldArgs},
    },
    physical_expr::PhysicalExpr,
};

/// Whether the function is one of these.
pub(super) fn is_shift(name: &str) -> bool {
    matches!(name, "lag" | "lead")
}

/// The function of DataFusion's that it is otherwise. It has no reverse: that would be DataFusion's own.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Shift(pub(super) Arc<WindowUDF>);

impl WindowUDFImpl for Shift {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn expressions(&self, args: ExpressionArgs<'_>) -> Vec<Arc<dyn PhysicalExpr>> {
        self.0.inner().expressions(args)
    }

    fn partition_evaluator(&self, args: PartitionEvaluatorArgs<'_>) -> Result<Box<dyn PartitionEvaluator>> {
        let ignores_nulls = args.ignore_nulls();
        let evaluator = self.0.inner().partition_evaluator(args)?;
        Ok(if ignores_nulls { Box::new(Whole(evaluator)) } else { evaluator })
    }

    fn field(&self, args: WindowUDFFieldArgs<'_>) -> Result<FieldRef> {
        self.0.inner().field(args)
    }

    fn limit_effect(&self, args: &[Arc<dyn PhysicalExpr>]) -> LimitEffect {
        self.0.inner().limit_effect(args)
    }
}

/// Evaluates whole partitions only.
#[derive(Debug)]
struct Whole(Box<dyn PartitionEvaluator>);

impl PartitionEvaluator for Whole {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        self.0.evaluate_all(values, rows)
    }
}
