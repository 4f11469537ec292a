//! `regexp_like(varchar, pattern)`.

mod pattern;

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{AsArray, BooleanArray, BooleanBuilder},
        datatypes::DataType as Arrow,
    },
    common::ScalarValue,
    error::Result,
    logical_expr::{
        ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
        expr::ScalarFunction,
        simplify::{ExprSimplifyResult, SimplifyContext},
    },
};
use regex::Regex;

use super::own::{exactly, not_taken, unexpected};
use crate::cancel::Cancellation;

/// Whether some part of a text matches. A pattern that is a constant is compiled once, when the query is planned.
#[derive(Debug)]
pub(super) struct RegexpLike {
    signature: Signature,
    constant: Option<Compiled>,
    cancellation: Cancellation,
}

#[derive(Debug, Clone)]
struct Compiled {
    pattern: String,
    regex: Regex,
}

impl Compiled {
    fn new(pattern: &str) -> Result<Self> {
        Ok(Self { pattern: pattern.to_owned(), regex: pattern::compile(pattern)? })
    }
}

impl RegexpLike {
    /// Fails at the next text once the query is cancelled.
    pub(super) fn new(cancellation: Cancellation) -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable), constant: None, cancellation }
    }

    fn pattern(&self) -> Option<&str> {
        self.constant.as_ref().map(|constant| constant.pattern.as_str())
    }
}

impl ScalarUDFImpl for RegexpLike {
    fn name(&self) -> &'static str {
        "regexp_like"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        exactly(given, &[Arrow::Utf8, Arrow::Utf8]).ok_or_else(|| not_taken(self.name()))
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok(Arrow::Boolean)
    }

    fn simplify(&self, args: Vec<Expr>, _: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let compiled = match args.as_slice() {
            [_, Expr::Literal(ScalarValue::Utf8(Some(pattern)), _)] if self.constant.is_none() => {
                Compiled::new(pattern).ok()
            }
            _ => None,
        };
        // A pattern that is none fails the query when, and if, a text meets it.
        let Some(compiled) = compiled else { return Ok(ExprSimplifyResult::Original(args)) };
        let own = Self::new(self.cancellation.clone());
        let function = ScalarUDF::from(Self { constant: Some(compiled), ..own });
        let call = ScalarFunction::new_udf(Arc::new(function), args);
        Ok(ExprSimplifyResult::Simplified(Expr::ScalarFunction(call)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.cancellation.check()?;
        let rows = args.number_rows;
        let [texts, patterns] = <[ColumnarValue; 2]>::try_from(args.args)
            .map_err(|_| unexpected(args.return_field.data_type()))?;
        let texts = texts.into_array(rows)?;
        let texts = texts.as_string::<i32>();
        if let Some(Compiled { regex, .. }) = &self.constant {
            let found = texts.iter().map(|text| -> Result<Option<bool>> {
                self.cancellation.check()?;
                Ok(text.map(|text| regex.is_match(text)))
            });
            return Ok(ColumnarValue::Array(Arc::new(found.collect::<Result<BooleanArray>>()?)));
        }
        let patterns = patterns.into_array(rows)?;
        let mut last: Option<Compiled> = None;
        let mut found = BooleanBuilder::with_capacity(rows);
        for pair in texts.iter().zip(patterns.as_string::<i32>()) {
            self.cancellation.check()?;
            let (Some(text), Some(pattern)) = pair else {
                found.append_null();
                continue;
            };
            let compiled = match last.take().filter(|last| last.pattern == pattern) {
                Some(last) => last,
                None => Compiled::new(pattern)?,
            };
            found.append_value(compiled.regex.is_match(text));
            last = Some(compiled);
        }
        Ok(ColumnarValue::Array(Arc::new(found.finish())))
    }
}

impl PartialEq for RegexpLike {
    fn eq(&self, other: &Self) -> bool {
        self.pattern() == other.pattern()
    }
}

impl Eq for RegexpLike {}

impl Hash for RegexpLike {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.pattern().hash(state);
    }
}
