//! A nested column of a file in the type that the table has: its structs by the names of their fields.

use std::{fmt, hash, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, MapArray, RecordBatch, StructArray, new_null_array},
        compute::cast,
        datatypes::{DataType as Arrow, Field, FieldRef, Schema},
        error::ArrowError,
    },
    error::Result,
    logical_expr::ColumnarValue,
    physical_expr::PhysicalExpr,
};

/// Whether a file's type can be read as the table's; `scalar` decides on what is not nested. A struct of the file
/// may have fewer fields, which are then null, and more, which are not read.
pub(crate) fn fits(found: &Arrow, declared: &Arrow, scalar: &dyn Fn(&Arrow, &Arrow) -> bool) -> bool {
    match (found, declared) {
        (Arrow::List(found), Arrow::List(declared)) => fits(found.data_type(), declared.data_type(), scalar),
        (Arrow::Struct(found), Arrow::Struct(declared)) => declared.iter().all(|field| {
            let same = found.iter().find(|candidate| candidate.name() == field.name());
            match same {
                Some(same) => fits(same.data_type(), field.data_type(), scalar),
                // One that differs only in case is not missing, and must not read as null.
                None => !found.iter().any(|other| other.name().eq_ignore_ascii_case(field.name())),
            }
        }),
        (Arrow::Map(found, _), Arrow::Map(declared, _)) => match (pair(found), pair(declared)) {
            (Some([found_key, found]), Some([key, value])) => {
                fits(found_key.data_type(), key.data_type(), scalar)
                    && fits(found.data_type(), value.data_type(), scalar)
            }
            _ => false,
        },
        (found, declared) => scalar(found, declared),
    }
}

/// Key and value of a map's entries.
fn pair(entries: &Field) -> Option<&[FieldRef; 2]> {
    match entries.data_type() {
        Arrow::Struct(fields) => fields.as_ref().try_into().ok(),
        _ => None,
    }
}

/// The array in the other type, which [`fits`].
fn conform(found: &ArrayRef, declared: &Arrow) -> std::result::Result<ArrayRef, ArrowError> {
    if found.data_type() == declared {
        return Ok(Arc::clone(found));
    }
    match (found.data_type(), declared) {
        (Arrow::List(_), Arrow::List(element)) => {
            let lists = found.as_list::<i32>();
            let elements = conform(lists.values(), element.data_type())?;
            let (offsets, nulls) = (lists.offsets().clone(), lists.nulls().cloned());
            Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, elements, nulls)?))
        }
        (Arrow::Struct(_), Arrow::Struct(fields)) => {
            let structs = found.as_struct();
            let column = |field: &FieldRef| match structs.column_by_name(field.name()) {
                None => Ok(new_null_array(field.data_type(), structs.len())),
                Some(column) => conform(column, field.data_type()),
            };
            let columns = fields.iter().map(column).collect::<std::result::Result<_, _>>()?;
            Ok(Arc::new(StructArray::try_new(fields.clone(), columns, structs.nulls().cloned())?))
        }
        (Arrow::Map(..), Arrow::Map(entries, sorted)) => {
            let maps = found.as_map();
            let (Some([key, value]), Arrow::Struct(fields)) = (pair(entries), entries.data_type()) else {
                return Err(ArrowError::SchemaError("a map whose entries are no pairs".to_owned()));
            };
            let pairs =
                vec![conform(maps.keys(), key.data_type())?, conform(maps.values(), value.data_type())?];
            let pairs = StructArray::try_new(fields.clone(), pairs, None)?;
            let (offsets, nulls) = (maps.offsets().clone(), maps.nulls().cloned());
            Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets, pairs, nulls, *sorted)?))
        }
        (_, declared) => cast(found, declared),
    }
}

/// An expression's values in the type of this field. (DataFusion's own conversion does not fill structs in maps.)
#[derive(Debug, Clone, Eq)]
pub(crate) struct Conformed {
    pub(crate) inner: Arc<dyn PhysicalExpr>,
    pub(crate) field: FieldRef,
}

impl PartialEq for Conformed {
    fn eq(&self, other: &Self) -> bool {
        self.inner.eq(&other.inner) && self.field == other.field
    }
}

impl hash::Hash for Conformed {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.inner.hash(state);
        self.field.hash(state);
    }
}

impl fmt::Display for Conformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {}", self.inner, self.field.data_type())
    }
}

impl PhysicalExpr for Conformed {
    fn data_type(&self, _: &Schema) -> Result<Arrow> {
        Ok(self.field.data_type().clone())
    }

    fn nullable(&self, _: &Schema) -> Result<bool> {
        Ok(true)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let array = self.inner.evaluate(batch)?.into_array(batch.num_rows())?;
        Ok(ColumnarValue::Array(conform(&array, self.field.data_type())?))
    }

    fn return_field(&self, _: &Schema) -> Result<FieldRef> {
        Ok(Arc::clone(&self.field))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.inner]
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        match children.pop() {
            Some(inner) => Ok(Arc::new(Self { inner, field: Arc::clone(&self.field) })),
            None => Ok(self),
        }
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
