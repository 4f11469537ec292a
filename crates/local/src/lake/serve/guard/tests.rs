use axum::http::Request;

use super::*;

const PORT: &str = "127.0.0.1:4566";

fn guard(bound: &str) -> Guard {
    let hosts = ["lake.internal".parse().unwrap(), "10.9.8.7".parse().unwrap()];
    Guard::new(Dialect::Aws, bound.parse().unwrap(), &hosts, &["https://app.example.com".to_owned()])
}

fn parts(method: &str, target: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

/// What is said to a request with these headers, sent to the port's own address.
fn said(method: &str, headers: &[(&str, &str)]) -> Result<(), Refusal> {
    let headers = [&[("host", PORT)][..], headers].concat();
    guard("127.0.0.1").check(&parts(method, "/x", &headers), "127.0.0.1".parse().ok())
}

#[test]
fn only_hosts_of_this_lake_are_answered() {
    let check = |bound: &str, reached: &str, host: &str| {
        guard(bound).check(&parts("GET", "/", &[("host", host)]), reached.parse().ok())
    };
    for host in [
        "localhost",
        "LOCALHOST:4566",
        "localhost.:1",
        "127.0.0.1:9",
        "127.3.2.1",
        "[::1]:4566",
        "[::ffff:127.0.0.1]",
        "tributary.localhost:4566",
        "a.b.localhost",
        "lake.internal:4566",
        "10.9.8.7",
    ] {
        assert_eq!(check("127.0.0.1", "127.0.0.1", host), Ok(()), "{host}");
    }
    for host in [
        "evil.example",
        "evil.example:4566",
        "localhost.evil.example",
        "xlocalhost",
        "127.0.0.1.evil.example",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0.0.0.0:4566",
        "[::]:4566",
        "192.168.1.5",
        "x.lake.internal",
        "[::2]",
    ] {
        let refused = check("127.0.0.1", "127.0.0.1", host);
        assert!(matches!(refused, Err(Refusal::ForeignHost(_))), "{host}: {refused:?}");
    }
    // Bound to every address: what clients are told, and what they reach.
    assert_eq!(check("0.0.0.0", "192.168.1.5", "0.0.0.0:4566"), Ok(()));
    assert_eq!(check("0.0.0.0", "192.168.1.5", "192.168.1.5:4566"), Ok(()));
    assert_eq!(check("::", "::ffff:192.168.1.5", "192.168.1.5"), Ok(()));
    assert!(check("0.0.0.0", "192.168.1.5", "192.168.1.6").is_err());
    assert!(check("0.0.0.0", "192.168.1.5", "evil.example").is_err());
}

#[test]
fn a_host_is_there_once_and_a_target_has_none_of_its_own() {
    let check = |target: &str, hosts: &[&str]| {
        let headers: Vec<_> = hosts.iter().map(|host| ("host", *host)).collect();
        guard("127.0.0.1").check(&parts("GET", target, &headers), None)
    };
    for hosts in
        [&[][..], &[""], &["user@localhost"], &["localhost", "localhost"], &["localhost", "evil.example"]]
    {
        assert_eq!(check("/", hosts), Err(Refusal::MalformedHost), "{hosts:?}");
    }
    assert_eq!(check("http://127.0.0.1:4566/x", &["localhost"]), Ok(()));
    assert!(matches!(check("http://evil.example/x", &["localhost"]), Err(Refusal::ForeignHost(_))));
    assert!(matches!(check("http://localhost/x", &["evil.example"]), Err(Refusal::ForeignHost(_))));
    assert_eq!(check("http://localhost@evil.example/x", &["localhost"]), Err(Refusal::MalformedHost));
}

#[test]
fn only_pages_of_the_port_itself_or_of_allowed_origins_are_answered() {
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
        for origin in ["http://127.0.0.1:4566", "https://app.example.com"] {
            assert_eq!(said(method, &[("origin", origin)]), Ok(()), "{method} {origin}");
            let fetched = [("origin", origin), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")];
            assert_eq!(said(method, &fetched), Ok(()), "{method} {origin}");
        }
        for origin in [
            "http://127.0.0.1:8000",
            "http://localhost:4566",
            "https://127.0.0.1:4566",
            "http://evil.example",
            "https://app.example.com.evil.example",
            "http://app.example.com",
            "null",
            "",
            "file://",
        ] {
            let refused = said(method, &[("origin", origin)]);
            assert!(matches!(refused, Err(Refusal::ForeignOrigin(_))), "{method} {origin}");
        }
        let two = [("origin", "http://127.0.0.1:4566"), ("origin", "http://evil.example")];
        assert!(said(method, &two).is_err());
    }
}

#[test]
fn the_word_of_the_browser_counts_where_there_is_no_origin() {
    for method in ["GET", "POST"] {
        assert_eq!(said(method, &[]), Ok(()), "a program says nothing");
        for site in ["none", "same-origin"] {
            assert_eq!(said(method, &[("sec-fetch-site", site)]), Ok(()), "{site}");
        }
        for site in ["cross-site", "same-site", "", "something-new"] {
            let headers =
                [("sec-fetch-site", site), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")];
            assert!(said(method, &headers).is_err(), "{method} {site}");
        }
        let two = [("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")];
        assert!(said(method, &two).is_err());
    }
}

#[test]
fn a_link_may_be_followed_and_does_nothing_but_read() {
    let link =
        [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    for (method, expected) in [("GET", true), ("HEAD", true), ("POST", false), ("DELETE", false)] {
        assert_eq!(said(method, &link).is_ok(), expected, "{method}");
    }
    for other in [("sec-fetch-mode", "no-cors"), ("sec-fetch-mode", "cors"), ("sec-fetch-dest", "iframe")] {
        let headers = link.map(|header| if header.0 == other.0 { other } else { header });
        assert!(said("GET", &headers).is_err(), "{other:?}");
    }
    let with_origin = [link[0], link[1], link[2], ("origin", "http://evil.example")];
    assert!(said("GET", &with_origin).is_err());
}

#[test]
fn all_origins_may_be_allowed_and_still_no_host() {
    let open = Guard::new(Dialect::Api, "127.0.0.1".parse().unwrap(), &[], &["*".to_owned()]);
    let check = |host: &str, origin: &str| {
        let headers = [("host", host), ("origin", origin), ("sec-fetch-site", "cross-site")];
        open.check(&parts("POST", "/v1/queries", &headers), None)
    };
    assert_eq!(check(PORT, "http://evil.example"), Ok(()));
    assert!(check("evil.example", "http://evil.example").is_err());
}
