//! Aggregates that keep a few numbers of a group, as functions of DataFusion's.

use datafusion::{
    arrow::datatypes::{DataType as Arrow, FieldRef},
    error::Result,
    logical_expr::{
        Accumulator, AggregateUDFImpl, Signature,
        function::{AccumulatorArgs, StateFieldsArgs},
        utils::AggregateOrderSensitivity,
    },
};

use super::{signature, statistic::Statistic};
use crate::functions::own::not_taken;

/// One that keeps a few numbers.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Few {
    statistic: Statistic,
    signature: Signature,
}

impl Few {
    pub(super) fn new(statistic: Statistic) -> Self {
        Self { statistic, signature: signature() }
    }
}

impl AggregateUDFImpl for Few {
    fn name(&self) -> &'static str {
        self.statistic.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        self.statistic.takes(given).ok_or_else(|| not_taken(self.statistic.name()))
    }

    fn return_type(&self, given: &[Arrow]) -> Result<Arrow> {
        Ok(self.statistic.answers(given))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(Statistic::state_fields(args.name))
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(self.statistic.accumulator(args.return_field.data_type())))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}
