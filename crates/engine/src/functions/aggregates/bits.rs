//! `bitwise_and_agg` and `bitwise_or_agg`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray},
        datatypes::{DataType as Arrow, Field, FieldRef, Int64Type},
    },
    common::ScalarValue,
    error::Result,
    logical_expr::{
        Accumulator, AggregateUDFImpl, Signature,
        function::{AccumulatorArgs, StateFieldsArgs},
        utils::{AggregateOrderSensitivity, format_state_name},
    },
};

use super::signature;
use crate::functions::own::{not_taken, unexpected};

/// The bits that all numbers have, or that one has.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Bits {
    is_and: bool,
    signature: Signature,
}

impl Bits {
    pub(super) fn and() -> Self {
        Self { is_and: true, signature: signature() }
    }

    pub(super) fn or() -> Self {
        Self { is_and: false, signature: signature() }
    }
}

impl AggregateUDFImpl for Bits {
    fn name(&self) -> &'static str {
        if self.is_and { "bitwise_and_agg" } else { "bitwise_or_agg" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        match given {
            [found] if found.is_integer() || *found == Arrow::Null => Ok(vec![Arrow::Int64]),
            _ => Err(not_taken(self.name())),
        }
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok(Arrow::Int64)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format_state_name(args.name, "bits"), Arrow::Int64, true))])
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(OfGroup { is_and: self.is_and, bits: None }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

#[derive(Debug)]
struct OfGroup {
    is_and: bool,
    /// None before there is a number.
    bits: Option<i64>,
}

impl Accumulator for OfGroup {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let [numbers] = columns else { return Err(unexpected(&Arrow::Null)) };
        for number in numbers.as_primitive::<Int64Type>().iter().flatten() {
            self.bits = Some(match self.bits {
                None => number,
                Some(bits) if self.is_and => bits & number,
                Some(bits) => bits | number,
            });
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Int64(self.bits)])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(self.bits))
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}
