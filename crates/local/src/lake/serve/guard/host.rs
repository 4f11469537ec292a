//! Hosts and ports, as `Host` headers and origins have them.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// The longest name that DNS has.
const LONGEST: usize = 253;

/// A host, in the one form in which it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    /// An address. One of IPv4 within IPv6 is the one of IPv4.
    Address(IpAddr),
    /// A name in lower case, without the dot that may end it.
    Name(String),
}

impl Host {
    fn parse(text: &str) -> Option<Self> {
        if let Some(inner) = text.strip_prefix('[') {
            let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
            return Some(Self::Address(IpAddr::V6(address).to_canonical()));
        }
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Some(Self::Address(IpAddr::V4(address)));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let has_labels = name.split('.').all(|label| !label.is_empty());
        let is_name = has_labels && name.len() <= LONGEST && name.bytes().all(is_plain);
        is_name.then(|| Self::Name(name.to_ascii_lowercase()))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

/// A host and its port, if it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authority {
    pub(super) host: Host,
    port: Option<u16>,
}

impl Authority {
    /// Reads `host` or `host:port`, and nothing else: who sends a user's name before it means to confuse somebody.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let end =
            if text.starts_with('[') { text.find(']')? + 1 } else { text.find(':').unwrap_or(text.len()) };
        let (host, port) = text.split_at(end);
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            None => return None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => match digits {
                "" => None,
                digits => Some(digits.parse().ok()?),
            },
            Some(_) => return None,
        };
        Some(Self { host: Host::parse(host)?, port })
    }

    /// Whether a page of this origin was served by this host and port. The ports speak HTTP without TLS, so a page of
    /// `https` is of another origin.
    pub(super) fn is_of(&self, origin: &str) -> bool {
        const USUAL: u16 = 80;
        let page = origin.strip_prefix("http://").and_then(Self::parse);
        page.is_some_and(|page| {
            page.host == self.host && page.port.unwrap_or(USUAL) == self.port.unwrap_or(USUAL)
        })
    }
}

/// A name or an address that requests may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(Host);

/// The text is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no host name: write it without scheme, port and path, for example lake.internal")]
pub struct InvalidHostName(String);

impl HostName {
    pub(super) fn is(&self, host: &Host) -> bool {
        self.0 == *host
    }
}

impl FromStr for HostName {
    type Err = InvalidHostName;

    /// Reads a name or an address; an address of IPv6 may have its brackets or not.
    fn from_str(text: &str) -> Result<Self, InvalidHostName> {
        let plain = text.parse().ok().map(|address: IpAddr| Host::Address(address.to_canonical()));
        plain.or_else(|| Host::parse(text)).map(Self).ok_or_else(|| InvalidHostName(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_a_host_and_perhaps_a_port() {
        let name = |text: &str| Host::Name(text.to_owned());
        let address = |text: &str| Host::Address(text.parse().unwrap());
        for (text, host, port) in [
            ("localhost", name("localhost"), None),
            ("LocalHost.:8080", name("localhost"), Some(8_080)),
            ("a_b.example:", name("a_b.example"), None),
            ("127.0.0.1:80", address("127.0.0.1"), Some(80)),
            ("[::1]", address("::1"), None),
            ("[::ffff:127.0.0.1]:1", address("127.0.0.1"), Some(1)),
            // A browser writes it with four numbers before it sends it.
            ("127.1", name("127.1"), None),
        ] {
            assert_eq!(Authority::parse(text), Some(Authority { host, port }), "{text}");
        }
        for text in [
            "",
            ":80",
            "a:b",
            "a:1:2",
            "::1",
            "[::1",
            "[::1]x",
            "[localhost]",
            "user@localhost",
            "localhost:65536",
            "localhost:-1",
            "localhost:+1",
            "local host",
            "localhost/",
            "ＬＯＣＡＬ",
            ".",
            "..",
            ".localhost",
            "..localhost",
            "a..localhost",
            "a..localhost:4566",
            "localhost..",
        ] {
            assert_eq!(Authority::parse(text), None, "{text:?}");
        }
        assert_eq!(Authority::parse(&"a".repeat(254)), None);
    }

    #[test]
    fn a_page_is_of_the_host_and_port_that_served_it() {
        let host = |text: &str| Authority::parse(text).unwrap();
        for (asked, origin) in [
            ("localhost:8080", "http://localhost:8080"),
            ("LOCALHOST:8080", "http://localhost:8080"),
            ("localhost", "http://localhost:80"),
            ("lake.example", "http://lake.example"),
            ("lake.example:80", "http://lake.example"),
            ("[::1]:4566", "http://[::1]:4566"),
        ] {
            assert!(host(asked).is_of(origin), "{asked} {origin}");
        }
        for (asked, origin) in [
            ("localhost:8080", "http://localhost:8000"),
            ("localhost:8080", "http://127.0.0.1:8080"),
            ("localhost:8080", "http://x.localhost:8080"),
            ("localhost:8080", "http://localhost"),
            ("localhost", "http://localhost:443"),
            ("localhost", "https://localhost"),
            ("localhost:443", "https://localhost"),
            ("localhost:443", "https://localhost:443"),
            ("localhost:8080", "https://localhost:8080"),
            ("[::1]:4566", "https://[::1]:4566"),
            ("localhost:8080", "http://localhost:8080/"),
            ("localhost:8080", "http://localhost:8080@evil.example"),
            ("localhost:8080", "null"),
            ("localhost:8080", "file://"),
            ("localhost:8080", "chrome-extension://localhost:8080"),
            ("localhost:8080", "localhost:8080"),
        ] {
            assert!(!host(asked).is_of(origin), "{asked} {origin}");
        }
    }

    #[test]
    fn a_host_name_is_no_address_of_a_page() {
        let is = |text: &str, host: &str| {
            text.parse::<HostName>().unwrap().is(&Authority::parse(host).unwrap().host)
        };
        assert!(is("Lake.Internal", "lake.internal:4566"));
        assert!(is("::1", "[::1]") && is("[::1]", "[::1]") && is("10.0.0.7", "10.0.0.7:80"));
        assert!(!is("lake.internal", "x.lake.internal"));
        for text in ["", "http://lake", "lake:4566", "lake/", "*", "*.lake", "a b", ".lake", "a..lake"] {
            let error = text.parse::<HostName>().unwrap_err();
            assert!(error.to_string().contains("without scheme, port and path"), "{text}");
        }
    }
}
