//! Whom TLS trusts.
//!
//! The SDK reads the system's store before a client's first call: some 140 certificates, which take milliseconds of a cold
//! start. A Lambda calls AWS alone, whose certificates stand below the five roots of Amazon Trust Services
//! (<https://www.amazontrust.com/repository/>). These are in the binary, as Debian's `ca-certificates` has them, and nothing
//! else is trusted there, which is less than before.
//!
//! They are kept current so: the first of them ends in 2037, a test fails two years before, and the same test compares them
//! with the store of the machine that it runs on. Should AWS take another root before a release has it, `SSL_CERT_FILE`
//! names a store that is read instead, as `/etc/pki/tls/certs/ca-bundle.crt`, which is the runtime's own and AWS's to keep.
//! Outside Lambda, for endpoints of one's own, and for China, whose endpoints have had others, the system's store decides.

use aws_smithy_http_client::tls::TrustStore;

/// In PEM.
const AMAZON: &str = include_str!("roots.pem");

/// The store for a process with these variables.
pub(crate) fn trusted(variable: impl Fn(&str) -> Option<String>) -> TrustStore {
    if calls_aws_alone(variable) {
        TrustStore::empty().with_pem_certificate(AMAZON)
    } else {
        TrustStore::default()
    }
}

/// Whether it is a Lambda whose calls all go to AWS's public regions, or to an endpoint without TLS.
fn calls_aws_alone(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let region = variable("AWS_REGION").unwrap_or_default();
    let has_tls = |name: &str| variable(name).is_some_and(|endpoint| !endpoint.starts_with("http://"));
    is_set("AWS_LAMBDA_FUNCTION_NAME")
        && !is_set("SSL_CERT_FILE")
        && !is_set("SSL_CERT_DIR")
        && !["cn-", "us-iso", "eu-iso"].iter().any(|prefix| region.starts_with(prefix))
        && !ENDPOINTS.iter().any(|name| has_tls(name))
}

/// What names an endpoint of the services that a Lambda calls.
const ENDPOINTS: [&str; 5] = [
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_GLUE",
    "AWS_ENDPOINT_URL_ATHENA",
    "AWS_ENDPOINT_URL_STS",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lambda_that_calls_nobody_else_trusts_amazons_roots_alone() {
        let lambda = ("AWS_LAMBDA_FUNCTION_NAME", "lake-compact");
        let cases: [(&[(&str, &str)], bool); 13] = [
            (&[lambda, ("AWS_REGION", "us-west-2")], true),
            (&[lambda, ("AWS_REGION", "us-gov-west-1")], true),
            (&[lambda], true),
            (&[lambda, ("SSL_CERT_FILE", "")], true),
            (&[lambda, ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")], true),
            (&[("AWS_REGION", "us-west-2")], false),
            (&[("AWS_LAMBDA_FUNCTION_NAME", "")], false),
            (&[lambda, ("AWS_REGION", "cn-north-1")], false),
            (&[lambda, ("AWS_REGION", "us-iso-east-1")], false),
            (&[lambda, ("SSL_CERT_FILE", "/etc/pki/tls/certs/ca-bundle.crt")], false),
            (&[lambda, ("SSL_CERT_DIR", "/etc/ssl/certs")], false),
            (&[lambda, ("AWS_ENDPOINT_URL", "https://aws.test")], false),
            (&[lambda, ("AWS_ENDPOINT_URL_S3", "https://s3.test")], false),
        ];
        for (variables, alone) in cases {
            let variable = |wanted: &str| {
                let found = variables.iter().find(|(name, _)| *name == wanted);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(calls_aws_alone(variable), alone, "{variables:?}");
            // Whatever the store, a client can be made of it.
            let _store = trusted(variable);
        }
    }
}
