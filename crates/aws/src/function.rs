//! What a Lambda knows of AWS.
//!
//! Lambda puts the region, and the credentials of the function's role, into variables. The SDK's own way also looks for
//! profiles in files, asks STS, and asks the addresses that containers and instances have for credentials. A function has
//! none of these, so what would look for them is not linked: 0.2 MB of each zipped function.

use std::fmt;

use aws_config::{
    AppName, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider, identity::IdentityCache,
};
use aws_sdk_s3::config::SharedCredentialsProvider;
use aws_types::{
    sdk_config::Builder,
    service_config::{LoadServiceConfig, ServiceConfigKey},
};

/// What these variables say, as the SDK reads them. The credentials are those of the process. A variable that is blank, or
/// whose value is none of its values, says nothing.
pub(crate) fn configuration(variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Builder {
    let variables = Variables(variable);
    let text = |name: &str| variables.get(name);
    let switch = |name: &str| -> Option<bool> { text(name)?.to_ascii_lowercase().parse().ok() };
    let credentials = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
    let mut builder = SdkConfig::builder()
        .region(text("AWS_REGION").or_else(|| text("AWS_DEFAULT_REGION")).map(Region::new))
        .credentials_provider(credentials)
        .identity_cache(IdentityCache::lazy().build());
    let endpoint = if variables.ignores_endpoints() { None } else { text(ENDPOINT) };
    builder.set_endpoint_url(endpoint);
    builder.set_use_fips(switch("AWS_USE_FIPS_ENDPOINT"));
    builder.set_use_dual_stack(switch("AWS_USE_DUALSTACK_ENDPOINT"));
    builder.set_request_checksum_calculation(
        text("AWS_REQUEST_CHECKSUM_CALCULATION").and_then(|when| when.parse().ok()),
    );
    builder.set_response_checksum_validation(
        text("AWS_RESPONSE_CHECKSUM_VALIDATION").and_then(|when| when.parse().ok()),
    );
    builder.set_app_name(text("AWS_SDK_UA_APP_ID").and_then(|name| AppName::new(name).ok()));
    builder.service_config(variables)
}

const ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// What variables say of one service.
struct Variables<V>(V);

impl<V: Fn(&str) -> Option<String>> Variables<V> {
    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.trim().is_empty())
    }

    fn ignores_endpoints(&self) -> bool {
        self.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

impl<V> fmt::Debug for Variables<V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Variables")
    }
}

impl<V: Fn(&str) -> Option<String> + Send + Sync> LoadServiceConfig for Variables<V> {
    /// The service's own variable comes before that of all services.
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        if key.env() == ENDPOINT && self.ignores_endpoints() {
            return None;
        }
        let service = key.service_id().to_uppercase().replace(' ', "_");
        self.get(&format!("{}_{service}", key.env())).or_else(|| self.get(key.env()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn read(variables: &[(&str, &str)]) -> SdkConfig {
        let variables: HashMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        configuration(move |name| variables.get(name).cloned()).build()
    }

    fn endpoint_of(service: &str, sdk: &SdkConfig) -> Option<String> {
        let key =
            ServiceConfigKey::builder().service_id(service).env(ENDPOINT).profile("endpoint_url").build();
        sdk.service_config().unwrap().load_config(key.unwrap())
    }

    #[test]
    fn the_region_is_lambdas_or_the_default_one() {
        let region = |variables: &[(&str, &str)]| read(variables).region().map(ToString::to_string);
        let (own, default) = (("AWS_REGION", "eu-central-1"), ("AWS_DEFAULT_REGION", "us-west-2"));
        assert_eq!(region(&[own, default]).as_deref(), Some("eu-central-1"));
        assert_eq!(region(&[own]).as_deref(), Some("eu-central-1"));
        assert_eq!(region(&[default]).as_deref(), Some("us-west-2"));
        assert_eq!(region(&[("AWS_REGION", " "), default]).as_deref(), Some("us-west-2"));
        assert_eq!(region(&[]), None);
    }

    #[test]
    fn a_service_has_its_own_endpoint_before_that_of_all() {
        let sdk = read(&[("AWS_ENDPOINT_URL", "http://all"), ("AWS_ENDPOINT_URL_S3", "http://s3")]);
        assert_eq!(sdk.endpoint_url(), Some("http://all"));
        assert_eq!(endpoint_of("S3", &sdk).as_deref(), Some("http://s3"));
        assert_eq!(endpoint_of("Glue", &sdk).as_deref(), Some("http://all"));
        let sdk = read(&[("AWS_ENDPOINT_URL_API_GATEWAY", "http://gateway"), ("AWS_ENDPOINT_URL", "")]);
        assert_eq!((sdk.endpoint_url(), endpoint_of("S3", &sdk)), (None, None));
        assert_eq!(endpoint_of("API Gateway", &sdk).as_deref(), Some("http://gateway"));
    }

    #[test]
    fn endpoints_can_be_switched_off() {
        let endpoints = [("AWS_ENDPOINT_URL", "http://all"), ("AWS_ENDPOINT_URL_S3", "http://s3")];
        for (value, ignored) in [("true", true), ("TRUE", true), ("false", false), ("1", false)] {
            let sdk =
                read(&[endpoints.as_slice(), &[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", value)]].concat());
            assert_eq!(sdk.endpoint_url().is_none(), ignored, "{value}");
            assert_eq!(endpoint_of("S3", &sdk).is_none(), ignored, "{value}");
        }
    }

    #[test]
    fn what_kind_of_endpoints_there_are_and_what_is_checked_is_taken_over() {
        let sdk = read(&[
            ("AWS_USE_FIPS_ENDPOINT", "True"),
            ("AWS_USE_DUALSTACK_ENDPOINT", "false"),
            ("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required"),
            ("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required"),
            ("AWS_SDK_UA_APP_ID", "lake"),
        ]);
        assert_eq!((sdk.use_fips(), sdk.use_dual_stack()), (Some(true), Some(false)));
        assert!(sdk.request_checksum_calculation().is_some() && sdk.response_checksum_validation().is_some());
        assert_eq!(sdk.app_name().map(AsRef::as_ref), Some("lake"));
        let sdk = read(&[("AWS_USE_FIPS_ENDPOINT", "yes"), ("AWS_REQUEST_CHECKSUM_CALCULATION", "never")]);
        assert_eq!((sdk.use_fips(), sdk.use_dual_stack()), (None, None));
        assert!(sdk.request_checksum_calculation().is_none() && sdk.app_name().is_none());
    }
}
