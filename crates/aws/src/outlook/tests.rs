use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_s3::{
    config::SharedCredentialsProvider, error::BuildError, operation::get_object::GetObjectError,
};
use aws_smithy_types::body::SdkBody;
use domain::{
    port::{ObjectStore, StoreError},
    settings::Settings,
};

use super::*;
use crate::{Aws, testing};

type Failed = SdkError<GetObjectError, HttpResponse>;

fn response(status: u16, body: SdkBody) -> HttpResponse {
    HttpResponse::new(status.try_into().unwrap(), body)
}

/// A service's error with this status, and this code, if any.
fn service(status: u16, code: &str) -> Failed {
    let metadata = ErrorMetadata::builder();
    let metadata = if code.is_empty() { metadata } else { metadata.code(code) };
    let error = GetObjectError::generic(metadata.build());
    SdkError::service_error(error, response(status, SdkBody::from("read")))
}

#[test]
fn the_code_decides_and_the_status_where_there_is_none_that_is_known() {
    use Outlook::{Final, Later, Throttled};
    let throttling = THROTTLING_ERRORS.iter().map(|code| (400, *code, Throttled));
    let transient = TRANSIENT_ERRORS.iter().chain(&PASSING).map(|code| (400, *code, Later));
    let others = [
        (429, "Throttled", Throttled),
        (400, "KMSThrottling", Throttled),
        (400, "KMS.ThrottlingException", Throttled),
        (400, "TooManyRequests", Throttled),
        (429, "", Throttled),
        (408, "", Later),
        (425, "", Later),
        (500, "", Later),
        (500, "Unheard", Later),
        (502, "", Later),
        (503, "", Later),
        (504, "", Later),
        (529, "", Later),
        (501, "NotImplemented", Final),
        (505, "", Final),
        // S3 may begin an answer to CopyObject with 200, and end it with an error.
        (200, "", Later),
        (200, "SlowDown", Throttled),
        (200, "InternalError", Later),
        (200, "AccessDenied", Final),
        (301, "PermanentRedirect", Final),
        (302, "", Final),
        (400, "", Final),
        (400, "ExpiredToken", Final),
        (400, "InvalidParameter", Final),
        (401, "", Final),
        (403, "", Final),
        (403, "AccessDenied", Final),
        (403, "InvalidClientTokenId", Final),
        (403, "SignatureDoesNotMatch", Final),
        (404, "NoSuchKey", Final),
        (407, "", Final),
        (412, "PreconditionFailed", Final),
    ];
    for (status, code, expected) in throttling.chain(transient).chain(others) {
        assert_eq!(Outlook::of(&service(status, code)), expected, "{status} {code:?}");
        assert_eq!(expected.may_pass(), expected != Final);
    }
}

#[test]
fn an_answer_that_broke_off_may_pass_whatever_its_status() {
    for status in [200, 400, 403, 404, 500] {
        let torn: Failed = SdkError::response_error("broke off", response(status, SdkBody::taken()));
        assert_eq!(Outlook::of(&torn), Outlook::Later, "{status}");
    }
    for (status, expected) in [(200, Outlook::Later), (403, Outlook::Final), (503, Outlook::Later)] {
        let page: Failed = SdkError::response_error("no JSON", response(status, SdkBody::from("<html>")));
        assert_eq!(Outlook::of(&page), expected, "{status}");
    }
}

#[test]
fn every_failure_of_a_connection_may_pass_and_a_request_that_cannot_be_built_does_not() {
    let source = || "hyper".into();
    let missing = BuildError::missing_field("bucket", "no bucket");
    for (error, expected) in [
        (ConnectorError::io(source()), Outlook::Later),
        (ConnectorError::timeout(source()), Outlook::Later),
        (ConnectorError::other(source(), None), Outlook::Later),
        (ConnectorError::other(source(), Some(ErrorKind::TransientError)), Outlook::Later),
        (ConnectorError::other(source(), Some(ErrorKind::ThrottlingError)), Outlook::Throttled),
        (ConnectorError::other(source(), Some(ErrorKind::ClientError)), Outlook::Final),
        (ConnectorError::user(source()), Outlook::Final),
    ] {
        let words = format!("{error:?}");
        assert_eq!(Outlook::of::<GetObjectError>(&SdkError::dispatch_failure(error)), expected, "{words}");
    }
    assert_eq!(Outlook::of::<GetObjectError>(&SdkError::timeout_error("late")), Outlook::Later);
    assert_eq!(Outlook::of::<GetObjectError>(&SdkError::construction_failure(missing)), Outlook::Final);
}

/// A provider of credentials that has none to give.
#[derive(Debug)]
struct Without(fn() -> CredentialsError);

impl ProvideCredentials for Without {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err((self.0)()))
    }
}

/// What a get comes to with these credentials, and whether anything was sent.
async fn get(error: fn() -> CredentialsError) -> (StoreError, usize) {
    let server = testing::Server::start(|_| testing::answer(200, &[("ETag", "\"a\"")], "hello")).await;
    let Aws { sdk, calls } = testing::impatient(&server);
    let provider = SharedCredentialsProvider::new(Without(error));
    let aws = Aws { sdk: sdk.to_builder().credentials_provider(provider).build(), calls };
    let store = aws.store(&Settings::read(|_| None).unwrap());
    (store.get("a").await.unwrap_err(), server.connections())
}

#[tokio::test]
async fn without_credentials_nothing_is_sent_and_nothing_is_waited_for() {
    let (error, sent) = get(CredentialsError::not_loaded_no_source).await;
    assert!(matches!(error, StoreError::Failed { .. }) && sent == 0, "{error:?}");
    let (error, _) = get(|| CredentialsError::invalid_configuration("a loop of roles")).await;
    assert!(matches!(error, StoreError::Failed { .. }), "{error:?}");
    // Who hands them out is out of order: the next time it may not be.
    let (error, _) = get(|| CredentialsError::provider_error("503 of STS")).await;
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn an_endpoint_that_is_none_is_final_and_one_where_nobody_listens_is_not() {
    let settings = Settings::read(|_| None).unwrap();
    let nonsense = Aws::local("nonsense").store(&settings).get("a").await.unwrap_err();
    assert!(matches!(nonsense, StoreError::Failed { .. }), "{nonsense:?}");

    let server = testing::Server::start(|_| Vec::new()).await;
    let aws = testing::impatient(&server);
    drop(server);
    let nobody = aws.store(&settings).get("a").await.unwrap_err();
    assert!(matches!(nobody, StoreError::Unavailable { .. }), "{nobody:?}");
    let words = domain::chain(&nobody);
    assert!(words.contains("refused") || words.contains("closed") || words.contains("reset"), "{words}");
}
