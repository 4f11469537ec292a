//! Conditions, comparisons, conversions and numbers.

use super::{Function, api, both};

/// Conditional expressions.
pub(super) const CONDITIONAL_EXPRESSIONS: &[Function] = &[
    both("coalesce", "T, T, ...", "T"),
    both("if", "boolean, T[, T]", "T"),
    both("nullif", "T, T", "T"),
    both("try", "T", "T"),
];

/// Comparison functions and operators.
pub(super) const COMPARISON: &[Function] = &[both("greatest", "T, ...", "T"), both("least", "T, ...", "T")];

/// Conversion functions.
pub(super) const CONVERSION: &[Function] =
    &[both("typeof", "T", "varchar"), both("format", "varchar, ...", "varchar")];

/// Mathematical functions and operators.
pub(super) const MATHEMATICAL: &[Function] = &[
    both("abs", "N", "N"),
    both("cbrt", "double", "double"),
    both("ceil", "N", "N"),
    both("ceiling", "N", "N"),
    both("cosine_similarity", "map(varchar, double), map(varchar, double)", "double"),
    both("degrees", "double", "double"),
    both("e", "", "double"),
    both("exp", "double", "double"),
    both("floor", "N", "N"),
    both("from_base", "varchar, bigint", "bigint"),
    both("infinity", "", "double"),
    both("is_finite", "double", "boolean"),
    both("is_infinite", "double", "boolean"),
    both("is_nan", "double", "boolean"),
    both("ln", "double", "double"),
    both("log", "double, double", "double"),
    both("log10", "double", "double"),
    both("log2", "double", "double"),
    both("mod", "N, N", "N"),
    both("nan", "", "double"),
    both("pi", "", "double"),
    both("pow", "double, double", "double"),
    both("power", "double, double", "double"),
    both("radians", "double", "double"),
    both("rand", "[N[, N]]", "double or N").varying(),
    both("random", "[N[, N]]", "double or N").varying(),
    both("round", "N[, integer]", "N"),
    both("sign", "N", "N"),
    both("sqrt", "double", "double"),
    both("to_base", "bigint, bigint", "varchar"),
    both("truncate", "N[, integer]", "N"),
    both("width_bucket", "double, double or array(double)[, double, bigint]", "bigint"),
    both("acos", "double", "double"),
    both("asin", "double", "double"),
    both("atan", "double", "double"),
    both("atan2", "double, double", "double"),
    both("cos", "double", "double"),
    both("cosh", "double", "double"),
    both("sin", "double", "double"),
    both("sinh", "double", "double"),
    both("tan", "double", "double"),
    both("tanh", "double", "double"),
    api("random_string", "bigint", "varchar").varying(),
];

/// Bitwise functions.
pub(super) const BITWISE: &[Function] = &[
    both("bit_count", "bigint, bigint", "bigint"),
    both("bitwise_and", "bigint, bigint", "bigint"),
    both("bitwise_left_shift", "N, bigint", "N"),
    both("bitwise_not", "bigint", "bigint"),
    both("bitwise_or", "bigint, bigint", "bigint"),
    both("bitwise_right_shift", "N, bigint", "N"),
    both("bitwise_right_shift_arithmetic", "N, bigint", "N"),
    both("bitwise_xor", "bigint, bigint", "bigint"),
];
