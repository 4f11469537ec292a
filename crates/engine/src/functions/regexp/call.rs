//! The functions that search with groups: their pattern is compiled once, as the one of `regexp_like` is.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType as Arrow},
    common::ScalarValue,
    error::Result,
    logical_expr::{
        ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
        expr::ScalarFunction,
        simplify::{ExprSimplifyResult, SimplifyContext},
    },
};

use super::finder::Finder;
use crate::{
    cancel::Cancellation,
    functions::{
        argument::{Argument, TextArgument, answer},
        bounded::Bounded,
        own::{Takes, not_taken, unexpected},
    },
    memory::QueryMemory,
};

/// Answers a column of [`Bounded::rows`] rows. The first argument is the text, and the second the pattern.
pub(super) type Apply = fn(&[Argument], &mut Finders<'_>, &mut Bounded<'_>) -> Result<ArrayRef>;

/// One of the functions: its name says which.
#[derive(Debug)]
pub(super) struct Call {
    name: &'static str,
    takes: Takes,
    answers: fn() -> Arrow,
    apply: Apply,
    signature: Signature,
    /// The pattern, where it is known to be the same for all texts.
    constant: Option<Finder>,
    memory: QueryMemory,
    cancellation: Cancellation,
}

impl Call {
    /// Counts its patterns and what it makes with `memory`, and fails at the next text or pattern once the query is
    /// cancelled.
    pub(super) fn new(
        name: &'static str,
        takes: Takes,
        answers: fn() -> Arrow,
        apply: Apply,
        memory: &QueryMemory,
        cancellation: &Cancellation,
    ) -> Self {
        let signature = Signature::user_defined(Volatility::Immutable);
        let (memory, cancellation) = (memory.clone(), cancellation.clone());
        Self { name, takes, answers, apply, signature, constant: None, memory, cancellation }
    }

    /// The same for this pattern.
    fn of(&self, constant: Finder) -> Self {
        let own =
            Self::new(self.name, self.takes, self.answers, self.apply, &self.memory, &self.cancellation);
        Self { constant: Some(constant), ..own }
    }

    fn pattern(&self) -> Option<&str> {
        self.constant.as_ref().map(Finder::text)
    }
}

impl ScalarUDFImpl for Call {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        (self.takes)(given).ok_or_else(|| not_taken(self.name))
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok((self.answers)())
    }

    fn simplify(&self, args: Vec<Expr>, _: &SimplifyContext) -> Result<ExprSimplifyResult> {
        self.cancellation.check()?;
        let constant = match args.as_slice() {
            [_, Expr::Literal(ScalarValue::Utf8(Some(pattern)), _), ..] if self.constant.is_none() => {
                Finder::new(pattern, &self.memory)?
            }
            _ => return Ok(ExprSimplifyResult::Original(args)),
        };
        let function = ScalarUDF::from(self.of(constant));
        let call = ScalarFunction::new_udf(Arc::new(function), args);
        Ok(ExprSimplifyResult::Simplified(Expr::ScalarFunction(call)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.cancellation.check()?;
        let arguments = args.args.into_iter().map(Argument::new).collect::<Result<Vec<_>>>()?;
        let is_single = arguments.iter().all(Argument::is_single);
        let rows = if is_single { 1 } else { args.number_rows };
        let patterns = arguments.get(1).ok_or_else(|| unexpected(&Arrow::Null))?.texts::<i32>();
        let mut finders =
            Finders { constant: self.constant.as_ref(), patterns, last: None, memory: &self.memory };
        let mut bounded = Bounded::new(self.name, rows, is_single, &self.memory).until(&self.cancellation);
        let values = (self.apply)(&arguments, &mut finders, &mut bounded)?;
        let values = bounded.finish(values)?;
        answer(values, is_single)
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.pattern()) == (other.name, other.pattern())
    }
}

impl Eq for Call {}

impl Hash for Call {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.name, self.pattern()).hash(state);
    }
}

/// The pattern of each row.
pub(super) struct Finders<'a> {
    constant: Option<&'a Finder>,
    patterns: TextArgument<'a, i32>,
    last: Option<Finder>,
    memory: &'a QueryMemory,
}

impl Finders<'_> {
    /// The row's pattern; `None` if it is null. One that follows its like is not compiled again.
    pub(super) fn at(&mut self, row: usize) -> Result<Option<&Finder>> {
        let Some(pattern) = self.patterns.get(row) else { return Ok(None) };
        if let Some(constant) = self.constant {
            return Ok(Some(constant));
        }
        if self.last.as_ref().is_none_or(|last| last.text() != pattern) {
            // Only one is held at a time.
            self.last = None;
            self.last = Some(Finder::new(pattern, self.memory)?);
        }
        Ok(self.last.as_ref())
    }
}
