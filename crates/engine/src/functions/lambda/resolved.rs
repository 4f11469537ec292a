use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType as Arrow, Field},
    common::{DFSchema, DFSchemaRef},
    error::{DataFusionError, Result},
    logical_expr::{
        Cast, EmptyRelation, Expr, ExprSchemable, LogicalPlan, Projection, ScalarUDF, expr::ScalarFunction,
    },
};

use super::{
    body::Body,
    call::Call,
    hidden::{Hidden, captured, retyped, unsettled},
    kind::{Kind, common},
};
use crate::{
    coerce,
    error::EngineError,
    failure::from_datafusion,
    functions::{self, CONCAT, attempt, own::not_taken},
    guarded, numeric,
    types::is_nested,
    typing,
};

/// The call of a function that takes functions, once the types of its arguments are Athena's. `None`: it is another call.
pub(crate) fn resolved(call: &ScalarFunction, schema: &DFSchema) -> Result<Option<Expr>> {
    let Some(hidden) = call.func.inner().downcast_ref::<Hidden>() else { return Ok(None) };
    let kind = hidden.kind;
    let refused = || not_taken(kind.word());
    let types = call.args.iter().map(|argument| argument.get_type(schema)).collect::<Result<Vec<_>>>()?;
    let (values, outside) = types.split_at_checked(hidden.values).ok_or_else(refused)?;
    let (mut values, resolve) = (values.to_vec(), Resolve { hidden, outside });
    let mut arguments = call.args.clone();
    let mut bodies: Vec<Typed> = Vec::new();
    if kind == Kind::Reduce {
        // The state has the type that the initial one and what the function makes of it have in common.
        let merged = loop {
            let parameters = kind.parameters(&values).ok_or_else(refused)?;
            let merged = resolve.body(0, parameters.first().ok_or_else(refused)?)?;
            let state = common(&values[1], &merged.found).ok_or_else(refused)?;
            if state == values[1] {
                break merged.converted(&state);
            }
            values[1] = state;
        };
        bodies.push(merged);
        let parameters = kind.parameters(&values).ok_or_else(refused)?;
        bodies.push(resolve.body(1, parameters.get(1).ok_or_else(refused)?)?);
        arguments[1] = converted(arguments[1].clone(), &types[1], &values[1]);
    } else {
        let parameters = kind.parameters(&values).ok_or_else(refused)?;
        let body = resolve.body(0, parameters.first().ok_or_else(refused)?)?;
        bodies.push(match kind.wanted() {
            Some(wanted) if fits(&body.found, &wanted) => body.converted(&wanted),
            Some(_) => return Err(refused()),
            None => body,
        });
    }
    let results: Vec<Arrow> = bodies.iter().map(|body| body.found.clone()).collect();
    let is_key = kind == Kind::TransformKeys;
    if is_key && results.iter().any(|key| is_nested(key) || *key == Arrow::Null) {
        return Err(refused());
    }
    let result = kind.answers(&values, &results).ok_or_else(refused)?;
    hidden.settle(&result);
    let session = &hidden.surroundings.session;
    let mut compiled = Vec::with_capacity(bodies.len());
    for body in bodies {
        let physical = attempt::compiled(session, body.expr.clone(), &body.schema)?;
        compiled.push(Body::new(body.expr, physical, Arc::clone(body.schema.inner())));
    }
    values.extend(outside.iter().cloned());
    let volatility = call.func.signature().volatility;
    let call = Call::new(kind, compiled, hidden.values, values, result, &hidden.surroundings, volatility);
    let function = Arc::new(ScalarUDF::from(call));
    Ok(Some(Expr::ScalarFunction(ScalarFunction::new_udf(function, arguments))))
}

/// Whether Athena makes the one of the other by itself.
fn fits(found: &Arrow, wanted: &Arrow) -> bool {
    found == wanted
        || *found == Arrow::Null
        || (*wanted == Arrow::Int32 && matches!(found, Arrow::Int8 | Arrow::Int16))
}

struct Resolve<'a> {
    hidden: &'a Hidden,
    /// The types of what the bodies refer to outside.
    outside: &'a [Arrow],
}

/// A body of columns of a relation.
struct Typed {
    expr: Expr,
    schema: DFSchemaRef,
    found: Arrow,
}

impl Resolve<'_> {
    /// The body of a lambda expression whose parameters have these types. It goes through the steps of a query.
    fn body(&self, place: usize, parameters: &[Arrow]) -> Result<Typed> {
        let surroundings = &self.hidden.surroundings;
        surroundings.count()?;
        let missing = || DataFusionError::Internal(format!("{} without a function", self.hidden.kind.word()));
        let lambda = self.hidden.lambdas.get(place).ok_or_else(missing)?;
        let own = lambda.parameters.iter().zip(parameters);
        let own = own.map(|(name, found)| Field::new(name, found.clone(), true));
        let outside = self.outside.iter().enumerate();
        let outside = outside.map(|(place, found)| Field::new(captured(place), found.clone(), true));
        let schema = DFSchema::from_unqualified_fields(own.chain(outside).collect(), HashMap::new())?;
        let empty = EmptyRelation { produce_one_row: false, schema: Arc::new(schema) };
        let input = Arc::new(LogicalPlan::EmptyRelation(empty));
        let plan = LogicalPlan::Projection(Projection::try_new(vec![lambda.body.clone()], input)?);
        let (session, cancellation) = (&surroundings.session, &surroundings.cancellation);
        let concat = session.scalar_functions().get(CONCAT).ok_or_else(missing)?;
        let like = functions::like(cancellation);
        let steps = || {
            let plan = retyped(plan.clone()).map_err(from_datafusion)?;
            typing::check(&plan)?;
            let plan = coerce::as_athena(numeric::as_athena(plan)?, concat, &like)?;
            functions::json_defaults(plan, &surroundings.memory, cancellation)
        };
        let plan =
            surroundings.settled(steps).and_then(|plan| plan.ok_or_else(unsettled)).map_err(passed_on)?;
        let plan = functions::enclosed(plan, session, cancellation).map_err(passed_on)?;
        let LogicalPlan::Projection(projection) = guarded::conditions(plan)? else { return Err(missing()) };
        let schema = Arc::clone(projection.input.schema());
        let expr = projection.expr.into_iter().next().ok_or_else(missing)?.unalias();
        let found = expr.get_type(&schema)?;
        Ok(Typed { expr, schema, found })
    }
}

impl Typed {
    fn converted(self, to: &Arrow) -> Self {
        Self { expr: converted(self.expr, &self.found, to), schema: self.schema, found: to.clone() }
    }
}

/// The value in the other type, which is a wider one.
fn converted(expr: Expr, from: &Arrow, to: &Arrow) -> Expr {
    if from == to {
        return expr;
    }
    if is_nested(to) || functions::converts(from, to) {
        let conversion = Arc::new(functions::conversion(to.clone(), false));
        return Expr::ScalarFunction(ScalarFunction::new_udf(conversion, vec![expr]));
    }
    Expr::Cast(Cast::new(Box::new(expr), to.clone()))
}

fn passed_on(error: EngineError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
