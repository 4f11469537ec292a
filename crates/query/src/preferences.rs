//! What a caller asks for in headers.

use axum::http::{HeaderMap, header};

use crate::service::Preferences;

/// Reads `Accept` and `Prefer`. A preference that is not understood is no error (RFC 7240): `respond-async`
/// is one until queries can be come back to.
pub(crate) fn read(headers: &HeaderMap) -> Preferences {
    let joined = |name: &str| {
        let values: Vec<&str> =
            headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        (!values.is_empty()).then(|| values.join(","))
    };
    let prefer = joined("prefer").unwrap_or_default();
    Preferences { accept: joined(header::ACCEPT.as_str()), wait: prefer.split(',').find_map(wait) }
}

/// The seconds of `wait=20`.
fn wait(preference: &str) -> Option<u64> {
    let (name, value) = preference.split(';').next()?.split_once('=')?;
    let value = value.trim().trim_matches('"');
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| digits && name.trim().eq_ignore_ascii_case("wait"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn waits(prefer: &'static str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.append("prefer", HeaderValue::from_static("return=minimal"));
        headers.append("prefer", HeaderValue::from_static(prefer));
        read(&headers).wait
    }

    #[test]
    fn the_wait_is_found_among_other_preferences() {
        assert_eq!(waits("wait=5"), Some(5));
        assert_eq!(waits("respond-async, Wait = \"7\"; x=y"), Some(7));
        for none in ["respond-async", "wait", "wait=", "wait=-1", "wait=+1", "wait=soon", "waits=5"] {
            assert_eq!(waits(none), None, "{none}");
        }
    }
}
