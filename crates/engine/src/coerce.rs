//! Athena's conversions between numbers, written out before DataFusion makes its own.
//!
//! Where a decimal meets a real or a double, Athena converts the decimal, and DataFusion the other one. And what a
//! calculation with decimals gives has another precision in each. One with integers is checked for overflow, and texts
//! are concatenated by the function of ours, which bounds what it makes. A `LIKE` that searches is one of ours, too: it ends
//! when the query is cancelled. A date meets a timestamp as a timestamp of that precision: DataFusion takes nanoseconds,
//! which have no place for the year 9999. And a window's partitions and DISTINCT take -0.0 for 0.0, which DataFusion compares
//! bit by bit there. What compares doubles is rewritten in `floating`, and the numbers of the query have their types by
//! `integers`.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType as Arrow, TimeUnit},
    common::{
        DFSchema, ScalarValue,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    error::Result,
    logical_expr::{
        Cast, Expr, ExprSchemable, Like, LogicalPlan, LogicalPlanBuilder, Operator, ScalarUDF, Union,
        expr::ScalarFunction, expr_rewriter::NamePreserver, lit, utils::merge_schema,
    },
};

use crate::{
    branches,
    error::EngineError,
    failure::from_datafusion,
    floating,
    functions::{self, CONCAT},
    integers, peers,
    types::UTC,
};

/// The digits of a decimal that holds an integer, and a bigint.
const INTEGER_DIGITS: u8 = 10;
const BIGINT_DIGITS: u8 = 19;

/// The most digits of a decimal.
const MAX_DIGITS: u8 = 38;

/// The most digits of a second.
const MOST_DIGITS: u8 = 9;

/// The plan with Athena's types. `concat` is the function that `||` stands for, and `like` the one of [`functions::like()`].
pub(crate) fn as_athena(
    plan: LogicalPlan,
    concat: &Arc<ScalarUDF>,
    like: &Arc<ScalarUDF>,
) -> std::result::Result<LogicalPlan, EngineError> {
    plan.transform_up_with_subqueries(|node| {
        let node = match node {
            LogicalPlan::Union(union) => return united(union),
            other => other,
        };
        let schema = merge_schema(&node.inputs());
        let names = NamePreserver::new(&node);
        let is_values = matches!(node, LogicalPlan::Values(_));
        let (integers, floating) = (integers::Place::of(&node), floating::Place::of(&node));
        let asks_for_peers = peers::are_asked_for(&node)?;
        node.map_expressions(|expr| {
            let name = names.save(&expr);
            let expr = integers::narrowed(expr, &integers)?;
            let expr = if asks_for_peers { peers::joined(expr, &schema)? } else { expr };
            let expr = expr.transform_up(|expr| rewrite(expr, &schema, concat, like))?.data;
            let expr = floating::compared(expr, &floating, &schema)?;
            Ok(Transformed::yes(if is_values { expr } else { name.restore(expr) }))
        })?
        .map_data(|node| match node {
            LogicalPlan::Values(values) => integers::retyped(values),
            other => floating::restored(other.recompute_schema()?),
        })
    })
    .data()
    .and_then(integers::seen_from_within)
    .map_err(from_datafusion)
}

fn rewrite(
    mut expr: Expr,
    schema: &DFSchema,
    concat: &Arc<ScalarUDF>,
    like: &Arc<ScalarUDF>,
) -> Result<Transformed<Expr>> {
    if let Expr::Like(pattern) = &expr
        && let Some(called) = searched(pattern, schema, like)
    {
        return Ok(Transformed::yes(called));
    }
    if let Expr::ScalarFunction(call) = &expr
        && let Some(resolved) = functions::resolved(call, schema)?
    {
        return Ok(Transformed::yes(resolved));
    }
    let mut changed = false;
    if let Expr::BinaryExpr(binary) = &mut expr
        && binary.op == Operator::StringConcat
    {
        let left = std::mem::take(&mut *binary.left);
        let right = std::mem::take(&mut *binary.right);
        return Ok(Transformed::yes(concatenated(left, right, concat)));
    }
    if let Expr::BinaryExpr(binary) = &mut expr
        && matches!(binary.op, Operator::IsDistinctFrom | Operator::IsNotDistinctFrom)
        && let Some(same) = functions::nested_compared(
            binary.op,
            &binary.left.get_type(schema)?,
            &binary.right.get_type(schema)?,
        )
    {
        let sides = [&mut binary.left, &mut binary.right].map(|side| std::mem::take(&mut **side));
        let call = ScalarFunction::new_udf(Arc::new(same), sides.into());
        return Ok(Transformed::yes(Expr::ScalarFunction(call)));
    }
    match &mut expr {
        Expr::Negative(inner) if inner.get_type(schema).is_ok_and(|found| is_interval(&found)) => {
            let inner = std::mem::take(&mut **inner);
            return Ok(Transformed::yes(called(functions::negated(), inner)));
        }
        Expr::Cast(cast) => {
            if let Some(read) = of_text(&cast.expr, cast.field.data_type(), schema, false) {
                return Ok(Transformed::yes(called(read, std::mem::take(&mut *cast.expr))));
            }
            changed |= by_the_clocks(&mut cast.expr, cast.field.data_type(), schema);
            if let Some(converted) = in_digits(&mut cast.expr, cast.field.data_type(), schema, false) {
                return Ok(Transformed::yes(converted));
            }
        }
        Expr::TryCast(cast) => {
            if let Some(read) = of_text(&cast.expr, cast.field.data_type(), schema, true) {
                return Ok(Transformed::yes(called(read, std::mem::take(&mut *cast.expr))));
            }
            changed |= by_the_clocks(&mut cast.expr, cast.field.data_type(), schema);
            if let Some(converted) = in_digits(&mut cast.expr, cast.field.data_type(), schema, true) {
                return Ok(Transformed::yes(converted));
            }
        }
        Expr::ScalarFunction(call) if functions::takes_instant(call.func.name()) => {
            changed |= compare(&mut call.args);
        }
        Expr::BinaryExpr(binary) => {
            if functions::checked(binary.op).is_some() {
                changed |= narrow([&mut *binary.left, &mut *binary.right], schema)?;
            }
            let sides = [&mut *binary.left, &mut *binary.right];
            // An operator that has an opposite compares.
            changed |= binary.op.negate().is_some() && compare(sides);
            let sides = [&mut *binary.left, &mut *binary.right];
            changed |= binary.op.negate().is_some() && in_one_zone(sides, schema);
            let sides = [&mut *binary.left, &mut *binary.right];
            changed |= if binary.op.negate().is_some() {
                unify_compared(sides, schema)?
            } else {
                unify(sides, schema)?
            };
        }
        Expr::Between(between) => {
            changed |= compare([&mut *between.expr, &mut *between.low, &mut *between.high]);
            changed |= in_one_zone([&mut *between.expr, &mut *between.low, &mut *between.high], schema);
            changed |= unify_compared([&mut *between.expr, &mut *between.low, &mut *between.high], schema)?;
        }
        Expr::InList(list) => {
            changed |= compare(std::iter::once(&mut *list.expr).chain(&mut list.list));
            changed |= in_one_zone(std::iter::once(&mut *list.expr).chain(&mut list.list), schema);
            changed |= unify_compared(std::iter::once(&mut *list.expr).chain(&mut list.list), schema)?;
        }
        Expr::Case(case) => {
            let (whens, thens): (Vec<_>, Vec<_>) =
                case.when_then_expr.iter_mut().map(|(when, then)| (&mut **when, &mut **then)).unzip();
            if let Some(tested) = &mut case.expr {
                changed |= unify(std::iter::once(&mut **tested).chain(whens), schema)?;
            }
            changed |= unify(thens.into_iter().chain(case.else_expr.as_deref_mut()), schema)?;
            changed |= branches::hide(case, schema)?;
        }
        // Of arrays: the planner's has nothing to count with.
        Expr::ScalarFunction(call) if call.func.name() == CONCAT && !Arc::ptr_eq(&call.func, concat) => {
            call.func = Arc::clone(concat);
            changed = true;
        }
        Expr::ScalarFunction(call) if call.func.name() == "coalesce" => {
            changed |= unify(&mut call.args, schema)?;
        }
        // The sign of a number, which the planner took for that of an interval.
        Expr::ScalarFunction(call) if call.func.name() == functions::NEGATED => {
            let of_number = call.args.first().map(|number| number.get_type(schema)).transpose()?;
            if let ([number], Some(found)) = (call.args.as_mut_slice(), of_number)
                && !is_interval(&found)
            {
                // What counts has no sign in DataFusion.
                if found == Arrow::UInt64 {
                    replace(number, Arrow::Int64);
                }
                return Ok(Transformed::yes(Expr::Negative(Box::new(std::mem::take(number)))));
            }
        }
        Expr::WindowFunction(call) => {
            changed |= one_zero(&mut call.params.partition_by, schema)?;
            changed |= extreme(call.fun.name(), &mut call.params.args, schema)?;
        }
        Expr::AggregateFunction(call) if functions::extreme_key(call.func.name()).is_some() => {
            changed |= extreme(call.func.name(), &mut call.params.args, schema)?;
        }
        Expr::AggregateFunction(call) if call.params.distinct || call.func.name() == "approx_distinct" => {
            changed |= one_zero(&mut call.params.args, schema)?;
        }
        _ => {}
    }
    // What a product of decimals has too much: one digit.
    if let Expr::BinaryExpr(binary) = &expr
        && binary.op == Operator::Multiply
        && let (Arrow::Decimal128(p1, s1), Arrow::Decimal128(p2, s2)) =
            (binary.left.get_type(schema)?, binary.right.get_type(schema)?)
        && p1 + p2 < MAX_DIGITS
    {
        return Ok(Transformed::yes(cast(expr, Arrow::Decimal128(p1 + p2, s1 + s2))));
    }
    if let Expr::BinaryExpr(binary) = &expr
        && let Some(checked) = functions::checked(binary.op)
        && is_integer(&binary.left.get_type(schema)?)
        && is_integer(&binary.right.get_type(schema)?)
    {
        let sides = vec![(*binary.left).clone(), (*binary.right).clone()];
        return Ok(Transformed::yes(Expr::ScalarFunction(ScalarFunction::new_udf(checked, sides))));
    }
    Ok(if changed { Transformed::yes(expr) } else { Transformed::no(expr) })
}

/// `a || b || c` as one call.
fn concatenated(left: Expr, right: Expr, concat: &Arc<ScalarUDF>) -> Expr {
    let mut sides = match left {
        Expr::ScalarFunction(call) if call.func.name() == CONCAT => call.args,
        other => vec![other],
    };
    sides.push(right);
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(concat), sides))
}

/// A `LIKE` that searches its texts as a call of ours, and so one whose pattern is not known yet; `None` for others. Where it is of a column and the texts have one
/// beginning, that is asked for as well: it tells which row groups of a file need not be read.
fn searched(pattern: &Like, schema: &DFSchema, like: &Arc<ScalarUDF>) -> Option<Expr> {
    let text = match &*pattern.pattern {
        Expr::Literal(ScalarValue::Utf8(Some(text)), _) => Some(text),
        Expr::Literal(..) => return None,
        _ => None,
    };
    let is_plain = pattern.escape_char.is_none() && !pattern.case_insensitive;
    let sides = [&pattern.expr, &pattern.pattern];
    let is_text = sides.iter().all(|side| side.get_type(schema).is_ok_and(|found| found == Arrow::Utf8));
    if !is_plain || !is_text || text.is_some_and(|text| !functions::is_searched(text)) {
        return None;
    }
    let arguments = vec![(*pattern.expr).clone(), (*pattern.pattern).clone()];
    let call = Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(like), arguments));
    if pattern.negated {
        return Some(Expr::Not(Box::new(call)));
    }
    let beginning = text
        .and_then(|text| functions::beginning(text))
        .filter(|beginning| !functions::is_searched(beginning));
    Some(match beginning {
        Some(beginning) if matches!(*pattern.expr, Expr::Column(_)) => {
            (*pattern.expr).clone().like(lit(beginning)).and(call)
        }
        _ => call,
    })
}

fn is_integer(found: &Arrow) -> bool {
    matches!(found, Arrow::Int32 | Arrow::Int64)
}

/// DataFusion reads every number as a bigint; in Athena a small one is an integer.
fn integer_digits(expr: &Expr, found: &Arrow) -> Option<u8> {
    let literal = match expr {
        Expr::Negative(inner) => inner,
        other => other,
    };
    match (literal, found) {
        (Expr::Literal(ScalarValue::Int64(Some(number)), _), _) if i32::try_from(*number).is_ok() => {
            Some(INTEGER_DIGITS)
        }
        (_, Arrow::Int32) => Some(INTEGER_DIGITS),
        (_, Arrow::Int64 | Arrow::UInt64) => Some(BIGINT_DIGITS),
        _ => None,
    }
}

/// [`unified`] for values that are answered.
fn unify<'e>(exprs: impl IntoIterator<Item = &'e mut Expr>, schema: &DFSchema) -> Result<bool> {
    unified(exprs.into_iter().collect(), schema, |_| false)
}

/// [`unified`] for values of which the first is compared with each of the others, and which are not answered. With nanoseconds
/// there is no time after April 2262 or before September 1677: one that is beyond, compared with one that is within, may as well
/// be the last there is, or the first. Two that are both beyond are not compared so.
fn unify_compared<'e>(exprs: impl IntoIterator<Item = &'e mut Expr>, schema: &DFSchema) -> Result<bool> {
    unified(exprs.into_iter().collect(), schema, |types| {
        let is_fine = |found: &Arrow| digits_of_second(found) == Some(MOST_DIGITS) || *found == Arrow::Null;
        types.split_first().is_some_and(|(first, others)| is_fine(first) || others.iter().all(is_fine))
    })
}

/// Where one of them is a double, all numbers are; else where one is a real; else where one is a decimal, integers
/// are decimals of as many digits as their types have. Where one is a timestamp, dates are. `reaches` says of the types whether
/// a time that the common one does not reach is its last or first, and no failure.
fn unified(
    mut exprs: Vec<&mut Expr>,
    schema: &DFSchema,
    reaches: impl FnOnce(&[Arrow]) -> bool,
) -> Result<bool> {
    let types = exprs.iter().map(|expr| expr.get_type(schema)).collect::<Result<Vec<_>>>()?;
    let reaches = reaches(&types);
    if let Some(array) = array_of_all(&types) {
        let mut changed = false;
        for (expr, found) in exprs.iter_mut().zip(types) {
            if found != array && found != Arrow::Null {
                replace(expr, array.clone());
                changed = true;
            }
        }
        return Ok(changed);
    }
    let floating = [Arrow::Float64, Arrow::Float32].into_iter().find(|floating| types.contains(floating));
    let decimal = types.iter().any(|found| matches!(found, Arrow::Decimal128(..)));
    // DataFusion would compare two timestamps by the digits that both have.
    let timestamp = types.iter().filter(|found| digits_of_second(found).is_some());
    let timestamp = timestamp.max_by_key(|found| digits_of_second(found)).cloned();
    let is_coarser = |found: &Arrow, than: &Arrow| {
        let zoneless = [found, than].iter().all(|found| matches!(found, Arrow::Timestamp(_, None)));
        zoneless && digits_of_second(found) < digits_of_second(than)
    };
    let mut changed = false;
    for (expr, found) in exprs.iter_mut().zip(types) {
        let target = match (&floating, &timestamp) {
            (Some(floating), _) => found.is_numeric().then(|| floating.clone()),
            (None, Some(timestamp)) => {
                (found == Arrow::Date32 || is_coarser(&found, timestamp)).then(|| timestamp.clone())
            }
            (None, None) if decimal => {
                integer_digits(expr, &found).map(|digits| Arrow::Decimal128(digits, 0))
            }
            (None, None) => None,
        };
        if let Some(target) = target.filter(|target| *target != found) {
            let value = std::mem::take(&mut **expr);
            **expr = match &target {
                Arrow::Timestamp(TimeUnit::Nanosecond, None) => in_nanoseconds(value, &found, reaches),
                _ => converted(value, &found, target),
            };
            changed = true;
        }
    }
    Ok(changed)
}

/// A date, or a timestamp with fewer digits.
fn in_nanoseconds(value: Expr, from: &Arrow, reaches: bool) -> Expr {
    let milliseconds = Arrow::Timestamp(TimeUnit::Millisecond, None);
    let value = if *from == Arrow::Date32 { cast(value, milliseconds) } else { value };
    let to = Arrow::Timestamp(TimeUnit::Nanosecond, None);
    let function = if reaches { functions::within_reach(to) } else { functions::conversion(to, false) };
    called(function, value)
}

/// The type of all, where they are arrays.
fn array_of_all(types: &[Arrow]) -> Option<Arrow> {
    let mut arrays = types.iter().filter(|found| **found != Arrow::Null);
    let first = arrays.next().filter(|found| matches!(found, Arrow::List(_)))?;
    arrays.try_fold(first.clone(), |common, next| functions::nested_common(&common, next))
}

/// How many digits a timestamp has of a second.
fn digits_of_second(found: &Arrow) -> Option<u8> {
    match found {
        Arrow::Timestamp(TimeUnit::Second, _) => Some(0),
        Arrow::Timestamp(TimeUnit::Millisecond, _) => Some(3),
        Arrow::Timestamp(TimeUnit::Microsecond, _) => Some(6),
        Arrow::Timestamp(TimeUnit::Nanosecond, _) => Some(9),
        _ => None,
    }
}

/// The inputs of a union with the columns' types that all of them have in Athena.
fn united(union: Union) -> Result<Transformed<LogicalPlan>> {
    let columns = union.schema.fields().len();
    let mut targets: Vec<Vec<Option<Arrow>>> = vec![vec![None; columns]; union.inputs.len()];
    let mut changed = false;
    for column in 0..columns {
        // Stand-ins, which have the types alone.
        let null = |input: &Arc<LogicalPlan>| {
            let null = ScalarValue::try_from(input.schema().field(column).data_type());
            lit(null.unwrap_or(ScalarValue::Null))
        };
        let mut nulls: Vec<Expr> = union.inputs.iter().map(null).collect();
        changed |= unify(&mut nulls, &DFSchema::empty())?;
        changed |= one_width(&mut nulls)?;
        for (input, null) in targets.iter_mut().zip(nulls) {
            let is_converted = matches!(null, Expr::Cast(_) | Expr::ScalarFunction(_));
            if let (true, Some(target)) = (is_converted, input.get_mut(column)) {
                *target = Some(null.get_type(&DFSchema::empty())?);
            }
        }
    }
    if !changed {
        // The types of the inputs may be others by now.
        return Ok(Transformed::yes(LogicalPlan::Union(Union::try_new_with_loose_types(union.inputs)?)));
    }
    let inputs = union.inputs.into_iter().zip(targets);
    let inputs =
        inputs.map(|(input, targets)| with_columns_of(input, targets)).collect::<Result<Vec<_>>>()?;
    Ok(Transformed::yes(LogicalPlan::Union(Union::try_new_with_loose_types(inputs)?)))
}

/// Where one is a bigint, integers are.
fn one_width(nulls: &mut [Expr]) -> Result<bool> {
    let schema = DFSchema::empty();
    let types = nulls.iter().map(|null| null.get_type(&schema)).collect::<Result<Vec<_>>>()?;
    let mut changed = false;
    if types.contains(&Arrow::Int64) {
        for (null, found) in nulls.iter_mut().zip(types) {
            if found == Arrow::Int32 {
                replace(null, Arrow::Int64);
                changed = true;
            }
        }
    }
    Ok(changed)
}

/// The input with its columns in the other types, where there are any.
fn with_columns_of(input: Arc<LogicalPlan>, targets: Vec<Option<Arrow>>) -> Result<Arc<LogicalPlan>> {
    if targets.iter().all(Option::is_none) {
        return Ok(input);
    }
    let columns = input.schema().columns().into_iter().zip(input.schema().fields()).zip(targets);
    let exprs = columns.map(|((column, field), target)| match target {
        Some(target) => {
            let (relation, name) = (column.relation.clone(), column.name.clone());
            converted(Expr::Column(column), field.data_type(), target).alias_qualified(relation, name)
        }
        None => Expr::Column(column),
    });
    let exprs: Vec<Expr> = exprs.collect();
    Ok(Arc::new(LogicalPlanBuilder::new_from_arc(input).project(exprs)?.build()?))
}

/// `i + 1` is an integer where `i` is one: DataFusion reads every number as a bigint, and the sum of two integers would
/// be beyond their range without a word.
fn narrow(sides: [&mut Expr; 2], schema: &DFSchema) -> Result<bool> {
    let [left, right] = sides;
    let small = |expr: &Expr, found: &Arrow| {
        *found == Arrow::Int32 || integer_digits(expr, found) == Some(INTEGER_DIGITS)
    };
    let fit = small(&*left, &left.get_type(schema)?) && small(&*right, &right.get_type(schema)?);
    if !fit {
        return Ok(false);
    }
    let changed = [left, right].map(narrow_literal);
    Ok(changed.contains(&true))
}

fn narrow_literal(expr: &mut Expr) -> bool {
    match expr {
        Expr::Negative(inner) => narrow_literal(inner),
        Expr::Literal(value, _) => match *value {
            ScalarValue::Int64(Some(number)) => match i32::try_from(number) {
                Ok(number) => {
                    *value = ScalarValue::Int32(Some(number));
                    true
                }
                Err(_) => false,
            },
            _ => false,
        },
        _ => false,
    }
}

/// Where they are doubles or reals, -0.0 as 0.0.
fn one_zero<'e>(exprs: impl IntoIterator<Item = &'e mut Expr>, schema: &DFSchema) -> Result<bool> {
    let mut changed = false;
    for expr in exprs {
        if matches!(expr.get_type(schema)?, Arrow::Float32 | Arrow::Float64) {
            let inner = std::mem::take(expr);
            *expr = Expr::ScalarFunction(ScalarFunction::new_udf(functions::one_zero(), vec![inner]));
            changed = true;
        }
    }
    Ok(changed)
}

/// The argument of `max` and `min` as a key, where it is a double or a real. [`floating::restored`] gives the number.
fn extreme(aggregate: &str, arguments: &mut [Expr], schema: &DFSchema) -> Result<bool> {
    let [argument] = arguments else { return Ok(false) };
    let Some(key) = functions::extreme_key(aggregate) else { return Ok(false) };
    if !argument.get_type(schema)?.is_floating() {
        return Ok(false);
    }
    let inner = std::mem::take(argument);
    *argument = Expr::ScalarFunction(ScalarFunction::new_udf(key, vec![inner]));
    Ok(true)
}

/// Of a time with a zone, a comparison looks at the instant only.
fn compare<'e>(exprs: impl IntoIterator<Item = &'e mut Expr>) -> bool {
    let mut changed = false;
    for expr in exprs {
        if let Expr::ScalarFunction(call) = expr
            && let Some(instant) = functions::comparable(call.func.name())
        {
            call.func = instant;
            changed = true;
        }
    }
    changed
}

/// Times with zones are compared as instants, and what has no zone is in UTC: DataFusion would read it in the zone of the
/// other side.
fn in_one_zone<'e>(exprs: impl IntoIterator<Item = &'e mut Expr>, schema: &DFSchema) -> bool {
    let mut changed = false;
    for expr in exprs {
        if is_in_foreign_zone(expr, schema) {
            let inner = std::mem::take(expr);
            *expr = called(functions::in_utc(), inner);
            changed = true;
        }
    }
    changed
}

/// What reads the text that a cast is of, where Arrow would read it otherwise.
fn of_text(expr: &Expr, to: &Arrow, schema: &DFSchema, is_try: bool) -> Option<ScalarUDF> {
    let is_text = matches!(expr.get_type(schema), Ok(Arrow::Utf8));
    if is_text { functions::cast_of_text(to, is_try) } else { None }
}

/// A cast of a time in a zone, to what has none, gives what the clocks of the zone show.
fn by_the_clocks(expr: &mut Expr, to: &Arrow, schema: &DFSchema) -> bool {
    let shown = matches!(to, Arrow::Date32 | Arrow::Timestamp(_, None));
    if !shown || !is_in_foreign_zone(expr, schema) {
        return false;
    }
    let inner = std::mem::take(expr);
    *expr = called(functions::local_time(), inner);
    true
}

fn is_in_foreign_zone(expr: &Expr, schema: &DFSchema) -> bool {
    matches!(expr.get_type(schema), Ok(Arrow::Timestamp(_, Some(zone))) if &*zone != UTC)
}

fn is_interval(found: &Arrow) -> bool {
    matches!(found, Arrow::Duration(_) | Arrow::Interval(_))
}

fn called(function: ScalarUDF, argument: Expr) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), vec![argument]))
}

/// The value of a cast to a timestamp as [`converted`] gives it, which by now may have no zone any more.
fn in_digits(expr: &mut Expr, to: &Arrow, schema: &DFSchema, is_try: bool) -> Option<Expr> {
    let from = expr.get_type(schema).ok()?;
    let is_time = matches!((&from, to), (Arrow::Timestamp(_, None), Arrow::Timestamp(_, None)));
    if !is_time || !functions::converts(&from, to) {
        return None;
    }
    Some(called(functions::conversion(to.clone(), is_try), std::mem::take(expr)))
}

/// The value, which is of the type `from`, in the other one. DataFusion looks through a cast, and a timestamp may have more
/// digits than it sees then.
fn converted(expr: Expr, from: &Arrow, to: Arrow) -> Expr {
    if functions::converts(from, &to) {
        called(functions::conversion(to, false), expr)
    } else {
        cast(expr, to)
    }
}

fn replace(expr: &mut Expr, to: Arrow) {
    let inner = std::mem::take(expr);
    *expr = cast(inner, to);
}

fn cast(expr: Expr, to: Arrow) -> Expr {
    Expr::Cast(Cast::new(Box::new(expr), to))
}
