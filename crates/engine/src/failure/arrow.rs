//! Arrow's errors: what its kernels say of values and of types that they do not compute with.

use datafusion::{arrow::error::ArrowError, error::DataFusionError};

use super::{Described, cast, first_line, words};
use crate::memory::EXCEEDED;

/// What Arrow says where a column has a null that its plan did not expect.
const NULL_IN_NOT_NULLABLE: &str = "declared as non-nullable but contains null";

/// What it says of types that it does not compare or compute with. The types follow.
const TYPES: [&str; 7] = [
    "Invalid arithmetic operation",
    "Invalid comparison operation",
    "Invalid date arithmetic operation",
    "Invalid duration arithmetic operation",
    "Invalid interval arithmetic operation",
    "Invalid timestamp arithmetic operation",
    "Invalid string/binary operation",
];

/// What it says where a whole kernel has no form for a type.
const UNSUPPORTED: [&str; 4] =
    ["not supported in rank", "Nested comparison", "Output scale of", "Sort not supported for data type"];

/// What it says where a result has no place in its type.
const OUT_OF_RANGE: [&str; 3] = ["out of range", "overflow", "Overflow"];

/// What it says of its own mistakes, and of those of who calls it: no statement chooses lengths or dictionaries.
const DEFECTS: [&str; 4] =
    ["different length", "different row counts", "Internal Error", "Invalid dictionary index"];

/// What DataFusion's `DiskManager` says where a query has spilled too much.
const SPILLED: &str = "disk space during the spilling process has exceeded";

/// As `describe` of all errors. Every kind is named here.
pub(super) fn describe(error: &ArrowError, place: &str) -> Option<Described> {
    use Described::{Failed, Unsupported};
    Some(match error {
        ArrowError::DivideByZero => Failed("DIVISION_BY_ZERO", "Division by zero".to_owned()),
        ArrowError::ArithmeticOverflow(what) => Failed("NUMERIC_VALUE_OUT_OF_RANGE", what.clone()),
        ArrowError::CastError(what) | ArrowError::ParseError(what) => {
            let (code, message) = cast::describe(what);
            Failed(code, message)
        }
        // The planner takes the subquery's column for the value, although no row means NULL.
        ArrowError::InvalidArgumentError(what) if what.contains(NULL_IN_NOT_NULLABLE) => {
            Unsupported("a scalar subquery that gives no row".to_owned())
        }
        ArrowError::InvalidArgumentError(what) | ArrowError::ComputeError(what) => computed(what)?,
        ArrowError::NotYetImplemented(what) => Unsupported(words::subject(&first_line(what))),
        ArrowError::ParquetError(what) => Failed("HIVE_BAD_DATA", what.clone()),
        // A column of texts holds no more bytes than its offsets count.
        ArrowError::MemoryError(_) | ArrowError::OffsetOverflowError(_) => too_long(),
        // Of what operators write to disk, DataFusion reports as text what no more fits.
        ArrowError::IoError(what, _) if what.contains(SPILLED) => {
            Failed(EXCEEDED, "the query writes more to disk than the local engine may use".to_owned())
        }
        ArrowError::ExternalError(inner) => {
            return super::describe(inner.downcast_ref::<DataFusionError>()?, place);
        }
        ArrowError::AvroError(_)
        | ArrowError::CDataInterface(_)
        | ArrowError::CsvError(_)
        | ArrowError::DictionaryKeyOverflowError
        | ArrowError::IoError(..)
        | ArrowError::IpcError(_)
        | ArrowError::JsonError(_)
        | ArrowError::RunEndIndexOverflowError
        | ArrowError::SchemaError(_) => return None,
    })
}

fn too_long() -> Described {
    Described::Failed(EXCEEDED, "a column of values is longer than the local engine takes".to_owned())
}

/// What has only words.
fn computed(what: &str) -> Option<Described> {
    use Described::{Failed, Unsupported};
    let says = |words: &[&str]| words.iter().any(|words| what.contains(words));
    if let Some((code, message)) = cast::beyond_decimal(what) {
        return Some(Failed(code, message));
    }
    if says(&DEFECTS) {
        return None;
    }
    if what.contains("Offset overflow") {
        return Some(too_long());
    }
    if says(&TYPES) {
        let (_, types) = what.split_once(": ").unwrap_or_default();
        return Some(Failed("TYPE_MISMATCH", format!("Cannot apply operator: {types}")));
    }
    if says(&UNSUPPORTED) {
        return Some(Unsupported(words::subject(&first_line(what))));
    }
    says(&OUT_OF_RANGE).then(|| Failed("NUMERIC_VALUE_OUT_OF_RANGE", first_line(what)))
}
