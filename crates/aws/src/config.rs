//! The SDK's configuration, built once at cold start, and the clients that share it.

use std::{path::Path, time::Duration};

use aws_config::{
    BehaviorVersion, ConfigLoader, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_sdk_s3::config::SharedCredentialsProvider;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{http::SharedHttpClient, interceptors::SharedInterceptor};
use chrono::{DateTime, Utc};
use domain::settings::{InvalidSetting, QueryFunction, Settings};

use crate::{
    RetryPassing,
    athena::AthenaEngine,
    function,
    glue::GlueCatalog,
    record, roots,
    s3::{self, S3Origin, S3Store},
};

/// The region of the local lake, and the default of the deployment.
pub const LOCAL_REGION: &str = "us-west-2";

/// How long one call may take with all its attempts. What the age check allowed takes effect within this, or
/// never: well below the 15 minutes after which S3 refuses the signature.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(120);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Attempts of one call, with the SDK's jittered backoff between them.
pub(crate) const ATTEMPTS: u32 = 4;

/// Reads every setting from the environment of the process. A Lambda reads its own ones only: `lambda::start`.
pub fn settings() -> Result<Settings, InvalidSetting> {
    Settings::read(variable)
}

/// A variable of the environment. What is not UTF-8 is made visible, and so fails its setting's rule.
pub fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// Where AWS is, and who we are.
#[derive(Debug, Clone)]
pub struct Aws {
    pub(crate) sdk: SdkConfig,
    /// Records the calls of the clients, if that is asked for.
    pub(crate) calls: Option<SharedInterceptor>,
}

impl Aws {
    /// As Lambda's variables say, and nothing else: the region, the credentials of the function's role, and
    /// `AWS_ENDPOINT_URL`. With [`RECORD_CALLS`](crate::RECORD_CALLS), the calls of the ports are recorded.
    pub fn of_function() -> Self {
        let sdk = function::configuration(variable)
            .behavior_version(behavior())
            .http_client(https())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(timeouts())
            .build();
        Self { sdk, calls: record::from_environment() }
    }

    /// As the standard variables and files say: `AWS_REGION`, `AWS_ENDPOINT_URL`, profiles, the role of a container or an
    /// instance. With [`RECORD_CALLS`](crate::RECORD_CALLS), the calls of the ports are recorded.
    pub async fn from_environment() -> Self {
        Self { sdk: loader().load().await, calls: record::from_environment() }
    }

    /// The same, in this region, whatever the environment says.
    pub async fn from_environment_in(region: &str) -> Self {
        let sdk = loader().region(Region::new(region.to_owned())).load().await;
        Self { sdk, calls: record::from_environment() }
    }

    /// The local lake at this endpoint, whatever the environment says. It accepts any credentials.
    pub fn local(endpoint: &str) -> Self {
        let credentials = aws_sdk_s3::config::Credentials::new("local", "local", None, None, "local");
        let sdk = SdkConfig::builder()
            .behavior_version(behavior())
            .endpoint_url(endpoint)
            .region(Region::from_static(LOCAL_REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(Builder::new().build_http())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(timeouts())
            .build();
        Self { sdk, calls: None }
    }

    /// The same, and a line in the file for each attempt of a call of its ports, in this function's name.
    pub fn recording_calls(self, file: &Path, function: &str) -> Self {
        Self { calls: Some(record::calls_to(file, function)), ..self }
    }

    /// The configuration, for clients that are not ports. It cannot hold a retry classifier: such a client takes
    /// [`RetryPassing`] for itself.
    pub fn sdk_config(&self) -> &SdkConfig {
        &self.sdk
    }

    /// The bucket of the settings.
    pub fn store(&self, settings: &Settings) -> S3Store {
        self.store_in(&settings.bucket)
    }

    /// The bucket of this name.
    pub fn store_in(&self, bucket: &str) -> S3Store {
        S3Store::new(self.s3(), bucket.to_owned())
    }

    /// A bucket in the region of these clients, to restore the lake's bucket from; with a moment, as it was then, which
    /// needs versioning.
    pub fn origin(&self, bucket: &str, at: Option<DateTime<Utc>>, lake: &S3Store) -> S3Origin {
        S3Origin::new(self.store_in(bucket), lake.clone(), at)
    }

    /// The Glue database of the settings.
    pub fn catalog(&self, settings: &Settings) -> GlueCatalog {
        self.catalog_of(&settings.bucket, &settings.database)
    }

    /// The Glue database of this name, whose tables lie in this bucket.
    pub fn catalog_of(&self, bucket: &str, database: &str) -> GlueCatalog {
        let mut config = aws_sdk_glue::config::Builder::from(&self.sdk).retry_classifier(RetryPassing);
        if let Some(calls) = &self.calls {
            config.push_interceptor(calls.clone());
        }
        let client = aws_sdk_glue::Client::from_conf(config.build());
        GlueCatalog::new(client, database.to_owned(), bucket.to_owned())
    }

    /// The Athena workgroup of the settings, and its scan tiers.
    pub fn engine(&self, settings: &Settings) -> AthenaEngine {
        self.engine_of(&QueryFunction::from(settings))
    }

    /// The same, of the settings of `query`.
    pub fn engine_of(&self, settings: &QueryFunction) -> AthenaEngine {
        let mut config = aws_sdk_athena::config::Builder::from(&self.sdk).retry_classifier(RetryPassing);
        if let Some(calls) = &self.calls {
            config.push_interceptor(calls.clone());
        }
        let client = aws_sdk_athena::Client::from_conf(config.build());
        AthenaEngine::new(client, self.s3(), settings)
    }

    fn s3(&self) -> aws_sdk_s3::Client {
        let mut config = aws_sdk_s3::config::Builder::from(&self.sdk)
            // A bucket as a host name does not resolve below a custom endpoint.
            .force_path_style(self.sdk.endpoint_url().is_some())
            .retry_classifier(RetryPassing);
        if let Some(calls) = &self.calls {
            config.push_interceptor(calls.clone());
        }
        s3::client(config)
    }
}

fn loader() -> ConfigLoader {
    aws_config::defaults(behavior())
        .http_client(https())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(timeouts())
}

fn https() -> SharedHttpClient {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    // It has no other errors than those of s2n, which is not linked; then the system's store decides.
    let http = match TlsContext::builder().with_trust_store(roots::trusted(variable)).build() {
        Ok(tls) => http.tls_context(tls),
        Err(_) => http,
    };
    http.build_https()
}

fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build()
}
