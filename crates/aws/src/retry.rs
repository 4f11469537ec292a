//! The SDK's retries, for all that may pass.

use aws_smithy_runtime_api::client::{
    interceptors::context::InterceptorContext,
    retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority},
};

use crate::Outlook;

/// Has an SDK client retry whatever [`Outlook`] expects to pass.
///
/// By itself the SDK does not: an answer of 200 that it cannot read, a 429 without a code, and codes that are not in its
/// lists end the call at the first attempt.
#[derive(Debug, Clone, Copy, Default)]
pub struct RetryPassing;

impl ClassifyRetry for RetryPassing {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        match Outlook::of_attempt(error, context.response()) {
            Outlook::Later => RetryAction::transient_error(),
            Outlook::Throttled => RetryAction::throttling_error(),
            // What the SDK knows better, such as a clock that it has just corrected, is left to it.
            Outlook::Final => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "what may pass"
    }

    fn priority(&self) -> RetryClassifierPriority {
        // The widest net runs first, so that the SDK's own classifiers can refine it: how long AWS asks to wait.
        RetryClassifierPriority::run_before(RetryClassifierPriority::http_status_code_classifier())
    }
}
