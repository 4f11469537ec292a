//! The first 64 bits of a value, as a number that compares as the values do.

use arrow::{
    array::{
        Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryArray, BooleanArray, PrimitiveArray, StringArray,
    },
    datatypes::{
        DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimeUnit,
        TimestampMillisecondType,
    },
};

use crate::{
    chunks::Chunks,
    prefix::{double, float, is_whole_text, signed, text},
};

/// The most digits that always fit into 64 bits.
const DIGITS: u8 = 18;

/// A column of some rows.
pub(super) struct Prefixes {
    /// The rows that are null.
    pub(super) nulls: Vec<u32>,
    /// The others, and the prefix of each. If one is less than another, so is the value.
    pub(super) valid: Vec<u32>,
    pub(super) prefixes: Vec<u64>,
    pub(super) kind: Kind,
}

/// What values of equal prefixes have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// They are equal.
    Whole,
    /// They may differ.
    Part,
    /// They may differ where the text is longer than the prefix, which then says so.
    Text,
}

impl Kind {
    /// Whether values of this prefix are all equal.
    pub(super) fn is_whole(self, prefix: u64) -> bool {
        match self {
            Self::Whole => true,
            Self::Part => false,
            Self::Text => is_whole_text(prefix),
        }
    }
}

impl Prefixes {
    /// Of these rows of a column; `None` if its type has no prefixes. They are in the order of Arrow's row format: floats
    /// by IEEE 754's total order, texts by their bytes.
    pub(super) fn of(chunks: &Chunks, index: usize, rows: &[u32]) -> Option<Self> {
        let column = Column { chunks, index, rows };
        Some(match chunks.schema().field(index).data_type() {
            DataType::Boolean => column.prefixes::<BooleanArray>(
                Kind::Whole,
                |array| array.as_boolean(),
                |array, row| array.value(row).into(),
            ),
            DataType::Int32 => column.fixed::<Int32Type>(Kind::Whole, |value| signed(value.into())),
            DataType::Date32 => column.fixed::<Date32Type>(Kind::Whole, |value| signed(value.into())),
            DataType::Int64 => column.fixed::<Int64Type>(Kind::Whole, signed),
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                column.fixed::<TimestampMillisecondType>(Kind::Whole, signed)
            }
            DataType::Float32 => {
                column.fixed::<Float32Type>(Kind::Whole, |value| signed(float(value).into()))
            }
            DataType::Float64 => column.fixed::<Float64Type>(Kind::Whole, |value| signed(double(value))),
            // What has more digits than fit may still have none that do not.
            DataType::Decimal128(digits, _) if *digits <= DIGITS || column.is_of_64_bits() => {
                column.fixed::<Decimal128Type>(Kind::Whole, |value| signed(value as i64))
            }
            DataType::Decimal128(..) => {
                column.fixed::<Decimal128Type>(Kind::Part, |value| signed((value >> 64) as i64))
            }
            DataType::Utf8 => column.texts::<StringArray>(
                |array| array.as_string::<i32>(),
                |array, row| array.value(row).as_bytes(),
            ),
            DataType::Binary => {
                column.texts::<BinaryArray>(|array| array.as_binary::<i32>(), |array, row| array.value(row))
            }
            _ => return None,
        })
    }
}

/// A column of some rows, which are numbered as in the chunks.
struct Column<'a> {
    chunks: &'a Chunks,
    index: usize,
    rows: &'a [u32],
}

impl<'a> Column<'a> {
    /// For each run of rows the array that they are in, and their places there.
    fn runs(&self) -> impl Iterator<Item = (&'a ArrayRef, impl Iterator<Item = (u32, usize)>)> {
        let (chunks, index) = (self.chunks, self.index);
        chunks.by_chunk(self.rows).map(move |(chunk, rows)| {
            let (array, first) = (chunks.batches()[chunk].column(index), chunks.start(chunk));
            (array, rows.iter().map(move |row| (*row, (*row - first) as usize)))
        })
    }

    fn prefixes<A: Array>(
        &self,
        kind: Kind,
        cast: fn(&ArrayRef) -> &A,
        prefix: impl Fn(&A, usize) -> u64,
    ) -> Prefixes {
        let room = self.rows.len();
        let (mut nulls, mut valid, mut prefixes) =
            (Vec::new(), Vec::with_capacity(room), Vec::with_capacity(room));
        for (array, rows) in self.runs() {
            let array = cast(array);
            for (row, at) in rows {
                if array.is_null(at) {
                    nulls.push(row);
                } else {
                    valid.push(row);
                    prefixes.push(prefix(array, at));
                }
            }
        }
        Prefixes { nulls, valid, prefixes, kind }
    }

    fn fixed<T: ArrowPrimitiveType>(&self, kind: Kind, prefix: impl Fn(T::Native) -> u64) -> Prefixes {
        self.prefixes::<PrimitiveArray<T>>(
            kind,
            |array| array.as_primitive::<T>(),
            |array, row| prefix(array.value(row)),
        )
    }

    /// What all texts begin with says nothing: their prefixes are of what follows.
    fn texts<A: Array>(
        &self,
        cast: fn(&ArrayRef) -> &A,
        bytes: for<'b> fn(&'b A, usize) -> &'b [u8],
    ) -> Prefixes {
        let mut common: Option<&[u8]> = None;
        for (array, rows) in self.runs() {
            let array = cast(array);
            for (_, at) in rows.filter(|(_, at)| array.is_valid(*at)) {
                let text = bytes(array, at);
                let begin = common.unwrap_or(text);
                let same = begin.iter().zip(text).take_while(|(one, other)| one == other).count();
                common = Some(&begin[..same]);
            }
            if common.is_some_and(<[u8]>::is_empty) {
                break;
            }
        }
        let common = common.map_or(0, <[u8]>::len);
        self.prefixes(Kind::Text, cast, |array, row| text(&bytes(array, row)[common..]))
    }

    /// Whether all values, which are decimals, fit into 64 bits.
    fn is_of_64_bits(&self) -> bool {
        self.runs().all(|(array, mut rows)| {
            let array = array.as_primitive::<Decimal128Type>();
            rows.all(|(_, at)| array.is_null(at) || i64::try_from(array.value(at)).is_ok())
        })
    }
}
