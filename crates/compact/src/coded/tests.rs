use arrow::{compute::cast, datatypes::Field};

use super::*;
use crate::gather::{Place, gather};

/// The type with dictionaries wherever the parser may make them.
fn coded_type(data_type: &DataType) -> DataType {
    let coded = |field: &Field| field.clone().with_data_type(coded_type(field.data_type()));
    match data_type {
        DataType::Utf8 => DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::Utf8)),
        DataType::List(element) => DataType::List(Arc::new(coded(element))),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(|field| coded(field)).collect()),
        other => other.clone(),
    }
}

/// The same values with dictionaries.
pub(crate) fn coded(array: &ArrayRef) -> ArrayRef {
    cast(array, &coded_type(array.data_type())).unwrap()
}

/// Texts that are the same but for their number.
fn long_texts(numbers: &[usize]) -> ArrayRef {
    let long = "x".repeat(3 << 20);
    let texts = numbers.iter().map(|number| format!("{long}{number}"));
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
    coded(&texts)
}

/// Chunks may share texts, which count once. Where they are too long together, a chunk keeps what it has: it takes no more
/// memory than before, and texts are made of the rows that are gathered.
#[test]
fn texts_that_are_too_long_together_have_no_dictionary() {
    for (numbers, is_one) in [
        (vec![vec![1, 2, 3], vec![3, 4, 5]], true),
        (vec![vec![1, 2, 3], vec![4, 5, 6]], false),
        (vec![vec![1, 2, 3, 4, 5, 6]], false),
    ] {
        let chunks: Vec<ArrayRef> = numbers.iter().map(|numbers| long_texts(numbers)).collect();
        let (like, after) = with_one_dictionary(&DataType::Utf8, chunks.clone()).unwrap();
        assert_eq!(is_coded(like.data_type()), is_one, "{numbers:?}");
        let arrays: Vec<&dyn Array> = after.iter().map(AsRef::as_ref).collect();
        for (number, (before, after)) in chunks.iter().zip(&after).enumerate() {
            assert!(is_coded(after.data_type()), "{numbers:?}");
            let places: Vec<Place> = (0..after.len()).map(|row| (number as u32, row as u32)).collect();
            let gathered = gather(&like, &arrays, 0, &places).unwrap();
            assert_eq!(gathered.data_type(), like.data_type(), "{numbers:?}");
            assert_eq!(&plain(&gathered).unwrap(), &plain(before).unwrap(), "{numbers:?}");
        }
    }
}

/// Once a run has texts, all later ones do: the runs of a generation are unpacked with the dictionaries of the last one.
#[test]
fn a_column_without_a_dictionary_does_not_get_one_later() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("b"), None, Some("a")]));
    let before = new_empty_array(&DataType::Utf8);
    let (like, after) = with_one_dictionary(&DataType::Utf8, vec![before, coded(&texts)]).unwrap();
    assert_eq!(like.data_type(), &DataType::Utf8);
    let gathered = gather(&like, &[after[1].as_ref()], 0, &[(0, 2), (0, 1), (0, 0)]).unwrap();
    let expected: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("b")]));
    assert_eq!(&gathered, &expected);
}

/// The dictionaries of a large array, within structs too, are kept without the array.
#[test]
fn of_an_array_only_its_dictionaries_are_kept() {
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..50_000).map(|row| ["a", "b"][row % 2])));
    let texts = coded(&texts);
    let numbers: ArrayRef = Arc::new(PrimitiveArray::<UInt16Type>::from_iter_values(0..50_000));
    let fields = [("t", &texts), ("n", &numbers)].map(|(name, array)| {
        (Arc::new(Field::new(name, array.data_type().clone(), true)), Arc::clone(array))
    });
    let structs: ArrayRef = Arc::new(StructArray::from(Vec::from(fields)));
    for (array, is_coded_there) in [(texts, true), (numbers, false), (structs, true)] {
        let kept = dictionaries(&array.slice(7, 0)).unwrap();
        assert_eq!((kept.len(), kept.data_type()), (0, array.data_type()));
        assert!(kept.get_array_memory_size() < 16_384, "{} bytes", kept.get_array_memory_size());
        let same = with_dictionary_of(&array, &kept).unwrap();
        assert_eq!((is_coded(same.data_type()), &same), (is_coded_there, &array));
    }
}
