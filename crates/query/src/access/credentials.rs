//! The API key of a request, from its headers.

use axum::http::{HeaderMap, HeaderName, header};
use domain::access::{Secret, claimed_id};

use super::{
    HOW,
    audit::{self, Rejection},
    missing,
};
use crate::problem::{Problem, ProblemKind};

const OWN: HeaderName = HeaderName::from_static("x-api-key");

/// Reads `X-Api-Key` or, without it, `Authorization`. In this order, since a gateway may want an `Authorization` of
/// its own. What a header says never gets into an answer or the log.
pub(super) fn read(headers: &HeaderMap) -> Result<Secret, Problem> {
    let text = match only(headers, &OWN)? {
        Some(text) => text,
        None => bearer(only(headers, &header::AUTHORIZATION)?.ok_or_else(missing)?)?,
    };
    Secret::parse(text).map_err(|malformed| {
        if let Some(id) = claimed_id(text) {
            audit::rejected(&id, Rejection::TypingError);
        }
        Problem::new(ProblemKind::Unauthorized, format!("{malformed}: {HOW}"))
    })
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match (value.to_str(), values.next()) {
        (Ok(text), None) => Ok(Some(text.trim())),
        _ => Err(malformed(&format!("the header {name} comes twice, or is not plain text"))),
    }
}

fn bearer(text: &str) -> Result<&str, Problem> {
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(token.trim())
    } else {
        Err(malformed("the header authorization has another scheme than Bearer"))
    }
}

fn malformed(what: &str) -> Problem {
    Problem::new(ProblemKind::Unauthorized, format!("{what}: {HOW}"))
}
