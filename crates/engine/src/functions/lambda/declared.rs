use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType as Arrow, Field, FieldRef},
    error::{DataFusionError, Result},
    logical_expr::{
        ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature,
        HigherOrderUDFImpl, LambdaParametersProgress, ValueOrLambda, Volatility,
    },
};

use super::kind::Kind;
use crate::functions::own::not_taken;

/// What the planner knows of a function that takes functions. It is never called: [`mod@super::hidden`] takes its place.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Declared {
    kind: Kind,
    signature: HigherOrderSignature,
}

impl Declared {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, signature: HigherOrderSignature::user_defined(Volatility::Immutable) }
    }
}

fn field(data_type: Arrow) -> FieldRef {
    Arc::new(Field::new("", data_type, true))
}

impl HigherOrderUDFImpl for Declared {
    fn name(&self) -> &str {
        self.kind.name()
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        match self.kind.parameters(given) {
            Some(_) => Ok(given.to_vec()),
            None => Err(not_taken(self.kind.word())),
        }
    }

    fn lambda_parameters(
        &self,
        _: usize,
        fields: &[ValueOrLambda<FieldRef, Option<FieldRef>>],
    ) -> Result<LambdaParametersProgress> {
        let value = |field: &ValueOrLambda<FieldRef, Option<FieldRef>>| match field {
            ValueOrLambda::Value(field) => Some(field.data_type().clone()),
            ValueOrLambda::Lambda(_) => None,
        };
        let values: Vec<Arrow> = fields.iter().filter_map(value).collect();
        let parameters = self.kind.parameters(&values).ok_or_else(|| not_taken(self.kind.word()))?;
        let parameters = parameters.into_iter().map(|types| types.into_iter().map(field).collect());
        Ok(LambdaParametersProgress::Complete(parameters.collect()))
    }

    fn return_field_from_args(&self, args: HigherOrderReturnFieldArgs) -> Result<FieldRef> {
        let (mut values, mut results) = (Vec::new(), Vec::new());
        for given in args.arg_fields {
            match given {
                ValueOrLambda::Value(field) => values.push(field.data_type().clone()),
                ValueOrLambda::Lambda(field) => results.push(field.data_type().clone()),
            }
        }
        let answer = self.kind.answers(&values, &results).ok_or_else(|| not_taken(self.kind.word()))?;
        Ok(field(answer))
    }

    fn invoke_with_args(&self, _: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        Err(DataFusionError::Internal(format!("{} was called as it was planned", self.kind.name())))
    }
}
