//! What a condition says of columns, one by one. Trino calls it `DomainTranslator`.
//!
//! The domains hold every row for which the condition is true, and often more: of a condition that is no comparison of a
//! column with a literal, nothing is known. So are those that the engine has replaced by a call of its own, as `<>` of doubles.

use std::collections::BTreeMap;

use datafusion::{
    arrow::datatypes::{DataType as Arrow, Schema, TimeUnit},
    common::{Column, ScalarValue},
    logical_expr::{BinaryExpr, Expr, Operator, utils::split_binary},
};

use super::ranges::{Domain, End};
use crate::keys::Partition;

/// The domains of the columns of which something is known, by the columns' names. `None`: no row can pass.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Domains(pub(super) Option<BTreeMap<String, Domain>>);

impl Domains {
    pub(super) const NONE: Self = Self(None);

    pub(super) fn all() -> Self {
        Self(Some(BTreeMap::new()))
    }

    fn one(column: &str, domain: Domain) -> Self {
        if domain.is_none() {
            return Self::NONE;
        }
        if domain.is_all() {
            return Self::all();
        }
        Self(Some(BTreeMap::from([(column.to_owned(), domain)])))
    }

    pub(super) fn and(self, other: Self) -> Self {
        let (Some(mut both), Some(other)) = (self.0, other.0) else { return Self::NONE };
        for (column, domain) in other {
            let domain = match both.get(&column) {
                Some(known) => known.intersect(&domain),
                None => domain,
            };
            if domain.is_none() {
                return Self::NONE;
            }
            both.insert(column, domain);
        }
        Self(Some(both))
    }

    /// Column by column: something is known of those that every alternative says something of.
    fn any(alternatives: Vec<Self>) -> Self {
        let mut possible = alternatives.into_iter().filter_map(|alternative| alternative.0);
        let Some(first) = possible.next() else { return Self::NONE };
        let mut gathered: BTreeMap<String, Vec<Domain>> =
            first.into_iter().map(|(column, domain)| (column, vec![domain])).collect();
        for alternative in possible {
            gathered.retain(|column, domains| match alternative.get(column) {
                Some(domain) => {
                    domains.push(domain.clone());
                    true
                }
                None => false,
            });
        }
        let united = gathered.into_iter().map(|(column, domains)| (column, Domain::union(domains)));
        Self(Some(united.filter(|(_, domain)| !domain.is_all()).collect()))
    }

    /// Whether a row with this value in the column may pass.
    pub(super) fn admits(&self, column: &str, value: &ScalarValue) -> bool {
        let Some(domains) = &self.0 else { return false };
        // NaN has no place in the order of values.
        is_nan(value) || domains.get(column).is_none_or(|domain| domain.contains(&plain(value.clone())))
    }
}

/// The domains of the keys that these partitions have (Trino's `HiveMetadata.createPredicate`).
pub(super) fn of_partitions(keys: &Schema, partitions: &[Partition]) -> Domains {
    if partitions.is_empty() {
        return Domains::NONE;
    }
    let mut domains = Domains::all();
    for (index, key) in keys.fields().iter().enumerate() {
        let (mut nulls, mut has_nan, mut values) = (false, false, Vec::new());
        for value in partitions.iter().filter_map(|one| one.values.get(index)) {
            if value.is_null() {
                nulls = true;
            } else if is_nan(value) {
                has_nan = true;
            } else {
                values.push(plain(value.clone()));
            }
        }
        let domain = if has_nan { Domain::not_null() } else { Domain::of(values) };
        domains = domains.and(Domains::one(key.name(), domain.or_null(nulls)));
    }
    domains
}

/// What the condition says where it is true.
pub(super) fn domains(condition: &Expr, schema: &Schema) -> Domains {
    match condition {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            domains(left, schema).and(domains(right, schema))
        }
        Expr::BinaryExpr(BinaryExpr { op: Operator::Or, .. }) => {
            let alternatives = split_binary(condition, Operator::Or).into_iter();
            Domains::any(alternatives.map(|alternative| domains(alternative, schema)).collect())
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => compared(left, *op, right, schema),
        Expr::Between(between) if !between.negated => {
            let from = compared(&between.expr, Operator::GtEq, &between.low, schema);
            from.and(compared(&between.expr, Operator::LtEq, &between.high, schema))
        }
        Expr::InList(list) => listed(&list.expr, &list.list, list.negated, schema),
        Expr::IsNull(value) => of_column(value, schema, Domain::only_null()),
        Expr::IsNotNull(value) => of_column(value, schema, Domain::not_null()),
        Expr::IsTrue(inner) => domains(inner, schema),
        Expr::Column(_) => of_column(condition, schema, Domain::of([ScalarValue::from(true)])),
        Expr::Not(inner) | Expr::IsFalse(inner) => {
            of_column(inner, schema, Domain::of([ScalarValue::from(false)]))
        }
        Expr::Literal(ScalarValue::Boolean(Some(true)), _) => Domains::all(),
        Expr::Literal(ScalarValue::Boolean(_) | ScalarValue::Null, _) => Domains::NONE,
        _ => Domains::all(),
    }
}

/// The domain of the value, if that is a column of a type that is shown.
fn of_column(value: &Expr, schema: &Schema, domain: Domain) -> Domains {
    match typed(value, schema) {
        Some((column, _)) => Domains::one(&column.name, domain),
        None => Domains::all(),
    }
}

fn compared(left: &Expr, op: Operator, right: &Expr, schema: &Schema) -> Domains {
    let (value, op, literal) = match (left, right) {
        (Expr::Column(_), _) => (left, Some(op), right),
        _ => (right, op.swap(), left),
    };
    let Some((column, data_type)) = typed(value, schema) else { return Domains::all() };
    let (Some(op), Some(literal)) = (op, constant(literal, data_type)) else { return Domains::all() };
    // Comparisons with a null are never true; other operators are none.
    let is_comparison = matches!(
        op,
        Operator::Eq | Operator::NotEq | Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq
    );
    let Some(value) = literal else {
        return if is_comparison { Domains::NONE } else { Domains::all() };
    };
    let end = |value, is_included| Some(End { value, is_included });
    let domain = match op {
        Operator::Eq => Domain::of([value]),
        Operator::NotEq => Domain::except([value]),
        Operator::Lt => Domain::between(None, end(value, false)),
        Operator::LtEq => Domain::between(None, end(value, true)),
        Operator::Gt => Domain::between(end(value, false), None),
        Operator::GtEq => Domain::between(end(value, true), None),
        _ => return Domains::all(),
    };
    Domains::one(&column.name, domain)
}

fn listed(value: &Expr, list: &[Expr], negated: bool, schema: &Schema) -> Domains {
    let Some((column, data_type)) = typed(value, schema) else { return Domains::all() };
    let values: Option<Vec<Option<ScalarValue>>> =
        list.iter().map(|item| constant(item, data_type)).collect();
    let Some(values) = values else { return Domains::all() };
    if negated && values.iter().any(Option::is_none) {
        return Domains::NONE;
    }
    let values = values.into_iter().flatten();
    let domain = if negated { Domain::except(values) } else { Domain::of(values) };
    Domains::one(&column.name, domain)
}

/// The column that the value is, and its type, if that has an order and texts.
fn typed<'e>(value: &'e Expr, schema: &'e Schema) -> Option<(&'e Column, &'e Arrow)> {
    let Expr::Column(column) = value else { return None };
    let data_type = schema.field_with_name(&column.name).ok()?.data_type();
    let is_shown = matches!(
        data_type,
        Arrow::Boolean
            | Arrow::Int8
            | Arrow::Int16
            | Arrow::Int32
            | Arrow::Int64
            | Arrow::Float32
            | Arrow::Float64
            | Arrow::Decimal128(..)
            | Arrow::Utf8
            | Arrow::Date32
            | Arrow::Timestamp(TimeUnit::Millisecond, None)
    );
    is_shown.then_some((column, data_type))
}

/// The value of a literal of the type, `Some(None)` of null. `None`: it is no such literal.
fn constant(expr: &Expr, data_type: &Arrow) -> Option<Option<ScalarValue>> {
    match expr {
        Expr::Literal(value, _) if value.is_null() => Some(None),
        Expr::Literal(value, _) if value.data_type() == *data_type && !is_nan(value) => {
            Some(Some(plain(value.clone())))
        }
        _ => None,
    }
}

fn is_nan(value: &ScalarValue) -> bool {
    match value {
        ScalarValue::Float32(Some(number)) => number.is_nan(),
        ScalarValue::Float64(Some(number)) => number.is_nan(),
        _ => false,
    }
}

/// The value with one zero: -0.0 equals 0.0.
fn plain(value: ScalarValue) -> ScalarValue {
    match value {
        ScalarValue::Float32(Some(0.0)) => ScalarValue::from(0.0_f32),
        ScalarValue::Float64(Some(0.0)) => ScalarValue::from(0.0_f64),
        other => other,
    }
}
