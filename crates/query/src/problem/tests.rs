use super::*;

#[test]
fn the_body_has_the_members_of_rfc_9457_and_its_own() {
    let problem = Problem::new(Kind::UnknownColumn, "unknown column \"prise\"").with("column", "prise");
    let body: Value = serde_json::from_str(&problem.to_json()).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "type": "urn:tributary:problem:unknown-column", "title": "Unknown column", "status": 400,
            "detail": "unknown column \"prise\"", "column": "prise",
        })
    );
}

#[test]
fn quotes_are_short_and_on_one_line() {
    assert_eq!(quote("a\nb\"c"), r#""a\nb\"c""#);
    assert!(quote(&"é".repeat(10_000)).chars().count() < 70);
}

#[test]
fn long_texts_get_no_suggestion_and_cost_nothing() {
    assert_eq!(nearest("prise", ["price"]), Some("price"));
    assert_eq!(nearest(&"x".repeat(8_000), ["x"]), None);
}

#[test]
fn a_suggestion_is_a_name_or_what_there_is() {
    let of = |wanted: &str| {
        let problem = Problem::new(Kind::UnknownColumn, "unknown column");
        problem.suggesting(wanted, "columns", ["name", "price"].into_iter()).to_string()
    };
    assert_eq!(of("prise"), "unknown column: did you mean \"price\"?");
    assert_eq!(of("zzz"), "unknown column; columns: name, price");
}
