//! The regular expressions of one statement are checked within one bound.

use super::*;

/// What one of these takes to check is near half of the bound.
const COSTLY: &str = "((a{64}){10}(b{64}){5})*";

fn statement(function: &str, expression: &str, count: usize) -> String {
    let call = format!("{function}(name, {expression})");
    format!("SELECT {} FROM passengers", vec![call; count].join(", "))
}

#[test]
fn expressions_in_the_text_are_bounded_together() {
    for function in REGULAR {
        let of = |expression: &str, count: usize| gate(&statement(function, expression, count));
        let costly = format!("'{COSTLY}'");
        assert!(of(&costly, 1).is_ok(), "{function}");
        for many in [3, 100, 1_000] {
            let refused = of(&costly, many).unwrap_err().to_string();
            assert!(refused.contains("with those before it"), "{refused}");
        }
        // Those that people write are far from it.
        assert!(of("'^[A-Z]{2}[0-9]{3,4}$'", 300).is_ok(), "{function}");
    }
}

/// They are looked at last: what is refused anyway does not cost their check.
#[test]
fn a_statement_that_is_refused_for_anything_else_says_so() {
    let costly = vec![format!("regexp_like(name, '{COSTLY}')"); 3].join(", ");
    for (from, words) in [
        ("FROM nobody", "unknown dataset"),
        ("FROM other.passengers", "is outside of the database"),
        ("FROM passengers WHERE name ILIKE 'a'", ""),
        ("FROM passengers WHERE nofunction(name)", "the function \"nofunction\" is not available"),
        ("FROM passengers ORDER BY name FETCH FIRST 1 ROW WITH TIES", ""),
        ("FROM passengers", "with those before it"),
    ] {
        let refused = gate(&format!("SELECT {costly} {from}")).unwrap_err().to_string();
        assert!(refused.contains(words), "{from}: {refused}");
        assert_eq!(refused.contains("with those before it"), from == "FROM passengers", "{from}: {refused}");
    }
}

#[test]
fn values_of_parameters_are_bounded_together() {
    let limits = RowLimits { default_rows: 100, max_rows: 1_000 };
    let run = |expression: &str, count: usize| {
        let conditions = vec!["regexp_like(name, ?)"; count].join(" OR ");
        let gated = gate(&format!("SELECT name FROM passengers WHERE {conditions}")).unwrap();
        gated.run(&vec![Value::Text(expression.to_owned()); count], None, limits)
    };
    assert!(run(COSTLY, 1).is_ok());
    for many in [3, 100] {
        let problem = run(COSTLY, many).unwrap_err();
        assert_eq!(problem.status(), 400);
        assert!(problem.to_string().contains("with those before it"), "{problem}");
    }
    assert!(run("^[A-Z]{2}[0-9]{3,4}$", 100).is_ok());
}
