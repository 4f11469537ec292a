//! Values compared as Trino compares them: nested ones part by part (its `ArrayType` and `RowType`).

use std::{cell::Cell, cmp::Ordering};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, DynComparator, Float32Array, Float64Array, make_comparator},
        compute::SortOptions,
        datatypes::{DataType as Arrow, Float32Type, Float64Type},
    },
    error::Result,
};

use crate::{functions::own::failure, values::range};

/// The values of two columns of one type.
pub(super) struct Pairs {
    left: ArrayRef,
    right: ArrayRef,
    kind: Kind,
}

enum Kind {
    /// Nulls without a type.
    Unknown,
    Plain(DynComparator),
    Real(Float32Array, Float32Array),
    Double(Float64Array, Float64Array),
    Array(Box<Pairs>),
    Row(Vec<Pairs>),
}

/// How an order is looked for.
pub(super) struct Order {
    /// Whether NaN comes before all other numbers, and not after them.
    nan_first: bool,
    /// What a null was found in, which has no order.
    null_in: Cell<Option<&'static str>>,
}

impl Order {
    pub(super) fn new(nan_first: bool) -> Self {
        Self { nan_first, null_in: Cell::new(None) }
    }

    /// Fails if a null within a nested value was compared.
    pub(super) fn check(&self) -> Result<()> {
        match self.null_in.get() {
            None => Ok(()),
            Some(what) => Err(failure("NOT_SUPPORTED", what)),
        }
    }
}

const NULL_ELEMENT: &str = "ARRAY comparison not supported for arrays with null elements";
const NULL_FIELD: &str = "ROW comparison not supported for fields with null elements";

impl Pairs {
    /// Both are of one type, which has no map in it.
    pub(super) fn of(left: &ArrayRef, right: &ArrayRef) -> Result<Self> {
        let kind = match left.data_type() {
            Arrow::Null => Kind::Unknown,
            Arrow::Float32 => Kind::Real(
                left.as_primitive::<Float32Type>().clone(),
                right.as_primitive::<Float32Type>().clone(),
            ),
            Arrow::Float64 => Kind::Double(
                left.as_primitive::<Float64Type>().clone(),
                right.as_primitive::<Float64Type>().clone(),
            ),
            Arrow::List(_) => {
                let (left, right) = (left.as_list::<i32>().values(), right.as_list::<i32>().values());
                Kind::Array(Box::new(Self::of(left, right)?))
            }
            Arrow::Struct(_) => {
                let columns = left.as_struct().columns().iter().zip(right.as_struct().columns());
                Kind::Row(columns.map(|(left, right)| Self::of(left, right)).collect::<Result<_>>()?)
            }
            _ => Kind::Plain(make_comparator(left, right, SortOptions::default())?),
        };
        Ok(Self { left: left.clone(), right: right.clone(), kind })
    }

    fn has_null(&self, left: usize, right: usize) -> bool {
        matches!(self.kind, Kind::Unknown) || self.left.is_null(left) || self.right.is_null(right)
    }

    /// Whether the operator `=` holds. `None`: a null stands in the way of a yes.
    pub(super) fn equal(&self, left: usize, right: usize) -> Option<bool> {
        if self.has_null(left, right) {
            return None;
        }
        match &self.kind {
            Kind::Unknown => None,
            Kind::Plain(compare) => Some(compare(left, right) == Ordering::Equal),
            // No NaN is equal to another, and -0 is 0.
            Kind::Real(lefts, rights) => Some(lefts.value(left) == rights.value(right)),
            Kind::Double(lefts, rights) => Some(lefts.value(left) == rights.value(right)),
            Kind::Array(elements) => {
                let (lefts, rights) = self.elements(left, right);
                if lefts.len() != rights.len() {
                    return Some(false);
                }
                all(lefts.zip(rights).map(|(left, right)| elements.equal(left, right)))
            }
            Kind::Row(fields) => all(fields.iter().map(|field| field.equal(left, right))),
        }
    }

    /// Which comes first; nulls last. A null within a nested value has no order: `order` knows then that there was one.
    pub(super) fn order(&self, left: usize, right: usize, order: &Order) -> Ordering {
        if matches!(self.kind, Kind::Unknown) {
            return Ordering::Equal;
        }
        match (self.left.is_null(left), self.right.is_null(right)) {
            (false, false) => {}
            (left, right) => return left.cmp(&right),
        }
        match &self.kind {
            Kind::Unknown => Ordering::Equal,
            Kind::Plain(compare) => compare(left, right),
            Kind::Real(lefts, rights) => {
                floats(lefts.value(left).into(), rights.value(right).into(), order.nan_first)
            }
            Kind::Double(lefts, rights) => floats(lefts.value(left), rights.value(right), order.nan_first),
            Kind::Array(elements) => {
                let (lefts, rights) = self.elements(left, right);
                let lengths = lefts.len().cmp(&rights.len());
                for (left, right) in lefts.zip(rights) {
                    if elements.has_null(left, right) {
                        order.null_in.set(Some(NULL_ELEMENT));
                    }
                    match elements.order(left, right, order) {
                        Ordering::Equal => {}
                        found => return found,
                    }
                }
                lengths
            }
            Kind::Row(fields) => {
                for field in fields {
                    if field.has_null(left, right) {
                        order.null_in.set(Some(NULL_FIELD));
                    }
                    match field.order(left, right, order) {
                        Ordering::Equal => {}
                        found => return found,
                    }
                }
                Ordering::Equal
            }
        }
    }

    fn elements(&self, left: usize, right: usize) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let of = |lists: &ArrayRef, row: usize| range(lists.as_list::<i32>().value_offsets(), row);
        (of(&self.left, left), of(&self.right, right))
    }
}

/// As Java's `Double.compare`: -0 comes before 0.
fn floats(left: f64, right: f64, nan_first: bool) -> Ordering {
    match (left.is_nan(), right.is_nan()) {
        (false, false) => left.total_cmp(&right),
        (left, right) if nan_first => right.cmp(&left),
        (left, right) => left.cmp(&right),
    }
}

/// Of three values each: false if one is, else unknown if one is.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for part in parts {
        match part {
            Some(true) => {}
            Some(false) => return Some(false),
            None => known = None,
        }
    }
    known
}
