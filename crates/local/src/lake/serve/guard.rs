//! Who may send requests at all. A lake checks no credentials, so that whoever reaches it may do everything; and every
//! page in a browser on this machine reaches it.
//!
//! - **The host** of the request must be one of this lake's: the loopback's names and addresses, a name below
//!   `localhost` (a bucket), the address that was bound or reached, or a name that was allowed. Otherwise a page whose
//!   own name its owner makes point here (DNS rebinding) would be of the same origin, and read and write everything.
//! - **The origin** that a browser names must be the request's own, or one that the API's setting allows. Another port
//!   of this machine is another origin, and so is `null`.
//! - **Where it comes from** (`Sec-Fetch-Site`), for requests without an origin: another site's is refused, and another
//!   port's too. A link is taken: it only reads, and the page that has it does not get the answer.
//!
//! And **the body** must end where any other reader of the request sees its end: it comes as it is, or in chunks.
//!
//! Programs send neither `Origin` nor `Sec-Fetch-Site`: to them only the host matters.

mod host;

use std::net::IpAddr;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Response, request::Parts},
};

use super::refusal::{Dialect, Refusal};
use host::{Authority, Host};
use query::Coding;

pub use host::{HostName, InvalidHostName};

const HOST: &str = "host";
const ORIGIN: &str = "origin";
const SEC_FETCH_SITE: &str = "sec-fetch-site";
const SEC_FETCH_MODE: &str = "sec-fetch-mode";
const SEC_FETCH_DEST: &str = "sec-fetch-dest";

/// What a port lets in.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    dialect: Dialect,
    /// The address that the port is bound to; it may be the unspecified one.
    bound: IpAddr,
    /// Names that may be used besides.
    hosts: Vec<HostName>,
    /// Origins whose pages may use the port, as the setting has them: `*` is every one.
    origins: Vec<String>,
}

impl Guard {
    /// A port of this protocol, bound there.
    pub(crate) fn new(dialect: Dialect, bound: IpAddr, hosts: &[HostName], origins: &[String]) -> Self {
        Self { dialect, bound: bound.to_canonical(), hosts: hosts.to_vec(), origins: origins.to_vec() }
    }

    /// Whether the request may be answered; `reached` is the address of this machine that it came to.
    pub(super) fn check(&self, request: &Parts, reached: Option<IpAddr>) -> Result<(), Refusal> {
        let host = only(&request.headers, HOST).ok_or(Refusal::MalformedHost)?;
        let host = Authority::parse(host).ok_or(Refusal::MalformedHost)?;
        self.check_host(&host.host, reached)?;
        // A target in absolute form has an authority of its own, which counts for more than the header.
        if let Some(target) = request.uri.authority() {
            let target = Authority::parse(target.as_str()).ok_or(Refusal::MalformedHost)?;
            self.check_host(&target.host, reached)?;
        }
        self.check_origin(request, &host)?;
        match Coding::of(&request.headers) {
            Coding::Known => Ok(()),
            Coding::Malformed => Err(Refusal::MalformedCoding),
            Coding::Unknown => Err(Refusal::UnknownCoding),
        }
    }

    /// The answer to a request that may not.
    pub(super) fn refuse(&self, refusal: &Refusal, request: &Parts) -> Response<Body> {
        self.dialect.refuse(refusal, request)
    }

    /// Whether the request asks how the process is. The AWS port has no such path: there it is a bucket's.
    pub(super) fn is_health_check(&self, request: &Parts) -> bool {
        self.dialect == Dialect::Api && query::is_health_check(&request.method, request.uri.path())
    }

    /// Adds what every answer says to browsers.
    pub(super) fn harden(&self, response: &mut Response<Body>) {
        self.dialect.harden(response.headers_mut());
    }

    fn check_host(&self, host: &Host, reached: Option<IpAddr>) -> Result<(), Refusal> {
        let is_ours = match host {
            Host::Address(address) => {
                address.is_loopback()
                    || *address == self.bound
                    || reached.is_some_and(|reached| *address == reached.to_canonical())
            }
            Host::Name(name) => name == "localhost" || name.ends_with(".localhost"),
        };
        if is_ours || self.hosts.iter().any(|allowed| allowed.is(host)) {
            Ok(())
        } else {
            Err(Refusal::ForeignHost(host.to_string()))
        }
    }

    fn check_origin(&self, request: &Parts, host: &Authority) -> Result<(), Refusal> {
        let headers = &request.headers;
        if self.origins.iter().any(|allowed| allowed == "*") {
            return Ok(());
        }
        if headers.contains_key(ORIGIN) {
            let origin = only(headers, ORIGIN).unwrap_or_default();
            let is_allowed = self.origins.iter().any(|allowed| allowed == origin) || host.is_of(origin);
            return if is_allowed { Ok(()) } else { Err(Refusal::ForeignOrigin(quoted(origin))) };
        }
        // Once for each value: whoever sends two is judged by the worse.
        let mut sites = headers.get_all(SEC_FETCH_SITE).iter().map(HeaderValue::as_bytes);
        let is_foreign = sites.any(|site| site != b"same-origin" && site != b"none");
        if is_foreign && !is_link(request) {
            return Err(Refusal::ForeignOrigin("another origin".to_owned()));
        }
        Ok(())
    }
}

/// Whether somebody follows a link, as far as a browser says: the answer is shown, in a tab of its own.
fn is_link(request: &Parts) -> bool {
    let only_reads = request.method == Method::GET || request.method == Method::HEAD;
    let is = |name: &str, wanted: &str| only(&request.headers, name) == Some(wanted);
    only_reads && is(SEC_FETCH_MODE, "navigate") && is(SEC_FETCH_DEST, "document")
}

/// The header's value, if there is exactly one, and it is text.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// An origin for a sentence.
fn quoted(origin: &str) -> String {
    const LONGEST: usize = 100;
    if origin.is_empty() { "an unknown origin".to_owned() } else { format!("{origin:.LONGEST$}") }
}

#[cfg(test)]
mod tests;
