//! The arguments of functions of arrays and maps.

use std::ops::Range;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, MapArray},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    fit::fit,
    made::Rows,
    types::{array_of, map_of},
};
use crate::{functions::argument::Argument, values::range};

/// The types of the arguments.
pub(super) fn types(arguments: &[Argument]) -> Vec<Arrow> {
    arguments.iter().map(|argument| argument.array().data_type().clone()).collect()
}

/// An argument of arrays.
pub(super) struct Arrays<'a> {
    argument: &'a Argument,
    arrays: ListArray,
}

impl<'a> Arrays<'a> {
    /// With elements of this type, which theirs fit.
    pub(super) fn of(argument: &'a Argument, element: &Arrow) -> Result<Self> {
        let arrays = fit(argument.array(), &array_of(element.clone()))?;
        Ok(Self { argument, arrays: arrays.as_list::<i32>().clone() })
    }

    /// Arrays of one element, which is of the type, or fits it.
    pub(super) fn of_single(argument: &'a Argument, element: &Arrow) -> Result<Self> {
        let values = fit(argument.array(), element)?;
        let mut rows = Rows::new(values.len());
        for row in 0..values.len() {
            rows.mark(row + 1, true)?;
        }
        Ok(Self { argument, arrays: rows.arrays(values)?.as_list::<i32>().clone() })
    }

    /// The places of the row's elements among [`Self::elements`]; `None`: the array is null.
    pub(super) fn get(&self, row: usize) -> Option<Range<usize>> {
        let place = self.argument.place(row);
        self.arrays.is_valid(place).then(|| range(self.arrays.value_offsets(), place))
    }

    /// The elements of all rows.
    pub(super) fn elements(&self) -> &ArrayRef {
        self.arrays.values()
    }
}

/// An argument of maps.
pub(super) struct Maps<'a> {
    argument: &'a Argument,
    maps: MapArray,
}

impl<'a> Maps<'a> {
    /// With keys and values of these types, which theirs fit.
    pub(super) fn of(argument: &'a Argument, key: &Arrow, value: &Arrow) -> Result<Self> {
        let maps = fit(argument.array(), &map_of(key.clone(), value.clone()))?;
        Ok(Self { argument, maps: maps.as_map().clone() })
    }

    /// The places of the row's entries; `None`: the map is null.
    pub(super) fn get(&self, row: usize) -> Option<Range<usize>> {
        let place = self.argument.place(row);
        self.maps.is_valid(place).then(|| range(self.maps.value_offsets(), place))
    }

    pub(super) fn keys(&self) -> &ArrayRef {
        self.maps.keys()
    }

    pub(super) fn values(&self) -> &ArrayRef {
        self.maps.values()
    }
}

/// An argument of single values.
pub(super) struct Scalars<'a> {
    argument: &'a Argument,
    values: ArrayRef,
}

impl<'a> Scalars<'a> {
    /// In this type, which theirs fits.
    pub(super) fn of(argument: &'a Argument, data_type: &Arrow) -> Result<Self> {
        Ok(Self { argument, values: fit(argument.array(), data_type)? })
    }

    pub(super) fn values(&self) -> &ArrayRef {
        &self.values
    }

    pub(super) fn place(&self, row: usize) -> usize {
        self.argument.place(row)
    }

    pub(super) fn is_null(&self, row: usize) -> bool {
        *self.values.data_type() == Arrow::Null || self.values.is_null(self.place(row))
    }
}
