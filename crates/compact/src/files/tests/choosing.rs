//! Which encoding a column gets.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray},
    datatypes::{Field, Schema},
};
use domain::drawn::Random;
use parquet::{
    arrow::ArrowSchemaConverter,
    basic::{Compression, Encoding, ZstdLevel},
};

use super::super::choice::{Choice, choose, leaves_by_column};

const ROWS: usize = 4_096;

fn zstd(level: i32) -> Compression {
    Compression::ZSTD(ZstdLevel::try_new(level).unwrap())
}

/// For a column of which this is a sample, in row groups of so many rows.
fn chosen(sample: ArrayRef, rows: usize) -> Choice {
    let field = Arc::new(Field::new("c", sample.data_type().clone(), true));
    let schema = Schema::new(vec![Arc::clone(&field)]);
    let leaves = leaves_by_column(&ArrowSchemaConverter::new().convert(&schema).unwrap());
    let choices = choose(&field, &leaves[0], &sample, rows).unwrap();
    let [choice] = choices.as_slice() else { panic!("{choices:?}") };
    *choice
}

fn texts(text: impl FnMut(usize) -> String) -> ArrayRef {
    Arc::new(StringArray::from_iter_values((0..ROWS).map(text)))
}

fn numbers(number: impl FnMut(usize) -> i64) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values((0..ROWS).map(number)))
}

fn uuid(random: &mut Random) -> String {
    let digits = format!("{:016x}{:016x}", random.bits(), random.bits());
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}

#[test]
fn each_kind_of_column_gets_what_suits_it() {
    let mut random = Random::new(11);
    let few = chosen(texts(|_| ["Wien", "Genève", "東京", "Łódź"][random.below(4)].to_owned()), 98_304);
    assert!(few.dictionary, "{few:?}");

    let ids = chosen(texts(|_| uuid(&mut random)), 98_304);
    assert_eq!((ids.dictionary, ids.encoding), (false, Encoding::DELTA_LENGTH_BYTE_ARRAY), "{ids:?}");
    assert_eq!(ids.compression, zstd(1), "a higher level makes random digits no smaller");

    let rising = chosen(numbers(|row| 1_764_000_000_000 + row as i64 * 3 + random.below(3) as i64), 98_304);
    assert_eq!((rising.dictionary, rising.encoding), (false, Encoding::DELTA_BINARY_PACKED), "{rising:?}");

    let noise = chosen(numbers(|_| random.bits().cast_signed()), 98_304);
    let plain = (false, Encoding::PLAIN, Compression::UNCOMPRESSED);
    assert_eq!((noise.dictionary, noise.encoding, noise.compression), plain, "{noise:?}");

    let small = chosen(numbers(|_| random.below(900_000) as i64), 98_304);
    assert_eq!((small.dictionary, small.encoding), (false, Encoding::DELTA_BINARY_PACKED), "{small:?}");

    let prices = Float64Array::from_iter_values((0..ROWS).map(|_| random.below(8_000) as f64 / 100.0));
    let prices = chosen(Arc::new(prices), 98_304);
    assert!(prices.dictionary, "{prices:?}");

    let flags = chosen(Arc::new(BooleanArray::from_iter((0..ROWS).map(|row| Some(row % 2 == 0)))), 98_304);
    assert!(!flags.dictionary, "{flags:?}");

    let nothing = chosen(arrow::array::new_null_array(&arrow::datatypes::DataType::Utf8, ROWS), 98_304);
    assert!(nothing.dictionary && nothing.encoding == Encoding::PLAIN, "{nothing:?}");
}

/// Few words in any order, and a number: the higher level finds a twentieth more of the repetitions.
#[test]
fn a_column_gets_the_higher_level_where_that_pays() {
    let words = ["GET", "POST", "orders", "customers", "Mozilla/5.0", "mobile", "timeout", "accepted"];
    let mut random = Random::new(12);
    let lines = texts(|_| {
        let line: Vec<&str> = (0..24).map(|_| words[random.below(words.len())]).collect();
        format!("{} {}", line.join("/"), random.below(1_000_000))
    });
    let choice = chosen(lines, 98_304);
    assert_eq!((choice.dictionary, choice.compression), (false, zstd(3)), "{choice:?}");
}

#[test]
fn the_size_of_a_row_group_decides_with() {
    // All different in the sample: in a row group that is no longer, a dictionary is of no use.
    let mut random = Random::new(13);
    let values = texts(|_| format!("customer {:05}", random.below(2_000)));
    assert!(chosen(Arc::clone(&values), 98_304).dictionary);
    let all = texts(|row| format!("customer {row:05}"));
    assert!(!chosen(all, ROWS).dictionary);
}
