//! What relations do with whole columns: group, sort, join and unite them.

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{DFSchema, NullEquality},
    error::{DataFusionError, Result},
    logical_expr::{Expr, ExprSchemable, Join, LogicalPlan},
};

use super::kind::{Kind, apart, is_of_two_zones, kind, word};
use crate::{error::Failure, functions};

/// Refuses what one node of the plan does with columns of types that do not fit.
pub(super) fn check(node: &LogicalPlan, input: &DFSchema) -> Result<()> {
    match node {
        LogicalPlan::Union(union) => {
            let Some((first, others)) = union.inputs.split_first() else { return Ok(()) };
            others.iter().try_for_each(|other| unite(first.schema(), other.schema()))
        }
        LogicalPlan::Aggregate(aggregate) => plain(&aggregate.group_expr, input, "GROUP BY"),
        LogicalPlan::Sort(sort) => {
            sort.expr.iter().try_for_each(|term| plain(std::slice::from_ref(&term.expr), input, "ORDER BY"))
        }
        LogicalPlan::Distinct(_) => {
            input.fields().iter().try_for_each(|field| plain_type(field.data_type(), "DISTINCT"))
        }
        LogicalPlan::Join(join) => {
            if join.null_equality == NullEquality::NullEqualsNull {
                join.on.iter().try_for_each(|(left, right)| intersect(left, right, join))?;
            }
            for (left, right) in &join.on {
                if let (Ok(left), Ok(right)) = (left.get_type(input), right.get_type(input))
                    && is_of_two_zones(&left, &right)
                {
                    return refuse_zones("JOIN");
                }
            }
            let mut sides = join.on.iter().flat_map(|(left, right)| [left, right]);
            sides.try_for_each(|side| plain(std::slice::from_ref(side), input, "JOIN"))
        }
        _ => Ok(()),
    }
}

fn unite(first: &DFSchema, other: &DFSchema) -> Result<()> {
    for (left, right) in first.fields().iter().zip(other.fields()) {
        let (left, right) = (left.data_type(), right.data_type());
        if apart(Some(left), Some(right)) {
            let (left, right) = (word(left), word(right));
            let message = format!("column in UNION query has incompatible types: {left}, {right}");
            return refuse("TYPE_MISMATCH", message);
        }
        if is_of_two_zones(left, right) {
            return refuse_zones("UNION");
        }
    }
    Ok(())
}

/// INTERSECT and EXCEPT, which are joins here.
fn intersect(left: &Expr, right: &Expr, join: &Join) -> Result<()> {
    let (left, right) = (left.get_type(join.left.schema())?, right.get_type(join.right.schema())?);
    if apart(Some(&left), Some(&right)) {
        let (first, other) = (word(&left), word(&right));
        let message = format!("column in INTERSECT or EXCEPT query has incompatible types: {first}, {other}");
        return refuse("TYPE_MISMATCH", message);
    }
    Ok(())
}

fn plain(exprs: &[Expr], input: &DFSchema, what: &str) -> Result<()> {
    let mut types = exprs.iter().filter_map(|expr| expr.get_type(input).ok());
    types.try_for_each(|data_type| plain_type(&data_type, what))
}

fn plain_type(data_type: &Arrow, what: &str) -> Result<()> {
    match kind(data_type) {
        // JSON has an equality in Athena, and no order.
        Some(Kind::Json) if what == "ORDER BY" => {
            let message = format!("Type json is not orderable, and therefore cannot be used in {what}");
            refuse("TYPE_MISMATCH", message)
        }
        Some(Kind::Json) => Ok(()),
        Some(Kind::Nested)
            if matches!(what, "DISTINCT" | "GROUP BY") && functions::is_groupable(data_type) =>
        {
            Ok(())
        }
        Some(kind) if !kind.is_plain() => {
            let message = format!("{what} of {} is not supported by the local engine", word(data_type));
            refuse("NOT_SUPPORTED", message)
        }
        _ => Ok(()),
    }
}

fn refuse_zones(what: &str) -> Result<()> {
    let message = format!("{what} of times in different zones is not supported by the local engine");
    refuse("NOT_SUPPORTED", message)
}

fn refuse(code: &'static str, message: String) -> Result<()> {
    Err(DataFusionError::External(Box::new(Failure::new(code, message))))
}
