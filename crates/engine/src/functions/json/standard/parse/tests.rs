use proptest::prelude::*;

use super::{super::number::Number, *};

#[test]
fn paths_are_read_by_trinos_grammar() {
    for text in [
        "lax $",
        "strict $.a.\"b \"\"c\"\"\"[0, 2 to last, last - 1][*].*",
        "lax $..name",
        "lax ($.a + 1) * -$.b[0] % 2.5 - .5e-3",
        "lax $.size().abs()?(@ > 1)",
        "lax $.type",
        "lax $[*]?(@.price < 10 && !exists(@.isbn) || (@.a == null) is unknown)",
        "lax $?((@.a + 1) * 2 >= $limit)",
        "lax $?((@.a) == (@.b))",
        "lax $?(@ starts with \"a\" && @ != \"ab\" && @ <> $x)",
        "lax $?(!(@ == true) || @ == false)",
        "lax null",
        "lax $.lax.strict.to.exists",
        "strict$.a",
    ] {
        assert!(path(text).is_ok(), "{text}: {:?}", path(text));
    }
    for text in [
        "",
        "$",
        "lax",
        "lax ",
        "lex $",
        "LAX $",
        "lax $.",
        "lax $a.",
        "lax $.a b",
        "lax $[",
        "lax $[]",
        "lax $[1 to]",
        "lax $.foo()",
        "lax $?",
        "lax $?()",
        "lax $?(@)",
        "lax $?(@ = 1)",
        "lax $?(! @ == 1)",
        "lax $.'a'",
        "lax a",
        "lax $.é",
        "lax \"a",
        "lax .",
        "lax 1 +",
        "lax ($",
        "lax $ is unknown",
        "lax $?(@ starts \"a\")",
    ] {
        assert_eq!(path(text), Err(NoPath::Malformed), "{text}");
    }
    for text in [
        "lax $?(@ like_regex \"a\")".to_owned(),
        "lax $.datetime()".to_owned(),
        format!("lax ${}", ".a".repeat(MAX_PARTS)),
        format!("lax {}$", "-".repeat(60_000)),
        format!("lax $?({}@ == 1", "(".repeat(60_000)),
    ] {
        assert!(matches!(path(&text), Err(NoPath::Unsupported(_))), "{text:.40}");
    }
}

#[test]
fn operators_bind_as_in_sql() {
    let whole = |number| Box::new(Expression::Literal(Literal::Number(Number::Integer(number))));
    let product = Expression::Calculated(whole(2), Operation::Times, whole(3));
    let sum = Expression::Calculated(whole(1), Operation::Plus, Box::new(product));
    let difference = Expression::Calculated(Box::new(sum), Operation::Minus, whole(4));
    assert_eq!(path("lax 1 + 2 * 3 - 4").map(|path| path.expression), Ok(difference));
    let steps = Expression::Steps(Box::new(Expression::Document), vec![Step::Method(Method::Abs)]);
    let negated = Expression::Signed(true, Box::new(steps));
    assert_eq!(path("strict -$.abs()").map(|path| path.expression), Ok(negated));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(lax )?[$@.\\[\\]()?*&|=<>!a1\" -]{0,40}") {
        let _ = path(&text);
    }
}
