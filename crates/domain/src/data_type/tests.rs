use proptest::prelude::*;

use super::*;

/// Every kind of scalar type.
pub(crate) fn scalars() -> [DataType; 10] {
    use DataType::{BigInt, Binary, Boolean, Date, Double, Float, Int, String, Timestamp};
    let decimal = DataType::Decimal(Decimal::new(12, 2).unwrap());
    [Boolean, Int, BigInt, Float, Double, decimal, String, Date, Timestamp, Binary]
}

pub(crate) fn any_type() -> impl Strategy<Value = DataType> {
    let decimal = (1..=MAX_PRECISION)
        .prop_flat_map(|precision| (Just(precision), 0..=precision))
        .prop_map(|(precision, scale)| DataType::Decimal(Decimal::new(precision, scale).unwrap()));
    let scalar = prop_oneof![proptest::sample::select(scalars().to_vec()), decimal];
    let part = scalar.clone().prop_filter("binary is a column's type only", |part| *part != DataType::Binary);
    let nested = part.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|element| DataType::Array(Box::new(element))),
            inner.clone().prop_map(|value| DataType::Map(Box::new(value))),
            proptest::collection::vec(inner, 1..4).prop_map(|types| {
                let field = |(index, data_type)| Field { name: format!("f{index}"), data_type, from: None };
                DataType::Struct(types.into_iter().enumerate().map(field).collect())
            }),
        ]
    });
    prop_oneof![scalar, nested]
}

proptest! {
    #[test]
    fn every_type_round_trips_through_its_text(data_type in any_type()) {
        prop_assert_eq!(data_type.to_string().parse(), Ok(data_type));
    }

    #[test]
    fn any_text_is_a_type_or_a_reason(text in "[a-z<>(),:0-9 ]{0,40}|\\PC{0,20}") {
        if let Ok(data_type) = text.parse::<DataType>() {
            prop_assert_eq!(data_type.to_string().parse(), Ok(data_type));
        }
    }
}

#[test]
fn spaces_do_not_matter_and_the_text_is_written_without_them() {
    let written = "struct< city : string , tags:array< decimal(12, 2) > , m: map<string , int> >";
    assert_eq!(
        written.parse::<DataType>().unwrap().to_string(),
        "struct<city:string,tags:array<decimal(12,2)>,m:map<string,int>>"
    );
}

#[test]
fn each_mistake_in_a_type_gets_its_own_sentence() {
    for (text, words) in [
        ("strng", "unknown type \"strng\"; supported: boolean, int"),
        ("STRING", "unknown type"),
        ("", "unknown type \"\""),
        ("varchar(10)", "unknown type \"varchar\""),
        ("decimal", "write decimal(p,s)"),
        ("decimal(39,2)", "1 to 38 digits"),
        ("decimal(2,3)", "after the point"),
        ("decimal(-1,0)", "write decimal(p,s)"),
        ("array<string", "\">\" expected after \"array<string\""),
        ("array<string>>", "nothing more expected after \"array<string>\""),
        ("map<int,string>", "write map<string,…>"),
        ("map<string>", "\",\" expected"),
        ("array<binary>", "make it a column, or a string of base64"),
        ("struct<a:map<string,binary>>", "binary cannot stand in array, struct or map"),
        ("struct<>", "invalid field name \"\""),
        ("struct<City:string>", "invalid field name \"City\""),
        ("struct<a:int,a:int>", "two fields \"a\""),
        ("struct<a int>", "\":\" and a type expected"),
    ] {
        let message = text.parse::<DataType>().unwrap_err().to_string();
        assert!(message.contains(words), "{text:?}: {message:?} does not say {words:?}");
    }
    let deep = format!("{}int{}", "array<".repeat(100_000), ">".repeat(100_000));
    assert_eq!(deep.parse::<DataType>(), Err(InvalidType::TooLarge));
    let wide: Vec<String> = (0..2_000).map(|index| format!("f{index}:int")).collect();
    assert_eq!(format!("struct<{}>", wide.join(",")).parse::<DataType>(), Err(InvalidType::TooLarge));
}

#[test]
fn parts_of_nested_types_are_named_as_parquet_names_them() {
    let arrow = "map<string,array<struct<city:string>>>".parse::<DataType>().unwrap().arrow();
    let arrow_schema::DataType::Map(entries, false) = arrow else { panic!("{arrow}") };
    assert_eq!(entries.name(), "key_value");
    assert!(entries.data_type().to_string().contains("element"), "{}", entries.data_type());
}
