use lambda_http::{Context as Invocation, http};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::routes::tests::World;

/// API Gateway's event, answered as the Lambda would answer it.
async fn invoke(patch: Value) -> Value {
    let mut event: Value =
        serde_json::from_str(include_str!("../../../../events/api-gateway-rows.json")).unwrap();
    for (name, value) in patch.as_object().unwrap() {
        event[name] = value.clone();
    }
    let request: LambdaRequest = serde_json::from_value(event).unwrap();
    let mut service = Encoded(Adapter::from(World::new().await.router()));
    let event = LambdaEvent::new(request, Invocation::default());
    serde_json::to_value(service.call(event).await.unwrap()).unwrap()
}

#[tokio::test]
async fn an_event_of_api_gateway_is_answered_with_the_twenty_passengers() {
    let reply = invoke(json!({})).await;
    assert_eq!((&reply["statusCode"], &reply["isBase64Encoded"]), (&json!(200), &json!(false)));
    assert_eq!(reply["headers"]["content-type"], "application/json");
    let answer: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    let expected: Value =
        serde_json::from_str(include_str!("../../../../events/seed/response.json")).unwrap();
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn whatever_stands_in_the_event_gets_an_answer() {
    for (patch, status) in [
        (json!({"rawQueryString": "name=<é \"`#^{|}\\"}), 400),
        (json!({"rawQueryString": "nam=eq.%ff"}), 400),
        (json!({"rawPath": "/v1/datasets/é ?#\"<>", "rawQueryString": ""}), 404),
        (json!({"rawPath": "//"}), 404),
        (json!({"rawPath": ":99999/"}), 404),
        (json!({"rawPath": "/healthz?x=1"}), 404),
        (json!({"rawPath": "/healthz#x"}), 404),
        (json!({"rawPath": "/healthz", "rawQueryString": "", "headers": {"host": "["}}), 200),
        (json!({"rawPath": "/healthz", "rawQueryString": "", "headers": {"x-forwarded-proto": "a b"}}), 200),
        (json!({"rawPath": ""}), 404),
        (json!({"rawPath": "/healthz", "rawQueryString": ""}), 200),
    ] {
        let reply = invoke(patch.clone()).await;
        assert_eq!(reply["statusCode"], status, "{patch}: {reply}");
        if status != 200 {
            assert_eq!(reply["headers"]["content-type"], "application/problem+json");
            assert_eq!(reply["isBase64Encoded"], false, "problems are text");
        }
    }
}

proptest! {
    #[test]
    fn any_text_becomes_a_query_string_that_means_the_same(text in any::<String>()) {
        let query = encoded(&text);
        let uri: http::Uri = format!("https://host/?{query}").parse().unwrap();
        prop_assert_eq!(uri.query(), Some(query.as_str()));
        prop_assert_eq!(encoded(&query), query);
    }
}
