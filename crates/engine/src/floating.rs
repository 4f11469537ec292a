//! Doubles and reals compared as Athena does, which follows IEEE 754: NaN equals nothing, and nothing is less or greater.
//!
//! DataFusion compares in an order of all bits, in which NaN equals itself and is the greatest, and its optimizer reckons with
//! that: it makes `x >= 1` of `NOT x < 1`. So a comparison becomes a call of ours that the optimizer does not know. In a
//! condition its own comparison with a constant stays beside it, which is true where the call is: it tells which row groups of a
//! file need not be read. (A file's statistics leave NaN out.) Rows are joined by keys that equal each other where the numbers do.

mod outer;

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{
        DFSchema, ScalarValue,
        tree_node::{Transformed, TreeNode},
    },
    error::Result,
    logical_expr::{
        Aggregate, Between, BinaryExpr, Case, Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Operator,
        ScalarUDF,
        expr::{InList, ScalarFunction},
        lit,
    },
};

use crate::{
    chains,
    functions::{self, MAX_KEY, MIN_KEY},
};

pub(crate) use outer::keyed;

/// How long a list may be whose values are compared one by one: those that are not written as numbers.
const MAX_LISTED: usize = 100;

/// The most nodes of what is written more than once. Queries nest: twice on each level would be a million times on twenty.
const MAX_REPEATED: usize = 50;

/// The expression of a node with Athena's comparisons. Sides have one type by now.
pub(crate) fn compared(expr: Expr, node: &Place, schema: &DFSchema) -> Result<Expr> {
    Rewrite { schema }.rewrite(expr, node.is_filter).map(|rewritten| rewritten.data)
}

/// The node, and above it what gives the numbers of the keys that its `max` and `min` found.
pub(crate) fn restored(node: LogicalPlan) -> Result<LogicalPlan> {
    let (exprs, input) = match &node {
        LogicalPlan::Aggregate(aggregate) => (&aggregate.aggr_expr, &aggregate.input),
        LogicalPlan::Window(window) => (&window.window_expr, &window.input),
        _ => return Ok(node),
    };
    let types = exprs.iter().map(|expr| type_of_key(expr, input.schema())).collect::<Result<Vec<_>>>()?;
    if types.iter().all(Option::is_none) {
        return Ok(node);
    }
    let columns = node.schema().columns();
    let first = columns.len().saturating_sub(types.len());
    let types = std::iter::repeat_n(None, first).chain(types);
    let columns: Vec<Expr> = columns
        .into_iter()
        .zip(types)
        // What `grouping` is made of later, by a node of its own below this one.
        .filter(|(column, _)| column.name != Aggregate::INTERNAL_GROUPING_ID)
        .map(|(column, found)| match found {
            None => Expr::Column(column),
            Some(found) => {
                let (relation, name) = (column.relation.clone(), column.name.clone());
                let number = functions::number_of_key(&found);
                called(number, vec![Expr::Column(column)]).alias_qualified(relation, name)
            }
        })
        .collect();
    LogicalPlanBuilder::from(node).project(columns)?.build()
}

/// The type of the numbers whose keys the expression is asked for; `None`: it is asked for no keys.
fn type_of_key(expr: &Expr, schema: &DFSchema) -> Result<Option<Arrow>> {
    let arguments = match expr {
        Expr::Alias(alias) => return type_of_key(&alias.expr, schema),
        Expr::AggregateFunction(call) => &call.params.args,
        Expr::WindowFunction(call) => &call.params.args,
        _ => return Ok(None),
    };
    match arguments.as_slice() {
        [Expr::ScalarFunction(call)] if matches!(call.func.name(), MAX_KEY | MIN_KEY) => {
            call.args.first().map(|number| number.get_type(schema)).transpose()
        }
        _ => Ok(None),
    }
}

/// Where expressions stand.
pub(crate) struct Place {
    /// Nothing tells null and false apart.
    is_filter: bool,
}

impl Place {
    pub(crate) fn of(node: &LogicalPlan) -> Self {
        Self { is_filter: matches!(node, LogicalPlan::Filter(_) | LogicalPlan::Join(_)) }
    }
}

struct Rewrite<'a> {
    schema: &'a DFSchema,
}

impl Rewrite<'_> {
    fn rewrite(&self, expr: Expr, is_filter: bool) -> Result<Transformed<Expr>> {
        match expr {
            // By its parts' names the query refers to its columns.
            Expr::GroupingSet(_) => Ok(Transformed::no(expr)),
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
                let is_filter_below = is_filter && matches!(op, Operator::And | Operator::Or);
                let left = self.rewrite(*left, is_filter_below)?.data;
                let right = self.rewrite(*right, is_filter_below)?.data;
                self.binary(left, op, right, is_filter).map(Transformed::yes)
            }
            Expr::Between(between) if self.is_floating(&between.expr) => self.between(between, is_filter),
            Expr::InList(list) if self.is_floating(&list.expr) => self.listed(list, is_filter),
            Expr::Case(Case { expr: Some(tested), when_then_expr, else_expr })
                if self.is_floating(&tested) =>
            {
                self.case(*tested, when_then_expr, else_expr)
            }
            // It turns the sign of NaN, too.
            Expr::Negative(inner) if self.is_floating(&inner) && !is_plain(&inner) => self.negative(*inner),
            other => other.map_children(|child| self.rewrite(child, false)),
        }
    }

    // The arms of `rewrite` are functions: what one of them holds would be on the stack for every level otherwise.

    fn between(&self, between: Between, is_filter: bool) -> Result<Transformed<Expr>> {
        let Between { expr, negated, low, high } = between;
        let [value, low, high] = [*expr, *low, *high].map(|side| self.rewrite(side, false));
        let (value, low, high) = (value?.data, low?.data, high?.data);
        if !is_short(&value) {
            // A bound that is NaN counts as the greatest number.
            let value = Box::new(self.one_of_each(value));
            let between = Between::new(value, negated, Box::new(low), Box::new(high));
            return Ok(Transformed::yes(Expr::Between(between)));
        }
        let is_filter = is_filter && !negated;
        let above = self.binary(value.clone(), Operator::GtEq, low, is_filter)?;
        let both = above.and(self.binary(value, Operator::LtEq, high, is_filter)?);
        Ok(Transformed::yes(if negated { Expr::Not(Box::new(both)) } else { both }))
    }

    fn case(
        &self,
        tested: Expr,
        whens: Vec<(Box<Expr>, Box<Expr>)>,
        otherwise: Option<Box<Expr>>,
    ) -> Result<Transformed<Expr>> {
        let tested = self.rewrite(tested, false)?.data;
        let is_short = is_short(&tested);
        let mut cases = Vec::with_capacity(whens.len());
        for (when, then) in whens {
            let when = self.rewrite(*when, false)?.data;
            let when = if is_short {
                self.binary(tested.clone(), Operator::Eq, when, false)?
            } else {
                self.one_of_each(when)
            };
            cases.push((Box::new(when), Box::new(self.rewrite(*then, false)?.data)));
        }
        let otherwise = otherwise.map(|otherwise| self.rewrite(*otherwise, false)).transpose()?;
        let otherwise = otherwise.map(|otherwise| Box::new(otherwise.data));
        // NaN equals itself there.
        let tested = if is_short { None } else { Some(Box::new(self.one_of_each(tested))) };
        Ok(Transformed::yes(Expr::Case(Case::new(tested, cases, otherwise))))
    }

    fn negative(&self, inner: Expr) -> Result<Transformed<Expr>> {
        let inner = self.rewrite(inner, false)?.data;
        let negative = Expr::Negative(Box::new(inner));
        Ok(Transformed::yes(called(functions::one_nan(), vec![negative])))
    }

    fn binary(&self, left: Expr, op: Operator, right: Expr, is_filter: bool) -> Result<Expr> {
        let native = |left, right| Expr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right)));
        let joins = matches!(op, Operator::And | Operator::Or);
        if joins || (!self.is_floating(&left) && !self.is_floating(&right)) {
            return Ok(native(left, right));
        }
        Ok(match op {
            Operator::Plus | Operator::Minus | Operator::Multiply | Operator::Divide | Operator::Modulo => {
                let calculated = native(left, right);
                let is_floating = self.is_floating(&calculated);
                if is_floating { called(functions::one_nan(), vec![calculated]) } else { calculated }
            }
            Operator::IsDistinctFrom | Operator::IsNotDistinctFrom => {
                let [left, right] = [left, right].map(|side| self.one_of_each(side));
                native(left, right)
            }
            Operator::Eq if is_filter && (is_plain(&left) || is_plain(&right)) => native(left, right),
            // A query that refers to the one around it is taken apart by the columns of its equalities: see [`outer`].
            Operator::Eq if is_filter && (left.contains_outer() || right.contains_outer()) => {
                native(left, right)
            }
            Operator::Eq if is_filter && self.is_floating(&left) && self.is_floating(&right) => {
                let [left, right] = [left, right].map(|side| called(functions::equal_key(), vec![side]));
                native(left, right)
            }
            // Its statistics would say that all values of a row group equal one: they do not tell of NaN.
            Operator::NotEq => match functions::ieee(op) {
                Some(unequal) => called(unequal, vec![left, right]),
                None => native(left, right),
            },
            op => match functions::ieee(op) {
                Some(compares) if is_filter && skips(&left, &right) => {
                    native(left.clone(), right.clone()).and(called(compares, vec![left, right]))
                }
                Some(compares) => called(compares, vec![left, right]),
                None => native(left, right),
            },
        })
    }

    /// `x IN (...)`: of numbers that are written as a list, of others as comparisons with each.
    fn listed(&self, list: InList, is_filter: bool) -> Result<Transformed<Expr>> {
        let InList { expr, list, negated } = list;
        let value = self.rewrite(*expr, false)?.data;
        let items = list.into_iter().map(|item| Ok(self.rewrite(item, false)?.data));
        let items = items.collect::<Result<Vec<_>>>()?;
        let all_plain = items.iter().all(|item| is_plain(item) || is_null(item));
        if !all_plain && items.len() <= MAX_LISTED && is_short(&value) {
            let is_filter = is_filter && !negated;
            let equal = |item| self.binary(value.clone(), Operator::Eq, item, is_filter);
            let equal = items.into_iter().map(equal).collect::<Result<Vec<_>>>()?;
            let any = chains::joined(equal, Operator::Or).unwrap_or_else(|| lit(false));
            return Ok(Transformed::yes(if negated { Expr::Not(Box::new(any)) } else { any }));
        }
        let prunes = is_filter && !negated && items.iter().all(is_other_than_zero);
        let (value, items) = if prunes {
            (value, items)
        } else {
            let items = items.into_iter().map(|item| self.without_minus_zero(item)).collect();
            (self.without_minus_zero(value), items)
        };
        Ok(Transformed::yes(Expr::InList(InList::new(Box::new(value), items, negated))))
    }

    fn without_minus_zero(&self, expr: Expr) -> Expr {
        if self.is_floating(&expr) { called(functions::one_zero(), vec![expr]) } else { expr }
    }

    /// The number, of whose zeros and of whose NaNs there is one.
    fn one_of_each(&self, expr: Expr) -> Expr {
        if !self.is_floating(&expr) {
            return expr;
        }
        called(functions::one_nan(), vec![called(functions::one_zero(), vec![expr])])
    }

    fn is_floating(&self, expr: &Expr) -> bool {
        expr.get_type(self.schema).is_ok_and(|found| matches!(found, Arrow::Float32 | Arrow::Float64))
    }
}

/// Whether a comparison may tell which row groups need not be read: one of their columns with what is the same for all rows. Of two
/// columns, it would only be calculated twice.
fn skips(left: &Expr, right: &Expr) -> bool {
    let is_constant = |side: &Expr| !side.any_column_refs();
    (is_constant(left) || is_constant(right)) && is_short(left) && is_short(right)
}

/// Whether it may be written more than once: what is random would have another value each time.
pub(crate) fn is_short(expr: &Expr) -> bool {
    let mut nodes = 0;
    let is_long = expr.exists(|part| {
        nodes += 1;
        Ok(nodes > MAX_REPEATED || part.is_volatile_node())
    });
    !is_long.unwrap_or(true)
}

fn called(function: Arc<ScalarUDF>, arguments: Vec<Expr>) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(function, arguments))
}

/// Whether it is a number that is written, which NaN is not.
fn is_plain(expr: &Expr) -> bool {
    number(expr).is_some()
}

/// Whether it is one, and not zero.
fn is_other_than_zero(expr: &Expr) -> bool {
    number(expr) == Some(Number::Other)
}

fn is_null(expr: &Expr) -> bool {
    match expr {
        Expr::Cast(cast) => is_null(&cast.expr),
        Expr::Literal(value, _) => value.is_null(),
        _ => false,
    }
}

#[derive(PartialEq, Eq)]
enum Number {
    Zero,
    Other,
}

fn number(expr: &Expr) -> Option<Number> {
    let of = |is_zero| Some(if is_zero { Number::Zero } else { Number::Other });
    match expr {
        Expr::Cast(cast) => number(&cast.expr),
        Expr::Negative(inner) => number(inner),
        Expr::Literal(value, _) => match value {
            ScalarValue::Float64(Some(number)) if !number.is_nan() => of(*number == 0.0),
            ScalarValue::Float32(Some(number)) if !number.is_nan() => of(*number == 0.0),
            ScalarValue::Decimal128(Some(units), ..) => of(*units == 0),
            ScalarValue::Int64(Some(number)) => of(*number == 0),
            ScalarValue::Int32(Some(number)) => of(*number == 0),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
