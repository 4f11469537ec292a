//! Failed queries by whose mistake they are: the caller's are no 5xx.

use super::{world::reply, *};

const SQL: &str = "SELECT name FROM passengers";
const SENT: &str = "SELECT name FROM \"tributary\".\"passengers\" LIMIT 101";
const ROWS: &str = "/v1/datasets/passengers/rows?limit=20";
const NAMED: &str = "/v1/named-queries/names/rows";
const NAMED_SENT: &str = "SELECT name FROM \"tributary\".\"passengers\" LIMIT 5";

/// All three kinds of queries, each with this outcome.
async fn served(outcome: Outcome) -> Served {
    let world = World::new().await;
    let definition = json!({"name": "names", "sql": format!("{SQL} LIMIT 5")}).to_string();
    world.store.put("queries/names.json", definition.into(), PutMode::Create).await.unwrap();
    for sql in [SENT, NAMED_SENT, PASSENGERS] {
        world.engine.script(sql, &[], outcome.clone());
    }
    world.serve()
}

async fn post(served: &Served, headers: &[(&str, &str)]) -> Reply {
    let mut request =
        Request::builder().method("POST").uri("/v1/queries").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(axum::body::Body::from(json!({"sql": SQL}).to_string())).unwrap();
    reply(served.router.clone().oneshot(request).await.unwrap()).await
}

fn mistaken(reason: &str) -> Outcome {
    Outcome::Mistaken { reason: reason.to_owned() }
}

const STATEMENT: &str = "COLUMN_NOT_FOUND: line 1:8: Column 'secret' cannot be resolved";
const VALUES: &str = "INVALID_CAST_ARGUMENT: Cannot cast 'secret' to BIGINT";

#[tokio::test(start_paused = true)]
async fn each_author_is_told_what_is_theirs() {
    let engine = |reason: &str| Outcome::Fails { reason: reason.to_owned(), retryable: false };
    let failed = (502, "engine-failed");
    let (invalid, not_computable, too_much) =
        ((400, "invalid-sql"), (400, "not-computable"), (400, "too-much"));
    for (outcome, free, named, rows) in [
        // Wrong in itself: of a named query, and of our own SQL, no caller can help it.
        (mistaken(STATEMENT), invalid, failed, failed),
        (mistaken("NOT_SUPPORTED: secret"), invalid, failed, failed),
        // Wrong by what is in the rows, or by a parameter.
        (mistaken(VALUES), invalid, not_computable, not_computable),
        (mistaken("DIVISION_BY_ZERO: secret"), invalid, not_computable, not_computable),
        (mistaken("NUMERIC_VALUE_OUT_OF_RANGE: secret"), invalid, not_computable, not_computable),
        // Too much for one query.
        (mistaken("EXCEEDED_TIME_LIMIT: secret"), too_much, too_much, too_much),
        (engine("Query exhausted resources at this scale factor"), too_much, too_much, too_much),
        // The operator's, though the engine calls it the statement's.
        (mistaken("HIVE_BAD_DATA: secret"), failed, failed, failed),
        (mistaken("PERMISSION_DENIED: secret"), failed, failed, failed),
        (mistaken("TABLE_NOT_FOUND: secret"), failed, failed, failed),
        (mistaken("secret"), failed, failed, failed),
        // The engine's.
        (engine(STATEMENT), failed, failed, failed),
        (engine("GENERIC_INTERNAL_ERROR: secret"), failed, failed, failed),
        (
            Outcome::Malformed { reason: "line 1:8: mismatched input 'secret'".into() },
            invalid,
            failed,
            failed,
        ),
    ] {
        let served = served(outcome.clone()).await;
        let answers = [
            (post(&served, &[]).await, free, true),
            (served.get(NAMED).await, named, false),
            (served.get(ROWS).await, rows, false),
        ];
        for (answer, (status, slug), is_callers) in answers {
            let body = answer.json();
            assert_eq!(answer.status, status, "{outcome:?}: {body}");
            assert_eq!(body["type"], format!("urn:tributary:problem:{slug}"), "{outcome:?}");
            // What the engine says may quote rows that the caller may not see.
            let tells = body.to_string().contains("secret");
            assert_eq!(tells, is_callers && slug == "invalid-sql", "{outcome:?}: {body}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_engines_name_for_the_mistake_stands_beside_its_words() {
    let served = served(mistaken(STATEMENT)).await;
    let body =
        post(&served, &[]).await.is_problem(400, "the SQL cannot be run: Column 'secret' cannot be resolved");
    assert_eq!((&body["reason"], &body["query_id"]), (&json!("COLUMN_NOT_FOUND"), &json!("memory-0")));
    let served = self::served(mistaken(VALUES)).await;
    let body =
        served.get(ROWS).await.is_problem(400, "a value cannot be converted to the type that is asked for");
    assert_eq!(body["reason"], "INVALID_CAST_ARGUMENT");
    assert_eq!(served.started(), 1, "it is not tried again");
}

#[tokio::test(start_paused = true)]
async fn a_mistake_is_told_to_who_comes_back_for_the_rows() {
    for (outcome, free, rows) in [(mistaken(STATEMENT), 400, 502), (mistaken(VALUES), 400, 400)] {
        let served = served(outcome).await;
        let later = [("prefer", "respond-async")];
        for (accepted, status) in
            [(post(&served, &later).await, free), (served.send("GET", ROWS, &later).await, rows)]
        {
            let location = accepted.header("location").to_owned();
            let told = accepted.json();
            assert_eq!(told["error"].is_null(), told["state"] != "failed", "{told}");
            let mut state = served.get(&location).await;
            while state.json()["state"] != "failed" {
                state = served.get(&location).await;
            }
            assert_eq!((state.status, &state.json()["error"]["status"]), (200, &json!(status)));
            assert_eq!(served.get(&format!("{location}/rows")).await.status, status);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn words_of_the_engine_are_bounded_and_on_one_line() {
    let reason = format!("TYPE_MISMATCH: line 1:2: a\u{0}\r\nb s3://lake/results/x {}", "é".repeat(5_000));
    let served = served(mistaken(&reason)).await;
    let body = post(&served, &[]).await.is_problem(400, "the SQL cannot be run: a b … é");
    let detail = body["detail"].as_str().unwrap();
    assert!(detail.chars().count() < 350 && !detail.contains("lake"), "{detail}");
}

/// A named query whose caller gives the regular expression, with this outcome for these.
async fn matching(outcomes: &[(&str, Outcome)]) -> Served {
    let world = World::new().await;
    let definition = json!({
        "name": "matching",
        "parameters": [{"name": "pattern", "type": "string"}],
        "sql": format!("{SQL} WHERE regexp_like(name, :pattern) LIMIT 5"),
    });
    world.store.put("queries/matching.json", definition.to_string().into(), PutMode::Create).await.unwrap();
    for (pattern, outcome) in outcomes {
        let sql = "SELECT name FROM \"tributary\".\"passengers\" WHERE regexp_like(name, ?) LIMIT 5";
        world.engine.script(sql, &[format!("'{pattern}'").as_str()], outcome.clone());
    }
    world.serve()
}

#[tokio::test(start_paused = true)]
async fn the_parameters_that_are_regular_expressions_are_named() {
    let served = matching(&[
        ("arg", mistaken("INVALID_FUNCTION_ARGUMENT: the pattern \"arg\" is none")),
        ("zero", mistaken("DIVISION_BY_ZERO: Division by zero")),
    ])
    .await;
    let body = served.get("/v1/named-queries/matching/rows?pattern=arg").await.is_problem(
        400,
        "a regular expression of these parameters, which the engine may not be able to read: pattern",
    );
    assert_eq!(body["type"], "urn:tributary:problem:not-computable");
    assert_eq!(body["parameters"], json!(["pattern"]));
    assert_eq!(body["reason"], "INVALID_FUNCTION_ARGUMENT");
    let other = served.get("/v1/named-queries/matching/rows?pattern=zero").await;
    assert!(other.is_problem(400, "it divides by zero")["parameters"].is_null());
}

/// Whatever becomes of the query: its caller's values are in no line that an operator is alarmed by.
#[tokio::test(start_paused = true)]
async fn no_value_of_a_caller_is_in_a_warning_or_an_error() {
    let fails = |words: &str, retryable| Outcome::Fails { reason: words.to_owned(), retryable };
    let quoted = "the pattern \"hunter2\"";
    for (outcome, status) in [
        (mistaken(&format!("INVALID_FUNCTION_ARGUMENT: {quoted}")), 400),
        (mistaken(&format!("NOT_SUPPORTED: {quoted}")), 502),
        (mistaken(&format!("HIVE_BAD_DATA: {quoted}")), 502),
        (fails(&format!("GENERIC_INTERNAL_ERROR: {quoted}"), false), 502),
        (fails(&format!("GENERIC_INTERNAL_ERROR: {quoted}"), true), 502),
        (Outcome::Malformed { reason: format!("line 1:8: {quoted}") }, 502),
    ] {
        let (log, _guard) = testing::Log::start();
        let served = matching(&[("hunter2", outcome.clone())]).await;
        let answer = served.get("/v1/named-queries/matching/rows?pattern=hunter2").await;
        assert_eq!(answer.status, status, "{outcome:?}");
        let alarming = alarming(&log);
        assert_eq!(alarming.is_empty(), status == 400, "{outcome:?}: {alarming:?}");
        assert!(!alarming.iter().any(|line| line.contains("hunter2")), "{alarming:?}");
        // What the operator needs is there.
        let is_told = alarming.iter().any(|line| line.contains("the pattern"));
        assert_eq!(is_told, status == 502, "{alarming:?}");
    }
}

/// The lines that an operator is alarmed by.
fn alarming(log: &testing::Log) -> Vec<String> {
    let level = |line: &str| serde_json::from_str::<Value>(line).unwrap()["level"].clone();
    let text = log.text();
    let lines = text.lines().filter(|line| ["ERROR", "WARN"].iter().any(|alarm| level(line) == *alarm));
    lines.map(str::to_owned).collect()
}

/// The table of passengers follows an older definition.
async fn leave_behind(served: &Served) {
    let catalog = served.api.store_and_catalog().1;
    let name = testing::passengers().name().clone();
    let mut table = catalog.table(&name).await.unwrap().unwrap();
    table.schema_version = Some(0);
    catalog.update_table(&table).await.unwrap();
}

/// A caller's texts are within the SQL, so only the engine's name for the failure is logged.
#[tokio::test(start_paused = true)]
async fn no_word_of_the_engine_for_free_sql_is_in_a_warning_or_an_error() {
    let fails = |code: &str, retryable| Outcome::Fails { reason: format!("{code}: near hunter2"), retryable };
    let (internal, data) = ("GENERIC_INTERNAL_ERROR", "HIVE_BAD_DATA");
    for (outcome, code, status, behind) in [
        (mistaken("COLUMN_NOT_FOUND: near hunter2"), "COLUMN_NOT_FOUND", 400, 400),
        (mistaken("DIVISION_BY_ZERO: near hunter2"), "DIVISION_BY_ZERO", 400, 400),
        (mistaken("HIVE_BAD_DATA: near hunter2"), data, 502, 503),
        (fails(internal, false), internal, 502, 503),
        (fails(internal, true), internal, 502, 502),
        (fails("near hunter2 and no", false), "memory-0", 502, 503),
    ] {
        for (is_behind, status) in [(false, status), (true, behind)] {
            let (log, _guard) = testing::Log::start();
            let served = served(outcome.clone()).await;
            if is_behind {
                leave_behind(&served).await;
            }
            assert_eq!(post(&served, &[]).await.status, status, "{outcome:?} {is_behind}");
            let alarming = alarming(&log);
            assert_eq!(alarming.is_empty(), status == 400, "{outcome:?} {is_behind}: {alarming:?}");
            assert!(!alarming.iter().any(|line| line.contains("hunter2")), "{alarming:?}");
            // What the operator goes by is there, in each line.
            let is_told = alarming.iter().all(|line| line.contains(code) && line.contains("memory-"));
            assert!(is_told, "{alarming:?}");
        }
    }
}

/// Its values are not known any more, so the same holds.
#[tokio::test(start_paused = true)]
async fn no_word_of_the_engine_is_in_a_warning_or_an_error_after_a_202() {
    for (reason, status) in [
        ("INVALID_FUNCTION_ARGUMENT: the pattern \"hunter2\"", 400),
        ("NOT_SUPPORTED: the pattern \"hunter2\"", 502),
        ("HIVE_BAD_DATA: the pattern \"hunter2\"", 502),
    ] {
        let (log, _guard) = testing::Log::start();
        let served = matching(&[("hunter2", mistaken(reason))]).await;
        let uri = "/v1/named-queries/matching/rows?pattern=hunter2";
        let accepted = served.send("GET", uri, &[("prefer", "respond-async")]).await;
        let location = accepted.header("location").to_owned();
        let mut state = served.get(&location).await;
        while state.json()["state"] != "failed" {
            state = served.get(&location).await;
        }
        let rows = served.get(&format!("{location}/rows")).await;
        assert_eq!((&state.json()["error"]["status"], rows.status), (&json!(status), status), "{reason}");
        // As it is told to who waits.
        let parameters = if status == 400 { json!(["pattern"]) } else { Value::Null };
        for problem in [state.json()["error"].clone(), rows.json()] {
            assert_eq!(problem["parameters"], parameters, "{problem}");
        }
        let alarming = alarming(&log);
        assert_eq!(alarming.is_empty(), status == 400, "{reason}: {alarming:?}");
        assert!(!alarming.iter().any(|line| line.contains("hunter2")), "{alarming:?}");
        let code = reason.split(':').next().unwrap();
        assert!(alarming.iter().all(|line| line.contains(code) && line.contains("memory-0")), "{alarming:?}");
    }
}

/// docs/runbooks.md sends the operator to the log for each 5xx.
#[tokio::test(start_paused = true)]
async fn a_table_that_is_not_registered_yet_leaves_a_line_in_the_log() {
    let (log, _guard) = testing::Log::start();
    let served = World::new().await.serve();
    served.get("/v1/datasets/bookings/rows").await.is_problem(503, "is not registered yet");
    let alarming = alarming(&log);
    assert!(alarming.iter().any(|line| line.contains("bookings")), "{alarming:?}");
}
