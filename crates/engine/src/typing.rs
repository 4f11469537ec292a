//! Athena converts nothing between kinds of values by itself; DataFusion does. What it would convert is
//! refused here, on the plan before DataFusion has touched its types.

mod call;
mod cast;
mod kind;
mod relation;
mod window;

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{
        DFSchema, ScalarValue,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    error::DataFusionError,
    logical_expr::{Expr, ExprSchemable, LogicalPlan, Operator, utils::merge_schema},
};

use crate::{
    error::{EngineError, Failure},
    failure::{from_datafusion, place},
    functions,
};

use kind::{Kind, apart, is_of_two_zones, kind, word};

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
        relation::check(node, &schema)?;
        Ok(TreeNodeRecursion::Continue)
    });
    walked.map(|_| ()).map_err(from_datafusion)
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
                self.plain(&between.expr, "BETWEEN")?;
                self.alike(&between.expr, "BETWEEN", &between.low)?;
                self.alike(&between.expr, "BETWEEN", &between.high)
            }
            Expr::InList(list) => {
                self.comparable(&list.expr, "IN")?;
                list.list.iter().try_for_each(|item| self.alike(&list.expr, "IN", item))
            }
            Expr::InSubquery(query) => {
                self.comparable(&query.expr, "IN")?;
                let rows = query.subquery.subquery.schema();
                let right = rows.fields().first().map(|field| field.data_type());
                let left = self.type_of(&query.expr);
                if apart(left.as_ref(), right) {
                    return Err(self.mismatch(&query.expr, "IN", right));
                }
                match (left, right) {
                    (Some(left), Some(right)) if is_of_two_zones(&left, right) => {
                        Err(self.unsupported(&query.expr, "IN of times in different zones"))
                    }
                    _ => Ok(()),
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
                    Some(_) => {
                        tested.clone().try_for_each(|one| self.comparable(one, "CASE"))?;
                        self.all_alike(tested.map(|one| &**one), "CASE")
                    }
                    None => case
                        .when_then_expr
                        .iter()
                        .try_for_each(|(when, _)| self.must_be(when, &[Kind::Boolean], "CASE WHEN")),
                }
            }
            Expr::Cast(cast) => self.cast(&cast.expr, cast.field.data_type()),
            Expr::TryCast(cast) => self.cast(&cast.expr, cast.field.data_type()),
            Expr::ScalarFunction(call) => self.call(call.func.name(), &call.args),
            Expr::AggregateFunction(call) => {
                if call.params.distinct {
                    if let (functions::CHECKSUM, Some(first)) = (call.func.name(), call.params.args.first()) {
                        return Err(self.unsupported(first, "checksum of DISTINCT values"));
                    }
                    call.params.args.iter().try_for_each(|argument| self.comparable(argument, "DISTINCT"))?;
                }
                self.call(call.func.name(), &call.params.args)
            }
            Expr::WindowFunction(call) => {
                call.params.partition_by.iter().try_for_each(|key| self.comparable(key, "OVER"))?;
                let mut order = call.params.order_by.iter().map(|term| &term.expr);
                order.try_for_each(|key| self.plain(key, "OVER"))?;
                self.frame(&call.params.window_frame, &call.params.order_by)?;
                self.arguments_of_window(call.fun.name(), &call.params.args)?;
                self.call(call.fun.name(), &call.params.args)
            }
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
            Operator::IsDistinctFrom | Operator::IsNotDistinctFrom if self.is_compared(left, op, right) => {
                Ok(())
            }
            Operator::Eq | Operator::NotEq | Operator::IsDistinctFrom | Operator::IsNotDistinctFrom => {
                self.alike(left, &sign, right)?;
                self.comparable(left, &format!("the operator {sign}"))
            }
            _ => {
                self.alike(left, &sign, right)?;
                if self.kind_of(left) == Some(Kind::Json) {
                    return Err(self.mismatch(left, &sign, self.type_of(right).as_ref()));
                }
                self.plain(left, &format!("the operator {sign}"))
            }
        }
    }

    /// Whether a function of ours stands for the operator, between arrays or rows.
    fn is_compared(&self, left: &Expr, op: Operator, right: &Expr) -> bool {
        let types = self.type_of(left).zip(self.type_of(right));
        types.is_some_and(|(left, right)| functions::nested_compared(op, &left, &right).is_some())
    }

    fn cast(&self, from: &Expr, to: &Arrow) -> Checked {
        let Some(from_type) = self.type_of(from) else { return Ok(()) };
        if cast::is_same(&from_type, to) {
            return Ok(());
        }
        if kind(&from_type) == Some(Kind::Json) {
            let (place, to) = (start(from), word(to));
            return Err(Failure::new("TYPE_MISMATCH", format!("{place}Cannot cast json to {to}")));
        }
        Err(self.unsupported(from, &format!("CAST of {} to {}", word(&from_type), word(to))))
    }

    /// A value that has an order and an equality in both engines.
    fn plain(&self, expr: &Expr, what: &str) -> Checked {
        match self.type_of(expr) {
            Some(found) if kind(&found).is_some_and(|kind| !kind.is_plain()) => {
                Err(self.unsupported(expr, &format!("{what} of {}", word(&found))))
            }
            _ => Ok(()),
        }
    }

    /// A value that has an equality in both engines.
    fn comparable(&self, expr: &Expr, what: &str) -> Checked {
        match self.kind_of(expr) {
            Some(kind) if kind.is_comparable() => Ok(()),
            _ => self.plain(expr, what),
        }
    }

    fn unsupported(&self, expr: &Expr, what: &str) -> Failure {
        let place = start(expr);
        Failure::new("NOT_SUPPORTED", format!("{place}{what} is not supported by the local engine"))
    }

    fn all_alike<'e>(&self, mut exprs: impl Iterator<Item = &'e Expr>, what: &str) -> Checked {
        let Some(mut first) = exprs.next() else { return Ok(()) };
        for expr in exprs {
            self.alike(first, what, expr)?;
            self.of_one_zone(first, what, expr)?;
            if self.kind_of(first).is_none() {
                first = expr;
            }
        }
        Ok(())
    }

    /// Refuses values of one column that are times in different zones.
    fn of_one_zone(&self, left: &Expr, what: &str, right: &Expr) -> Checked {
        match (self.type_of(left), self.type_of(right)) {
            (Some(left_type), Some(right_type)) if is_of_two_zones(&left_type, &right_type) => {
                Err(self.unsupported(left, &format!("{what} of times in different zones")))
            }
            _ => Ok(()),
        }
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

/// Whether a cast of such values, which are not nested, gives the same in both engines, or is made by a function of ours.
pub(crate) fn is_castable(from: &Arrow, to: &Arrow) -> bool {
    cast::is_same(from, to)
}

/// That Athena has no such operator for these types.
pub(crate) fn no_operator(left: &Expr, left_type: &Arrow, operator: &str, right_type: &Arrow) -> Failure {
    let (place, left, right) = (start(left), word(left_type), word(right_type));
    Failure::new("TYPE_MISMATCH", format!("{place}Cannot apply operator: {left} {operator} {right}"))
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
