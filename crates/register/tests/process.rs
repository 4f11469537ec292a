//! The very binary, on events of Lambda's runtime API. It reaches no AWS, and needs none for these.

use aws::testing::lambda::check;

/// A wrong setting of its own.
const OWN: (&str, &str) = ("TRIBUTARY_DATABASE", "a-b");
/// Wrong settings of other functions.
const OTHERS: [(&str, &str); 3] =
    [("TRIBUTARY_THREADS", "none"), ("TRIBUTARY_TOPICS", "shop"), ("TRIBUTARY_WORKGROUP", "a b")];

/// What S3 sends where notifications are set up.
const TEST_EVENT: &str = r#"{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "tributary"}"#;

#[tokio::test]
async fn it_starts_by_its_own_settings_and_leaves_a_line_for_each_invocation() {
    let vacuum = r#"{"vacuum": {}}"#;
    let ran =
        check("register", env!("CARGO_BIN_EXE_register"), OWN, &OTHERS, &["{}", TEST_EVENT, vacuum]).await;
    let failed: Vec<bool> = ran.answers.iter().map(|answered| answered.is_error).collect();
    assert_eq!(failed, [true, false, true], "{ran:?}");
    assert!(ran.answers[2].body.contains("register never deletes anything"), "{ran:?}");
    for line in ran.invocations() {
        assert!(line["report"].as_str().unwrap().starts_with("definitions_accepted=0 "), "{line}");
    }
}
