//! The very binary, on events of Lambda's runtime API. It reaches no AWS, and needs none for these.

use aws::testing::lambda::check;

/// A wrong setting of its own.
const OWN: (&str, &str) = ("TRIBUTARY_GRACE", "1h");
/// Wrong settings of other functions.
const OTHERS: [(&str, &str); 3] =
    [("TRIBUTARY_PRICE_PER_TB", "cheap"), ("TRIBUTARY_TOPICS", "shop"), ("TRIBUTARY_WORKGROUP", "a b")];

/// What S3 sends where notifications are set up.
const TEST_EVENT: &str = r#"{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "tributary"}"#;

#[tokio::test]
async fn it_starts_by_its_own_settings_and_leaves_a_line_for_each_invocation() {
    let ran = check("compact", env!("CARGO_BIN_EXE_compact"), OWN, &OTHERS, &["{}", TEST_EVENT, "[1]"]).await;
    let failed: Vec<bool> = ran.answers.iter().map(|answered| answered.is_error).collect();
    assert_eq!(failed, [true, false, true], "{ran:?}");
    for line in ran.invocations() {
        assert!(
            line["report"].as_str().unwrap().starts_with("partitions_compacted=0 compactions_failed=0 "),
            "{line}"
        );
    }
}
