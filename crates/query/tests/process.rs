//! The very binary, on events of Lambda's runtime API. It reaches no AWS, and needs none for these.

use aws::testing::lambda::check;

/// A wrong setting of its own.
const OWN: (&str, &str) = ("TRIBUTARY_PRICE_PER_TB", "cheap");
/// Wrong settings of other functions.
const OTHERS: [(&str, &str); 3] =
    [("TRIBUTARY_THREADS", "none"), ("TRIBUTARY_TOPICS", "shop"), ("TRIBUTARY_RETENTION", "2h")];

#[tokio::test]
async fn it_starts_by_its_own_settings_and_leaves_a_line_for_each_invocation() {
    let mut health: serde_json::Value =
        serde_json::from_str(include_str!("../../../events/query/datasets.json")).unwrap();
    health["rawPath"] = "/healthz".into();
    health["rawQueryString"] = "".into();
    let health = health.to_string();
    let events = [health.as_str(), "{}", "[1]"];
    let ran = check("query", env!("CARGO_BIN_EXE_query"), OWN, &OTHERS, &events).await;
    for (n, (line, answered)) in ran.invocations().iter().zip(&ran.answers).enumerate() {
        let answer: serde_json::Value = serde_json::from_str(&answered.body).unwrap();
        let status = &answer["statusCode"];
        assert_eq!(status, if n == 0 { 200 } else { 400 }, "{answered:?}");
        let report = line["report"].as_str().unwrap();
        let words = if n == 0 { "requests_answered=1 " } else { "requests_refused=1 " };
        assert!(report.starts_with(words), "{line}");
    }
}
