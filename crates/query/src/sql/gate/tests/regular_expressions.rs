//! Regular expressions that take exponential time.

use super::*;

#[test]
fn regular_expressions_that_take_exponential_time_are_refused() {
    for function in REGULAR {
        let of = |pattern: &str| gate(&format!("SELECT {function}(name, {pattern}) FROM passengers"));
        for taken in
            ["'a+$'", "'^([a-z]+-)*[a-z]+$'", "'(?=a)b'", "seat_number", "concat('(a+)', '+')", "NULL"]
        {
            assert!(of(taken).is_ok(), "{function} {taken}");
        }
        for refused in ["'(a+)+$'", "('(a|a)*')", "'(?i)(a|A)+'", "'('"] {
            let message = of(refused).expect_err(refused).to_string();
            let words = format!("{function} takes a regular expression that ");
            assert!(message.contains(&words) && message.starts_with("line 1:"), "{message}");
        }
    }
    // The text that is looked through, and the replacement, are no patterns.
    assert!(gate("SELECT regexp_replace('(a+)+$', 'a', '(a+)+$') FROM passengers").is_ok());
    assert!(gate("SELECT replace(name, '(a+)+$', 'x') FROM passengers").is_ok());
}

/// Its author is the operator. A caller's value is checked in it as everywhere.
#[test]
fn a_regular_expression_in_the_text_of_a_named_query_is_taken() {
    let named = |sql: &str| Gated::new(sql, &Readable { database: "tributary", datasets: None });
    for function in REGULAR {
        for taken in ["'(a+)+$'", "('(a|a)*')", "'a+'", "'('"] {
            let sql = format!("SELECT {function}(name, {taken}) FROM passengers");
            assert!(named(&sql).is_ok(), "{sql}");
        }
    }
    let gated = named("SELECT name FROM passengers WHERE regexp_like(name, :pattern)").unwrap();
    let run = |text: &str| {
        gated.run(&[Value::Text(text.to_owned())], None, RowLimits { default_rows: 100, max_rows: 1_000 })
    };
    assert!(run("a+").is_ok());
    assert_eq!(run("(a+)+$").unwrap_err().status(), 400);
}

#[test]
fn a_parameter_that_is_a_regular_expression_is_looked_at_with_its_value() {
    let sql = "SELECT name FROM passengers WHERE name = ? AND regexp_like(name, ?) AND (seat_number = ? OR \
               regexp_like(seat_number, (?)))";
    let gated = gate(sql).unwrap();
    let limits = RowLimits { default_rows: 100, max_rows: 1_000 };
    let run = |values: [&str; 4]| {
        let values = values.map(|value| Value::Text(value.to_owned()));
        gated.run(&values, None, limits)
    };
    let bad = "(a+)+$";
    assert!(run([bad, "a+", bad, "b"]).is_ok());
    for (values, words) in [
        (["x", bad, "x", "b"], "parameter 2 expects a regular expression that matches"),
        (["x", "a", "x", bad], "parameter 4 expects a regular expression that matches"),
    ] {
        let problem = run(values).unwrap_err();
        assert_eq!(problem.status(), 400);
        assert!(problem.to_string().contains(words), "{problem}");
    }
}
