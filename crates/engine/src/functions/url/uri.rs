//! URLs as Java's `java.net.URI` reads them, which Trino asks: the grammar of RFC 2396, with visible characters beyond
//! ASCII wherever one may be written as `%` and two digits. Other libraries mend what this one refuses.

/// The parts of a URL, as they are written. An opaque one (`mailto:ana@example.com`) has a scheme and a fragment only.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Uri<'u> {
    pub(super) scheme: Option<&'u str>,
    /// With its brackets, if it is an address of IPv6. None if the authority names no server.
    pub(super) host: Option<&'u str>,
    pub(super) port: Option<i32>,
    pub(super) path: Option<&'u str>,
    pub(super) query: Option<&'u str>,
    pub(super) fragment: Option<&'u str>,
}

/// Characters that need no escape in the parts, besides letters and digits.
const IN_PATHS: &str = "_-!.~'()*:@&=+$,;/";
const IN_REST: &str = "_-!.~'()*;/?:@&=+$,[]";
const IN_NAMES: &str = "_-!.~'()*$,;:@&=+";
const IN_USERS: &str = "_-!.~'()*;:&=+$,";

impl<'u> Uri<'u> {
    /// `None` if it is no URL.
    pub(super) fn parse(text: &'u str) -> Option<Self> {
        let (text, fragment) = match text.split_once('#') {
            None => (text, None),
            Some((text, fragment)) => (text, Some(fragment)),
        };
        if fragment.is_some_and(|fragment| !is_made_of(fragment, IN_REST)) {
            return None;
        }
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest)) if !scheme.contains(['/', '?']) => (Some(scheme), rest),
            _ => (None, text),
        };
        let url = Self { scheme, fragment, ..Self::default() };
        if let Some(scheme) = scheme {
            let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
            if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(is_scheme) {
                return None;
            }
            if !rest.starts_with('/') {
                return (!rest.is_empty() && is_made_of(rest, IN_REST)).then_some(url);
            }
        }
        url.hierarchical(rest)
    }

    /// With authority, path and query.
    fn hierarchical(mut self, text: &'u str) -> Option<Self> {
        let mut rest = text;
        if let Some(after) = text.strip_prefix("//") {
            let end = after.find(['/', '?']).unwrap_or(after.len());
            let (authority, path) = after.split_at(end);
            match authority {
                // Nothing at all may follow the slashes only where a path, a query or a fragment does.
                "" if path.is_empty() && self.fragment.is_none() => return None,
                "" => {}
                authority => self = self.authority(authority)?,
            }
            rest = path;
        }
        let (path, query) = match rest.split_once('?') {
            None => (rest, None),
            Some((path, query)) => (path, Some(query)),
        };
        let fits = is_made_of(path, IN_PATHS) && query.is_none_or(|query| is_made_of(query, IN_REST));
        fits.then_some(Self { path: Some(path), query, ..self })
    }

    /// A server, or else any name, which is no host.
    fn authority(self, text: &'u str) -> Option<Self> {
        match server(text) {
            Some((host, port)) => Some(Self { host: Some(host), port, ..self }),
            None => is_made_of(text, IN_NAMES).then_some(self),
        }
    }
}

/// Host and port.
fn server(text: &str) -> Option<(&str, Option<i32>)> {
    let rest = match text.split_once('@') {
        None => text,
        Some((user, rest)) if is_made_of(user, IN_USERS) => rest,
        Some(_) => return None,
    };
    let end = if rest.starts_with('[') {
        let end = rest.find(']')? + 1;
        let address = &rest[1..end - 1];
        let (address, _) = address.split_once('%').unwrap_or((address, ""));
        address.parse::<std::net::Ipv6Addr>().ok()?;
        end
    } else {
        let end = rest.find(':').unwrap_or(rest.len());
        if !is_host(&rest[..end]) {
            return None;
        }
        end
    };
    let (host, port) = rest.split_at(end);
    match port {
        "" | ":" => Some((host, None)),
        port => {
            let digits = port.strip_prefix(':')?;
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| digits.parse().ok())?.map(|port| (host, Some(port)))
        }
    }
}

/// An address of IPv4, or labels of which the last begins with a letter, where there are several.
fn is_host(host: &str) -> bool {
    let numbers = host.split('.').map(|part| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number && part.parse::<u32>().is_ok_and(|number| number <= 255)
    });
    if host.split('.').count() == 4 && numbers.clone().all(|is_number| is_number) {
        return true;
    }
    let labels: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    let is_label = |label: &&str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_name = labels.iter().all(is_label);
    let last = labels.last().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_alphabetic()));
    is_name && (labels.len() == 1 || last)
}

/// Whether it has only these characters, letters, digits, escapes, and visible characters beyond ASCII.
fn is_made_of(text: &str, others: &str) -> bool {
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let fits = match character {
            '%' => [rest.next(), rest.next()].iter().all(|c| c.is_some_and(|c| c.is_ascii_hexdigit())),
            '\0'..='\u{7f}' => character.is_ascii_alphanumeric() || others.contains(character),
            other => !other.is_whitespace() && !other.is_control(),
        };
        if !fits {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_as_java_reads_them() {
        // What Java 17's `URI` answers. The URL; scheme, host, port, path, query and fragment.
        for (text, expected) in [
            (
                "http://example.com:8080/a/b?c=d&e#f",
                Some([
                    Some("http"),
                    Some("example.com"),
                    Some("8080"),
                    Some("/a/b"),
                    Some("c=d&e"),
                    Some("f"),
                ]),
            ),
            ("HTTPS://u:p@h", Some([Some("HTTPS"), Some("h"), None, Some(""), None, None])),
            ("//h/x", Some([None, Some("h"), None, Some("/x"), None, None])),
            ("a/b?q", Some([None, None, None, Some("a/b"), Some("q"), None])),
            ("", Some([None, None, None, Some(""), None, None])),
            ("mailto:ana@example.com", Some([Some("mailto"), None, None, None, None, None])),
            ("http://[::1]:1/", Some([Some("http"), Some("[::1]"), Some("1"), Some("/"), None, None])),
            ("http://[::zz]/", None),
            ("http://1.2.3.4/", Some([Some("http"), Some("1.2.3.4"), None, Some("/"), None, None])),
            // Names of no server.
            ("http://1.2.3/", Some([Some("http"), None, None, Some("/"), None, None])),
            ("http://my_host:80/", Some([Some("http"), None, None, Some("/"), None, None])),
            ("http://h:x/", Some([Some("http"), None, None, Some("/"), None, None])),
            ("http://h:/", Some([Some("http"), Some("h"), None, Some("/"), None, None])),
            ("http://é.es/ñ", Some([Some("http"), None, None, Some("/ñ"), None, None])),
            ("file:///x", Some([Some("file"), None, None, Some("/x"), None, None])),
            ("http://", None),
            ("http:", None),
            (":x", None),
            ("1a:x", None),
            ("http://h/a b", None),
            ("http://h/%zz", None),
            ("http://h/%4", None),
            ("http://h/a|b", None),
            ("http://h/\u{a0}", None),
            ("http://h/?a[0]=1", Some([Some("http"), Some("h"), None, Some("/"), Some("a[0]=1"), None])),
            ("http://h/a[0]", None),
            ("http://h#a#b", None),
            ("http://123/", Some([Some("http"), Some("123"), None, Some("/"), None, None])),
            ("http://a.1/", Some([Some("http"), None, None, Some("/"), None, None])),
            ("http://a-/", Some([Some("http"), None, None, Some("/"), None, None])),
            ("http://a..b/", Some([Some("http"), None, None, Some("/"), None, None])),
            ("http://256.1.1.1/", Some([Some("http"), None, None, Some("/"), None, None])),
            ("http://a%41/", Some([Some("http"), None, None, Some("/"), None, None])),
            ("http://h:99999999999/", Some([Some("http"), None, None, Some("/"), None, None])),
            ("foo:bar?x#y", Some([Some("foo"), None, None, None, None, Some("y")])),
            ("http://?x", Some([Some("http"), None, None, Some(""), Some("x"), None])),
            ("x://#f", Some([Some("x"), None, None, Some(""), None, Some("f")])),
        ] {
            let found = Uri::parse(text);
            let port = found.as_ref().and_then(|url| url.port).map(|port| port.to_string());
            let parts = found
                .as_ref()
                .map(|url| [url.scheme, url.host, port.as_deref(), url.path, url.query, url.fragment]);
            assert_eq!(parts, expected, "{text}");
        }
    }
}
