use proptest::prelude::*;

use super::*;

#[track_caller]
fn refused(raw: &str, kind: ProblemKind, words: &str) {
    let problem = RowsRequest::parse(raw).unwrap_err();
    assert_eq!(problem.kind(), kind, "{problem}");
    assert!(problem.to_string().contains(words), "{problem} does not say {words:?}");
}

#[test]
fn a_request_is_taken_apart() {
    let request = RowsRequest::parse(
        "select=name,%20price&order=price.desc.nullslast,name&limit=0&format=csv&&price=gte.1&price=lt.2&x",
    )
    .unwrap();
    let names: Vec<String> =
        request.select.unwrap().into_iter().map(|item| item.path.unwrap().to_string()).collect();
    assert_eq!(names, ["name", "price"]);
    assert_eq!(
        request.order.unwrap(),
        [
            OrderTerm { path: RawPath::parse("price"), descending: true, nulls_first: Some(false) },
            OrderTerm { path: RawPath::parse("name"), descending: false, nulls_first: None },
        ]
    );
    assert_eq!(request.limit, Some(0));
    assert_eq!(request.format.as_deref(), Some("csv"));
    assert_eq!(request.options, FormatOptions::default());
    let options = FormatOptions { numbers_as_strings: true, spreadsheet: true };
    assert_eq!(RowsRequest::parse("_numbers=string&_csv=spreadsheet").unwrap().options, options);
    let asked: Vec<_> = request.asked.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(asked, ["select", "order", "price", "price", "x"], "what a cursor is good for");
    let filters: Vec<_> = request.filters.iter().map(|f| (f.name.as_str(), f.value.as_str())).collect();
    assert_eq!(filters, [("price", "gte.1"), ("price", "lt.2"), ("x", "")]);
}

#[test]
fn escapes_are_decoded_and_broken_ones_refused() {
    let request = RowsRequest::parse("name=eq.Pe%C3%B1a+%26%3D%25").unwrap();
    assert_eq!(request.filters[0].value, "eq.Peña &=%");
    refused("name=eq.100%", ProblemKind::MalformedQuery, "write %25");
    refused("name=eq.%4", ProblemKind::MalformedQuery, "write %25");
    refused("name=eq.%zz", ProblemKind::MalformedQuery, "write %25");
    refused("name=eq.%ff", ProblemKind::MalformedQuery, "UTF-8");
    refused("na%C3=eq.1", ProblemKind::MalformedQuery, "UTF-8");
}

#[test]
fn each_mistake_gets_its_own_sentence() {
    refused("limit=1&limit=1", ProblemKind::InvalidValue, "limit is given twice");
    refused("limit=-1", ProblemKind::InvalidValue, "limit \"-1\" is not a whole number");
    refused("limit=", ProblemKind::InvalidValue, "whole number");
    refused("limit=99999999999999999999", ProblemKind::InvalidValue, "whole number");
    refused("select=", ProblemKind::InvalidValue, "select needs column names");
    refused("select=a,,b", ProblemKind::InvalidValue, "select needs column names");
    refused("order=a.", ProblemKind::InvalidValue, "\"a.\" in order");
    refused("order=a.descc", ProblemKind::InvalidValue, "did you mean \"desc\"?");
    refused("order=a.asc.desc", ProblemKind::InvalidValue, "in order");
    refused("order=a.nullsfirst.asc", ProblemKind::InvalidValue, "in order");
    refused("order=price.sum()", ProblemKind::InvalidValue, "give it a name in select");
    refused("_numbers=1", ProblemKind::InvalidValue, "neither exact");
    refused("_csv=", ProblemKind::InvalidValue, "nor spreadsheet");
    refused("cursor=x&cursor=y", ProblemKind::InvalidValue, "cursor is given twice");
}

#[test]
fn bounds_hold() {
    let filters = |count: usize| vec!["a=eq.1"; count].join("&");
    assert!(RowsRequest::parse(&filters(MAX_FILTERS)).is_ok());
    refused(&filters(MAX_FILTERS + 1), ProblemKind::TooMuch, "50 filters");
    refused(&format!("select={}", vec!["a"; MAX_NAMES + 1].join(",")), ProblemKind::TooMuch, "at most");
    refused(&format!("a=eq.{}", "x".repeat(MAX_VALUE)), ProblemKind::TooMuch, "longer than");
}

proptest! {
    #[test]
    fn any_text_is_a_request_or_a_problem(raw in "(([a-z.]{0,6}|select|order|limit|format)=?[ -~é]{0,20}&?){0,6}") {
        if let Err(problem) = RowsRequest::parse(&raw) {
            prop_assert_eq!(problem.status(), 400);
        }
    }

    #[test]
    fn every_value_survives_its_encoding(value in any::<String>()) {
        let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        prop_assert_eq!(decode::decode(&encoded).unwrap(), value);
    }
}
