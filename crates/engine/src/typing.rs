//! Athena converts nothing between kinds of values by itself; DataFusion does. What it would convert is
//! refused here, on the plan before DataFusion has touched its types.

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{
        DFSchema, ScalarValue,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    error::{DataFusionError, Result},
    logical_expr::{Expr, ExprSchemable, LogicalPlan, Operator, utils::merge_schema},
};

use crate::{
    error::{EngineError, Failure},
    failure::{from_datafusion, place},
};

/// Refuses the first expression whose types do not fit each other.
pub(crate) fn check(plan: &LogicalPlan) -> std::result::Result<(), EngineError> {
    let walked = plan.apply_with_subqueries(|node| {
        let schema = merge_schema(&node.inputs());
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                let checked = Checker { schema: &schema }.check(expr);
                checked.map_err(|failure| DataFusionError::External(Box::new(failure)))?;
                Ok(TreeNodeRecursion::Continue)
            })
        })?;
        check_union(node)?;
        Ok(TreeNodeRecursion::Continue)
    });
    walked.map(|_| ()).map_err(from_datafusion)
}

/// Kinds of values. Within one, Athena converts; between two, it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Boolean,
    Number,
    Text,
    Time,
    Interval,
}

fn kind(data_type: &Arrow) -> Option<Kind> {
    Some(match data_type {
        Arrow::Boolean => Kind::Boolean,
        Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View => Kind::Text,
        Arrow::Date32 | Arrow::Timestamp(..) => Kind::Time,
        Arrow::Interval(_) | Arrow::Duration(_) => Kind::Interval,
        other if other.is_numeric() => Kind::Number,
        _ => return None,
    })
}

fn word(data_type: &Arrow) -> String {
    match data_type {
        Arrow::Boolean => "boolean".to_owned(),
        Arrow::Int32 => "integer".to_owned(),
        Arrow::Int64 | Arrow::UInt64 => "bigint".to_owned(),
        Arrow::Float64 => "double".to_owned(),
        Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View => "varchar".to_owned(),
        Arrow::Date32 => "date".to_owned(),
        Arrow::Timestamp(..) => "timestamp".to_owned(),
        Arrow::Interval(_) | Arrow::Duration(_) => "interval".to_owned(),
        other => other.to_string(),
    }
}

fn check_union(node: &LogicalPlan) -> Result<()> {
    let LogicalPlan::Union(union) = node else { return Ok(()) };
    let Some((first, others)) = union.inputs.split_first() else { return Ok(()) };
    for other in others {
        for (left, right) in first.schema().fields().iter().zip(other.schema().fields()) {
            if apart(Some(left.data_type()), Some(right.data_type())) {
                let (left, right) = (word(left.data_type()), word(right.data_type()));
                let message = format!("column in UNION query has incompatible types: {left}, {right}");
                return Err(DataFusionError::External(Box::new(Failure::new("TYPE_MISMATCH", message))));
            }
        }
    }
    Ok(())
}

/// Whether both are known, and of different kinds.
fn apart(left: Option<&Arrow>, right: Option<&Arrow>) -> bool {
    match (left.and_then(kind), right.and_then(kind)) {
        (Some(left), Some(right)) => left != right,
        _ => false,
    }
}

struct Checker<'a> {
    schema: &'a DFSchema,
}

type Checked = std::result::Result<(), Failure>;

impl Checker<'_> {
    fn check(&self, expr: &Expr) -> Checked {
        match expr {
            Expr::BinaryExpr(binary) => self.binary(&binary.left, binary.op, &binary.right),
            Expr::Between(between) => {
                self.alike(&between.expr, "BETWEEN", &between.low)?;
                self.alike(&between.expr, "BETWEEN", &between.high)
            }
            Expr::InList(list) => list.list.iter().try_for_each(|item| self.alike(&list.expr, "IN", item)),
            Expr::InSubquery(query) => {
                let rows = query.subquery.subquery.schema();
                let right = rows.fields().first().map(|field| field.data_type());
                let left = self.type_of(&query.expr);
                if apart(left.as_ref(), right) {
                    Err(self.mismatch(&query.expr, "IN", right))
                } else {
                    Ok(())
                }
            }
            Expr::Like(like) => {
                self.must_be(&like.expr, &[Kind::Text], "LIKE")?;
                self.must_be(&like.pattern, &[Kind::Text], "LIKE")
            }
            Expr::Not(inner) => self.must_be(inner, &[Kind::Boolean], "NOT"),
            Expr::Negative(inner) => self.must_be(inner, &[Kind::Number, Kind::Interval], "-"),
            Expr::Case(case) => {
                let results = case.when_then_expr.iter().map(|(_, then)| then).chain(&case.else_expr);
                self.all_alike(results.map(|result| &**result), "CASE")?;
                let tested = case.expr.iter().chain(case.when_then_expr.iter().map(|(when, _)| when));
                match case.expr {
                    Some(_) => self.all_alike(tested.map(|one| &**one), "CASE"),
                    None => case
                        .when_then_expr
                        .iter()
                        .try_for_each(|(when, _)| self.must_be(when, &[Kind::Boolean], "CASE WHEN")),
                }
            }
            Expr::Cast(cast) => self.cast(&cast.expr, cast.field.data_type()),
            Expr::TryCast(cast) => self.cast(&cast.expr, cast.field.data_type()),
            Expr::ScalarFunction(call) => self.call(call.func.name(), &call.args),
            Expr::AggregateFunction(call) => self.call(call.func.name(), &call.params.args),
            Expr::WindowFunction(call) => self.call(call.fun.name(), &call.params.args),
            _ => Ok(()),
        }
    }

    fn binary(&self, left: &Expr, op: Operator, right: &Expr) -> Checked {
        let sign = op.to_string();
        match op {
            Operator::And | Operator::Or => {
                self.must_be(left, &[Kind::Boolean], &sign)?;
                self.must_be(right, &[Kind::Boolean], &sign)
            }
            Operator::StringConcat => {
                self.must_be(left, &[Kind::Text], &sign)?;
                self.must_be(right, &[Kind::Text], &sign)
            }
            Operator::Multiply | Operator::Divide | Operator::Modulo => {
                self.must_be(left, &[Kind::Number], &sign)?;
                self.must_be(right, &[Kind::Number], &sign)
            }
            Operator::Plus | Operator::Minus => {
                let operands = [Kind::Number, Kind::Time, Kind::Interval];
                self.must_be(left, &operands, &sign)?;
                self.must_be(right, &operands, &sign)?;
                let numbers = [left, right].map(|side| self.kind_of(side) == Some(Kind::Number));
                let typed = [left, right].iter().all(|side| self.kind_of(side).is_some());
                if typed && numbers[0] != numbers[1] { self.alike(left, &sign, right) } else { Ok(()) }
            }
            _ => self.alike(left, &sign, right),
        }
    }

    fn call(&self, name: &str, arguments: &[Expr]) -> Checked {
        let wanted: &[Kind] = match name {
            "lower" | "upper" | "character_length" | "reverse" | "starts_with" | "strpos" => &[Kind::Text],
            "sum" | "avg" | "stddev" | "stddev_pop" | "var" | "var_pop" => &[Kind::Number],
            "bool_and" | "bool_or" => &[Kind::Boolean],
            "coalesce" | "nullif" => return self.all_alike(arguments.iter(), name),
            _ => return Ok(()),
        };
        let odd = |argument: &&Expr| self.kind_of(argument).is_some_and(|found| !wanted.contains(&found));
        if let Some(argument) = arguments.iter().find(odd) {
            let (place, given) = (start(argument), self.describe(argument));
            return Err(Failure::new(
                "FUNCTION_NOT_FOUND",
                format!("{place}Unexpected parameters ({given}) for function {name}"),
            ));
        }
        Ok(())
    }

    /// Only conversions that give the same value in both engines.
    fn cast(&self, from: &Expr, to: &Arrow) -> Checked {
        let Some(from_type) = self.type_of(from) else { return Ok(()) };
        let same = match (&from_type, to) {
            (Arrow::Null, _) => true,
            (from, to) if from == to => true,
            (Arrow::Int32 | Arrow::Int64, Arrow::Int32 | Arrow::Int64 | Arrow::Float64 | Arrow::Utf8)
            | (Arrow::Boolean, Arrow::Int32 | Arrow::Int64 | Arrow::Float64 | Arrow::Utf8)
            | (Arrow::Int32 | Arrow::Int64, Arrow::Boolean)
            | (Arrow::Utf8, Arrow::Int32 | Arrow::Int64 | Arrow::Float64)
            | (Arrow::Utf8, Arrow::Date32 | Arrow::Timestamp(_, None))
            | (Arrow::Date32, Arrow::Utf8 | Arrow::Timestamp(_, None))
            | (Arrow::Timestamp(_, None), Arrow::Date32 | Arrow::Timestamp(_, None)) => true,
            // What counts is widened to a bigint by us.
            (Arrow::UInt64, Arrow::Int64) => true,
            _ => false,
        };
        if same {
            return Ok(());
        }
        let (place, from, to) = (start(from), word(&from_type), word(to));
        let message = format!("{place}CAST of {from} to {to} is not supported by the local engine");
        Err(Failure::new("NOT_SUPPORTED", message))
    }

    fn all_alike<'e>(&self, mut exprs: impl Iterator<Item = &'e Expr>, what: &str) -> Checked {
        let Some(mut first) = exprs.next() else { return Ok(()) };
        for expr in exprs {
            self.alike(first, what, expr)?;
            if self.kind_of(first).is_none() {
                first = expr;
            }
        }
        Ok(())
    }

    fn alike(&self, left: &Expr, op: &str, right: &Expr) -> Checked {
        if !apart(self.type_of(left).as_ref(), self.type_of(right).as_ref()) {
            return Ok(());
        }
        let place = Some(start(left)).filter(|place| !place.is_empty()).unwrap_or_else(|| start(right));
        let (left, right) = (self.describe(left), self.describe(right));
        Err(Failure::new("TYPE_MISMATCH", format!("{place}Cannot apply operator: {left} {op} {right}")))
    }

    fn must_be(&self, expr: &Expr, wanted: &[Kind], op: &str) -> Checked {
        match self.kind_of(expr) {
            Some(found) if !wanted.contains(&found) => {
                let (place, found) = (start(expr), self.describe(expr));
                Err(Failure::new("TYPE_MISMATCH", format!("{place}Cannot apply operator {op} to {found}")))
            }
            _ => Ok(()),
        }
    }

    fn mismatch(&self, left: &Expr, op: &str, right: Option<&Arrow>) -> Failure {
        let (place, left) = (start(left), self.describe(left));
        let right = right.map(word).unwrap_or_default();
        Failure::new("TYPE_MISMATCH", format!("{place}Cannot apply operator: {left} {op} {right}"))
    }

    fn type_of(&self, expr: &Expr) -> Option<Arrow> {
        expr.get_type(self.schema).ok()
    }

    fn kind_of(&self, expr: &Expr) -> Option<Kind> {
        self.type_of(expr).as_ref().and_then(kind)
    }

    /// The type in Athena's words; a text's literal says how long it is.
    fn describe(&self, expr: &Expr) -> String {
        match expr {
            Expr::Literal(ScalarValue::Utf8(Some(text)), _) => format!("varchar({})", text.chars().count()),
            Expr::Literal(ScalarValue::Int64(Some(number)), _) if i32::try_from(*number).is_ok() => {
                "integer".to_owned()
            }
            _ => self.type_of(expr).as_ref().map(word).unwrap_or_default(),
        }
    }
}

/// Where the first column of the expression stands.
fn start(expr: &Expr) -> String {
    let mut found = String::new();
    // It never fails: the closure does not.
    let _ = expr.apply(|node| {
        if let Expr::Column(column) = node {
            found = place(column);
            return Ok(TreeNodeRecursion::Stop);
        }
        Ok(TreeNodeRecursion::Continue)
    });
    found
}
