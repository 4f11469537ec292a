//! Events in the array of an object around them (`unwrap`).

use domain::json::Fields;
use proptest::prelude::*;

use super::*;

#[test]
fn the_events_are_in_the_array_within() {
    let unwrap = |format| Options { unwrap: Some("Records".to_owned()), ..options(format) };
    let text = "{\"v\": \"1\", \"Records\": [{\"a\": 1}, {\"a\": 2}], \"n\": {\"x\": []}}\n{\"Records\":[]}\n{\"a\":3}\n";
    for format in [Format::Json, Format::Ndjson] {
        check_as(
            &unwrap(format),
            text,
            &[(1, Ok("{\"a\": 1}")), (1, Ok("{\"a\": 2}")), (3, Ok("{\"a\":3}"))],
        );
    }
    // A line that begins like the rest of an object is one of its own.
    for bad in [",", "}", ", {\"x\": 1"] {
        check_as(
            &unwrap(Format::Ndjson),
            format!("[{{\"a\": 1}}]\n{bad}\n{{\"a\": 2}}\n"),
            &[(1, Ok("{\"a\": 1}")), (2, Err("expected a JSON object, found")), (3, Ok("{\"a\": 2}"))],
        );
    }
    let cut = "{\"Records\": [{\"a\": 1}], \"n\": 1";
    check_as(
        &unwrap(Format::Json),
        cut,
        &[(1, Ok("{\"a\": 1}")), (1, Err("the file ends within the object around its array"))],
    );
    // Behind the object there may be more on its line.
    let line = "{\"Records\": [{\"a\": 1}], \"n\": [2]}{\"a\": 3} {\"Records\": []}[{\"a\": 4}]\n{\"a\": 5}";
    for format in [Format::Json, Format::Ndjson] {
        check_as(
            &unwrap(format),
            line,
            &[(1, Ok("{\"a\": 1}")), (1, Ok("{\"a\": 3}")), (1, Ok("{\"a\": 4}")), (2, Ok("{\"a\": 5}"))],
        );
    }
    // Without the option it is one event.
    check(Format::Json, "{\"Records\":[{}]}", &[(1, Ok("{\"Records\":[{}]}"))]);
}

#[test]
fn an_array_within_may_be_larger_than_any_event() {
    let elements: Vec<String> =
        (0..60_000).map(|n| format!("{{\"n\": {n}, \"text\": \"{n:040}\"}}")).collect();
    let text = format!("{{\"Records\": [{}]}}", elements.join(", "));
    assert!(text.len() > 2 * LIMIT);
    let options = Options { unwrap: Some("Records".to_owned()), ..options(Format::Json) };
    let found = found_as(&options, text.as_bytes(), 100_000);
    assert_eq!(found.len(), elements.len());
    assert!(
        found
            .iter()
            .zip(&elements)
            .all(|((line, event), element)| *line == 1 && event.as_ref() == Ok(element))
    );
}

/// As `publish` reads, whose events `ingest` looks into once more.
fn rewrapping(format: Format) -> Options {
    Options { unwrap: Some("Records".to_owned()), rewrap: true, ..options(format) }
}

#[test]
fn an_element_with_such_an_array_itself_is_given_within_an_object() {
    let text = "{\"Records\": [{\"k\": \"outer\", \"Records\": [1]}, {\"k\": 2}, {\"Records\": 3}], \"n\": 1}\n{\"k\": 4}\n\
                [{\"Records\": [{\"k\": 5}]}]\n";
    let whole = [
        (1, Ok("{\"Records\":[{\"k\": \"outer\", \"Records\": [1]}]}")),
        (1, Ok("{\"k\": 2}")),
        (1, Ok("{\"Records\": 3}")),
        (2, Ok("{\"k\": 4}")),
        // An element of a plain array is looked into by `ingest`, as it would be in the array.
        (3, Ok("{\"Records\": [{\"k\": 5}]}")),
    ];
    for format in [Format::Json, Format::Ndjson] {
        check_as(&rewrapping(format), text, &whole);
        // `dataset infer` reads what the columns are of: the element as it is.
        let mut plain = whole;
        plain[0].1 = Ok("{\"k\": \"outer\", \"Records\": [1]}");
        check_as(&Options { rewrap: false, ..rewrapping(format) }, text, &plain);
    }
}

#[test]
fn an_object_that_has_the_array_twice_is_not_sent_in_half_without_a_word() {
    let again = ", \"n\": [\"Records\", {\"Records\": [0]}],\n\"\\u0052ecords\": [{\"k\": 2}]";
    let text = format!("{{\"Records\": [{{\"k\": 1}}]{again}}}\n{{\"k\": 3}}");
    check_as(
        &rewrapping(Format::Json),
        &text,
        &[
            (1, Ok("{\"k\": 1}")),
            (2, Err("the object has the field \"Records\" twice, and only what is in the first is sent")),
            (3, Ok("{\"k\": 3}")),
        ],
    );
    // A line is seen as a whole before anything of it is sent: `ingest` keeps it in quarantine, with the reason.
    let line = format!("{{\"Records\": [{{\"k\": 1}}]{}}}", again.replace('\n', ""));
    check_as(
        &rewrapping(Format::Ndjson),
        format!("{line}\n{{\"k\": 3}}"),
        &[(1, Ok(line.as_str())), (2, Ok("{\"k\": 3}"))],
    );
}

#[test]
fn an_object_that_breaks_off_behind_its_array_is_named() {
    for (behind, words) in [
        ("", "the file ends within the object around its array"),
        (",", "the file ends within the object around its array"),
        (", \"n\": \"}", "the file ends within the object around its array"),
        (" {\"k\": 2}", "expected a comma or }, found \"{\\\"k\\\": 2}"),
    ] {
        check_as(
            &rewrapping(Format::Json),
            format!("{{\"Records\": [{{\"k\": 1}}]{behind}"),
            &[(1, Ok("{\"k\": 1}")), (1, Err(words))],
        );
    }
    // Behind a plain array such an end is none of an object's.
    check_as(
        &rewrapping(Format::Json),
        "[{\"k\": 1}], {}",
        &[(1, Ok("{\"k\": 1}")), (1, Err("expected a JSON object or an array of objects, found \", {}\""))],
    );
}

/// The events that `ingest` takes out of what is sent: it looks into each object once.
fn ingested(sent: &str) -> Vec<serde_json::Value> {
    let parse = |text: &str| serde_json::from_str(text).unwrap();
    match Fields::parse(sent).unwrap().elements("Records") {
        Some(elements) => elements.into_iter().map(parse).collect(),
        None => vec![parse(sent)],
    }
}

/// An object whose fields are sometimes arrays of that name, some levels deep.
fn object() -> impl Strategy<Value = serde_json::Value> {
    let leaf =
        prop_oneof![Just(serde_json::json!(1)), Just(serde_json::json!("]}\"")), Just(serde_json::json!({}))];
    let value = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::btree_map("Records|records|n", inner, 0..3)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    });
    prop::collection::btree_map("Records|k", value, 0..3)
        .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect()))
}

proptest! {
    #[test]
    fn what_is_read_and_sent_becomes_what_the_whole_object_would_have_become(
        elements in prop::collection::vec(object(), 0..5),
        is_around: bool,
        piece in 1..40_usize,
    ) {
        // Around them is the object, or nothing but the array, whose elements are objects of their own.
        let whole = if is_around { serde_json::json!({"n": 1, "Records": elements}) } else { elements.clone().into() };
        let expected: Vec<serde_json::Value> = if is_around {
            elements
        } else {
            elements.iter().flat_map(|element| ingested(&element.to_string())).collect()
        };
        for format in [Format::Json, Format::Ndjson] {
            let found: Vec<serde_json::Value> = found_as(&rewrapping(format), whole.to_string().as_bytes(), piece)
                .into_iter()
                .flat_map(|(_, event)| ingested(&event.unwrap()))
                .collect();
            prop_assert_eq!(&found, &expected);
        }
    }
}
