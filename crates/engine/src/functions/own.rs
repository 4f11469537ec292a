//! A function of ours, applied to whole columns.

use std::hash::{Hash, Hasher};

use datafusion::{
    arrow::{array::ArrayRef, compute::cast, datatypes::DataType as Arrow},
    error::{DataFusionError, Result},
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};

use super::{
    argument::{Argument, answer},
    bounded::Bounded,
    made::Made,
};
use crate::{cancel::Cancellation, error::Failure, memory::QueryMemory};

pub(super) use super::failing::{failed, failure};

/// What a function converts arguments of these types to. `None`: it does not take them.
pub(super) type Takes = fn(&[Arrow]) -> Option<Vec<Arrow>>;

/// One of ours: its name says which.
#[derive(Debug)]
pub(super) struct Own {
    name: &'static str,
    takes: Takes,
    answers: fn(&[Arrow]) -> Arrow,
    apply: Apply,
    /// Where texts are made, what they are counted with.
    memory: Option<QueryMemory>,
    cancellation: Cancellation,
    signature: Signature,
}

/// What it does with the arguments of a batch.
#[derive(Debug, Clone, Copy)]
enum Apply {
    /// The result is of a size that follows from the number of rows, or a part of an argument.
    Sized(fn(&[ArrayRef]) -> Result<ArrayRef>),
    /// The same, and a row may take long.
    Watched(Watched),
    /// The result may be larger than the arguments.
    Texts(MakeTexts),
    /// The same, of any type.
    Values(MakeValues),
}

/// Answers a column of so many rows. It fails at the next row once the query is cancelled.
pub(super) type Watched = fn(&[Argument], usize, &Cancellation) -> Result<ArrayRef>;

/// Appends one text, or none, for each row.
pub(super) type MakeTexts = fn(&[Argument], &mut Made<'_>) -> Result<()>;

/// Answers a column of [`Bounded::rows`] rows, of which each was counted before it was made.
pub(super) type MakeValues = fn(&[Argument], &mut Bounded<'_>) -> Result<ArrayRef>;

impl Own {
    /// `answers` and `apply` see the types that `takes` gave, and columns of one length. There is at least one. The
    /// result is no larger than what its rows or the arguments allow: see [`Self::texts`] for those that grow.
    pub(super) fn new(
        name: &'static str,
        takes: Takes,
        answers: fn(&[Arrow]) -> Arrow,
        apply: fn(&[ArrayRef]) -> Result<ArrayRef>,
    ) -> Self {
        Self::applying(name, takes, answers, Apply::Sized(apply))
    }

    /// One that may take long for a row, and looks before each whether the query shall end. Its result is of a size that
    /// follows from the number of rows.
    pub(super) fn watched(
        name: &'static str,
        takes: Takes,
        answers: fn(&[Arrow]) -> Arrow,
        apply: Watched,
    ) -> Self {
        Self::applying(name, takes, answers, Apply::Watched(apply))
    }

    /// One that makes texts, varchar or JSON as `answers` says. They are bounded and counted.
    pub(super) fn texts(
        name: &'static str,
        takes: Takes,
        answers: fn(&[Arrow]) -> Arrow,
        apply: MakeTexts,
    ) -> Self {
        Self::applying(name, takes, answers, Apply::Texts(apply))
    }

    /// One that makes bytes, arrays or maps, of the type that `answers` gives. They are bounded and counted.
    pub(super) fn values(
        name: &'static str,
        takes: Takes,
        answers: fn(&[Arrow]) -> Arrow,
        apply: MakeValues,
    ) -> Self {
        Self::applying(name, takes, answers, Apply::Values(apply))
    }

    fn applying(name: &'static str, takes: Takes, answers: fn(&[Arrow]) -> Arrow, apply: Apply) -> Self {
        let signature = Signature::user_defined(Volatility::Immutable);
        let cancellation = Cancellation::default();
        Self { name, takes, answers, apply, memory: None, cancellation, signature }
    }

    /// The function for one query.
    pub(super) fn within(self, memory: &QueryMemory) -> Self {
        Self { memory: Some(memory.clone()), ..self }
    }

    /// The function that fails once the query is cancelled.
    pub(super) fn until(self, cancellation: &Cancellation) -> Self {
        Self { cancellation: cancellation.clone(), ..self }
    }

    fn counted(&self) -> Result<&QueryMemory> {
        let unbounded = || DataFusionError::Internal(format!("{} without a memory to count with", self.name));
        self.memory.as_ref().ok_or_else(unbounded)
    }

    fn make(&self, apply: MakeTexts, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let memory = self.counted()?;
        let arguments = args.args.into_iter().map(Argument::new).collect::<Result<Vec<_>>>()?;
        let is_single = arguments.iter().all(Argument::is_single);
        let rows = if is_single { 1 } else { args.number_rows };
        let mut made = Made::new(self.name, rows, is_single, memory).until(&self.cancellation);
        apply(&arguments, &mut made)?;
        // Of the same bytes, if it is JSON.
        let texts = cast(&made.finish()?, args.return_field.data_type())?;
        answer(texts, is_single)
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
        self.cancellation.check()?;
        match self.apply {
            Apply::Sized(apply) => {
                let rows = args.number_rows;
                let columns = args.args.into_iter().map(|argument| argument.into_array(rows));
                Ok(ColumnarValue::Array(apply(&columns.collect::<Result<Vec<_>>>()?)?))
            }
            Apply::Watched(apply) => {
                let arguments = args.args.into_iter().map(Argument::new).collect::<Result<Vec<_>>>()?;
                let is_single = arguments.iter().all(Argument::is_single);
                let rows = if is_single { 1 } else { args.number_rows };
                let values = apply(&arguments, rows, &self.cancellation)?;
                answer(values, is_single)
            }
            Apply::Texts(apply) => self.make(apply, args),
            Apply::Values(apply) => {
                let memory = self.counted()?;
                let arguments = args.args.into_iter().map(Argument::new).collect::<Result<Vec<_>>>()?;
                let is_single = arguments.iter().all(Argument::is_single);
                let rows = if is_single { 1 } else { args.number_rows };
                let mut bounded = Bounded::new(self.name, rows, is_single, memory).until(&self.cancellation);
                let values = apply(&arguments, &mut bounded)?;
                let values = bounded.finish(values)?;
                answer(values, is_single)
            }
        }
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

/// An argument that Athena's function refuses.
pub(super) fn invalid(message: impl Into<String>) -> DataFusionError {
    failed(invalid_argument(message))
}

/// [`invalid`], to be kept.
pub(super) fn invalid_argument(message: impl Into<String>) -> Failure {
    Failure::new("INVALID_FUNCTION_ARGUMENT", message)
}

/// The value of an argument that Athena's function takes and this one does not. Its code says that the value is at fault:
/// `NOT_SUPPORTED` says it of the statement, and the statement may be somebody else's than the value.
pub(super) fn unsupported_value(what: &str) -> DataFusionError {
    failed(unsupported_argument(what))
}

/// [`unsupported_value`], to be kept.
pub(super) fn unsupported_argument(what: &str) -> Failure {
    invalid_argument(format!("{what} is not supported by the local engine"))
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
