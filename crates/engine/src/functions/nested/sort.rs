//! `array_sort`, `array_max` and `array_min`. (Trino's chapter "Array functions and operators".)

use std::cmp::Ordering;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    arguments::Arrays,
    made::{Column, Rows, Source},
    order::{Order, Pairs},
    shape::{first, one_array, same_array},
    types::{element_of, is_comparable, normal},
};
use crate::functions::{argument::Argument, bounded::Bounded, own::Own};

/// The elements in their order; nulls last.
pub(super) fn array_sort() -> Own {
    Own::values("array_sort", one_with_order, same_array, |arguments, bounded| {
        let array = first(arguments)?;
        let pairs = Pairs::of(array.elements(), array.elements())?;
        let sources = [Source::of(array.elements())];
        let (mut elements, mut made) = (Column::of(&sources), Rows::new(bounded.rows()));
        for row in 0..bounded.rows() {
            let places = array.get(row);
            let is_array = places.is_some();
            let mut sorted: Vec<usize> = places.into_iter().flatten().collect();
            let order = Order::new(false);
            sorted.sort_by(|left, right| pairs.order(*left, *right, &order));
            order.check()?;
            for at in sorted {
                elements.push(0, at, &mut made, bounded)?;
            }
            made.end(elements.len(), is_array, bounded)?;
        }
        made.arrays(elements.finish())
    })
}

/// The greatest element; null if one is null, or there is none. NaN only if there is nothing else.
pub(super) fn array_max() -> Own {
    Own::values("array_max", one_with_order, element_type, |arguments, bounded| {
        choose(arguments, bounded, Ordering::Greater)
    })
}

/// The least element, likewise.
pub(super) fn array_min() -> Own {
    Own::values("array_min", one_with_order, element_type, |arguments, bounded| {
        choose(arguments, bounded, Ordering::Less)
    })
}

fn choose(arguments: &[Argument], bounded: &mut Bounded<'_>, wanted: Ordering) -> Result<ArrayRef> {
    let array: Arrays<'_> = first(arguments)?;
    let elements = array.elements();
    let pairs = Pairs::of(elements, elements)?;
    let sources = [Source::of(elements)];
    let (mut chosen, mut counted) = (Column::of(&sources), Rows::new(bounded.rows()));
    for row in 0..bounded.rows() {
        let order = Order::new(wanted == Ordering::Greater);
        let mut best: Option<usize> = None;
        for at in array.get(row).into_iter().flatten() {
            if *elements.data_type() == Arrow::Null || elements.is_null(at) {
                best = None;
                break;
            }
            best = match best {
                Some(best) if pairs.order(at, best, &order) != wanted => Some(best),
                _ => Some(at),
            };
        }
        order.check()?;
        match best {
            Some(at) => chosen.push(0, at, &mut counted, bounded)?,
            None => chosen.push_null(&mut counted, bounded)?,
        }
        counted.end(chosen.len(), true, bounded)?;
    }
    Ok(chosen.finish())
}

fn one_with_order(given: &[Arrow]) -> Option<Vec<Arrow>> {
    one_array(given).filter(|_| given.first().and_then(element_of).is_some_and(is_comparable))
}

fn element_type(given: &[Arrow]) -> Arrow {
    given.first().and_then(element_of).map_or(Arrow::Null, normal)
}
