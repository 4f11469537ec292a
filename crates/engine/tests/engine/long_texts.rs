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
