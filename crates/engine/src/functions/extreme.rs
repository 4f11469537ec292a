//! `max_by(x, y)` and `min_by(x, y)`.

use std::{cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef},
        datatypes::{DataType as Arrow, Field, FieldRef},
    },
    common::ScalarValue,
    error::Result,
    logical_expr::{
        Accumulator, AggregateUDFImpl, Signature, Volatility,
        function::{AccumulatorArgs, StateFieldsArgs},
        utils::{AggregateOrderSensitivity, format_state_name},
    },
};

use super::own::{not_taken, unexpected};

/// The value of the row in which another value is the greatest, or the least. A null is neither.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct By {
    name: &'static str,
    wanted: Ordering,
    signature: Signature,
}

impl By {
    pub(super) fn max() -> Self {
        Self::new("max_by", Ordering::Greater)
    }

    pub(super) fn min() -> Self {
        Self::new("min_by", Ordering::Less)
    }

    fn new(name: &'static str, wanted: Ordering) -> Self {
        Self { name, wanted, signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for By {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        if given.len() == 2 { Ok(given.to_vec()) } else { Err(not_taken(self.name)) }
    }

    fn return_type(&self, given: &[Arrow]) -> Result<Arrow> {
        given.first().cloned().ok_or_else(|| not_taken(self.name))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let [value, key] = args.input_fields else { return Err(not_taken(self.name)) };
        let field = |name, of: &FieldRef| {
            Arc::new(Field::new(format_state_name(args.name, name), of.data_type().clone(), true))
        };
        Ok(vec![field("value", value), field("key", key)])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let [value, key] = args.expr_fields else { return Err(not_taken(self.name)) };
        Ok(Box::new(Extreme {
            wanted: self.wanted,
            value: ScalarValue::try_from(value.data_type())?,
            key: ScalarValue::try_from(key.data_type())?,
        }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

#[derive(Debug)]
struct Extreme {
    wanted: Ordering,
    value: ScalarValue,
    /// Null before there is one.
    key: ScalarValue,
}

/// To both functions, NaN is the last choice.
fn is_nan(key: &ScalarValue) -> bool {
    match key {
        ScalarValue::Float32(Some(number)) => number.is_nan(),
        ScalarValue::Float64(Some(number)) => number.is_nan(),
        _ => false,
    }
}

impl Accumulator for Extreme {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let [values, keys] = columns else { return Err(unexpected(&Arrow::Null)) };
        for row in (0..keys.len()).filter(|row| keys.is_valid(*row)) {
            let key = ScalarValue::try_from_array(keys, row)?;
            let is_better = match (is_nan(&key), is_nan(&self.key)) {
                (true, _) => false,
                (false, true) => true,
                (false, false) => key.partial_cmp(&self.key) == Some(self.wanted),
            };
            if self.key.is_null() || is_better {
                self.value = ScalarValue::try_from_array(values, row)?;
                self.value.compact();
                self.key = key;
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.value.clone(), self.key.clone()])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(self.value.clone())
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.value.size() + self.key.size()
    }
}
