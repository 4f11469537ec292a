//! What to expect of a call to AWS that failed. This is the one place that decides it: for the SDK's own retries
//! ([`RetryPassing`](crate::RetryPassing)), for the errors of the ports, and for `tributary publish`.
//!
//! Every call of ours may be repeated: a conditional put carries its writer, a query its token, an event its
//! identity. So the question is only whether repeating can help. It can where the failure says nothing about the
//! request: there was no answer, half of one, one that AWS did not write, or one that says "not now". All of these
//! are repeated a bounded number of times, so an endpoint that is simply wrong fails as well, only later.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_sdk_glue::types::error::{OperationTimeoutException, ResourceNotReadyException};
use aws_smithy_http::endpoint::ResolveEndpointError;
use aws_smithy_runtime_api::client::{
    endpoint::error::InvalidEndpointError,
    interceptors::context,
    orchestrator::{HttpResponse, OrchestratorError},
    result::{ConnectorError, SdkError},
};
use aws_smithy_types::{
    error::{ErrorMetadata, metadata::ProvideErrorMetadata},
    retry::ErrorKind,
};

/// Codes that mean "not now" and are not in the SDK's lists. Most come with a status of 500 or more as well, but the
/// entries of a batch have only a code.
const PASSING: [&str; 14] = [
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "InternalServiceException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    // Glue answers both with 400.
    "OperationTimeoutException",
    "ResourceNotReadyException",
    // S3 received another body than was sent, or a part of it: the connection did that, not the request.
    "BadDigest",
    "IncompleteBody",
    "XAmzContentSHA256Mismatch",
    // The SDK measures the clock's error by the Date of every answer, and signs the next request with the right time.
    "RequestTimeTooSkewed",
    "RequestExpired",
];

/// How AWS's message begins when the clock of the signer is wrong. The error code, SignatureDoesNotMatch or
/// InvalidSignatureException, is the same for a wrong key. The SDK corrects the clock, as for `RequestTimeTooSkewed`.
const SKEWED: [&str; 2] = ["Signature expired", "Signature not yet current"];

/// What a caller would do about a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// The same call may succeed later.
    Later,
    /// The same call may succeed later, if fewer calls are made until then.
    Throttled,
    /// The same call will not succeed until somebody changes the request, the rights or the configuration.
    Final,
}

impl Outlook {
    /// Of a call that the SDK has given up.
    pub fn of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::ConstructionFailure(_) => Self::Final,
            SdkError::DispatchFailure(failure) => {
                failure.as_connector_error().map_or(Self::Later, Self::of_connection)
            }
            SdkError::ResponseError(answer) => Self::of_unreadable(answer.raw()),
            SdkError::ServiceError(answer) => {
                Self::of_answer(answer.raw().status().as_u16(), Some(answer.err().meta()))
            }
            // A timeout; and whatever a later version of the SDK adds, since what is unknown says nothing.
            _ => Self::Later,
        }
    }

    /// Of an error code by itself, as the entries of a batch have it. `None` if the code does not speak of waiting.
    pub fn of_code(code: &str) -> Option<Self> {
        // SNS says Throttled and KMSThrottling, S3 passes on KMS.ThrottlingException: there is no list of all.
        let is_throttled = THROTTLING_ERRORS.contains(&code) || code.contains("Throttl");
        if is_throttled || code == "TooManyRequests" {
            Some(Self::Throttled)
        } else if TRANSIENT_ERRORS.contains(&code) || PASSING.contains(&code) {
            Some(Self::Later)
        } else {
            None
        }
    }

    /// Whether the same call may succeed later.
    pub fn may_pass(self) -> bool {
        self != Self::Final
    }

    /// Of one attempt, as the SDK shows it to a retry classifier.
    pub(crate) fn of_attempt(
        error: &OrchestratorError<context::Error>,
        response: Option<&HttpResponse>,
    ) -> Self {
        if let Some(error) = error.as_connector_error() {
            return Self::of_connection(error);
        }
        if error.is_timeout_error() || error.is_response_error() {
            return Self::Later;
        }
        match (error.as_operation_error(), response) {
            (Some(error), Some(answer)) => Self::of_answer(answer.status().as_u16(), metadata(error)),
            (None, Some(answer)) => Self::of_unreadable(answer),
            (_, None) => Self::of_cause(error),
        }
    }

    /// Of a connection that failed, or of a request that did not get that far: the SDK makes both the same error.
    fn of_connection(error: &ConnectorError) -> Self {
        match error.as_other() {
            _ if error.is_user() => Self::Final,
            Some(ErrorKind::ClientError) => Self::Final,
            Some(ErrorKind::ThrottlingError) => Self::Throttled,
            // Closed before the answer was whole.
            Some(_) => Self::Later,
            None => Self::of_cause(error),
        }
    }

    /// Of an answer that the SDK could not make sense of.
    fn of_unreadable(answer: &HttpResponse) -> Self {
        match answer.body().bytes() {
            // It broke off: what its status says has lost its explanation.
            None => Self::Later,
            Some(_) => Self::of_answer(answer.status().as_u16(), None),
        }
    }

    fn of_answer(status: u16, metadata: Option<&ErrorMetadata>) -> Self {
        let code = metadata.and_then(ErrorMetadata::code);
        if let Some(outlook) = code.and_then(Self::of_code) {
            return outlook;
        }
        let message = metadata.and_then(ErrorMetadata::message).unwrap_or_default();
        if SKEWED.iter().any(|words| message.starts_with(words)) {
            return Self::Later;
        }
        match status {
            429 => Self::Throttled,
            // The request came too slowly, or too early.
            408 | 425 => Self::Later,
            // Not implemented, and not in this version of HTTP: it will not be in a minute either.
            501 | 505 => Self::Final,
            500..=599 => Self::Later,
            // It succeeded, and what came is not what AWS answers: half of it, or a page of somebody in between.
            200..=299 if code.is_none() => Self::Later,
            // The request, the rights, credentials that expired; a redirect. Without a code, a 4xx is of a proxy or a
            // firewall, or there is something else than AWS at the endpoint: both are for a person to see.
            _ => Self::Final,
        }
    }

    /// Of a cause that the SDK has no kind for, or none but "input and output".
    fn of_cause(error: &(dyn Error + 'static)) -> Self {
        for cause in causes(error) {
            if let Some(error) = cause.downcast_ref::<CredentialsError>() {
                return match error {
                    // There are none.
                    CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_) => {
                        Self::Final
                    }
                    // There are, and who hands them out did not.
                    _ => Self::Later,
                };
            }
            if cause.is::<ResolveEndpointError>() || cause.is::<InvalidEndpointError>() {
                return Self::Final;
            }
        }
        // Refused, reset, timed out, a name that does not resolve, bytes that are not HTTP: what is at the other end may
        // be starting. If the endpoint is simply wrong, the error of the last attempt shows it to a person.
        Self::Later
    }
}

/// Code and message of an operation's error whose type is not known. Errors that the operation does not model carry
/// them as their source. Of those that it models, only the ones that would be taken for final have to be known.
fn metadata(error: &context::Error) -> Option<&ErrorMetadata> {
    causes(error).find_map(|cause| {
        cause
            .downcast_ref::<ErrorMetadata>()
            .or_else(|| cause.downcast_ref::<OperationTimeoutException>().map(ProvideErrorMetadata::meta))
            .or_else(|| cause.downcast_ref::<ResourceNotReadyException>().map(ProvideErrorMetadata::meta))
    })
}

/// An error, its source, the source of that, and so on.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| Error::source(*error))
}

#[cfg(test)]
mod tests;
