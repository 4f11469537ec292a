//! `try(expression)`: null where the expression fails by its values.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array},
        compute::{cast, concat},
        datatypes::{DataType as Arrow, Field, Schema, SchemaRef},
    },
    common::{
        Column, DFSchema,
        tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion},
    },
    error::{DataFusionError, Result},
    execution::SessionState,
    logical_expr::{
        Case, ColumnarValue, Expr, ExprSchemable, LogicalPlan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
        Signature, Volatility, expr::ScalarFunction, lit, utils::merge_schema,
    },
    physical_expr::PhysicalExpr,
};

use super::{argument::answer, own::Own};
use crate::{cancel::Cancellation, error::EngineError, failure::from_datafusion, parts};

/// The name of [`attempt()`].
pub(crate) const TRY: &str = "try";

/// What `try` makes null, as Trino's documentation has it ("Conditional expressions").
const CAUGHT: [&str; 4] =
    ["DIVISION_BY_ZERO", "INVALID_CAST_ARGUMENT", "INVALID_FUNCTION_ARGUMENT", "NUMERIC_VALUE_OUT_OF_RANGE"];

/// What stands for `try` while the types are looked at: [`enclosed`] puts an [`Attempt`] in its place. By itself it fails
/// where its argument does.
pub(super) fn attempt() -> Own {
    let takes = |given: &[Arrow]| (given.len() == 1).then(|| given.to_vec());
    Own::new(TRY, takes, |given| given[0].clone(), |columns| Ok(Arc::clone(&columns[0])))
}

/// An expression that is calculated row by row where it fails. Its arguments are the columns that it is made of: so no
/// part of it is calculated before, and outside.
#[derive(Debug)]
struct Attempt {
    /// Of the columns that [`name`] gives.
    expr: Expr,
    inner: Arc<dyn PhysicalExpr>,
    /// Of the arguments.
    schema: SchemaRef,
    result: Arrow,
    cancellation: Cancellation,
    signature: Signature,
}

/// The plan with an [`Attempt`] for each `try`. All of its types are Athena's already.
pub(crate) fn enclosed(
    plan: LogicalPlan,
    session: &SessionState,
    cancellation: &Cancellation,
) -> std::result::Result<LogicalPlan, EngineError> {
    plan.transform_up_with_subqueries(|node| {
        let schema = merge_schema(&node.inputs());
        parts::rewritten(node, |expr| match expr {
            Expr::ScalarFunction(call) if call.func.name() == TRY => {
                Ok(Transformed::yes(enclose(call.args, &schema, session, cancellation)?))
            }
            other => Ok(Transformed::no(other)),
        })?
        .map_data(LogicalPlan::recompute_schema)
    })
    .data()
    .map_err(from_datafusion)
}

/// What is calculated within, if the expression is the call of an [`Attempt`].
pub(crate) fn attempted(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::ScalarFunction(call) => {
            call.func.inner().downcast_ref::<Attempt>().map(|attempt| &attempt.expr)
        }
        _ => None,
    }
}

fn enclose(
    mut arguments: Vec<Expr>,
    schema: &DFSchema,
    session: &SessionState,
    cancellation: &Cancellation,
) -> Result<Expr> {
    let (Some(expr), true) = (arguments.pop(), arguments.is_empty()) else {
        return Err(super::own::not_taken(TRY));
    };
    let volatility = if expr.is_volatile() { Volatility::Volatile } else { Volatility::Immutable };
    let mut parts: Vec<Expr> = Vec::new();
    let inner = expr.transform_down(|node| {
        if !is_given(&node) {
            return Ok(Transformed::no(node));
        }
        let known = parts.iter().position(|part| *part == node);
        let place = known.unwrap_or(parts.len());
        if known.is_none() {
            parts.push(node);
        }
        let column = Expr::Column(Column::from_name(name(place)));
        Ok(Transformed::new(column, true, TreeNodeRecursion::Jump))
    });
    let expr = inner?.data;
    if parts.is_empty() {
        // What is constant, is for the rows of the argument.
        parts.push(lit(true));
    }
    let mut fields = Vec::with_capacity(parts.len());
    for (place, part) in parts.iter().enumerate() {
        fields.push(Field::new(name(place), part.get_type(schema)?, true));
    }
    let arguments: SchemaRef = Arc::new(Schema::new(fields));
    let inner = compiled(session, expr.clone(), &DFSchema::try_from(Arc::clone(&arguments))?)?;
    let attempt = Attempt {
        expr,
        result: inner.data_type(&arguments)?,
        inner,
        schema: arguments,
        cancellation: cancellation.clone(),
        signature: Signature::user_defined(volatility),
    };
    Ok(Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(ScalarUDF::from(attempt)), parts)))
}

/// The expression as it is calculated outside of a plan, where nothing simplifies it: and DataFusion's `coalesce` is not
/// calculated, but simplified to a CASE.
pub(super) fn compiled(
    session: &SessionState,
    expr: Expr,
    schema: &DFSchema,
) -> Result<Arc<dyn PhysicalExpr>> {
    let expr = expr.transform_up(|node| match node {
        Expr::ScalarFunction(call) if call.func.name() == "coalesce" => {
            first_known(call.args).map(Transformed::yes)
        }
        other => Ok(Transformed::no(other)),
    });
    session.create_physical_expr(expr?.data, schema)
}

fn first_known(mut values: Vec<Expr>) -> Result<Expr> {
    let Some(last) = values.pop() else { return Err(super::own::not_taken("coalesce")) };
    if values.is_empty() {
        return Ok(last);
    }
    let known = |value: Expr| (Box::new(value.clone().is_not_null()), Box::new(value));
    Ok(Expr::Case(Case::new(None, values.into_iter().map(known).collect(), Some(Box::new(last)))))
}

fn name(place: usize) -> String {
    format!("c{place}")
}

/// Whether it is calculated elsewhere, and its value is given here.
pub(super) fn is_given(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Column(_)
            | Expr::OuterReferenceColumn(..)
            | Expr::ScalarSubquery(_)
            | Expr::Exists(_)
            | Expr::InSubquery(_)
            | Expr::AggregateFunction(_)
            | Expr::WindowFunction(_)
    )
}

impl Attempt {
    fn calculate(&self, batch: &RecordBatch) -> Result<ArrayRef> {
        self.cancellation.check()?;
        let found = self.inner.evaluate(batch).and_then(|value| value.into_array(batch.num_rows()));
        let error = match found {
            Ok(values) => return Ok(values),
            Err(error) => uncaught(error),
        };
        match (error, batch.num_rows()) {
            (Some(error), _) => Err(error),
            (None, rows @ 0..=1) => Ok(new_null_array(&self.result, rows)),
            // Of a batch in which one row fails, most rows are calculated together.
            (None, rows) => {
                let half = rows / 2;
                let first = self.calculate(&batch.slice(0, half))?;
                let second = self.calculate(&batch.slice(half, rows - half))?;
                Ok(concat(&[first.as_ref(), second.as_ref()])?)
            }
        }
    }
}

/// `None`: the error is one that `try` makes null. A value that only this engine does not take is not: Athena may have an
/// answer there.
fn uncaught(error: DataFusionError) -> Option<DataFusionError> {
    match from_datafusion(error) {
        EngineError::Failed(failure)
            if CAUGHT.contains(&failure.code)
                && !failure.message.ends_with("is not supported by the local engine") =>
        {
            None
        }
        other => Some(DataFusionError::External(Box::new(other))),
    }
}

impl PartialEq for Attempt {
    fn eq(&self, other: &Self) -> bool {
        self.inner.eq(&other.inner) && self.schema == other.schema
    }
}

impl Eq for Attempt {}

impl Hash for Attempt {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.hash(state);
    }
}

impl ScalarUDFImpl for Attempt {
    fn name(&self) -> &str {
        "attempt"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        Ok(given.to_vec())
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok(self.result.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_constant = args.args.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_)))
            && self.signature.volatility != Volatility::Volatile;
        let rows = if is_constant { 1 } else { args.number_rows };
        let mut columns = Vec::with_capacity(args.args.len());
        for (argument, field) in args.args.into_iter().zip(self.schema.fields()) {
            let column = argument.into_array(rows)?;
            let fits = column.data_type() == field.data_type();
            columns.push(if fits { column } else { cast(&column, field.data_type())? });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        let values = self.calculate(&batch)?;
        answer(values, is_constant)
    }
}
