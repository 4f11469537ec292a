//! An SDK error, taken apart far enough to say what a caller would do.

use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use domain::port::Source;

use crate::Outlook;

/// What a failed call came to.
#[derive(Debug)]
pub(crate) struct Failure {
    /// AWS's error code; empty where no answer came.
    pub(crate) code: String,
    /// AWS's words; empty where no answer came.
    pub(crate) message: String,
    /// The HTTP status; 0 where no answer came.
    pub(crate) status: u16,
    /// What to expect of the same call.
    pub(crate) outlook: Outlook,
    /// The SDK's own error.
    pub(crate) source: Source,
}

impl<E> From<SdkError<E, HttpResponse>> for Failure
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let status = error.raw_response().map_or(0, |response| response.status().as_u16());
        let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let code = text(metadata.and_then(|metadata| metadata.code()));
        let message = text(metadata.and_then(|metadata| metadata.message()));
        Self { code, message, status, outlook: Outlook::of(&error), source: error.into() }
    }
}
