//! Requests for services that are not here. S3 takes whatever is no call of another protocol, and would answer a call of
//! Lambda that there is no bucket `2015-03-31`. So the signature is looked at: it names the service that is meant.

use axum::{
    body::Body,
    http::{Response, StatusCode, request::Parts},
};

use crate::{
    protocol::{
        json::{self, JsonError},
        query::{self, QueryError},
    },
    sns,
};

/// Services whose errors are XML. Those of the others are JSON.
const XML: [&str; 9] =
    ["cloudfront", "route53", "s3", "s3-object-lambda", "s3-outposts", "s3express", "sns", "sqs", "sts"];

/// Services that are here, and are called by a POST to `/`.
const BY_POST: [&str; 4] = ["athena", "glue", "sns", "sts"];

/// The service that a request which looks like one of S3 is for, if it is not S3.
pub(super) fn service(request: &Parts) -> Option<String> {
    // S3 Control signs as S3, and is another service.
    if request.uri.path().starts_with("/v20180820/") && request.headers.contains_key("x-amz-account-id") {
        return Some("s3-control".to_owned());
    }
    signed_for(request).filter(|service| service != "s3")
}

/// The service that a request is signed for, in its header or its address.
pub(super) fn signed_for(request: &Parts) -> Option<String> {
    let authorization = request.headers.get("authorization").and_then(|value| value.to_str().ok());
    if let Some((_, credential)) = authorization.and_then(|value| value.split_once("Credential=")) {
        return of_scope(credential.split([',', ' ']).next()?);
    }
    let query = request.uri.query()?.as_bytes();
    let (_, credential) =
        form_urlencoded::parse(query).find(|(name, _)| name.eq_ignore_ascii_case("x-amz-credential"))?;
    of_scope(&credential)
}

/// `AKID/20261123/us-west-2/lambda/aws4_request`.
fn of_scope(credential: &str) -> Option<String> {
    let mut parts = credential.rsplit('/');
    let is_scope = parts.next() == Some("aws4_request");
    parts.next().filter(|service| is_scope && !service.is_empty()).map(str::to_owned)
}

/// The refusal, in the format in which the service's clients read errors.
pub(super) fn refuse(service: &str, id: &str) -> Response<Body> {
    let message = if BY_POST.contains(&service) {
        format!("the local lake takes calls of {service} as a POST to / only")
    } else {
        format!("the local lake does not have the service {service}")
    };
    if XML.contains(&service) || service == "s3-control" {
        let error = QueryError { status: StatusCode::NOT_IMPLEMENTED, code: "NotImplemented", message };
        return query::respond("Unknown", sns::NAMESPACE, Err(error), id);
    }
    let error =
        JsonError { status: StatusCode::NOT_IMPLEMENTED, ..JsonError::new("NotImplemented", message) };
    json::respond(Err(error), id)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn found(uri: &str, authorization: &str) -> Option<String> {
        let request = Request::builder().uri(uri).header("authorization", authorization);
        service(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn the_signature_names_the_service() {
        let signed = |service: &str| {
            format!(
                "AWS4-HMAC-SHA256 Credential=AKID/20261123/us-west-2/{service}/aws4_request, SignedHeaders=host, \
                 Signature=0"
            )
        };
        assert_eq!(found("/2015-03-31/functions/", &signed("lambda")).as_deref(), Some("lambda"));
        assert_eq!(found("/bucket/key", &signed("s3")), None);
        for nonsense in ["nonsense", "AWS key:signature", "AWS4-HMAC-SHA256 Credential=local", "Credential="]
        {
            assert_eq!(found("/bucket/key", nonsense), None, "{nonsense}");
        }
        let several_regions =
            "AWS4-ECDSA-P256-SHA256 Credential=AKID/20261123/iot/aws4_request,SignedHeaders=host";
        assert_eq!(found("/things", several_regions).as_deref(), Some("iot"));
        let presigned = "/x?X-Amz-Credential=AKID%2F20261123%2Fus-west-2%2Fpolly%2Faws4_request";
        assert_eq!(found(presigned, "").as_deref(), Some("polly"));
    }
}
