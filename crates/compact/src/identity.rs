//! What makes two rows twins: their identities' hashes, and the exact comparison.

use std::hash::{BuildHasher, Hasher};

use arrow::{
    array::{Array, ArrayRef, ArrowPrimitiveType, AsArray},
    datatypes::{
        DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, Schema,
        TimeUnit, TimestampMillisecondType,
    },
    error::ArrowError,
    row::{RowConverter, SortField},
};
use domain::Dataset;
use foldhash::quality::{FoldHasher, RandomState};

use crate::{files::identity_columns, same::same_identity};

/// The identity of a dataset's rows. Hashes of one `Identity` and its clones can be compared with each other and with no
/// others: each new one draws a seed of its own, so that no sender can know which identities collide.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// Places of its columns in the table's schema.
    columns: Vec<usize>,
    random: RandomState,
    /// The bits of a hash that are used. Tests leave few, so that collisions are many.
    bits: u64,
}

impl Identity {
    /// Of the rows of this schema, which must have all of the identity's columns.
    pub(crate) fn new(schema: &Schema, dataset: &Dataset) -> Result<Self, ArrowError> {
        let names = identity_columns(dataset).into_iter();
        let columns = names.map(|(name, _)| schema.index_of(name)).collect::<Result<_, _>>()?;
        Ok(Self { columns, random: RandomState::default(), bits: u64::MAX })
    }

    /// With hashes that have these bits only.
    #[cfg(test)]
    pub(crate) fn with_bits(self, bits: u64) -> Self {
        Self { bits, ..self }
    }

    /// The identity's columns, of all columns of a batch.
    pub(crate) fn of<'b>(&self, columns: &'b [ArrayRef]) -> Vec<&'b ArrayRef> {
        self.columns.iter().map(|index| &columns[*index]).collect()
    }

    /// A hash for each row. Equal identities have equal hashes; -0.0 is 0.0.
    pub(crate) fn hashes(&self, identity: &[&ArrayRef]) -> Result<Vec<u64>, ArrowError> {
        let mut hashes = vec![0; identity.first().map_or(0, Array::len)];
        for column in identity {
            self.add(column, &mut hashes)?;
        }
        if self.bits != u64::MAX {
            hashes.iter_mut().for_each(|hash| *hash &= self.bits);
        }
        Ok(hashes)
    }

    /// Whether two rows have the same identity.
    pub(crate) fn is_same(left: &[&ArrayRef], i: usize, right: &[&ArrayRef], j: usize) -> bool {
        left.iter().zip(right).all(|(left, right)| same_identity(*left, i, *right, j))
    }

    /// Adds a column to the hashes of those before it.
    fn add(&self, column: &ArrayRef, hashes: &mut [u64]) -> Result<(), ArrowError> {
        match column.data_type() {
            DataType::Boolean => {
                let values = column.as_boolean();
                self.each(column, hashes, |hasher, row| hasher.write_u8(values.value(row).into()));
            }
            DataType::Int32 => self.fixed::<Int32Type>(column, hashes, FoldHasher::write_i32),
            DataType::Date32 => self.fixed::<Date32Type>(column, hashes, FoldHasher::write_i32),
            DataType::Int64 => self.fixed::<Int64Type>(column, hashes, FoldHasher::write_i64),
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                self.fixed::<TimestampMillisecondType>(column, hashes, FoldHasher::write_i64);
            }
            DataType::Decimal128(..) => {
                self.fixed::<Decimal128Type>(column, hashes, FoldHasher::write_i128);
            }
            // By IEEE 754, -0.0 + 0.0 is 0.0; to every other number it adds nothing.
            DataType::Float32 => self.fixed::<Float32Type>(column, hashes, |hasher, value| {
                hasher.write_u32((value + 0.0).to_bits());
            }),
            DataType::Float64 => self.fixed::<Float64Type>(column, hashes, |hasher, value| {
                hasher.write_u64((value + 0.0).to_bits());
            }),
            DataType::Utf8 => {
                let values = column.as_string::<i32>();
                self.each(column, hashes, |hasher, row| hasher.write(values.value(row).as_bytes()));
            }
            DataType::Binary => {
                let values = column.as_binary::<i32>();
                self.each(column, hashes, |hasher, row| hasher.write(values.value(row)));
            }
            // Identities are scalars, and the lake has no others.
            other => {
                let converter = RowConverter::new(vec![SortField::new(other.clone())])?;
                let rows = converter.convert_columns(std::slice::from_ref(column))?;
                self.each(column, hashes, |hasher, row| hasher.write(rows.row(row).as_ref()));
            }
        }
        Ok(())
    }

    fn fixed<T: ArrowPrimitiveType>(
        &self,
        column: &ArrayRef,
        hashes: &mut [u64],
        write: impl Fn(&mut FoldHasher<'static>, T::Native),
    ) {
        let values = column.as_primitive::<T>().values();
        self.each(column, hashes, |hasher, row| write(hasher, values[row]));
    }

    /// Adds each row's value, as it is written to its hasher; of null nothing is.
    fn each(&self, column: &ArrayRef, hashes: &mut [u64], write: impl Fn(&mut FoldHasher<'static>, usize)) {
        let nulls = column.nulls();
        for (row, hash) in hashes.iter_mut().enumerate() {
            let mut hasher = self.random.build_hasher();
            hasher.write_u64(*hash);
            if nulls.is_none_or(|nulls| nulls.is_valid(row)) {
                write(&mut hasher, row);
            }
            *hash = hasher.finish();
        }
    }
}
