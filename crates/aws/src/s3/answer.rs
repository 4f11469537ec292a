//! Whether an answer is S3's at all.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeDeserializationInterceptorContextRef, dyn_dispatch_hint},
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

/// Operations whose success S3 answers with the object's ETag. The SDK does not read the body of any of them, so a
/// page of somebody between S3 and us would pass for an object that is stored, or for its content.
const WITH_ETAG: [&str; 3] = ["GetObject", "HeadObject", "PutObject"];

/// Takes an answer of 200 for a failure if it has not the ETag that S3 sends with it.
#[derive(Debug)]
pub(super) struct RequireEtag;

#[dyn_dispatch_hint]
impl Intercept for RequireEtag {
    fn name(&self) -> &'static str {
        "RequireEtag"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        let needs_etag = config.load::<Metadata>().is_some_and(|called| WITH_ETAG.contains(&called.name()));
        if needs_etag && answer.status().is_success() && answer.headers().get("etag").is_none() {
            return Err("the answer has no ETag, so it is not S3's".into());
        }
        Ok(())
    }
}
