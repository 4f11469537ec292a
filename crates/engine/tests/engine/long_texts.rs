use crate::refusals::lake;

/// The longest statement has some 260,000 bytes; a value that a statement makes may have megabytes.
const LONG: usize = 100_000;

/// As much as a message adds to what it is cut at: the name of a kind of failure, and what goes around a construct.
const AROUND: usize = 100;

/// Whoever reads a message, or keeps it, wants no megabytes of somebody's text.
#[tokio::test]
async fn no_message_is_longer_than_it_may_be_whatever_it_quotes() {
    let lake = lake().await;
    let long = "x".repeat(LONG);
    let mut wrong = Vec::new();
    for (what, sql) in [
        ("a column", format!("SELECT \"{long}\" FROM t")),
        ("a column of a table", format!("SELECT t.\"{long}\" FROM t")),
        ("a table", format!("SELECT * FROM \"{long}\"")),
        ("a database", format!("SELECT * FROM \"{long}\".t")),
        ("a metadata table", format!("SELECT * FROM \"{long}$partitions\"")),
        ("a function", format!("SELECT {long}(n) FROM t")),
        ("a statement", long.clone()),
        ("two statements", format!("SELECT 1; SELECT '{long}'")),
        ("what follows a statement", format!("SELECT n FROM t END \"{long}\"")),
        ("a number", format!("SELECT {}", "9".repeat(LONG))),
        ("a decimal", format!("SELECT DECIMAL '{}.5'", "9".repeat(LONG))),
        ("a date", format!("SELECT DATE '{long}'")),
        ("a time", format!("SELECT TIMESTAMP '{long}'")),
        ("a zone", format!("SELECT at AT TIME ZONE '{long}' FROM t")),
        ("an interval", format!("SELECT INTERVAL '{long}' DAY")),
        ("an escape", format!("SELECT n FROM t WHERE s LIKE 'a' ESCAPE '{long}'")),
        ("a text that is no number", format!("SELECT CAST('{long}' AS bigint)")),
        ("a path", format!("SELECT json_extract_scalar('{{}}', '{long}')")),
        ("a path that is not supported", format!("SELECT json_extract_scalar('{{}}', '$.{long}*')")),
        // The statement is short, and the text is not.
        (
            "a path that is made",
            format!("SELECT json_extract_scalar('{{}}', '$.' || rpad('x', {}, 'x') || '*')", 10 * LONG),
        ),
    ] {
        let error = lake.error(&sql, &[]).await;
        let characters = error.to_string().chars().count();
        if characters > domain::MOST_CHARACTERS + AROUND {
            let start: String = error.to_string().chars().take(200).collect();
            wrong.push(format!("{what}: {characters} characters: {start}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let error = lake.error("SELECT ?", &[&long]).await;
    assert!(error.to_string().chars().count() <= domain::MOST_CHARACTERS + AROUND, "a parameter");
}

/// The planner writes a relation's name before each column's: 10,000 columns of a relation with a name of 100 kB would take a
/// gigabyte, and so would columns with long names that `*` stands for again and again.
#[tokio::test]
async fn names_have_bounds_alone_and_together() {
    let lake = lake().await;
    let columns = |count: usize, length: usize| {
        (0..count).map(|n| format!("1 AS \"{n:0>length$}\"")).collect::<Vec<_>>().join(", ")
    };
    let from =
        |relation: &str, columns: String| format!("SELECT * FROM (SELECT {columns}) AS \"{relation}\"");
    let times = |times: usize, columns: String| {
        let relations: Vec<String> = (0..times).map(|n| format!("w AS r{n}")).collect();
        format!("WITH w AS (SELECT {columns}) SELECT * FROM {}", relations.join(" CROSS JOIN "))
    };
    for (sql, refused) in [
        (from(&"r".repeat(1_025), columns(10, 9)), "an identifier of 1025 bytes (more than 1024)"),
        (from(&"r".repeat(100_000), columns(10, 9)), "an identifier of 100000 bytes (more than 1024)"),
        (from("r", columns(1, 2_000)), "an identifier of 2000 bytes (more than 1024)"),
        (from(&"é".repeat(513), columns(1, 9)), "an identifier of 1026 bytes"),
        (from(&"r".repeat(1_024), columns(5_000, 9)), "whose names have 5165000 bytes (more than 4194304)"),
        (times(25, columns(200, 900)), "whose names have 4513000 bytes (more than 4194304)"),
    ] {
        let error = lake.error(&sql, &[]).await.to_string();
        assert!(error.starts_with("NOT_SUPPORTED") && error.contains(refused), "{refused}: {error}");
    }
    for sql in [
        from(&"r".repeat(1_024), columns(100, 1_024)),
        from("r", columns(2_000, 100)),
        times(2, columns(200, 900)),
    ] {
        let shown: String = sql.chars().take(80).collect();
        if let Err(error) = lake.text(&sql, &[]).await {
            panic!("{shown}: {error}");
        }
    }
}
