//! The very binary, on events of Lambda's runtime API. It reaches no AWS, and needs none for these.

use aws::testing::lambda::check;

/// A wrong setting of its own.
const OWN: (&str, &str) = ("TRIBUTARY_TOPICS", "shop");
/// Wrong settings of other functions.
const OTHERS: [(&str, &str); 3] = [
    ("TRIBUTARY_PRICE_PER_TB", "cheap"),
    ("TRIBUTARY_CORS_ORIGINS", "example.com"),
    ("TRIBUTARY_GRACE", "1h"),
];

#[tokio::test]
async fn it_starts_by_its_own_settings_and_leaves_a_line_for_each_invocation() {
    let ran =
        check("ingest", env!("CARGO_BIN_EXE_ingest"), OWN, &OTHERS, &["{}", r#"{"Records": []}"#, "[1]"])
            .await;
    for (line, answered) in ran.invocations().iter().zip(&ran.answers) {
        assert!(answered.is_error && answered.body.contains("UnknownEvent"), "{answered:?}");
        let report = line["report"].as_str().unwrap();
        assert!(report.starts_with("messages=0 ") && report.contains(" events_accepted=0 "), "{line}");
    }
}
