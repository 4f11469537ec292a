//! What a presigned URL adds to its query: taken off, after a look at how long the URL holds.

use axum::http::Uri;
use chrono::{DateTime, NaiveDateTime, Utc};
use s3s::{S3Error, S3ErrorCode};

/// The parameters that a presigned URL adds; of the older signature, which the AWS CLI still makes, the last ones.
const PARAMETERS: [&str; 10] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
    "awsaccesskeyid",
    "signature",
    "expires",
];

/// The longest time that a URL may hold, in seconds: seven days.
const LONGEST: i64 = 7 * 24 * 60 * 60;

/// The address without its signature. A URL that has expired is refused, and so is one that may not hold for so long.
pub(super) fn without_signature(uri: Uri, now: DateTime<Utc>) -> Result<Uri, S3Error> {
    let Some(query) = uri.query() else { return Ok(uri) };
    let mut kept: Vec<&str> = Vec::new();
    let (mut date, mut seconds, mut moment) = (None, None, None);
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = name.to_ascii_lowercase();
        if PARAMETERS.contains(&name.as_str()) {
            match name.as_str() {
                "x-amz-date" => date = parse_date(value),
                "x-amz-expires" => seconds = Some(parse_seconds(value)?),
                "expires" => moment = value.parse::<i64>().ok(),
                _ => {}
            }
        } else if !pair.is_empty() {
            kept.push(pair);
        }
    }
    let expired = match (seconds, date) {
        (Some(seconds), Some(date)) => (now - date).num_seconds() > seconds,
        (Some(_), None) => {
            return Err(malformed("a URL with X-Amz-Expires needs an X-Amz-Date, as 20261123T100500Z"));
        }
        // The older signature gives the moment itself.
        (None, _) => moment.is_some_and(|moment| now.timestamp() > moment),
    };
    if expired {
        return Err(S3Error::with_message(S3ErrorCode::AccessDenied, "Request has expired"));
    }
    let path = uri.path();
    let target = if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) };
    target
        .parse()
        .map_err(|_| S3Error::with_message(S3ErrorCode::InvalidURI, "Couldn't parse the specified URI."))
}

fn parse_seconds(text: &str) -> Result<i64, S3Error> {
    match text.parse::<i64>() {
        Err(_) => Err(malformed("X-Amz-Expires should be a number")),
        Ok(seconds) if seconds < 0 => Err(malformed("X-Amz-Expires must be non-negative")),
        Ok(seconds) if seconds > LONGEST => Err(malformed(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less \
             than 604800 seconds",
        )),
        Ok(seconds) => Ok(seconds),
    }
}

fn malformed(message: &'static str) -> S3Error {
    S3Error::with_message(S3ErrorCode::AuthorizationQueryParametersError, message)
}

fn parse_date(text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok().map(|time| time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str) -> Result<String, (String, String)> {
        let now = parse_date("20261123T100500Z").unwrap();
        let uri: Uri = format!("/b/k?{query}").parse().unwrap();
        without_signature(uri, now).map(|uri| uri.to_string()).map_err(|error| {
            (error.code().as_str().to_owned(), error.message().unwrap_or_default().to_owned())
        })
    }

    #[test]
    fn a_url_holds_for_a_week_at_most() {
        let url =
            |seconds: &str| found(&format!("X-Amz-Date=20261123T100400Z&X-Amz-Expires={seconds}&x-id=G"));
        for seconds in ["60", "604800"] {
            assert_eq!(url(seconds), Ok("/b/k?x-id=G".to_owned()), "{seconds}");
        }
        assert_eq!(url("59").unwrap_err().1, "Request has expired");
        for (seconds, words) in
            [("604801", "less than a week"), ("-60", "non-negative"), ("soon", "a number"), ("", "a number")]
        {
            let (code, message) = url(seconds).unwrap_err();
            assert_eq!(code, "AuthorizationQueryParametersError", "{seconds}");
            assert!(message.contains(words), "{seconds}: {message}");
        }
        assert_eq!(found("X-Amz-Expires=60").unwrap_err().0, "AuthorizationQueryParametersError");
    }

    #[test]
    fn the_older_signature_gives_a_moment_of_any_distance() {
        assert_eq!(found("Expires=4102444800&Signature=x"), Ok("/b/k".to_owned()));
        assert_eq!(found("Expires=1").unwrap_err().1, "Request has expired");
    }
}
