//! Functions of URLs. What is expected is from Trino's documentation ("URL functions"), its source (`UrlFunctions`) and
//! tests (`TestUrlFunctions`), and what Java's `URI`, `URLDecoder` and Guava's escaper say.

use crate::both::{both, fail, null_of_null};

const URL: &str = "http://example.com:8080/path1/p.php?k1=v1&k2=v2&k3&k4=#Ref1";

#[tokio::test]
async fn parts() {
    both(&[
        ("url_extract_protocol({0})", &[URL], "varchar", "http"),
        ("url_extract_host({0})", &[URL], "varchar", "example.com"),
        ("url_extract_port({0})", &[URL], "bigint", "8080"),
        ("url_extract_path({0})", &[URL], "varchar", "/path1/p.php"),
        ("url_extract_query({0})", &[URL], "varchar", "k1=v1&k2=v2&k3&k4="),
        ("url_extract_fragment({0})", &[URL], "varchar", "Ref1"),
        ("url_extract_parameter({0}, {1})", &[URL, "k1"], "varchar", "v1"),
        ("url_extract_parameter({0}, {1})", &[URL, "k3"], "varchar", "''"),
        ("url_extract_parameter({0}, {1})", &[URL, "k4"], "varchar", "''"),
        ("url_extract_parameter({0}, {1})", &[URL, "k5"], "varchar", "NULL"),
        ("url_extract_parameter({0}, {1})", &["http://x/?a=1&a=2", "a"], "varchar", "1"),
        ("url_extract_parameter({0}, {1})", &["http://x/?a=b+c%26%C3%A9&d", "a"], "varchar", "b c&é"),
        ("url_extract_parameter({0}, {1})", &["http://x/?a=b=c", "a"], "varchar", "b=c"),
        ("url_extract_parameter({0}, {1})", &["http://x/", "a"], "varchar", "NULL"),
        ("url_extract_parameter({0}, {1})", &["http://x/?", ""], "varchar", "''"),
        ("url_extract_host({0})", &["foo"], "varchar", "''"),
        ("url_extract_path({0})", &["foo"], "varchar", "foo"),
        ("url_extract_protocol({0})", &["foo"], "varchar", "''"),
        ("url_extract_port({0})", &["foo"], "bigint", "NULL"),
        ("url_extract_query({0})", &["http://example.com/"], "varchar", "''"),
        ("url_extract_fragment({0})", &["http://example.com/"], "varchar", "''"),
        ("url_extract_port({0})", &["http://example.com/"], "bigint", "NULL"),
        ("url_extract_path({0})", &["mailto:test@example.com"], "varchar", "''"),
        ("url_extract_protocol({0})", &["mailto:test@example.com"], "varchar", "mailto"),
        ("url_extract_host({0})", &["https://u:p@[2001:db8::1]:443/x"], "varchar", "[2001:db8::1]"),
        ("url_extract_port({0})", &["https://u:p@[2001:db8::1]:443/x"], "bigint", "443"),
        ("url_extract_path({0})", &["http://x/a%20b/%C3%B1+"], "varchar", "/a b/ñ+"),
        ("url_extract_query({0})", &["http://x/?a=%26b"], "varchar", "a=&b"),
        ("url_extract_host({0})", &["http://ñandú.example/"], "varchar", "''"),
        ("url_extract_host({0})", &["http://my_host/"], "varchar", "''"),
        ("url_extract_host({0})", &["http://10.0.0.1/"], "varchar", "10.0.0.1"),
        // What is no URL.
        ("url_extract_host({0})", &["http://not uri/cdn-cgi/trace"], "varchar", "NULL"),
        ("url_extract_path({0})", &["http://x/%zz"], "varchar", "NULL"),
        ("url_extract_port({0})", &["http://x:1/ "], "bigint", "NULL"),
        ("url_extract_parameter({0}, {1})", &["http://x/?a={b}", "a"], "varchar", "NULL"),
        ("url_extract_protocol({0})", &["http://"], "varchar", "NULL"),
        ("url_extract_protocol({0})", &[""], "varchar", "''"),
    ])
    .await;
    null_of_null(&[
        ("url_extract_protocol({0})", &["a"], "varchar"),
        ("url_extract_host({0})", &["a"], "varchar"),
        ("url_extract_port({0})", &["a"], "bigint"),
        ("url_extract_path({0})", &["a"], "varchar"),
        ("url_extract_query({0})", &["a"], "varchar"),
        ("url_extract_fragment({0})", &["a"], "varchar"),
        ("url_extract_parameter({0}, {1})", &["a", "b"], "varchar"),
    ])
    .await;
}

#[tokio::test]
async fn encoded_and_decoded() {
    both(&[
        ("url_encode({0})", &["http://test"], "varchar", "http%3A%2F%2Ftest"),
        ("url_encode({0})", &["http://test?a=b&c=d"], "varchar", "http%3A%2F%2Ftest%3Fa%3Db%26c%3Dd"),
        ("url_encode({0})", &["http://テスト"], "varchar", "http%3A%2F%2F%E3%83%86%E3%82%B9%E3%83%88"),
        ("url_encode({0})", &["~@:.-*_+ ☃"], "varchar", "%7E%40%3A.-*_%2B+%E2%98%83"),
        ("url_encode({0})", &[""], "varchar", "''"),
        ("url_decode({0})", &["http%3A%2F%2Ftest"], "varchar", "http://test"),
        ("url_decode({0})", &["http%3A%2F%2F%E3%83%86%E3%82%B9%E3%83%88"], "varchar", "http://テスト"),
        ("url_decode({0})", &["%7E%40%3a.-*_%2B+%E2%98%83"], "varchar", "~@:.-*_+ ☃"),
        ("url_decode({0})", &["test"], "varchar", "test"),
        ("url_decode({0})", &["é+%FF"], "varchar", "é \u{fffd}"),
        ("url_decode(url_encode({0}))", &["a b+c%d/é"], "varchar", "a b+c%d/é"),
    ])
    .await;
    let words = "INVALID_FUNCTION_ARGUMENT: URLDecoder: Illegal hex characters in escape (%) pattern:";
    let [zz, end, parameter] = ["%zz", "a%2", "%4"].map(|text| format!("{words} {text}"));
    fail(&[
        ("url_decode({0})", &["%zz"], &zz),
        ("url_decode({0})", &["a%2"], &end),
        ("url_decode({0})", &["%4"], &parameter),
    ])
    .await;
    null_of_null(&[("url_encode({0})", &["a"], "varchar"), ("url_decode({0})", &["a"], "varchar")]).await;
}
