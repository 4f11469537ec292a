use domain::json::Raw;

use super::*;

/// The type of a column `name` with these values, its unit, and the codes of the doubts.
fn inferred(name: &str, values: &[&str]) -> (Option<String>, Vec<&'static str>) {
    let mut node = Node::default();
    for value in values {
        node.add(Raw::parse(value).unwrap());
    }
    let mut doubts = Vec::new();
    let typed = of(&node, Promise::of_column(name), &mut Doubts::new(name, &mut doubts));
    let text = typed.map(|typed| match typed.unit {
        None => typed.data_type.to_string(),
        Some(unit) => format!("{} {unit:?}", typed.data_type),
    });
    (text, doubts.into_iter().map(|doubt| doubt.code).collect())
}

#[track_caller]
fn check(name: &str, values: &[&str], data_type: &str, doubts: &[&str]) {
    let (found, found_doubts) = inferred(name, values);
    assert_eq!(
        (found.as_deref().unwrap_or("none"), found_doubts.as_slice()),
        (data_type, doubts),
        "{name} {values:?}"
    );
}

#[test]
fn scalars() {
    check("a", &["true", "null"], "boolean", &[]);
    check("a", &["1", "7", "-3"], "bigint", &[]);
    check("a", &["1", "7.0", "-3"], "double", &["whole_so_far"]);
    check("a", &["1e3"], "double", &["whole_so_far"]);
    check("amount", &["5", "7"], "decimal(18,2)", &["amounts"]);
    check("price", &["10.0", "20.0"], "decimal(18,2)", &["amounts"]);
    check("a", &["10.357019999999999", "0.1"], "double", &["double_or_decimal"]);
    check("price", &["10.357019999999999", "0.1"], "double", &["double_or_decimal"]);
    check("a", &["9007199254740993"], "bigint", &["beyond_2_53"]);
    check("a", &["9223372036854775808"], "decimal(23,0)", &["many_digits"]);
    check("a", &["1.5", "2"], "double", &["double_or_decimal"]);
    check("a", &["1e300"], "double", &[]);
    check("a", &["1e999"], "none", &["huge_numbers"]);
    check("total_price", &["1.5", "2"], "decimal(18,2)", &["amounts"]);
    check("a", &["0.1234567890123456789"], "decimal(24,19)", &["many_digits"]);
    check("a", &[r#""x""#, "null"], "string", &[]);
}

#[test]
fn times() {
    check("a", &[r#""2026-11-23T10:05:00+01:00""#], "timestamp", &["looks_like_time"]);
    check("a", &[r#""2026-11-23""#], "date", &["looks_like_date"]);
    check("a", &[r#""2026-11-23""#, r#""2026-11-23T10:05:00Z""#], "string", &["dates_and_times"]);
    check("a", &[r#""2026-11-23 10:05:00""#], "string", &["time_without_offset"]);
    check("booked_at", &["1795600000"], "timestamp Seconds", &["epoch"]);
    check("booked_at", &["1795600000.25", "1795600000"], "timestamp Seconds", &["epoch"]);
    check("booked_at", &["1795600000123"], "timestamp Milliseconds", &["epoch"]);
    check("a", &["1795600000123"], "bigint", &["epoch"]);
    check("booked_at", &["1795600000123", "5"], "bigint", &[]);
    check("booked_at", &["1795600000123456"], "bigint", &["fine_epoch"]);
}

#[test]
fn strings_that_look_like_something_else() {
    check("zip", &[r#""12345""#, r#""80331""#], "string", &["looks_like_number"]);
    check("zip", &[r#""01234""#], "string", &[]);
    check("price", &[r#""12.50""#], "decimal(18,2)", &["looks_like_number"]);
    check("a", &[r#""true""#], "string", &["looks_like_boolean"]);
    let mut values = vec![r#""7""#; 20];
    values.push(r#""NA""#);
    check("a", &values, "string", &["almost_numbers"]);
    values.extend([r#""x""#; 2]);
    check("a", &values, "string", &["null_texts"]);
    values.retain(|value| *value != r#""NA""#);
    check("a", &values, "string", &["almost_numbers"]);
    values.push(r#""x""#);
    check("a", &values, "string", &[]);
    check("code", &[r#""12E4""#, r#""7E2""#], "string", &["looks_like_number"]);
}

#[test]
fn a_text_that_stands_for_nothing_is_in_doubt_however_many_there_are() {
    let nulls = [r#""NULL""#, r#""null""#, r#""\\N""#, r#""NA""#, r#""N/A""#, r#""NaN""#, r#""None""#];
    let others = [r#""7""#, r#""2026-11-23T10:05:00Z""#, r#""2026-11-23""#, r#""true""#, r#""Ann""#];
    for null in nulls {
        for other in others {
            for (of_null, of_other) in [(1, 1), (1, 3), (3, 1)] {
                let values: Vec<&str> = [vec![null; of_null], vec![other; of_other]].concat();
                check("a", &values, "string", &["null_texts"]);
            }
        }
        check("a", &[null, null], "string", &["null_texts"]);
    }
    for text in [r#""N""#, r#""na""#, r#""NONE""#, r#""nullable""#, r#""""#] {
        check("a", &[text, r#""Ann""#], "string", &[]);
    }
}

#[test]
fn empty_texts_among_values_of_one_kind_are_in_doubt() {
    let others = ["7", "2026-11-23T10:05:00Z", "2026-11-23T10:05:00", "2026-11-23", "true"];
    for other in others.map(|other| format!("\"{other}\"")) {
        for (empty, of_other) in [(1, 1), (3, 1), (1, 30)] {
            for text in ["\"\"", "\" \""] {
                let values: Vec<&str> = [vec![text; empty], vec![&*other; of_other]].concat();
                check("a", &values, "string", &["empty_texts"]);
            }
        }
    }
    check("a", &["\"\"", "\"Ann\""], "string", &[]);
    check("a", &["\"\"", "\"\""], "string", &[]);
}

#[test]
fn numbers_with_commas_are_in_doubt() {
    for number in ["1,5", "-1,50", "1.234,50", "1.234.567,5", "1,234", "1,234.50", "12,345,678"] {
        let number = format!("\"{number}\"");
        check("a", &[&number, "\"7\"", "\"7.5\""], "string", &["comma_numbers"]);
        check("price", &[&number], "string", &["comma_numbers"]);
        check("a", &[&number, "\"\""], "string", &["empty_texts"]);
        check("a", &[&number, "\"Ann\""], "string", &[]);
    }
    for text in [
        "1,2,3",
        "1,",
        ",5",
        "10.0.0.1",
        "1.2,3.4",
        "1234.567,5",
        "1,23.4",
        "1,234,5",
        "a,5",
        ",",
        "12,3456.1",
    ] {
        check("a", &[&format!("\"{text}\"")], "string", &[]);
    }
}

#[test]
fn what_is_almost_times_is_in_doubt() {
    let time = r#""2026-11-23T10:05:00Z""#;
    for other in [r#""unknown""#, r#""0000-00-00""#, r#""7""#] {
        let mut values = vec![time; 20];
        values.extend([r#""2026-11-23""#, other]);
        check("a", &values, "string", &["almost_times"]);
        values.extend([other; 2]);
        check("a", &values, "string", &[]);
    }
    let mut values = vec![time; 20];
    values.push(r#""NA""#);
    check("a", &values, "string", &["null_texts"]);
}

#[test]
fn what_no_type_takes() {
    check("a", &["null", "null"], "none", &["only_nulls"]);
    check("a", &["1", r#""x""#], "none", &["mixed_types"]);
    check("a", &["1", r#""2.5""#], "decimal(18,2)", &["numbers_in_quotes"]);
    check("a", &["true", "1"], "none", &["mixed_types"]);
    check("a", &["[]"], "none", &["only_empty"]);
    check("a", &["[1,\"x\"]"], "none", &["mixed_types"]);
    check("a", &["{}"], "none", &["only_empty"]);
    check("a", &[r#"{"x":1,"x":2}"#], "none", &["field_twice"]);
}

#[test]
fn nested_values() {
    check("a", &["[1,2]", "[]", "null"], "array<bigint>", &[]);
    check("a", &[r#"{"city":"x","zip":null}"#], "struct<city:string>", &["only_nulls"]);
    check("a", &[r#"[{"n":1},{"n":2,"m":[true]}]"#], "array<struct<n:bigint,m:array<boolean>>>", &[]);
    check("a", &[r#"{"streetName":"x","zip":"y"}"#], "struct<street_name:string,zip:string>", &[]);
    check(
        "a",
        &[r#"[{"skuCode":"x","unitPrice":2.5}]"#],
        "array<struct<sku_code:string,unit_price:decimal(18,2)>>",
        &["amounts"],
    );
    check("a", &[r#"{"2026-11-23":"x","2026-11-24":"y"}"#], "map<string,string>", &["map"]);
    check("a", &[r#"{"street name":"x","zip":1}"#], "struct<zip:bigint>", &["names_within"]);
    check("a", &[r#"{"created_at":1795600000}"#], "struct<created_at:bigint>", &["epoch"]);
    let deep = format!("{}1{}", "[".repeat(30), "]".repeat(30));
    check("a", &[&format!("{{\"x\":{deep}}}")], "none", &["too_large"]);
}

#[test]
fn names_that_differ_from_object_to_object_are_data() {
    let objects: Vec<String> = (0..40).map(|index| format!(r#"{{"id{index}":{index}}}"#)).collect();
    let texts: Vec<&str> = objects.iter().map(String::as_str).collect();
    check("a", &texts, "map<string,bigint>", &["map"]);
}
