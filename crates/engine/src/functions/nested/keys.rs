//! What values are the same by: as `IS NOT DISTINCT FROM` says, so that a null is the same as another one, and NaN too.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, StructArray},
        datatypes::{DataType as Arrow, Float32Type, Float64Type},
        row::{RowConverter, Rows, SortField},
    },
    error::Result,
};

/// Makes the keys of values of one type.
pub(in crate::functions) struct Keys(RowConverter);

impl Keys {
    /// The type has no map in it.
    pub(in crate::functions) fn of(values: &Arrow) -> Result<Self> {
        Ok(Self(RowConverter::new(vec![SortField::new(values.clone())])?))
    }

    /// Bytes for each value, which are the same where the values are.
    pub(in crate::functions) fn made(&self, values: &ArrayRef) -> Result<Rows> {
        Ok(self.0.convert_columns(&[canonical(values)?])?)
    }
}

/// The values with one zero and one NaN.
fn canonical(values: &ArrayRef) -> Result<ArrayRef> {
    Ok(match values.data_type() {
        Arrow::Float32 => {
            let one = |number: f32| if number.is_nan() { f32::NAN } else { number + 0.0 };
            Arc::new(values.as_primitive::<Float32Type>().unary::<_, Float32Type>(one))
        }
        Arrow::Float64 => {
            let one = |number: f64| if number.is_nan() { f64::NAN } else { number + 0.0 };
            Arc::new(values.as_primitive::<Float64Type>().unary::<_, Float64Type>(one))
        }
        Arrow::List(element) => {
            let lists = values.as_list::<i32>();
            let (offsets, nulls) = (lists.offsets().clone(), lists.nulls().cloned());
            Arc::new(ListArray::try_new(Arc::clone(element), offsets, canonical(lists.values())?, nulls)?)
        }
        Arrow::Struct(fields) => {
            let rows = values.as_struct();
            let columns = rows.columns().iter().map(canonical).collect::<Result<Vec<_>>>()?;
            Arc::new(StructArray::try_new(fields.clone(), columns, rows.nulls().cloned())?)
        }
        _ => Arc::clone(values),
    })
}
