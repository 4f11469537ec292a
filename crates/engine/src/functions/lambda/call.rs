use std::hash::{Hash, Hasher};

use datafusion::{
    arrow::{
        array::{ArrayRef, new_null_array},
        compute::cast,
        datatypes::DataType as Arrow,
    },
    error::{DataFusionError, Result},
    logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};

use super::{
    arrays,
    body::{Body, Evaluation},
    hidden::Surroundings,
    kind::Kind,
    maps, reduce, sorted,
};
use crate::{
    cancel::Cancellation,
    functions::{
        argument::{Argument, answer},
        bounded::Bounded,
    },
    memory::QueryMemory,
};

/// A call of a function that takes functions, which can be calculated. Its arguments are the values, then what the bodies
/// refer to outside.
#[derive(Debug)]
pub(super) struct Call {
    kind: Kind,
    bodies: Vec<Body>,
    /// How many arguments are values.
    values: usize,
    /// Of all arguments.
    types: Vec<Arrow>,
    result: Arrow,
    memory: QueryMemory,
    cancellation: Cancellation,
    signature: Signature,
}

impl Call {
    pub(super) fn new(
        kind: Kind,
        bodies: Vec<Body>,
        values: usize,
        types: Vec<Arrow>,
        result: Arrow,
        surroundings: &Surroundings,
        volatility: Volatility,
    ) -> Self {
        let (memory, cancellation) = (surroundings.memory.clone(), surroundings.cancellation.clone());
        let signature = Signature::user_defined(volatility);
        Self { kind, bodies, values, types, result, memory, cancellation, signature }
    }

    pub(super) fn bodies(&self) -> Vec<&Expr> {
        self.bodies.iter().map(Body::expr).collect()
    }

    fn calculate(&self, arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
        let misses = || DataFusionError::Internal(format!("{} without its arguments", self.kind.word()));
        let (values, outside) = arguments.split_at_checked(self.values).ok_or_else(misses)?;
        let evaluation = Evaluation {
            function: self.kind.word(),
            outside,
            cancellation: &self.cancellation,
            most: self.memory.limits().call,
        };
        let body = self.bodies.first().ok_or_else(misses)?;
        // What is NULL as it is written has no elements.
        let places = if self.kind == Kind::Reduce { 1 } else { self.values };
        if values.iter().take(places).any(|value| *value.array().data_type() == Arrow::Null) {
            return Ok(new_null_array(&self.result, bounded.rows()));
        }
        let result = &self.result;
        match (self.kind, values) {
            (Kind::Transform, [array]) => arrays::transform(&evaluation, body, array, result, bounded),
            (Kind::Filter, [array]) => arrays::filter(&evaluation, body, array, result, bounded),
            (Kind::AllMatch | Kind::AnyMatch | Kind::NoneMatch, [array]) => {
                arrays::matches(self.kind, &evaluation, body, array, bounded.rows())
            }
            (Kind::ZipWith, [first, second]) => {
                arrays::zip_with(&evaluation, body, first, second, result, bounded)
            }
            (Kind::SortedBy, [array]) => sorted::sorted(&evaluation, body, array, result, bounded),
            (Kind::Reduce, [array, initial]) => {
                let finish = self.bodies.get(1).ok_or_else(misses)?;
                reduce::reduce(&evaluation, [body, finish], array, initial, result, bounded)
            }
            (Kind::MapFilter, [map]) => maps::filter(&evaluation, body, map, result, bounded),
            (Kind::TransformKeys, [map]) => maps::transform_keys(&evaluation, body, map, result, bounded),
            (Kind::TransformValues, [map]) => maps::transform_values(&evaluation, body, map, result, bounded),
            (Kind::MapZipWith, [first, second]) => {
                maps::zip_with(&evaluation, body, first, second, result, bounded)
            }
            _ => Err(misses()),
        }
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        let physical =
            |call: &Self| call.bodies.iter().map(|body| body.physical().clone()).collect::<Vec<_>>();
        self.kind == other.kind && self.types == other.types && physical(self) == physical(other)
    }
}

impl Eq for Call {}

impl Hash for Call {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
        self.types.hash(state);
        for body in &self.bodies {
            body.physical().hash(state);
        }
    }
}

impl ScalarUDFImpl for Call {
    fn name(&self) -> &str {
        self.kind.word()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        Ok(given.to_vec())
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok(self.result.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.cancellation.check()?;
        let mut arguments = Vec::with_capacity(args.args.len());
        for (argument, expected) in args.args.into_iter().zip(&self.types) {
            let argument = match argument {
                ColumnarValue::Array(array) if array.data_type() != expected => {
                    ColumnarValue::Array(cast(&array, expected)?)
                }
                ColumnarValue::Scalar(scalar) if scalar.data_type() != *expected => {
                    ColumnarValue::Scalar(scalar.cast_to(expected)?)
                }
                other => other,
            };
            arguments.push(Argument::new(argument)?);
        }
        let is_volatile = self.signature.volatility == Volatility::Volatile;
        let is_single = arguments.iter().all(Argument::is_single) && !is_volatile;
        let rows = if is_single { 1 } else { args.number_rows };
        let word = self.kind.word();
        let mut bounded = Bounded::new(word, rows, is_single, &self.memory).until(&self.cancellation);
        let values = self.calculate(&arguments, &mut bounded)?;
        let values = bounded.finish(values)?;
        answer(values, is_single)
    }
}
