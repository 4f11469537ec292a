use proptest::prelude::*;

use super::*;

fn comparison(text: &str) -> RawComparison {
    RawComparison::parse(RawPath::parse("c"), text).unwrap()
}

fn one(text: &str) -> RawValue {
    RawValue::One(text.to_owned())
}

fn many(elements: &[&str]) -> RawValue {
    RawValue::Many(elements.iter().map(|element| (*element).to_owned()).collect())
}

#[track_caller]
fn refused(name: &str, text: &str, words: &str) {
    let problem = if RawCondition::is_tree(name) {
        RawCondition::parse(name, text).unwrap_err()
    } else {
        RawComparison::parse(RawPath::parse(name), text).unwrap_err()
    };
    assert!(problem.to_string().contains(words), "{problem} does not say {words:?}");
}

/// As a person would draw it.
fn drawn(condition: &RawCondition) -> String {
    match condition {
        RawCondition::Comparison(RawComparison { path, negated, operator, value }) => {
            let not = if *negated { "not " } else { "" };
            match value {
                RawValue::One(text) => format!("{not}{path} {} {text:?}", operator.name()),
                RawValue::Many(texts) => format!("{not}{path} {} {texts:?}", operator.name()),
            }
        }
        RawCondition::Group { negated, all, conditions } => {
            let inner: Vec<String> = conditions.iter().map(drawn).collect();
            let not = if *negated { "not " } else { "" };
            format!("{not}({})", inner.join(if *all { " and " } else { " or " }))
        }
    }
}

#[test]
fn a_filter_of_its_own_has_its_value_as_it_stands() {
    let RawComparison { negated, operator, value, .. } = comparison("gte.1.5");
    assert_eq!((negated, operator, value), (false, Operator::Gte, one("1.5")));
    assert_eq!(comparison("eq.").value, one(""));
    assert_eq!(comparison("eq.\"a\",(b)").value, one("\"a\",(b)"));
    assert!(comparison("not.like.*x*").negated);
    assert_eq!(comparison("not.eq.not.eq").value, one("not.eq"));
}

#[test]
fn lists_and_arrays_by_postgrests_quoting() {
    assert_eq!(comparison("in.(1,2)").value, many(&["1", "2"]));
    assert_eq!(comparison(r#"in.("a,b", c,"d\"\\e","")"#).value, many(&["a,b", " c", "d\"\\e", ""]));
    assert_eq!(comparison("in.()").value, many(&[]));
    assert_eq!(comparison("in.(a,)").value, many(&["a", ""]));
    assert_eq!(comparison(r#"cs.{ a b , "c,}" ,d}"#).value, many(&["a b", "c,}", "d"]));
    assert_eq!(comparison("cs.{}").value, many(&[]));
    refused("c", "in.1,2", "expected '('");
    refused("c", "in.(1", "expected ')', found its end");
    refused("c", "in.(1)x", "expected nothing more, found \"x\"");
    refused("c", "in.(\"a\"b)", "behind a value in quotes");
    refused("c", "in.(\"a", "closing quote");
    refused("c", "cs.(a)", "expected '{'");
    refused("c", "cs.{a,null}", "null is none");
    refused("c", "cs.{{a}}", "expected an element");
}

#[test]
fn trees_nest_and_negate() {
    let tree = |name, text| drawn(&RawCondition::parse(name, text).unwrap());
    assert_eq!(tree("or", "(a.eq.1,b.not.gt.2)"), r#"(a eq "1" or not b gt "2")"#);
    assert_eq!(
        tree("not.and", "(a.in.(1,2), or(b->c.is.null,not.and(d.lt.3,e.cs.{x,y})))"),
        r#"not (a in ["1", "2"] and (b->c is "null" or not (d lt "3" and e cs ["x", "y"])))"#
    );
    assert_eq!(
        tree("and", r#"(n.eq."a,b)",t.gt.2026-11-23T10:05:00.5Z,x.cs."{p,\"q r\"}")"#),
        r#"(n eq "a,b)" and t gt "2026-11-23T10:05:00.5Z" and x cs ["p", "q r"])"#
    );
    assert_eq!(tree("and", "(and.eq.1)"), r#"(and eq "1")"#);
}

#[test]
fn broken_trees_say_where() {
    refused("or", "a.eq.1", "expected '('");
    refused("or", "()", "expected column.operator.value");
    refused("or", "(a.eq.1", "expected ')', found its end");
    refused("or", "(a.eq.1))", "expected nothing more");
    refused("or", "(a)", "expected column.operator.value");
    refused("or", "(a.eq)", "has no value: write a=eq.value");
    refused("or", "(a.eq(any).{1})", "any and all are not available");
    refused("or", "(a.eqq.1)", "did you mean \"eq\"?");
    refused("and", &("and(".repeat(11) + "a.eq.1" + &")".repeat(11)).replacen("and", "", 1), "10 levels");
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-z,.(){}\"\\\\ ]{0,8}"]
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

proptest! {
    #[test]
    fn any_text_is_a_tree_or_a_problem(text in "\\(([a-z.,()\"{} ]|not|and\\(|or\\(|\\.eq\\.|\\.in\\.\\(|é){0,20}\\)?") {
        if let Err(problem) = RawCondition::parse("or", &text) {
            prop_assert_eq!(problem.status(), 400);
        }
    }

    #[test]
    fn quoted_values_survive_everywhere(values in prop::collection::vec(value(), 1..5)) {
        let list: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        let expected = RawValue::Many(values.clone());
        prop_assert_eq!(&comparison(&format!("in.({})", list.join(","))).value, &expected);
        prop_assert_eq!(&comparison(&format!("cs.{{{}}}", list.join(","))).value, &expected);
        let tree = format!("(c.eq.{},c.in.({}))", list[0], list.join(","));
        let RawCondition::Group { conditions, .. } = RawCondition::parse("and", &tree).unwrap() else { panic!() };
        let found: Vec<_> = conditions.into_iter().map(|condition| match condition {
            RawCondition::Comparison(comparison) => comparison.value,
            RawCondition::Group { .. } => panic!(),
        }).collect();
        prop_assert_eq!(found, [RawValue::One(values[0].clone()), expected]);
    }

    #[test]
    fn an_own_value_survives(value in any::<String>()) {
        prop_assert_eq!(comparison(&format!("eq.{value}")).value, RawValue::One(value));
    }
}
