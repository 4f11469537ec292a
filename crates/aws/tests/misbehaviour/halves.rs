//! Answers of AWS that succeed in part: without what was asked for, or with an error for one item of a batch.

use aws::testing::{Server, answer, impatient};
use domain::{
    DatasetName,
    port::{Catalog, CatalogError, ObjectStore, StoreError},
    settings::Settings,
};

use crate::calls::{Call, Outcome};

/// The SDK takes an empty answer for one in which every field is missing.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_what_was_asked_for_does_not_say_that_there_is_none() {
    for body in ["", "{}"] {
        let server = Server::start(move |_| answer(200, &[], body)).await;
        for call in [Call::Table, Call::Start, Call::Status] {
            let outcome = call.make(&impatient(&server)).await;
            assert!(matches!(outcome, Err(Outcome::Passing(_))), "{call:?} after {body:?}: {outcome:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_of_a_batch_is_judged_by_its_code() {
    let settings = Settings::read(|_| None).unwrap();
    for (code, passes) in [
        ("SlowDown", true),
        ("InternalError", true),
        ("RequestTimeout", true),
        ("ThrottlingException", true),
        ("OperationTimeoutException", true),
        ("AccessDenied", false),
        ("InvalidInputException", false),
    ] {
        let server = Server::start(move |request| match request.header("x-amz-target") {
            None => {
                let error = format!("<Error><Key>a</Key><Code>{code}</Code></Error>");
                answer(200, &[], format!("<DeleteResult>{error}</DeleteResult>"))
            }
            Some(_) => {
                let detail = format!(r#"{{"ErrorCode":"{code}"}}"#);
                answer(
                    200,
                    &[],
                    format!(r#"{{"Errors":[{{"PartitionValues":["1"],"ErrorDetail":{detail}}}]}}"#),
                )
            }
        })
        .await;
        let aws = impatient(&server);

        let failures = aws.store(&settings).delete(&["a".to_owned(), "b".to_owned()]).await.unwrap();
        assert_eq!(failures.len(), 1);
        match &failures[0].error {
            StoreError::Unavailable { .. } => assert!(passes, "{code}"),
            StoreError::Failed { .. } => assert!(!passes, "{code}"),
            other => panic!("{other:?}"),
        }

        let table = DatasetName::new("passengers").unwrap();
        let catalog = aws.catalog(&settings);
        let errors = catalog.delete_partitions(&table, &[vec!["1".to_owned()]]).await.unwrap();
        match &errors[0].error {
            CatalogError::Unavailable { .. } => assert!(passes, "{code}"),
            CatalogError::Failed { .. } => assert!(!passes, "{code}"),
            other => panic!("{other:?}"),
        }
    }
}
