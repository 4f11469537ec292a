use datafusion::arrow::datatypes::DataType as Arrow;

use crate::functions;

/// Whether the conversion gives the same value in both engines, or is made by a function of ours.
pub(super) fn is_same(from: &Arrow, to: &Arrow) -> bool {
    match (from, to) {
        (Arrow::Null, _) => true,
        (from, to) if from == to || functions::converts(from, to) => true,
        (
            Arrow::Int8 | Arrow::Int16 | Arrow::Int32 | Arrow::Int64,
            Arrow::Boolean
            | Arrow::Int8
            | Arrow::Int16
            | Arrow::Int32
            | Arrow::Int64
            | Arrow::Float32
            | Arrow::Float64
            | Arrow::Decimal128(..)
            | Arrow::Utf8,
        )
        | (
            Arrow::Boolean,
            Arrow::Int8
            | Arrow::Int16
            | Arrow::Int32
            | Arrow::Int64
            | Arrow::Float32
            | Arrow::Float64
            | Arrow::Utf8,
        )
        | (Arrow::Float32, Arrow::Float64)
        | (Arrow::Float64, Arrow::Float32)
        | (Arrow::Decimal128(..), Arrow::Decimal128(..) | Arrow::Float32 | Arrow::Float64 | Arrow::Utf8)
        | (Arrow::Utf8, Arrow::Date32 | Arrow::Timestamp(_, None))
        | (Arrow::Date32, Arrow::Utf8 | Arrow::Timestamp(_, None))
        // What is in another zone than UTC is read by its clocks: see `coerce`.
        | (Arrow::Timestamp(..), Arrow::Date32 | Arrow::Timestamp(_, None)) => true,
        // What counts is widened to a bigint by us.
        (Arrow::UInt64, Arrow::Int64) => true,
        _ => false,
    }
}
