//! What `json_value` gives by default (`DEFAULT ... ON EMPTY`, `DEFAULT ... ON ERROR`), calculated for the rows that need it:
//! a default that fails, as `1 / 0` does, is no failure of the other rows.
//!
//! A function's arguments are calculated for all rows. So a call with a default that may fail becomes a CASE: which of the
//! defaults a row needs, the defaults, and the call without them. The other arguments are copied for that.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int32Array},
        datatypes::DataType as Arrow,
    },
    common::{
        ScalarValue,
        tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion},
    },
    error::{DataFusionError, Result},
    logical_expr::{Case, Expr, LogicalPlan, ScalarUDF, expr::ScalarFunction, lit},
};

use super::query::{Call, VALUE, read, takes};
use crate::{
    cancel::Cancellation,
    error::{EngineError, Failure},
    failure::from_datafusion,
    functions::{
        argument::Argument,
        bounded::Bounded,
        conversion::JsonColumn,
        own::{Own, unexpected},
    },
    memory::QueryMemory,
    parts,
};

/// The name of the function.
const JSON_VALUE: &str = "json_value";

/// The most parts of arguments that are copied in one statement. A call within a call is copied again with it.
const MAX_COPIED: usize = 1_000;

/// Where a null of the result's type is among the arguments.
const NULL: usize = 3;

/// Where the defaults are, and which of the words says that there is one.
const ON_EMPTY: (usize, usize) = (4, 0);
const ON_ERROR: (usize, usize) = (5, 1);

/// Where what is passed to the path begins.
const AFTER: usize = 6;

/// The plan whose defaults are calculated where they are needed. All of its types are Athena's already.
pub(crate) fn on_demand(
    plan: LogicalPlan,
    memory: &QueryMemory,
    cancellation: &Cancellation,
) -> std::result::Result<LogicalPlan, EngineError> {
    if !parts::any(&plan, is_json_value).map_err(from_datafusion)? {
        return Ok(plan);
    }
    let which: Arc<ScalarUDF> = Arc::new(needed().within(memory).until(cancellation).into());
    let mut copied = 0;
    plan.transform_up_with_subqueries(|node| {
        parts::rewritten(node, |expr| match expr {
            Expr::ScalarFunction(call) if call.func.name() == JSON_VALUE => chosen(call, &which, &mut copied),
            other => Ok(Transformed::no(other)),
        })?
        .map_data(LogicalPlan::recompute_schema)
    })
    .data()
    .map_err(from_datafusion)
}

fn is_json_value(expr: &Expr) -> bool {
    matches!(expr, Expr::ScalarFunction(call) if call.func.name() == JSON_VALUE)
}

fn chosen(mut call: ScalarFunction, which: &Arc<ScalarUDF>, copied: &mut usize) -> Result<Transformed<Expr>> {
    let says = match call.args.get(2) {
        Some(Expr::Literal(ScalarValue::Utf8(Some(says)), _)) if call.args.len() >= AFTER => says.clone(),
        _ => return Ok(Transformed::no(Expr::ScalarFunction(call))),
    };
    let mut says: Vec<&str> = says.split(' ').collect();
    let mut asked = vec!["null"; says.len()];
    let null = call.args[NULL].clone();
    let mut cases = Vec::new();
    for (number, (place, word)) in (1_i32..).zip([ON_EMPTY, ON_ERROR]) {
        if says.get(word) == Some(&"default") && !is_known(&call.args[place]) {
            says[word] = "null";
            asked[word] = "default";
            let default = std::mem::replace(&mut call.args[place], null.clone());
            cases.push((Box::new(lit(number)), Box::new(default)));
        }
    }
    if cases.is_empty() {
        return Ok(Transformed::no(Expr::ScalarFunction(call)));
    }
    let (document, passed) = (call.args[..2].iter(), call.args[AFTER..].iter());
    let arguments: Vec<Expr> =
        document.cloned().chain([lit(asked.join(" ")), null]).chain(passed.cloned()).collect();
    for argument in &arguments {
        argument.apply(|part| {
            *copied += 1;
            if *copied > MAX_COPIED || part.is_volatile_node() {
                return Err(refused(
                    "a json_value whose DEFAULT is calculated, and whose other arguments are as large or random",
                ));
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
    }
    call.args[2] = lit(says.join(" "));
    let which = Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(which), arguments));
    let otherwise = Expr::ScalarFunction(call);
    let case = Case::new(Some(Box::new(which)), cases, Some(Box::new(otherwise)));
    Ok(Transformed::yes(Expr::Case(case)))
}

/// Whether it has a value for each row without a calculation that may fail: casts that may are functions by now.
fn is_known(default: &Expr) -> bool {
    match default {
        Expr::Literal(..) | Expr::Column(_) | Expr::OuterReferenceColumn(..) => true,
        Expr::Negative(inner) => matches!(**inner, Expr::Literal(..)),
        Expr::Cast(cast) => is_known(&cast.expr),
        _ => false,
    }
}

fn refused(what: &str) -> DataFusionError {
    let message = format!("{what} is not supported by the local engine");
    DataFusionError::External(Box::new(Failure::new("NOT_SUPPORTED", message)))
}

/// Which default a row needs: 1 for that ON EMPTY, 2 for that ON ERROR, and 0 for none. A query cannot call it.
fn needed() -> Own {
    Own::values("json_value_default", |given| takes(given, 1), |_| Arrow::Int32, needed_of)
}

fn needed_of(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let [_, _, _, null, ..] = arguments else { return Err(unexpected(&Arrow::Null)) };
    let Some(call) = Call::of(arguments, 1)? else { return Ok(Arc::new(Int32Array::new_null(0))) };
    let mut found = Vec::with_capacity(bounded.rows());
    for row in 0..bounded.rows() {
        // What is read is looked at and not kept.
        let mut value = JsonColumn::of(null.array().data_type())?;
        bounded.count(VALUE)?;
        found.push(match call.row(row, bounded, |items| read(items, &mut value, bounded))? {
            Some(Ok(false)) if call.says(0) == "default" => 1,
            Some(Err(_)) if call.says(1) == "default" => 2,
            _ => 0,
        });
    }
    Ok(Arc::new(Int32Array::from(found)))
}
