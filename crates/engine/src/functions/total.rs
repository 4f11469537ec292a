//! `sum` and `avg`, with Athena's types: whole numbers, decimals and intervals exactly, others in double precision.

mod distinct;
mod groups;
mod sums;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::ArrayRef,
        datatypes::{DataType as Arrow, Field, FieldRef},
    },
    common::ScalarValue,
    error::Result,
    logical_expr::{
        Accumulator, AggregateUDFImpl, GroupsAccumulator, Signature, Volatility,
        function::{AccumulatorArgs, StateFieldsArgs},
        utils::{AggregateOrderSensitivity, format_state_name},
    },
};

use super::own::{not_taken, unexpected};
use crate::types::{DAY_TO_SECOND, YEAR_TO_MONTH};
use distinct::Distinct;
use sums::{STATE_DIGITS, Sums};

/// What they are called in plans. Not `sum`: where DataFusion sees that name it takes a sum of sums for the sum,
/// which it is not where a real was rounded.
pub(crate) const NAMES: [&str; 2] = ["total_sum", "total_avg"];

/// A sum, or a mean.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Total {
    is_mean: bool,
    aliases: [String; 1],
    signature: Signature,
}

impl Total {
    pub(super) fn sum() -> Self {
        Self { is_mean: false, aliases: ["sum".to_owned()], signature: signature() }
    }

    pub(super) fn avg() -> Self {
        Self { is_mean: true, aliases: ["avg".to_owned()], signature: signature() }
    }

    fn sums(&self, args: &AccumulatorArgs<'_>) -> Result<Sums> {
        let input = args.expr_fields.first().map_or(&Arrow::Null, |field| field.data_type());
        Sums::new(input, args.return_field.data_type(), self.is_mean)
    }
}

fn signature() -> Signature {
    Signature::user_defined(Volatility::Immutable)
}

impl AggregateUDFImpl for Total {
    fn name(&self) -> &'static str {
        NAMES[usize::from(self.is_mean)]
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        match given {
            [Arrow::Int8 | Arrow::Int16 | Arrow::Int32 | Arrow::Int64 | Arrow::UInt64 | Arrow::Null] => {
                Ok(vec![Arrow::Int64])
            }
            [Arrow::Float32 | Arrow::Float64 | Arrow::Decimal128(..)] => Ok(given.to_vec()),
            [Arrow::Duration(_)] => Ok(vec![DAY_TO_SECOND]),
            [interval] if *interval == YEAR_TO_MONTH => Ok(given.to_vec()),
            _ => Err(not_taken(&self.aliases[0])),
        }
    }

    fn return_type(&self, given: &[Arrow]) -> Result<Arrow> {
        Ok(match (given, self.is_mean) {
            ([Arrow::Int64], false) => Arrow::Int64,
            ([Arrow::Int64 | Arrow::Float64], _) => Arrow::Float64,
            ([Arrow::Float32], _) => Arrow::Float32,
            ([Arrow::Decimal128(_, scale)], false) => Arrow::Decimal128(38, *scale),
            ([decimal @ Arrow::Decimal128(..)], true) => decimal.clone(),
            ([interval @ (Arrow::Duration(_) | Arrow::Interval(_))], _) => interval.clone(),
            _ => return Err(not_taken(&self.aliases[0])),
        })
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let input = args.input_fields.first().map_or(&Arrow::Null, |field| field.data_type());
        if args.is_distinct {
            let element = Field::new_list_field(input.clone(), true);
            let name = format_state_name(args.name, "distinct");
            return Ok(vec![Arc::new(Field::new_list(name, element, false))]);
        }
        let total = match (input, args.return_field.data_type()) {
            (Arrow::Decimal128(_, scale), _) => Arrow::Decimal256(STATE_DIGITS, *scale),
            (_, Arrow::Int64 | Arrow::Duration(_) | Arrow::Interval(_)) => Arrow::Decimal256(STATE_DIGITS, 0),
            _ => Arrow::Float64,
        };
        Ok(vec![
            Arc::new(Field::new(format_state_name(args.name, "total"), total, true)),
            Arc::new(Field::new(format_state_name(args.name, "count"), Arrow::Int64, true)),
        ])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let sums = self.sums(&args)?;
        if !args.is_distinct {
            return Ok(Box::new(One::new(sums)));
        }
        let input = args.expr_fields.first().map_or(Arrow::Null, |field| field.data_type().clone());
        Ok(Box::new(Distinct::new(input, sums)))
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        !args.is_distinct
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(self.sums(&args)?))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// The total of a single group.
#[derive(Debug)]
struct One(Sums);

impl One {
    fn new(mut sums: Sums) -> Self {
        sums.grow(1);
        Self(sums)
    }
}

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [values] = values else { return Err(unexpected(&Arrow::Null)) };
        self.0.add(values, |_| Some(0), false)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [values] = values else { return Err(unexpected(&Arrow::Null)) };
        self.0.add(values, |_| Some(0), true)
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.0.merge(states, |_| 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let columns = self.0.states(0..1)?;
        columns.iter().map(|column| ScalarValue::try_from_array(column, 0)).collect()
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&self.0.answers(0..1)?, 0)
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.0.bytes()
    }
}
