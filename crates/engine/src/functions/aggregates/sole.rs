//! The values of a subquery that may give one row: as many as tell one from several.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray},
        buffer::OffsetBuffer,
        compute::concat,
        datatypes::{DataType as Arrow, Field, FieldRef},
    },
    common::ScalarValue,
    error::Result,
    logical_expr::{
        Accumulator, AggregateUDFImpl, Signature,
        function::{AccumulatorArgs, StateFieldsArgs},
        utils::{AggregateOrderSensitivity, format_state_name},
    },
};

use super::{
    rows::{all, taken},
    signature,
};
use crate::functions::own::{not_taken, unexpected};

/// One value, and one more.
const MOST: usize = 2;

/// The first values of a group, as an array. A query cannot call it by its name.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(in crate::functions) struct Sole {
    signature: Signature,
}

impl Sole {
    pub(in crate::functions) fn new() -> Self {
        Self { signature: signature() }
    }
}

fn list_of(element: &Arrow) -> Arrow {
    Arrow::List(field_of(element))
}

fn field_of(element: &Arrow) -> FieldRef {
    Arc::new(Field::new_list_field(element.clone(), true))
}

impl AggregateUDFImpl for Sole {
    fn name(&self) -> &'static str {
        "sole"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        match given {
            [_] => Ok(given.to_vec()),
            _ => Err(not_taken(self.name())),
        }
    }

    fn return_type(&self, given: &[Arrow]) -> Result<Arrow> {
        given.first().map(list_of).ok_or_else(|| not_taken(self.name()))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let list = args.return_field.data_type().clone();
        Ok(vec![Arc::new(Field::new(format_state_name(args.name, "values"), list, true))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        match args.return_field.data_type() {
            Arrow::List(field) => Ok(Box::new(OfGroup { element: field.data_type().clone(), kept: None })),
            other => Err(unexpected(other)),
        }
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

#[derive(Debug)]
struct OfGroup {
    element: Arrow,
    /// None before there is a value. A null is one.
    kept: Option<ArrayRef>,
}

impl OfGroup {
    fn keep(&mut self, values: &ArrayRef) -> Result<()> {
        let has = self.kept.as_ref().map_or(0, Array::len);
        let more = values.len().min(MOST.saturating_sub(has));
        if more == 0 {
            return Ok(());
        }
        let more = taken(std::slice::from_ref(values), &all(more))?;
        let parts: Vec<&dyn Array> = self.kept.iter().chain(&more).map(AsRef::as_ref).collect();
        self.kept = Some(concat(&parts)?);
        Ok(())
    }
}

impl Accumulator for OfGroup {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let [values] = columns else { return Err(unexpected(&Arrow::Null)) };
        self.keep(values)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [lists] = states else { return Err(unexpected(&Arrow::Null)) };
        for values in lists.as_list::<i32>().iter().flatten() {
            self.keep(&values)?;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let Some(kept) = &self.kept else {
            return Ok(ScalarValue::new_null_list(self.element.clone(), true, 1));
        };
        let offsets = OffsetBuffer::from_lengths([kept.len()]);
        let list = ListArray::try_new(field_of(&self.element), offsets, Arc::clone(kept), None)?;
        Ok(ScalarValue::List(Arc::new(list)))
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.kept.as_ref().map_or(0, Array::get_array_memory_size)
    }
}
