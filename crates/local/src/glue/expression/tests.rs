use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{super::error::GlueError, parse};

fn keys(types: &[(&str, &str)]) -> Json {
    types.iter().map(|(name, kind)| json!({"Name": name, "Type": kind})).collect()
}

/// The values of a one-key table that an expression chooses.
fn chosen(kind: &str, values: &[&str], expression: &str) -> Result<Vec<String>, GlueError> {
    let filter = parse(expression, &keys(&[("k", kind)]))?;
    let mut found = Vec::new();
    for value in values {
        if filter.matches(&[(*value).to_owned()])? {
            found.push((*value).to_owned());
        }
    }
    Ok(found)
}

#[test]
fn strings_compare_as_strings_whatever_the_literal_is() {
    let values = ["one", "two", "2", "10", "three", "it's", "a_b"];
    for (expression, expected) in [
        ("k = 'two'", &["two"][..]),
        ("K='two'", &["two"]),
        ("(k) = (('two'))", &["two"]),
        ("\"k\" = 'two' or `k` = 'one'", &["one", "two"]),
        ("k = 2", &["2"]),
        ("k IN (1, 2, '10')", &["2", "10"]),
        ("k NOT IN ('one','two','2','10','three')", &["it's", "a_b"]),
        ("k between 'twn' AND 'twp'", &["two"]),
        ("k > '1' AND k < '3'", &["2", "10"]),
        ("k < > 'two' and k <> '2' and k != '10' and k not like '%e%'", &["it's", "a_b"]),
        ("k = 'it''s'", &["it's"]),
        ("k LIKE 't%'", &["two", "three"]),
        ("k like '_b' or k like '%_b'", &["a_b"]),
        ("NOT (k like '%' AND k <> 'one')", &["one"]),
        ("NOT k = 'one' AND k >= 't'", &["two", "three"]),
        ("k = 'one' OR k = 'two' AND k = 'three'", &["one"]),
        ("k IS NULL", &[]),
        ("k is not null and k < 'a'", &["2", "10"]),
        ("k = '--' or k = 'one' -- a comment", &["one"]),
    ] {
        assert_eq!(chosen("string", &values, expression).unwrap(), expected, "{expression}");
    }
}

#[test]
fn other_types_compare_as_what_they_are() {
    for (kind, values, expression, expected) in [
        ("int", &["1", "2", "010"][..], "k = 2 OR k = '10'", &["2", "010"][..]),
        ("bigint", &["-9223372036854775808", "9", "10"], "k > -10 AND k < 10", &["9"]),
        ("smallint", &["1", "2", "3"], "k not between 1 and 2", &["3"]),
        ("decimal(12,2)", &["1.2", "2.60", "3e14", "-0.00"], "k in (2.6, 0)", &["2.60", "-0.00"]),
        ("decimal", &["1.2", "2.6", "3e14", "-7"], "k >= 2 and k <> '300000000000000'", &["2.6"]),
        (
            "decimal(38,0)",
            &["9007199254740993", "9007199254740992"],
            "k > 9007199254740992",
            &["9007199254740993"],
        ),
        ("date", &["2026-09-30", "2026-11-23"], "k > '2026-10-01'", &["2026-11-23"]),
        (
            "timestamp",
            &["2026-11-23 10:00:00", "2026-11-23 10:00:00.5"],
            "k = '2026-11-23 10:00:00.500000000'",
            &["2026-11-23 10:00:00.5"],
        ),
    ] {
        assert_eq!(chosen(kind, values, expression).unwrap(), expected, "{kind}: {expression}");
    }
}

#[test]
fn names_that_sql_knows_too_are_names_here() {
    for name in
        ["dt", "hour", "date", "day", "month", "year", "time", "timestamp", "region", "source", "user", "key"]
    {
        let keys = keys(&[(name, "string")]);
        for expression in [
            format!("{name} = 'x'"),
            format!("({name} = 'x') AND {name} IN ('x')"),
            format!("{name} BETWEEN 'x' AND 'x'"),
            format!("\"{name}\" LIKE 'x'"),
        ] {
            let filter = parse(&expression, &keys).unwrap_or_else(|error| panic!("{expression}: {error}"));
            assert!(filter.matches(&["x".to_owned()]).unwrap(), "{expression}");
        }
    }
}

#[test]
fn what_glue_refuses_is_refused_with_the_reason() {
    let deep = format!("{}k = 1{}", "(".repeat(500), ")".repeat(500));
    for (kind, expression, reason) in [
        ("string", "other = 'x'", "Unknown column 'other': the partition keys are [k]"),
        ("string", "k IS x' AND not parsable", "Unsupported expression"),
        ("string", "k = ", "Unsupported expression"),
        ("string", "k = 'a' k", "Unsupported expression"),
        ("string", "k = 'a'; drop", "Unsupported expression"),
        ("string", "'a' = k", "Unsupported expression"),
        ("string", "k = k", "Unsupported expression"),
        ("string", "k", "Unsupported expression"),
        ("string", "k = 'a' = 'b'", "Unsupported expression"),
        ("string", "k IN (SELECT 1)", "Unsupported expression"),
        ("string", "k = upper('a')", "Unsupported expression"),
        ("string", "cast(k as int) = 1", "Unsupported expression"),
        ("date", "k = date '2026-11-23'", "Unsupported expression"),
        ("string", "k = NULL", "Unsupported expression"),
        ("string", "k = true", "Unsupported expression"),
        ("string", "k LIKE 'a!%' ESCAPE '!'", "Unsupported expression"),
        ("string", "k ILIKE 'a'", "Unsupported expression"),
        ("string", "k + 1 = 2", "Unsupported expression"),
        ("string", "t.k = 'a'", "Unsupported expression"),
        ("string", "", "Unsupported expression"),
        ("string", deep.as_str(), "nested too deeply"),
        ("int", "k = 'test'", "\"test\" is not an integer."),
        ("int", "k in (2.5)", "\"2.5\" is not an integer."),
        ("int", "k LIKE '2'", "Integral data type doesn't support operation 'LIKE'"),
        ("decimal", "k = 'test'", "test is not a decimal."),
        ("date", "k = '23.11.2026'", "23.11.2026 is not a date."),
        ("timestamp", "k > '2026-11-23'", "2026-11-23 is not a timestamp."),
        ("float", "k = 3.14", "Unknown type : 'float'"),
    ] {
        match parse(expression, &keys(&[("k", kind)])) {
            Err(GlueError::Invalid(text)) => assert!(text.contains(reason), "{expression}: {text}"),
            other => panic!("{expression}: {other:?}"),
        }
    }
}

#[test]
fn a_partition_that_is_not_of_its_type_is_an_invalid_state() {
    let found = chosen("int", &["x"], "k = 1");
    assert!(matches!(&found, Err(GlueError::State(text)) if text == "\"x\" is not an integer."), "{found:?}");
}

#[test]
fn long_chains_are_no_depth() {
    let chain = (0..150).map(|n| format!("k = '{n}'")).collect::<Vec<_>>().join(" OR ");
    assert_eq!(chosen("string", &["7", "149", "150"], &chain).unwrap(), ["7", "149"]);
}

/// The plain model: what an expression means, over one string and one int key.
#[derive(Debug, Clone)]
enum Model {
    Text(&'static str, String),
    Number(&'static str, i64),
    Between(i64, i64),
    In(bool, Vec<String>),
    Prefix(String),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
}

fn compare<T: PartialOrd>(op: &str, left: &T, right: &T) -> bool {
    match op {
        "=" => left == right,
        "<>" | "!=" => left != right,
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        _ => left >= right,
    }
}

impl Model {
    fn print(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        match self {
            Self::Text(op, text) => format!("s {op} {}", quoted(text)),
            Self::Number(op, number) => format!("n{op}{number}"),
            Self::Between(low, high) => format!("n BETWEEN {low} AND {high}"),
            Self::In(negated, list) => {
                let list: Vec<_> = list.iter().map(|text| quoted(text)).collect();
                format!("s {}IN ({})", if *negated { "NOT " } else { "" }, list.join(", "))
            }
            Self::Prefix(text) => format!("s LIKE {}", quoted(&format!("{text}%"))),
            Self::Not(inner) => format!("NOT ({})", inner.print()),
            // AND binds closer than OR, so it needs parentheses only around an OR.
            Self::And(left, right) => format!("{} and {}", left.within_and(), right.within_and()),
            Self::Or(left, right) => format!("{} OR {}", left.print(), right.print()),
        }
    }

    fn within_and(&self) -> String {
        if let Self::Or(..) = self { format!("({})", self.print()) } else { self.print() }
    }

    fn holds(&self, text: &str, number: i64) -> bool {
        match self {
            Self::Text(op, wanted) => compare(op, &text, &wanted.as_str()),
            Self::Number(op, wanted) => compare(op, &number, wanted),
            Self::Between(low, high) => (*low..=*high).contains(&number),
            Self::In(negated, list) => list.iter().any(|item| item == text) != *negated,
            Self::Prefix(prefix) => text.starts_with(prefix),
            Self::Not(inner) => !inner.holds(text, number),
            Self::And(left, right) => left.holds(text, number) && right.holds(text, number),
            Self::Or(left, right) => left.holds(text, number) || right.holds(text, number),
        }
    }
}

fn model() -> impl Strategy<Value = Model> {
    let op = || prop::sample::select(vec!["=", "<>", "!=", "<", "<=", ">", ">="]);
    let text = || "[ab']{0,2}";
    let leaf = prop_oneof![
        (op(), text()).prop_map(|(op, text)| Model::Text(op, text)),
        (op(), -3..3_i64).prop_map(|(op, number)| Model::Number(op, number)),
        (-3..3_i64, -3..3_i64).prop_map(|(low, high)| Model::Between(low, high)),
        (any::<bool>(), prop::collection::vec(text(), 1..4)).prop_map(|(not, list)| Model::In(not, list)),
        text().prop_map(Model::Prefix),
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Model::Not(Box::new(inner))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Model::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Model::Or(Box::new(a), Box::new(b))),
        ]
    })
}

proptest! {
    #[test]
    fn a_printed_expression_means_what_the_model_says(model in model(), text in "[ab']{0,2}", number in -3..3_i64) {
        let printed = model.print();
        let filter = parse(&printed, &keys(&[("s", "string"), ("n", "int")])).unwrap();
        let found = filter.matches(&[text.clone(), number.to_string()]).unwrap();
        prop_assert_eq!(found, model.holds(&text, number), "{} with {:?} and {}", printed, text, number);
    }

    #[test]
    fn like_is_what_a_regular_expression_says(pattern in "[a%_é]{0,6}", text in "[aé]{0,6}") {
        let regex = format!("^{}$", pattern.replace('%', ".*").replace('_', "."));
        let expected = regex::Regex::new(&regex).unwrap().is_match(&text);
        let found = chosen("string", &[&text], &format!("k LIKE '{pattern}'")).unwrap();
        prop_assert_eq!(!found.is_empty(), expected);
    }

    #[test]
    fn decimals_order_as_numbers(a in -2000..2000_i32, b in -2000..2000_i32, zeros in 0..3_usize) {
        let text = |n: i32| (f64::from(n) / 100.0).to_string();
        let padded = format!("{:.2}{}", f64::from(a) / 100.0, "0".repeat(zeros));
        let found = chosen("decimal(9,2)", &[&padded], &format!("k <= {}", text(b))).unwrap();
        prop_assert_eq!(!found.is_empty(), a <= b);
    }

    #[test]
    fn no_text_is_a_panic(text in "\\PC{0,64}") {
        let _ = parse(&text, &keys(&[("k", "string"), ("n", "int"), ("d", "decimal")]));
    }

    #[test]
    fn no_near_expression_is_a_panic(text in "([kn] |= |< |> |\\( |\\) |'a' |1 |and |or |not |in |between |like |is |null |, |- |e){0,16}") {
        let _ = parse(&text, &keys(&[("k", "string"), ("n", "int")]));
    }
}
