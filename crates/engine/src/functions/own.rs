//! A function of ours, applied to whole columns.

use std::hash::{Hash, Hasher};

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType as Arrow},
    error::{DataFusionError, Result},
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};

use crate::error::Failure;

/// What a function converts arguments of these types to. `None`: it does not take them.
pub(super) type Takes = fn(&[Arrow]) -> Option<Vec<Arrow>>;

/// One of ours: its name says which.
#[derive(Debug)]
pub(super) struct Own {
    name: &'static str,
    takes: Takes,
    answers: fn(&[Arrow]) -> Arrow,
    apply: fn(&[ArrayRef]) -> Result<ArrayRef>,
    signature: Signature,
}

impl Own {
    /// `answers` and `apply` see the types that `takes` gave, and columns of one length. There is at least one.
    pub(super) fn new(
        name: &'static str,
        takes: Takes,
        answers: fn(&[Arrow]) -> Arrow,
        apply: fn(&[ArrayRef]) -> Result<ArrayRef>,
    ) -> Self {
        Self { name, takes, answers, apply, signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Own {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        (self.takes)(given).ok_or_else(|| not_taken(self.name))
    }

    fn return_type(&self, given: &[Arrow]) -> Result<Arrow> {
        Ok((self.answers)(given))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let columns = args.args.into_iter().map(|argument| argument.into_array(rows));
        Ok(ColumnarValue::Array((self.apply)(&columns.collect::<Result<Vec<_>>>()?)?))
    }
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Own {}

impl Hash for Own {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// What is before the name of a function that was called with arguments that it does not take: DataFusion passes
/// the text on, and no more.
pub(crate) const NOT_TAKEN: &str = "no parameters of ";

/// A call with arguments that the function does not take.
pub(super) fn not_taken(name: &str) -> DataFusionError {
    DataFusionError::Plan(format!("{NOT_TAKEN}{name}"))
}

/// A failure of the query in Athena's words.
pub(super) fn failure(code: &'static str, message: impl Into<String>) -> DataFusionError {
    DataFusionError::External(Box::new(Failure::new(code, message)))
}

/// An argument that Athena's function refuses.
pub(super) fn invalid(message: impl Into<String>) -> DataFusionError {
    failure("INVALID_FUNCTION_ARGUMENT", message)
}

/// An argument of another type than [`Own::new`]'s `takes` allows.
pub(super) fn unexpected(found: &Arrow) -> DataFusionError {
    DataFusionError::Internal(format!("a column of type {found}"))
}

/// As many as wanted, each of its type or a null without one.
pub(super) fn exactly(given: &[Arrow], wanted: &[Arrow]) -> Option<Vec<Arrow>> {
    let fits = |(given, wanted): (&Arrow, &Arrow)| given == wanted || *given == Arrow::Null;
    (given.len() == wanted.len() && given.iter().zip(wanted).all(fits)).then(|| wanted.to_vec())
}
