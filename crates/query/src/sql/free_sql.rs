//! Free SQL: the body of `POST /v1/queries`, from its bytes to what is run.
//!
//! ```json
//! {"sql": "SELECT name FROM passengers WHERE flight_id = ? AND booked_on > ?",
//!  "parameters": [1001, {"type": "date", "value": "2026-11-23"}], "limit": 20}
//! ```
//!
//! What the statement may be is the gate's (`gate`). Its rows are those of its own LIMIT or of `limit`, whichever is
//! less; without either, as many as a request for rows gets without `limit`.

use domain::{DataType, DatasetName};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    gate::{Gated, Readable, Refused, Runnable},
    scalar,
};
use crate::{
    plan::{
        RowLimits,
        value::{self, Value},
    },
    problem::{Problem, ProblemKind, listing, quote},
};

/// The longest body, in bytes: SQL, and parameters beside it.
pub(crate) const MAX_BODY: usize = 256 * 1024;

/// The most parameters.
const MAX_PARAMETERS: usize = 100;

/// How a body should look.
const EXAMPLE: &str = r#"{"sql": "SELECT ... WHERE a = ?", "parameters": [1], "limit": 20}"#;

/// A statement as somebody sent it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FreeSql {
    sql: String,
    #[serde(default)]
    parameters: Vec<Box<RawValue>>,
    limit: Option<u64>,
}

/// A parameter whose type JSON does not have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed<'a> {
    #[serde(rename = "type")]
    data_type: DataType,
    #[serde(borrow)]
    value: &'a RawValue,
}

impl FreeSql {
    /// Reads a body of at most [`MAX_BODY`] bytes.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Problem> {
        if body.len() > MAX_BODY {
            let detail = format!("the body has {} bytes, and may have {MAX_BODY}", body.len());
            return Err(Problem::new(ProblemKind::BodyTooLarge, detail).with("maximum", MAX_BODY));
        }
        let request: Self = serde_json::from_slice(body).map_err(|error| {
            let detail = format!("the body is not as {EXAMPLE}: {}", quote(&error.to_string()));
            Problem::new(ProblemKind::MalformedBody, detail)
        })?;
        if request.parameters.len() > MAX_PARAMETERS {
            let detail = format!("a statement may have {MAX_PARAMETERS} parameters at most");
            return Err(Problem::new(ProblemKind::TooMuch, detail).with("maximum", MAX_PARAMETERS));
        }
        Ok(request)
    }

    /// The `limit` beside the statement.
    pub(crate) fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// Checks the statement against the datasets that its sender may read, and makes it ready to run.
    pub(crate) fn check(
        &self,
        database: &str,
        datasets: &[&DatasetName],
        limits: RowLimits,
    ) -> Result<Runnable, Problem> {
        let readable = Readable { database, datasets: Some(datasets) };
        let gated = Gated::new(&self.sql, &readable).map_err(|refused| refusal(&refused, datasets))?;
        if let Some(name) = gated.parameters().iter().flatten().next() {
            let detail = format!("a parameter of free SQL is written ?, not {}", quote(&format!(":{name}")));
            return Err(Problem::new(ProblemKind::InvalidSql, detail));
        }
        let (wanted, given) = (gated.parameters().len(), self.parameters.len());
        if wanted != given {
            let detail = format!("the SQL has {wanted} parameters (?), and \"parameters\" has {given}");
            return Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "parameters"));
        }
        let numbered = self.parameters.iter().enumerate();
        let values =
            numbered.map(|(index, json)| parameter(index + 1, json)).collect::<Result<Vec<_>, _>>()?;
        gated.run(&values, self.limit, limits)
    }
}

/// What the sender of a refused statement is told.
fn refusal(refused: &Refused, datasets: &[&DatasetName]) -> Problem {
    let problem = Problem::new(ProblemKind::InvalidSql, refused.to_string());
    let problem = match refused {
        Refused::UnknownDataset { name, .. } => {
            problem.suggesting(name, "datasets", datasets.iter().map(|dataset| dataset.as_str()))
        }
        Refused::Construct { .. } => problem,
    };
    match refused.place() {
        Some((line, column)) => problem.with("line", line).with("column_number", column),
        None => problem,
    }
}

fn parameter(number: usize, json: &RawValue) -> Result<Value, Problem> {
    let problem = |detail: String| {
        Problem::new(ProblemKind::InvalidValue, format!("parameter {number} {detail}"))
            .with("parameter", number)
    };
    if json.get().starts_with('{') {
        let typed: Typed<'_> = serde_json::from_str(json.get()).map_err(|error| {
            let reason = quote(&error.to_string());
            problem(format!("is not as {{\"type\": \"date\", \"value\": \"2026-11-23\"}}: {reason}"))
        })?;
        return scalar::of_type(&typed.data_type, typed.value).ok_or_else(|| {
            let expected = value::wanted(&typed.data_type);
            problem(format!("expects {expected}, found {}", quote(typed.value.get())))
        });
    }
    scalar::untyped(json).ok_or_else(|| match json.get() {
        "null" => problem("is null, which equals nothing: write IS NULL in the SQL".to_owned()),
        other => {
            let types = listing(["a string", "a number of up to 38 digits", "true", "false"]);
            problem(format!(
                "is {}: it may be {types}, or an object with \"type\" and \"value\"",
                quote(other)
            ))
        }
    })
}

#[cfg(test)]
mod tests;
