//! The aggregates of a plan as they are computed: see [`functions::prepared_aggregate`].

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{
        DFSchema,
        tree_node::{Transformed, TransformedResult},
    },
    error::{DataFusionError, Result},
    logical_expr::{
        Cast, Expr, ExprSchemable, LogicalPlan,
        expr::{AggregateFunction, ScalarFunction},
        utils::merge_schema,
    },
};

use crate::{
    cancel::Cancellation,
    error::{EngineError, Failure},
    failure::from_datafusion,
    functions,
    memory::QueryMemory,
    parts, types,
};

/// The plan with its aggregates for one query. The names of its columns stay.
pub(crate) fn prepared(
    plan: LogicalPlan,
    memory: &QueryMemory,
    cancellation: &Cancellation,
) -> std::result::Result<LogicalPlan, EngineError> {
    plan.transform_up_with_subqueries(|node| {
        if !matches!(node, LogicalPlan::Aggregate(_)) {
            return Ok(Transformed::no(node));
        }
        let schema = merge_schema(&node.inputs());
        parts::rewritten(node, |expr| {
            let Expr::AggregateFunction(call) = &expr else { return Ok(Transformed::no(expr)) };
            check(call, &schema)?;
            let of_texts = of_texts(call, &schema)?;
            let call = of_texts.as_ref().unwrap_or(call);
            Ok(match functions::prepared_aggregate(call, memory, cancellation).or(of_texts) {
                Some(call) => Transformed::yes(Expr::AggregateFunction(call)),
                None => Transformed::no(expr),
            })
        })?
        .map_data(LogicalPlan::recompute_schema)
    })
    .data()
    .map_err(from_datafusion)
}

/// `approx_distinct` of doubles or reals, as one of their texts: DataFusion's takes no others. All zeros have one text, and all
/// NaN.
fn of_texts(call: &AggregateFunction, schema: &DFSchema) -> Result<Option<AggregateFunction>> {
    let [number] = call.params.args.as_slice() else { return Ok(None) };
    if call.func.name() != "approx_distinct" || !number.get_type(schema)?.is_floating() {
        return Ok(None);
    }
    let one = [functions::one_zero(), functions::one_nan()]
        .into_iter()
        .fold(number.clone(), |number, one| Expr::ScalarFunction(ScalarFunction::new_udf(one, vec![number])));
    let mut of_texts = call.clone();
    of_texts.params.args = vec![Expr::Cast(Cast::new(Box::new(one), Arrow::Utf8))];
    Ok(Some(of_texts))
}

/// Refuses an order of values that have none, and one of distinct values by something else, as Trino does.
fn check(call: &AggregateFunction, schema: &DFSchema) -> Result<()> {
    for term in &call.params.order_by {
        let found = term.expr.get_type(schema)?;
        if types::is_nested(&found) || found == types::JSON {
            let found = types::name(&found).unwrap_or_default();
            let message = format!("ORDER BY of {found} is not supported by the local engine");
            return refuse("NOT_SUPPORTED", message);
        }
        if call.params.distinct && !call.params.args.contains(&term.expr) {
            let message =
                "For aggregate function with DISTINCT, ORDER BY expressions must appear in arguments";
            return refuse("EXPRESSION_NOT_IN_DISTINCT", message.to_owned());
        }
    }
    Ok(())
}

fn refuse(code: &'static str, message: String) -> Result<()> {
    Err(DataFusionError::External(Box::new(Failure::new(code, message))))
}
