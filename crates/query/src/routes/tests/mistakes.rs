//! Failed queries by whose mistake they are: the caller's are no 5xx.

use super::{world::reply, *};

const SQL: &str = "SELECT name FROM passengers";
const SENT: &str = "SELECT name FROM \"tributary\".\"passengers\" LIMIT 100";
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
        let text = log.text();
        let alarming: Vec<&str> = text
            .lines()
            .filter(|line| {
                let level = serde_json::from_str::<Value>(line).unwrap()["level"].clone();
                level == "ERROR" || level == "WARN"
            })
            .collect();
        assert_eq!(alarming.is_empty(), status == 400, "{outcome:?}: {alarming:?}");
        assert!(!alarming.iter().any(|line| line.contains("hunter2")), "{alarming:?}");
        // What the operator needs is there.
        let is_told = alarming.iter().any(|line| line.contains("the pattern"));
        assert_eq!(is_told, status == 502, "{alarming:?}");
    }
}
