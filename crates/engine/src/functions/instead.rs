//! What plans call in the place of operators, casts and functions of DataFusion's. A query cannot call these by their names.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    logical_expr::{Expr, Operator, ScalarUDF, expr::ScalarFunction},
};

use crate::cancel::Cancellation;

/// A condition that fails once the query is cancelled.
pub(crate) fn watched(condition: Expr, cancellation: &Cancellation) -> Expr {
    let function: ScalarUDF = super::watched::watched().until(cancellation).into();
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), vec![condition]))
}

/// A condition into which DataFusion does not look: see [`crate::branches`].
pub(crate) fn unseen(condition: Expr) -> Expr {
    let function: ScalarUDF = super::watched::unseen().into();
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), vec![condition]))
}

/// What `LIKE` calls where a text is searched for its pattern ([`super::is_searched`]): it fails once the query is cancelled.
pub(crate) fn like(cancellation: &Cancellation) -> Arc<ScalarUDF> {
    Arc::new(super::like::like().until(cancellation).into())
}

/// What `BETWEEN` calls where the value is another each time: see [`super::between`].
pub(crate) fn between() -> Arc<ScalarUDF> {
    Arc::new(super::between::between().into())
}

/// What a comparison calls in the place of a function that gives a time in its zone: see [`super::time::instant`].
pub(crate) fn comparable(name: &str) -> Option<Arc<ScalarUDF>> {
    match name {
        super::time::FROM_ISO8601_TIMESTAMP => Some(Arc::new(super::time::instant().into())),
        super::time::PARSE_DATETIME => Some(Arc::new(super::time::parsed_instant().into())),
        _ => None,
    }
}

/// What says whether a value is among those of a query: see [`super::member::member`].
pub(crate) fn member() -> Arc<ScalarUDF> {
    Arc::new(super::member::member().into())
}

/// What gives the value of a lookup, of what [`super::sole::kept_values`] kept: see [`super::sole::sole`].
pub(crate) fn sole_value() -> Arc<ScalarUDF> {
    Arc::new(super::sole::sole().into())
}

/// What a cast of a text to a date or a timestamp calls, or a `TRY_CAST`: see [`super::time::from_text`].
pub(crate) fn cast_of_text(to: &Arrow, is_try: bool) -> Option<ScalarUDF> {
    let own = if is_try { super::time::try_from_text(to) } else { super::time::from_text(to) };
    own.map(Into::into)
}

/// What compares doubles and reals in the place of an operator: see [`super::ieee::compared`].
pub(crate) fn ieee(operator: Operator) -> Option<Arc<ScalarUDF>> {
    super::ieee::compared(operator).map(|own| Arc::new(own.into()))
}

/// The key of a double or a real, by which one of DataFusion's aggregates finds the one that is asked for; `None`: the
/// aggregate asks for none. See [`super::extreme_key`].
pub(crate) fn extreme_key(aggregate: &str) -> Option<Arc<ScalarUDF>> {
    match aggregate {
        "max" => Some(Arc::new(super::extreme_key::max_key().into())),
        "min" => Some(Arc::new(super::extreme_key::min_key().into())),
        _ => None,
    }
}

/// What gives the number of such a key, which was of the type.
pub(crate) fn number_of_key(of: &Arrow) -> Arc<ScalarUDF> {
    match of {
        Arrow::Float32 => Arc::new(super::extreme_key::real_of_key().into()),
        _ => Arc::new(super::extreme_key::double_of_key().into()),
    }
}

/// What two doubles are equal by: see [`super::ieee::equal_key`].
pub(crate) fn equal_key() -> Arc<ScalarUDF> {
    Arc::new(super::ieee::equal_key().into())
}

/// What makes every NaN the same: see [`super::ieee::one_nan`].
pub(crate) fn one_nan() -> Arc<ScalarUDF> {
    Arc::new(super::ieee::one_nan().into())
}

/// What takes -0.0 for 0.0: see [`super::zero::one_zero`].
pub(crate) fn one_zero() -> Arc<ScalarUDF> {
    Arc::new(super::zero::one_zero().into())
}

/// The type that values of two types have in Trino, as far as they are not nested. `None`: there is none.
pub(crate) fn common_type(one: &Arrow, other: &Arrow) -> Option<Arrow> {
    // What counts has no sign in DataFusion.
    let signed = |found: &Arrow| if *found == Arrow::UInt64 { Arrow::Int64 } else { found.clone() };
    super::greatest::of_both(&signed(one), &signed(other))
}

/// What makes the conversion of a `CAST` to a type, or of a `TRY_CAST`, of which [`super::converts`] says yes.
pub(crate) fn conversion(to: Arrow, is_try: bool) -> ScalarUDF {
    super::conversion::Conversion::new(to, is_try).into()
}

/// The same for a value that is compared: a time that the type does not reach is the type's last, or its first.
pub(crate) fn within_reach(to: Arrow) -> ScalarUDF {
    super::conversion::Conversion::within_reach(to).into()
}

/// What calculates with decimals in the place of an operator: `*`, `/` or `%`.
pub(crate) fn exact(operator: Operator) -> Option<ScalarUDF> {
    super::exact::exact(operator)
}

/// What calculates with integers in the place of an operator, and fails where the result is none.
pub(crate) fn checked(operator: Operator) -> Option<Arc<ScalarUDF>> {
    super::checked::checked(operator).map(Arc::new)
}
