use aws_sdk_sns::{
    error::ProvideErrorMetadata,
    operation::publish::builders::PublishFluentBuilder,
    primitives::Blob,
    types::{MessageAttributeValue, PublishBatchRequestEntry},
};
use local::{AttributeValue, Service};

use crate::harness::{Lake, TOPIC};

fn attribute(data_type: &str, text: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type(data_type).string_value(text).build().unwrap()
}

fn entry(id: &str, message: &str) -> PublishBatchRequestEntry {
    PublishBatchRequestEntry::builder().id(id).message(message).build().unwrap()
}

async fn refused(publish: PublishFluentBuilder) -> String {
    publish.send().await.unwrap_err().into_service_error().code().unwrap().to_owned()
}

#[tokio::test]
async fn a_publish_is_delivered_with_all_that_it_says() {
    let lake = Lake::start().await;
    let binary =
        MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new([0, 255])).build();
    let publish = lake.sns().publish().topic_arn(TOPIC).message("{\"a\": \"<ä&b>\"}").subject("A subject");
    let publish = publish
        .message_attributes("dataset", attribute("String", "passengers"))
        .message_attributes("n", attribute("Number", "1.50"))
        .message_attributes("list", attribute("String.Array", "[\"a\",1,null]"))
        .message_attributes("bytes", binary.unwrap());
    let id = publish.send().await.unwrap().message_id().unwrap().to_owned();
    let message = lake.inbox.0.lock().unwrap()[0].clone();
    assert_eq!(message.message_id, id);
    assert_eq!(message.message, "{\"a\": \"<ä&b>\"}");
    assert_eq!(message.attributes["n"], AttributeValue::Number("1.50".into()));
    assert_eq!(message.attributes["bytes"], AttributeValue::Binary(vec![0, 255].into()));

    let envelope = message.notification();
    assert_eq!(envelope["Type"], "Notification");
    assert_eq!(envelope["Timestamp"], "2026-11-23T10:05:00.123Z");
    assert_eq!(envelope["Subject"], "A subject");
    assert_eq!(envelope["MessageAttributes"]["dataset"]["Type"], "String");
    assert_eq!(envelope["MessageAttributes"]["bytes"]["Value"], "AP8=");
    for field in
        ["MessageId", "TopicArn", "SignatureVersion", "Signature", "SigningCertURL", "UnsubscribeURL"]
    {
        assert!(envelope[field].is_string(), "{field}");
    }
    assert!(message.lambda_record()["Sns"]["SigningCertUrl"].is_string());
}

#[tokio::test]
async fn a_structured_message_gives_the_queue_its_own_text() {
    let lake = Lake::start().await;
    for (message, delivered) in
        [(r#"{"default": "d", "sqs": "q", "email": "e"}"#, "q"), (r#"{"default": "d", "lambda": "l"}"#, "d")]
    {
        let publish = lake.sns().publish().topic_arn(TOPIC).message(message).message_structure("json");
        publish.send().await.unwrap();
        assert_eq!(lake.inbox.0.lock().unwrap().last().unwrap().message, delivered);
    }
}

#[tokio::test]
async fn what_sns_refuses_is_refused_by_code() {
    let lake = Lake::start().await;
    let publish = || lake.sns().publish().topic_arn(TOPIC).message("x");
    assert_eq!(refused(publish().message("")).await, "InvalidParameter");
    assert_eq!(refused(publish().message("x".repeat(262_145))).await, "InvalidParameter");
    assert_eq!(refused(publish().topic_arn(format!("{TOPIC}x"))).await, "NotFound");
    assert_eq!(refused(publish().topic_arn("nonsense")).await, "InvalidParameter");
    assert_eq!(refused(lake.sns().publish().message("x")).await, "InvalidParameter");
    assert_eq!(refused(publish().subject("two\nlines")).await, "InvalidParameter");
    let with = |name: &str, value| publish().message_attributes(name, value);
    assert_eq!(refused(with("AWS.x", attribute("String", "v"))).await, "ParameterValueInvalid");
    assert_eq!(refused(with("a b", attribute("String", "v"))).await, "ParameterValueInvalid");
    assert_eq!(refused(with("a", attribute("Number", "NaN"))).await, "ParameterValueInvalid");
    assert_eq!(refused(with("a", attribute("Date", "v"))).await, "ParameterValueInvalid");
    assert_eq!(refused(with("a", attribute("String.Array", "{}"))).await, "ParameterValueInvalid");
    assert_eq!(refused(publish().message_structure("xml")).await, "InvalidParameter");
    for no_default in ["not JSON", "[]", "{}", r#"{"default": 1}"#, r#"{"sqs": "text"}"#] {
        let structured = publish().message(no_default).message_structure("json");
        assert_eq!(refused(structured).await, "InvalidParameter", "{no_default}");
    }
    // Attributes count: 256 KiB in all, and not one byte more.
    let full = |n| publish().message("x".repeat(n)).message_attributes("a", attribute("String", "v"));
    assert_eq!(refused(full(262_144 - 7)).await, "InvalidParameter");
    full(262_144 - 8).send().await.unwrap();
    assert_eq!(lake.inbox.0.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_publish_that_is_not_durable_is_an_error() {
    let lake = Lake::start().await;
    let publish = lake.sns().publish().topic_arn(TOPIC).message("undeliverable").send().await.unwrap_err();
    assert_eq!(publish.raw_response().unwrap().status().as_u16(), 500);
    assert!(publish.into_service_error().is_internal_error_exception());
    let batch = lake.sns().publish_batch().topic_arn(TOPIC);
    let batch = batch
        .publish_batch_request_entries(entry("good", "1"))
        .publish_batch_request_entries(entry("lost", "undeliverable"))
        .publish_batch_request_entries(
            PublishBatchRequestEntry::builder()
                .id("wrong")
                .message("1")
                .message_attributes("a", attribute("Number", "x"))
                .build()
                .unwrap(),
        );
    let answer = batch.send().await.unwrap();
    assert_eq!(answer.successful()[0].id(), Some("good"));
    let failed: Vec<_> =
        answer.failed().iter().map(|failed| (failed.id(), failed.code(), failed.sender_fault())).collect();
    assert_eq!(failed, [("lost", "InternalError", false), ("wrong", "ParameterValueInvalid", true)]);
}

#[tokio::test]
async fn batches_have_their_own_limits() {
    let lake = Lake::start().await;
    let code = |entries: Vec<PublishBatchRequestEntry>| {
        let batch =
            lake.sns().publish_batch().topic_arn(TOPIC).set_publish_batch_request_entries(Some(entries));
        async move { batch.send().await.unwrap_err().into_service_error().code().unwrap().to_owned() }
    };
    assert_eq!(code(vec![]).await, "EmptyBatchRequest");
    let many = (0..11).map(|n| entry(&n.to_string(), "x")).collect();
    assert_eq!(code(many).await, "TooManyEntriesInBatchRequest");
    assert_eq!(code(vec![entry("a", "x"), entry("a", "y")]).await, "BatchEntryIdsNotDistinct");
    assert_eq!(code(vec![entry("a b", "x")]).await, "InvalidBatchEntryId");
    let half = "x".repeat(140_000);
    assert_eq!(code(vec![entry("a", &half), entry("b", &half)]).await, "BatchRequestTooLong");
    let ten = (0..10).map(|n| entry(&n.to_string(), "x")).collect();
    let batch = lake.sns().publish_batch().topic_arn(TOPIC).set_publish_batch_request_entries(Some(ten));
    assert_eq!(batch.send().await.unwrap().successful().len(), 10);
}

#[tokio::test]
async fn the_topic_is_there_and_no_other() {
    let lake = Lake::start().await;
    let sns = lake.sns();
    assert_eq!(sns.create_topic().name("tributary").send().await.unwrap().topic_arn(), Some(TOPIC));
    let other = sns.create_topic().name("other").send().await.unwrap_err();
    assert_eq!(other.into_service_error().code(), Some("NotImplemented"));
    assert_eq!(sns.list_topics().send().await.unwrap().topics()[0].topic_arn(), Some(TOPIC));
    let attributes = sns.get_topic_attributes().topic_arn(TOPIC).send().await.unwrap();
    assert_eq!(attributes.attributes().unwrap()["TopicArn"], TOPIC);
}

#[tokio::test]
async fn the_topic_has_no_tags() {
    let lake = Lake::start().await;
    let sns = lake.sns();
    let tags = |arn: &str| sns.list_tags_for_resource().resource_arn(arn).send();
    assert!(tags(TOPIC).await.unwrap().tags().is_empty());
    let other = tags(&format!("{TOPIC}x")).await.unwrap_err().into_service_error();
    assert!(other.is_resource_not_found_exception(), "{other:?}");
    let nonsense = tags("tributary").await.unwrap_err().into_service_error();
    assert!(nonsense.is_invalid_parameter_exception(), "{nonsense:?}");
    let tag = aws_sdk_sns::types::Tag::builder().key("a").value("b").build().unwrap();
    let tagged = sns.create_topic().name("tributary").tags(tag).send().await.unwrap_err();
    assert!(tagged.into_service_error().is_invalid_parameter_exception());
}

#[tokio::test]
async fn its_subscription_is_there_and_no_other() {
    let lake = Lake::start().await;
    let sns = lake.sns();
    let all = sns.list_subscriptions().send().await.unwrap();
    let [found] = all.subscriptions() else { panic!("{all:?}") };
    assert_eq!(found.topic_arn(), Some(TOPIC));
    assert_eq!(found.protocol(), Some("sqs"));
    assert_eq!(found.endpoint(), Some("arn:aws:sqs:us-west-2:000000000000:tributary-ingest"));
    let of_topic = sns.list_subscriptions_by_topic().topic_arn(TOPIC).send().await.unwrap();
    assert_eq!(of_topic.subscriptions(), all.subscriptions());
    let other = sns.list_subscriptions_by_topic().topic_arn(format!("{TOPIC}x")).send().await.unwrap_err();
    assert!(other.into_service_error().is_not_found_exception());
    let paged = sns.list_subscriptions().next_token("x").send().await.unwrap_err();
    assert!(paged.into_service_error().is_invalid_parameter_exception());

    let arn = found.subscription_arn().unwrap();
    let about = |arn: &str| sns.get_subscription_attributes().subscription_arn(arn).send();
    let attributes = about(arn).await.unwrap();
    assert_eq!(attributes.attributes().unwrap()["Endpoint"], found.endpoint().unwrap());
    let unknown = about(&format!("{arn}x")).await.unwrap_err();
    assert!(unknown.into_service_error().is_not_found_exception());
    assert!(about(TOPIC).await.unwrap_err().into_service_error().is_invalid_parameter_exception());
}

#[tokio::test]
async fn throttled_publishes_are_not_delivered() {
    let lake = Lake::start().await;
    lake.aws.faults().throttle(Service::Sns, None, 1);
    let publish = || lake.sns().publish().topic_arn(TOPIC).message("x").send();
    assert_eq!(publish().await.unwrap_err().into_service_error().code(), Some("Throttled"));
    assert!(lake.inbox.0.lock().unwrap().is_empty());
    publish().await.unwrap();
}
