//! Functions with regular expressions: `regexp_like`, and those that say where a match is ([`all`]).
//!
//! To compile a pattern may take a second, and a query may have hundreds of them. So each is compiled once, those of one
//! query are bounded together ([`QueryMemory::compiled`]), and the query looks before each whether it shall end. It looks
//! before each text, too, and within a text that is searched for long ([`search`]). A text is bounded
//! ([`pattern::longest_text`]).

mod call;
mod finder;
mod groups;
mod parts;
mod pattern;
mod pieces;
mod pool;
mod replace;
mod search;

use std::{
    hash::{Hash, Hasher},
    sync::{Arc, OnceLock},
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

use super::own::{exactly, failed, failure, not_taken, unexpected};
use crate::{
    cancel::Cancellation,
    error::Failure,
    memory::{EXCEEDED, Hold, QueryMemory},
};
use pattern::Compiled;
use pool::Pool;
use search::{Scratch, Search};

pub(super) use pieces::pieces_joined;
pub(crate) use pieces::{BEFORE, GROUPS, PIECES, PIECES_JOINED};

/// The names of all but `regexp_like`.
pub(super) const NAMES: [&str; 6] = [
    "regexp_count",
    "regexp_extract",
    "regexp_extract_all",
    "regexp_position",
    "regexp_replace",
    "regexp_split",
];

/// All but `regexp_like`. They count their patterns and what they make with `memory`, and fail once the query is
/// cancelled.
pub(super) fn all(memory: &QueryMemory, cancellation: &Cancellation) -> Vec<ScalarUDF> {
    let mut all = parts::all(memory, cancellation);
    all.push(replace::regexp_replace(memory, cancellation));
    all.push(pieces::pieces(memory, cancellation));
    all.into_iter().map(ScalarUDF::from).collect()
}

/// Whether some part of a text matches. A pattern that is a constant is compiled once, when the query is planned.
#[derive(Debug)]
pub(super) struct RegexpLike {
    signature: Signature,
    /// The pattern, where it is known to be the same for all texts. One that cannot be compiled is kept too: the optimizer
    /// comes back to each call several times.
    constant: Option<Pattern>,
    memory: QueryMemory,
    cancellation: Cancellation,
}

#[derive(Debug)]
struct Pattern {
    text: String,
    regex: std::result::Result<Regex, Failure>,
    /// The longest text that it may be searched in, in bytes.
    longest: usize,
    /// The longest that may be searched in without a look whether the query shall end, in bytes.
    at_once: usize,
    /// For longer ones, once there is one.
    search: OnceLock<(Search, Hold)>,
    scratch: Pool<Scratch>,
    _counted: Hold,
}

impl Pattern {
    /// Fails where a query may not compile so many, or so large ones. A pattern that is none fails when a text meets it.
    fn new(text: &str, memory: &QueryMemory) -> Result<Self> {
        let Compiled { regex, bytes } = pattern::compile(text);
        memory.compiled(bytes)?;
        let held = if regex.is_ok() { bytes } else { 0 };
        let (longest, at_once) = (pattern::longest_text(bytes), pattern::longest_at_once(bytes));
        let (text, search, counted) = (text.to_owned(), OnceLock::new(), memory.holding(held)?);
        Ok(Self { text, regex, longest, at_once, search, scratch: Pool::default(), _counted: counted })
    }

    /// Fails where the search could take too long, and soon after the query is cancelled.
    fn is_match(&self, text: &str, memory: &QueryMemory, cancellation: &Cancellation) -> Result<bool> {
        match &self.regex {
            Ok(_) if text.len() > self.longest => Err(failure(
                EXCEEDED,
                format!(
                    "regexp_like: a text has {} bytes, and with this pattern it may have {} in the local engine; a \
                     pattern with fewer repetitions and classes may have longer texts",
                    text.len(),
                    self.longest
                ),
            )),
            Ok(regex) if text.len() <= self.at_once => Ok(regex.is_match(text)),
            Ok(regex) => {
                let search = self.search(regex, memory)?;
                let is_match = |scratch: &mut Scratch| search.is_match(text, scratch, cancellation);
                Ok(self.scratch.with(search.scratch_bytes(), memory, || search.scratch(), is_match)??)
            }
            Err(failure) => Err(failed(failure.clone())),
        }
    }

    /// The search that can be ended. It is counted with the engine as long as the pattern is.
    fn search(&self, regex: &Regex, memory: &QueryMemory) -> Result<&Search> {
        if let Some((search, _)) = self.search.get() {
            return Ok(search);
        }
        // The regex crate has compiled the same within this.
        let search = Search::new(regex, pattern::MAX_COMPILED).ok_or_else(|| {
            failure(EXCEEDED, "regexp_like: the pattern is too large for a text of this length")
        })?;
        let counted = memory.holding(search.bytes())?;
        Ok(&self.search.get_or_init(|| (search, counted)).0)
    }
}

impl RegexpLike {
    /// Counts its patterns with `memory`, and fails at the next text or pattern once the query is cancelled.
    pub(super) fn new(memory: QueryMemory, cancellation: Cancellation) -> Self {
        let signature = Signature::user_defined(Volatility::Immutable);
        Self { signature, constant: None, memory, cancellation }
    }

    /// The same for this pattern.
    fn of(&self, constant: Pattern) -> Self {
        let own = Self::new(self.memory.clone(), self.cancellation.clone());
        Self { constant: Some(constant), ..own }
    }

    fn pattern(&self) -> Option<&str> {
        self.constant.as_ref().map(|constant| constant.text.as_str())
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
        self.cancellation.check()?;
        let constant = match args.as_slice() {
            [_, Expr::Literal(ScalarValue::Utf8(Some(pattern)), _)] if self.constant.is_none() => {
                Pattern::new(pattern, &self.memory)?
            }
            _ => return Ok(ExprSimplifyResult::Original(args)),
        };
        let function = ScalarUDF::from(self.of(constant));
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
        if let Some(constant) = &self.constant {
            let found = texts.iter().map(|text| -> Result<Option<bool>> {
                self.cancellation.check()?;
                text.map(|text| constant.is_match(text, &self.memory, &self.cancellation)).transpose()
            });
            return Ok(ColumnarValue::Array(Arc::new(found.collect::<Result<BooleanArray>>()?)));
        }
        let patterns = patterns.into_array(rows)?;
        let mut last: Option<Pattern> = None;
        let mut found = BooleanBuilder::with_capacity(rows);
        for pair in texts.iter().zip(patterns.as_string::<i32>()) {
            self.cancellation.check()?;
            let (Some(text), Some(pattern)) = pair else {
                found.append_null();
                continue;
            };
            let compiled = match last.take().filter(|last| last.text == pattern) {
                Some(last) => last,
                None => Pattern::new(pattern, &self.memory)?,
            };
            found.append_value(compiled.is_match(text, &self.memory, &self.cancellation)?);
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
