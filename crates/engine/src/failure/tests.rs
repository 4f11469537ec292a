use std::{io, sync::Arc};

use datafusion::{
    arrow::error::ArrowError, common::Diagnostic, parquet::errors::ParquetError,
    sql::sqlparser::parser::ParserError,
};

use super::*;

/// Whose an error is.
#[derive(Debug, PartialEq, Eq)]
enum Whose {
    /// Of who wrote the statement: a failure with this name.
    Statement(&'static str),
    /// The engine's, or the machine's.
    Engine,
}

use Whose::{Engine, Statement};

fn whose(error: DataFusionError) -> Whose {
    match from_datafusion(error) {
        EngineError::Failed(failure) => Statement(failure.code),
        EngineError::Unsupported { .. } => Statement("NOT_SUPPORTED"),
        EngineError::Internal(_) => Engine,
        other => panic!("{other:?}"),
    }
}

fn arrow(error: ArrowError) -> DataFusionError {
    DataFusionError::ArrowError(Box::new(error), None)
}

fn text(text: &str) -> String {
    text.to_owned()
}

/// `describe` names every kind, so that this table can: the compiler asks for a new one there.
#[tokio::test]
async fn every_kind_of_error_is_the_statements_or_the_engines() {
    let task = tokio::spawn(std::future::pending::<()>());
    task.abort();
    let join = task.await.unwrap_err();
    let internal = |message: &str| DataFusionError::Internal(text(message));
    let execution = |message: &str| DataFusionError::Execution(text(message));
    let column = Column::from_name("x");
    let unknown = SchemaError::FieldNotFound { field: Box::new(column), valid_fields: Vec::new() };
    let store = object_store::Error::Generic { store: "lake", source: "gone".into() };
    for (error, expected) in [
        (DataFusionError::SchemaError(Box::new(unknown), Box::new(None)), Statement("COLUMN_NOT_FOUND")),
        (DataFusionError::NotImplemented(text("a thing")), Statement("NOT_SUPPORTED")),
        (DataFusionError::Plan(text("anything")), Statement("SYNTAX_ERROR")),
        (
            DataFusionError::SQL(Box::new(ParserError::ParserError(text("x"))), None),
            Statement("SYNTAX_ERROR"),
        ),
        (
            DataFusionError::ParquetError(Box::new(ParquetError::General(text("x")))),
            Statement("HIVE_BAD_DATA"),
        ),
        (DataFusionError::ResourcesExhausted(text("x")), Statement(EXCEEDED)),
        (execution("gave more than one row"), Statement("SUBQUERY_MULTIPLE_ROWS")),
        (execution("anything"), Statement("GENERIC_USER_ERROR")),
        // What a statement can bring about by its types.
        (internal("Cannot run range queries on datatype: Binary"), Statement("NOT_SUPPORTED")),
        (internal("Unsupported data type for BytesValueState: Null"), Statement("NOT_SUPPORTED")),
        (internal("NotExpr can only operate on Boolean datatypes"), Statement("NOT_SUPPORTED")),
        (internal("avg cannot accumulate Utf8 as Float64"), Statement("NOT_SUPPORTED")),
        (internal("Partial result index exceeds limit"), Engine),
        (internal("partition not used yet"), Engine),
        (DataFusionError::Configuration(text("x")), Engine),
        (DataFusionError::ExecutionJoin(Box::new(join)), Engine),
        (DataFusionError::External("x".into()), Engine),
        (DataFusionError::Ffi(text("x")), Engine),
        (DataFusionError::IoError(io::Error::other("x")), Engine),
        (DataFusionError::ObjectStore(Box::new(store)), Engine),
        (DataFusionError::Substrait(text("x")), Engine),
        // What passes another one on.
        (execution("x").context("type_coercion"), Statement("GENERIC_USER_ERROR")),
        (internal("x").context("type_coercion"), Engine),
        (
            DataFusionError::Diagnostic(
                Box::new(Diagnostic::new_error("x", None)),
                Box::new(DataFusionError::Plan(text("x"))),
            ),
            Statement("SYNTAX_ERROR"),
        ),
        (DataFusionError::Shared(Arc::new(arrow(ArrowError::DivideByZero))), Statement("DIVISION_BY_ZERO")),
        (
            DataFusionError::Collection(vec![DataFusionError::Plan(text("x")), internal("x")]),
            Statement("SYNTAX_ERROR"),
        ),
        (DataFusionError::External(Box::new(Failure::new("TYPE_MISMATCH", "x"))), Statement("TYPE_MISMATCH")),
    ] {
        let shown = error.to_string();
        assert_eq!(whose(error), expected, "{shown}");
    }
}

#[test]
fn every_kind_of_arrows_errors_is_the_statements_or_the_engines() {
    let argument = |message: &str| ArrowError::InvalidArgumentError(text(message));
    let compute = |message: &str| ArrowError::ComputeError(text(message));
    for (error, expected) in [
        (ArrowError::DivideByZero, Statement("DIVISION_BY_ZERO")),
        (ArrowError::ArithmeticOverflow(text("x")), Statement("NUMERIC_VALUE_OUT_OF_RANGE")),
        (ArrowError::CastError(text("x")), Statement("INVALID_CAST_ARGUMENT")),
        (ArrowError::ParseError(text("x")), Statement("INVALID_CAST_ARGUMENT")),
        (ArrowError::NotYetImplemented(text("x")), Statement("NOT_SUPPORTED")),
        (ArrowError::MemoryError(text("x")), Statement(EXCEEDED)),
        (ArrowError::OffsetOverflowError(1 << 31), Statement(EXCEEDED)),
        (
            ArrowError::IoError(
                text(
                    "The used disk space during the spilling process has exceeded the allowable limit of 1.0 KB.",
                ),
                std::io::Error::other("x"),
            ),
            Statement(EXCEEDED),
        ),
        (ArrowError::IoError(text("x"), std::io::Error::other("x")), Engine),
        (ArrowError::ParquetError(text("x")), Statement("HIVE_BAD_DATA")),
        (ArrowError::ExternalError(Box::new(DataFusionError::Plan(text("x")))), Statement("SYNTAX_ERROR")),
        (ArrowError::ExternalError("x".into()), Engine),
        (argument("Invalid arithmetic operation: Binary + Int64"), Statement("TYPE_MISMATCH")),
        (argument("Invalid comparison operation: Utf8 == Int64"), Statement("TYPE_MISMATCH")),
        (argument("Nested comparison: List < List (hint: x)"), Statement("NOT_SUPPORTED")),
        (argument("Filter predicate of length 2 is larger than target array of length 1"), Engine),
        (compute("Timestamp out of range"), Statement("NUMERIC_VALUE_OUT_OF_RANGE")),
        (compute("Date arithmetic overflow: 1 + 2 months"), Statement("NUMERIC_VALUE_OUT_OF_RANGE")),
        (compute("Map not supported in rank"), Statement("NOT_SUPPORTED")),
        (compute("Offset overflow when casting from Utf8 to LargeUtf8"), Statement(EXCEEDED)),
        (compute("Cannot perform binary operation on arrays of different length"), Engine),
        (ArrowError::AvroError(text("x")), Engine),
        (ArrowError::CDataInterface(text("x")), Engine),
        (ArrowError::CsvError(text("x")), Engine),
        (ArrowError::DictionaryKeyOverflowError, Engine),
        (ArrowError::IoError(text("x"), io::Error::other("x")), Engine),
        (ArrowError::IpcError(text("x")), Engine),
        (ArrowError::JsonError(text("x")), Engine),
        (ArrowError::RunEndIndexOverflowError, Engine),
        (ArrowError::SchemaError(text("x")), Engine),
    ] {
        let shown = error.to_string();
        assert_eq!(whose(arrow(error)), expected, "{shown}");
    }
}

#[test]
fn what_has_no_plan_is_named_in_words_of_sql() {
    for (what, construct) in [
        (
            "There is only support Literal types for field at idx: 2 in Window Function",
            "an argument of a window function that is no literal, where it takes one,",
        ),
        (
            "Physical plan does not support undecorrelated Subquery",
            "a query that refers to the query around it in this way",
        ),
        ("Unsupported OFFSET expression: Some(Literal(Int64(1), None))", plan::SOMETHING),
        (
            "Physical plan does not support logical expression WindowFunction(x)",
            "an expression of this kind in this place",
        ),
        (
            "Grouping sets with more than 64 columns are not supported",
            "GROUP BY of more than 64 columns with GROUPING SETS, ROLLUP or CUBE",
        ),
        ("Empty tuple not supported yet", "Empty tuple"),
        ("a thing", "a thing"),
    ] {
        let error = from_datafusion(DataFusionError::NotImplemented(text(what))).to_string();
        assert_eq!(error, format!("NOT_SUPPORTED: {construct} is not supported by the local engine"));
    }
    let group = "Impossibly got non-window expr ScalarSubquery(<subquery>)";
    let error = from_datafusion(DataFusionError::Execution(text(group))).to_string();
    assert_eq!(error, "NOT_SUPPORTED: a window function in this place is not supported by the local engine");
    let lost = Column::new(Some("__correlated_sq_1"), "n");
    let lost = SchemaError::FieldNotFound { field: Box::new(lost), valid_fields: Vec::new() };
    let error = from_datafusion(DataFusionError::SchemaError(Box::new(lost), Box::new(None))).to_string();
    assert_eq!(error, format!("NOT_SUPPORTED: {} is not supported by the local engine", plan::SOMETHING));
}

#[test]
fn the_types_are_told_and_what_datafusion_adds_is_not() {
    let message = "Cannot run range queries on datatype: Binary\n\nbacktrace: x";
    let error = DataFusionError::Internal(message.to_owned()).context("type_coercion");
    assert_eq!(
        from_datafusion(error).to_string(),
        "NOT_SUPPORTED: range queries on datatype: Binary is not supported by the local engine"
    );
    let error = arrow(ArrowError::InvalidArgumentError(text("Invalid arithmetic operation: Binary + Int64")));
    assert_eq!(from_datafusion(error).to_string(), "TYPE_MISMATCH: Cannot apply operator: Binary + Int64");
}
