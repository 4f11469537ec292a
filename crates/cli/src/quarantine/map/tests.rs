use super::*;

fn mapped(mappings: &[&str], body: &str) -> Result<Option<String>, String> {
    let mappings: Vec<Mapping> = mappings.iter().map(|text| text.parse().unwrap()).collect();
    let changed = apply(&mappings, body.as_bytes())?;
    Ok(changed.map(|bytes| String::from_utf8(bytes).unwrap()))
}

#[test]
fn a_field_gets_another_value_and_all_others_keep_their_text() {
    for (mapping, before, after) in [
        // A text that is a number then becomes one.
        (r#"temp=trim_suffix("C")"#, r#"{"temp":"21.5C"}"#, Some(r#"{"temp":21.5}"#)),
        (r#"temp=trim_suffix("C")"#, r#"{"temp":"-2e3C"}"#, Some(r#"{"temp":-2e3}"#)),
        (r#"temp=trim_suffix("C")"#, r#"{"temp":"1.5.0C"}"#, Some(r#"{"temp":"1.5.0"}"#)),
        (r#"temp=trim_suffix("C")"#, r#"{"temp":"007C"}"#, Some(r#"{"temp":"007"}"#)),
        (r#"temp=trim_suffix("C")|text()"#, r#"{"temp":"21.5C"}"#, Some(r#"{"temp":"21.5"}"#)),
        (r#"temp=trim_suffix("C")"#, r#"{"temp":21.5}"#, None),
        (r#"temp=trim_suffix("C")"#, r#"{"temp":"21.5F"}"#, None),
        // What was a text before and is not touched stays one.
        (r#"temp=trim_suffix("C")"#, r#"{"temp":"21.5"}"#, None),
        (r#"temp=trim_suffix("C")"#, r#"{"other":1}"#, None),
        (r#"p=trim_prefix("$")|replace(",", "")"#, r#"{"p":"$1,234.50"}"#, Some(r#"{"p":1234.50}"#)),
        (r#"p=trim()"#, r#"{"p":" 12 "}"#, Some(r#"{"p":12}"#)),
        (r#"p=upper()"#, r#"{"p":"eur"}"#, Some(r#"{"p":"EUR"}"#)),
        (r#"p=lower()"#, r#"{"p":"ÄB"}"#, Some(r#"{"p":"äb"}"#)),
        (r#"new=from("old")"#, r#"{"old":1.50,"x":2}"#, Some(r#"{"x":2,"new":1.50}"#)),
        (r#"new=from("old")"#, r#"{"new":1}"#, None),
        (r#"new=from("old")"#, r#"{"new":1,"old":1}"#, Some(r#"{"new":1}"#)),
        (r#"t=from("temp")|trim_suffix("C")"#, r#"{"temp":"3C"}"#, Some(r#"{"t":3}"#)),
        (r#"currency=value("EUR")"#, r#"{"currency":"eur"}"#, Some(r#"{"currency":"EUR"}"#)),
        (r#"tags=value(["a", 1])"#, r#"{}"#, Some(r#"{"tags":["a", 1]}"#)),
        (r#"n=default(0)"#, r#"{"n":null}"#, Some(r#"{"n":0}"#)),
        (r#"n=default(0)"#, r#"{"n":5}"#, None),
        (r#"n=remove()"#, r#"{"n":5,"m":10.357019999999999}"#, Some(r#"{"m":10.357019999999999}"#)),
        (r#"n=remove()"#, r#"{"m":5}"#, None),
        (r#"n=text()"#, r#"{"n":12345678901234567890.10}"#, Some(r#"{"n":"12345678901234567890.10"}"#)),
        (
            r#"data.temp=trim_suffix("C")"#,
            r#"{"data":{"temp":"1C","x":1.0}}"#,
            Some(r#"{"data":{"temp":1,"x":1.0}}"#),
        ),
        (r#"temp=from("data.temp")"#, r#"{"data":{"temp":1}}"#, Some(r#"{"data":{},"temp":1}"#)),
        (r#"a.b=value(1)"#, r#"{}"#, Some(r#"{"a":{"b":1}}"#)),
        (r#"a.b=remove()"#, r#"{"x":1}"#, None),
        (r#" q = replace("\"", "'") "#, r#"{"q":"a\"b"}"#, Some(r#"{"q":"a'b"}"#)),
    ] {
        assert_eq!(mapped(&[mapping], before), Ok(after.map(str::to_owned)), "{mapping} of {before}");
    }
}

#[test]
fn every_event_of_a_body_is_changed_by_each_mapping_in_order() {
    let mappings = [r#"t=from("temp")"#, r#"t=trim_suffix("C")"#];
    for (before, after) in [
        (r#"[{"temp": "1C"}, {"temp": 2}]"#, r#"[{"t":1},{"t":2}]"#),
        ("{\"temp\": \"1C\"}\n{\"x\": 1}\n", "{\"t\":1}\n{\"x\":1}"),
        ("\u{feff} {\"temp\":\"1C\"} ", r#"{"t":1}"#),
    ] {
        assert_eq!(mapped(&mappings, before), Ok(Some(after.to_owned())), "{before}");
    }
}

#[test]
fn what_cannot_be_changed_is_said() {
    for (mapping, body, words) in [
        ("n=remove()", "{\"n\": ", "it is no JSON object"),
        ("n=remove()", "7", "it is no JSON object"),
        ("n=remove()", "[7]", "it is no JSON object"),
        ("a.b=value(1)", r#"{"a": 7}"#, "field \"a\" is no object"),
    ] {
        let error = mapped(&[mapping], body).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
    let error = apply(&["n=remove()".parse::<Mapping>().unwrap()], b"\xff").unwrap_err();
    assert!(error.contains("UTF-8"), "{error}");
}

#[test]
fn what_is_no_mapping_is_refused_with_what_would_be_one() {
    for (text, words) in [
        ("", "expected FIELD=function(…)"),
        ("temp", "expected FIELD=function(…)"),
        ("=remove()", "a field's name is missing"),
        ("a..b=remove()", "a field's name is missing"),
        ("a=", "expected a function"),
        ("a=b", "expected a function"),
        ("a=remove() b", "expected a function"),
        ("a=remove()|", "expected a function"),
        ("a=delete()", "there is no function \"delete\": the functions are from("),
        ("a=remove(1)", "remove takes nothing"),
        ("a=trim(\"x\")", "trim takes nothing: trim_prefix"),
        ("a=trim_suffix(C)", "the argument \"C)\" is no JSON: texts are in double quotes"),
        ("a=trim_suffix(1)", "trim_suffix takes one text in quotes"),
        ("a=trim_suffix(\"C\"", "is no JSON"),
        ("a=replace(\"\", \"x\")", "replace takes two texts"),
        ("a=value(1 2)", "is no JSON"),
        ("a=from(\"\")", "a field's name is missing"),
    ] {
        let error = text.parse::<Mapping>().unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}
