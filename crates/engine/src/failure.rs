//! DataFusion's errors in Athena's words. None of its internals reaches a caller as text.

mod arrow;
mod cast;
mod internal;
mod plan;
mod words;

use std::error::Error;

use datafusion::{
    common::{Column, SchemaError, Span},
    error::DataFusionError,
};
use domain::port::{self, StoreError};

use crate::{
    cancel::Cancelled,
    error::{EngineError, Failure},
    functions::{ARRAY, MAP, NEGATED, NOT_TAKEN},
    memory::EXCEEDED,
    scan::ScanLimitExceeded,
    shadowed::RENAMED,
    store::{LakeStore, Trouble, is_retryable},
};

pub(crate) fn from_store(error: StoreError) -> EngineError {
    EngineError::Store { what: error.to_string(), retryable: is_retryable(&error), source: Box::new(error) }
}

/// The error of a query that reads: where the store failed, that is the reason, whatever came of it.
pub(crate) fn while_reading<S: port::ObjectStore>(
    store: &LakeStore<S>,
    error: DataFusionError,
) -> EngineError {
    // The Parquet reader passes errors on as text: the counter knows.
    if store.scanned().is_exceeded() {
        return ScanLimitExceeded.into();
    }
    match store.trouble() {
        Some(Trouble { what, retryable }) => EngineError::Store { what, retryable, source: Box::new(error) },
        None => from_datafusion(error),
    }
}

pub(crate) fn from_datafusion(error: DataFusionError) -> EngineError {
    let error = match unwrap_ours(error) {
        Ok(ours) => return ours,
        Err(error) => error,
    };
    if let Some(cancelled) = find::<Cancelled>(&error) {
        return (*cancelled).into();
    }
    if let Some(failure) = find::<Failure>(&error) {
        return EngineError::Failed(failure.clone());
    }
    let place = diagnosed(&error);
    match describe(error.find_root(), &place) {
        Some(Described::Failed(code, message)) => EngineError::failed(code, message),
        Some(Described::Unsupported(construct)) => EngineError::unsupported(construct),
        None => EngineError::Internal(Box::new(error)),
    }
}

/// Our own error, where it only passed through.
fn unwrap_ours(error: DataFusionError) -> Result<EngineError, DataFusionError> {
    match error {
        DataFusionError::External(inner) => match inner.downcast::<EngineError>() {
            Ok(ours) => Ok(*ours),
            Err(inner) => Err(DataFusionError::External(inner)),
        },
        DataFusionError::Context(text, inner) => {
            unwrap_ours(*inner).map_err(|inner| DataFusionError::Context(text, Box::new(inner)))
        }
        DataFusionError::Diagnostic(diagnostic, inner) => {
            unwrap_ours(*inner).map_err(|inner| DataFusionError::Diagnostic(diagnostic, Box::new(inner)))
        }
        other => Err(other),
    }
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

enum Described {
    Failed(&'static str, String),
    Unsupported(String),
}

/// The failure that an error is, if the statement or the rows have caused it. `None` of a defect, and of what is wrong with
/// the machine. Every kind is named here: a new one of a later DataFusion has to be thought about.
fn describe(error: &DataFusionError, place: &str) -> Option<Described> {
    use Described::{Failed, Unsupported};
    Some(match error {
        DataFusionError::SchemaError(schema, _) => describe_schema(schema, place),
        DataFusionError::NotImplemented(what) => Unsupported(not_implemented(what)),
        DataFusionError::Plan(message) => plan::describe(message, place),
        DataFusionError::SQL(error, _) => Failed("SYNTAX_ERROR", first_line(&error.to_string())),
        DataFusionError::ArrowError(arrow, _) => arrow::describe(arrow, place)?,
        DataFusionError::ParquetError(parquet) => Failed("HIVE_BAD_DATA", parquet.to_string()),
        DataFusionError::ResourcesExhausted(_) => {
            Failed(EXCEEDED, "the query needs more memory than the local engine may use".to_owned())
        }
        DataFusionError::Execution(message) if message.contains("more than one row") => {
            Failed("SUBQUERY_MULTIPLE_ROWS", "Scalar sub-query has returned multiple rows".to_owned())
        }
        DataFusionError::Execution(message) if message.contains(NOT_TAKEN) => not_taken(message),
        // It takes the window apart from what is within, and finds something else.
        DataFusionError::Execution(message) if message.starts_with("Impossibly got non-window expr") => {
            Unsupported("a window function in this place".to_owned())
        }
        DataFusionError::Execution(message) => Failed("GENERIC_USER_ERROR", first_line(message)),
        DataFusionError::Internal(message) => internal::describe(message)?,
        // These pass another one on.
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
            return describe(inner, place);
        }
        DataFusionError::Shared(inner) => return describe(inner, place),
        DataFusionError::Collection(errors) => return describe(errors.first()?, place),
        DataFusionError::Configuration(_)
        | DataFusionError::ExecutionJoin(_)
        | DataFusionError::External(_)
        | DataFusionError::Ffi(_)
        | DataFusionError::IoError(_)
        | DataFusionError::ObjectStore(_)
        | DataFusionError::Substrait(_) => return None,
    })
}

/// What DataFusion has not. An expression is shown as its own types have it, with all that is in it.
fn not_implemented(what: &str) -> String {
    if what.starts_with("Aggregate can not be used as a sliding accumulator") {
        return "this aggregate over a window's frame that does not begin with its partition".to_owned();
    }
    let Some(expression) = what.strip_prefix("Physical plan does not support logical expression ") else {
        let line = first_line(what);
        let known = plan::refusal(what).or_else(|| plan::is_shown_in(&line).then_some(plan::SOMETHING));
        return known.map_or_else(|| words::subject(&line), str::to_owned);
    };
    let kind: String = expression.chars().take_while(char::is_ascii_alphanumeric).collect();
    let words = match kind.as_str() {
        "InSubquery" | "Exists" => {
            "IN or EXISTS of a query in this place, or of one that refers to the query around it in this way,"
        }
        "ScalarSubquery" => {
            "a scalar subquery in this place, or one that refers to the query around it in this way,"
        }
        _ => "an expression of this kind in this place",
    };
    words.to_owned()
}

/// What a function of ours says, which DataFusion passes on as text.
fn not_taken(message: &str) -> Described {
    let rest = message.split(NOT_TAKEN).nth(1).unwrap_or_default();
    let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    if name == NEGATED {
        return Described::Failed("TYPE_MISMATCH", "Cannot apply operator - to this type".to_owned());
    }
    if name == ARRAY {
        return Described::Failed("TYPE_MISMATCH", "All ARRAY elements must be the same type".to_owned());
    }
    let name = if name == MAP { "map" } else { name.as_str() };
    Described::Failed("FUNCTION_NOT_FOUND", format!("Unexpected parameters for function {name}"))
}

fn athena_word(arrow: &str) -> &str {
    match arrow {
        "Boolean" => "boolean",
        "Int32" => "integer",
        "Int64" => "bigint",
        "Float32" => "real",
        "Float64" => "double",
        "Binary" => "varbinary",
        "Utf8" => "varchar",
        "Date32" => "date",
        other if other.starts_with("Timestamp") => "timestamp",
        other => other,
    }
}

fn describe_schema(error: &SchemaError, place: &str) -> Described {
    use Described::{Failed, Unsupported};
    match error {
        // It lost one of its own on the way.
        SchemaError::FieldNotFound { field: column, .. }
        | SchemaError::AmbiguousReference { field: column }
            if plan::is_made(column) =>
        {
            Unsupported(plan::SOMETHING.to_owned())
        }
        SchemaError::FieldNotFound { field, .. } => {
            let words = "cannot be resolved or requester is not authorized to access requested resources";
            Failed("COLUMN_NOT_FOUND", format!("{place}Column '{}' {words}", named(field)))
        }
        SchemaError::AmbiguousReference { field } => {
            Failed("AMBIGUOUS_NAME", format!("{place}Column '{}' is ambiguous", field.name))
        }
        SchemaError::DuplicateQualifiedField { name, .. }
        | SchemaError::DuplicateUnqualifiedField { name } => {
            let is_plain = !plan::is_shown_in(name);
            Unsupported(if is_plain {
                format!("more than one column named {name}")
            } else {
                "more than one column of the same expression, without a name".to_owned()
            })
        }
    }
}

/// As the query names it, less the quotes.
fn named(column: &Column) -> String {
    match &column.relation {
        Some(relation) => format!("{}.{}", relation.table().trim_end_matches(RENAMED), column.name),
        None => column.name.clone(),
    }
}

/// `line 1:8: `, where the column stands, if that is known.
pub(crate) fn place(column: &Column) -> String {
    start(column.spans().first())
}

fn diagnosed(error: &DataFusionError) -> String {
    start(error.diagnostic().and_then(|diagnostic| diagnostic.span))
}

fn start(span: Option<Span>) -> String {
    match span {
        Some(span) => format!("line {}:{}: ", span.start.line, span.start.column),
        None => String::new(),
    }
}

/// Suggestions and the like follow on further lines.
fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
