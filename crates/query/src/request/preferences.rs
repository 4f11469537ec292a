//! What a caller asks for in headers.

use axum::{
    extract::Request,
    http::{HeaderMap, header},
};
use chrono::{DateTime, Utc};

use super::format::Format;
use crate::{access::Caller, problem::Problem};

/// When the process that answers will be stopped; the handler of a Lambda puts it beside the request. With it,
/// nothing is left to be done after the answer: it would be frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deadline(pub(crate) DateTime<Utc>);

/// What a request asks for beside its path and query string.
#[derive(Debug, Clone, Default)]
pub(crate) struct Preferences {
    /// `Accept`, all of them joined.
    pub(crate) accept: Option<String>,
    /// `Prefer: wait=`, in seconds.
    pub(crate) wait: Option<u64>,
    /// `Prefer: respond-async`.
    pub(crate) respond_async: bool,
    /// `Prefer: count=exact`.
    pub(crate) count: bool,
    /// Whether the query ends with its request: nobody would come back to it.
    pub(crate) ends_with_request: bool,
    /// `If-None-Match`, all of them joined.
    pub(crate) if_none_match: Option<String>,
    /// When there will be no time left.
    pub(crate) deadline: Option<Deadline>,
    /// Who asks.
    pub(crate) caller: Caller,
}

/// Reads the headers and what was put beside the request. A preference that is not understood is no error
/// (RFC 7240).
pub(crate) fn read(request: &Request) -> Preferences {
    let headers = request.headers();
    let prefer = joined(headers, "prefer").unwrap_or_default();
    Preferences {
        accept: joined(headers, header::ACCEPT.as_str()),
        wait: prefer.split(',').find_map(wait),
        count: prefer.split(',').any(is_count),
        respond_async: prefer.split(',').any(is_respond_async),
        ends_with_request: false,
        if_none_match: joined(headers, header::IF_NONE_MATCH.as_str()),
        deadline: request.extensions().get::<Deadline>().copied(),
        // Without a caller, somebody forgot to find out who asks: that opens nothing.
        caller: request.extensions().get::<Caller>().cloned().unwrap_or_else(Caller::nobody),
    }
}

impl Preferences {
    /// The format that the caller wants, of those that its key allows: the parameter `format` if there is one, else what
    /// `Accept` says.
    pub(crate) fn format(&self, parameter: Option<&str>) -> Result<Format, Problem> {
        let may_have = |format: Format| self.caller.may_have(format.name()).is_ok();
        let format = Format::choose_of(parameter, self.accept.as_deref(), may_have)?;
        self.caller.may_have(format.name())?;
        Ok(format)
    }
}

/// The values of a header, all of them as one list.
pub(crate) fn joined(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// The seconds of `wait=20`.
fn wait(preference: &str) -> Option<u64> {
    let (name, value) = preference.split(';').next()?.split_once('=')?;
    let value = value.trim().trim_matches('"');
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| digits && name.trim().eq_ignore_ascii_case("wait"))
}

fn is_respond_async(preference: &str) -> bool {
    let name = preference.split(';').next().unwrap_or_default();
    name.trim().eq_ignore_ascii_case("respond-async")
}

/// PostgREST's `count=exact`; of its others, `planned` and `estimated`, there is none here.
fn is_count(preference: &str) -> bool {
    let (name, value) = preference.split(';').next().unwrap_or_default().split_once('=').unwrap_or_default();
    name.trim().eq_ignore_ascii_case("count") && value.trim().trim_matches('"').eq_ignore_ascii_case("exact")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferences(prefer: &'static str) -> Preferences {
        let request = Request::builder().header("prefer", "return=minimal").header("prefer", prefer);
        read(&request.body(axum::body::Body::empty()).unwrap())
    }

    #[test]
    fn the_wait_is_found_among_other_preferences() {
        assert_eq!(preferences("wait=5").wait, Some(5));
        assert_eq!(preferences("respond-async, Wait = \"7\"; x=y").wait, Some(7));
        for none in ["respond-async", "wait", "wait=", "wait=-1", "wait=+1", "wait=soon", "waits=5"] {
            assert_eq!(preferences(none).wait, None, "{none}");
        }
    }

    #[test]
    fn respond_async_has_no_value() {
        for yes in ["respond-async", "wait=5, Respond-Async", "respond-async;x=y"] {
            assert!(preferences(yes).respond_async, "{yes}");
        }
        for no in ["respond-asynchronously", "wait=5", "", "respond-async=1"] {
            assert!(!preferences(no).respond_async, "{no}");
        }
    }

    #[test]
    fn a_count_is_exact_or_none() {
        for yes in ["count=exact", "wait=5, Count = \"exact\"", "count=exact;x=y"] {
            assert!(preferences(yes).count, "{yes}");
        }
        for no in ["count", "count=planned", "count=estimated", "counts=exact", "wait=5", ""] {
            assert!(!preferences(no).count, "{no}");
        }
    }

    #[test]
    fn the_deadline_and_the_caller_come_with_the_request() {
        let mut request = Request::new(axum::body::Body::empty());
        assert_eq!(read(&request).deadline, None);
        assert!(read(&request).caller.may_send_sql().is_err(), "who nobody let in is not anybody");
        request.extensions_mut().insert(Deadline(DateTime::UNIX_EPOCH));
        request.extensions_mut().insert(Caller::named("k1"));
        let found = read(&request);
        assert_eq!(found.deadline, Some(Deadline(DateTime::UNIX_EPOCH)));
        assert_eq!(found.caller.id(), Some("k1"));
    }
}
