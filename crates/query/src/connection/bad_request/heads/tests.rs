use super::*;

fn fault(bytes: &[u8], pieces: usize) -> Option<Fault> {
    let mut heads = Heads::default();
    bytes.chunks(pieces).for_each(|piece| heads.note(piece));
    heads.fault()
}

#[test]
fn the_fault_is_that_of_the_last_head_however_it_comes() {
    let post = |headers: &str| format!("POST / HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n");
    let largest = format!("content-length: {LONGEST_BODY}");
    // A head without its end: the first bytes of one with this URL and this header.
    let head = |url: usize, header: usize| {
        let (url, header) = ("a".repeat(url - 1), "b".repeat(header));
        format!("GET /{url} HTTP/1.1\r\nx: {header}")
    };
    let (long, whole) = (format!("GET /{}", "a".repeat(HEAD_BYTES)), "\r\n\r\n");
    let cases = [
        (post("Content-Length: 7"), None),
        (post("Content-Length: 7\r\nContent-Length: 7"), None),
        (post(&largest), None),
        (post("CONTENT-LENGTH: 18446744073709551615"), Some(Fault::Length)),
        (post("content-length: 18446744073709551616"), Some(Fault::Length)),
        (post("content-length:-1"), Some(Fault::Length)),
        (post("content-length:"), Some(Fault::Length)),
        (post("content-length: 7, 7"), Some(Fault::Length)),
        (post("content-length: 7\r\ncontent-length: 8"), Some(Fault::Length)),
        (post("Transfer-Encoding: gzip, Chunked"), None),
        (post("Transfer-Encoding: chunked, gzip"), Some(Fault::Coding)),
        (post("Transfer-Encoding: identity"), Some(Fault::Coding)),
        (post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"), None),
        (post("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip"), Some(Fault::Coding)),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned(), Some(Fault::Coding)),
        // A head that is not over yet may have been refused for something else.
        ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n".to_owned(), None),
        (post("X-Content-Length: x"), None),
        // hyper reads nothing behind a head that it refuses: neither a body with lines nor another head.
        (format!("{}{}", post("content-length: x"), post("a: b")), Some(Fault::Length)),
        (
            format!("{}{{\n\n\"a\": 1\n}}\n", post("content-length: 18446744073709551616")),
            Some(Fault::Length),
        ),
        (format!("{}\n\na: b\n\n", post("transfer-encoding: identity")), Some(Fault::Coding)),
        // What stands in a body is no head.
        (format!("{}content-length: x\r\n\r\n{}", post("content-length: 21"), post("a: b")), None),
        (format!("{}\n\ncontent-length: x\n", post("content-length: 21")), None),
        (
            format!("{}15;a=b\r\ncontent-length: x\r\n\r\n\r\n0\r\n\r\n", post("transfer-encoding: chunked")),
            None,
        ),
        (
            format!(
                "{}3\r\nx\r\n\r\n0\r\nA: b\r\n\r\n{}",
                post("transfer-encoding: chunked"),
                post("content-length: x")
            ),
            Some(Fault::Length),
        ),
        (format!("{}x\r\n\r\n{}", post("transfer-encoding: chunked"), post("content-length: x")), None),
        (
            format!("{}0\r\n\r\n\r\n{}", post("transfer-encoding: chunked"), post("content-length: x")),
            Some(Fault::Length),
        ),
        (format!("{}body{}", post("content-length: 4"), post("content-length: x")), Some(Fault::Length)),
        (format!("{}0\r\n\r\n{}", post("transfer-encoding: chunked"), post("a: b")), None),
        (long.clone(), Some(Fault::Line)),
        // It is the method that is long.
        (format!("{} / HTTP/1.1\r\n", "M".repeat(HEAD_BYTES)), None),
        ("M".repeat(HEAD_BYTES + 1), None),
        (format!("{}{long}", post("a: b")), Some(Fault::Line)),
        (format!("\r\n{long}"), Some(Fault::Line)),
        // Shorter heads are not refused for their length.
        (format!("GET /{}", "a".repeat(HEAD_BYTES - 6)), None),
        // Over or not, and whatever follows: the URL alone decides.
        (head(MAX_URL + 1, HEAD_BYTES), Some(Fault::Line)),
        (head(MAX_URL, HEAD_BYTES), None),
        (format!("{}{whole}", head(MAX_URL + 1, HEAD_BYTES)), Some(Fault::Line)),
        (format!("{}{whole}", head(MAX_URL, HEAD_BYTES)), None),
        (format!("{}{whole}", head(70_000, 1)), Some(Fault::Line)),
        (format!("{}{whole}{}", head(70_000, 1), post("a: b")), Some(Fault::Line)),
        (format!("{}{whole}{}", head(70_000, 1), post("content-length: x")), Some(Fault::Line)),
        // The API answers these itself.
        (format!("{}{whole}", head(MAX_URL + 1, 1)), None),
        (format!("{}{whole}{}", head(MAX_URL + 1, 1), head(1, HEAD_BYTES)), None),
        (format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(LINE)), None),
        (String::new(), None),
    ];
    for (bytes, expected) in cases {
        for pieces in [1, 2, 7, 4_096, 1 << 20] {
            let begin = &bytes[..bytes.len().min(200)];
            assert_eq!(fault(bytes.as_bytes(), pieces), expected, "{begin:?} by {pieces}");
        }
    }
}

#[test]
fn a_head_is_within_from_its_first_byte_to_its_last() {
    let post = "POST / HTTP/1.1\r\nHost: a\r\n";
    for (bytes, expected) in [
        (String::new(), false),
        ("G".to_owned(), true),
        ("\r\n\r\n".to_owned(), false),
        ("\r\nG".to_owned(), true),
        (post.to_owned(), true),
        (format!("{post}\r\n"), false),
        (format!("{post}\r\nG"), true),
        (format!("{post}\r\n{post}"), true),
        (format!("{post}\r\n{post}\r\n"), false),
        // A body is no head, whether it is over or not.
        (format!("{post}Content-Length: 3\r\n\r\nab"), false),
        (format!("{post}Content-Length: 3\r\n\r\nabc"), false),
        (format!("{post}Content-Length: 3\r\n\r\nabcG"), true),
        (format!("{post}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), false),
        (format!("{post}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"), false),
        (format!("{post}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /"), true),
    ] {
        for pieces in [1, 2, 7, 4_096] {
            let mut heads = Heads::default();
            bytes.as_bytes().chunks(pieces).for_each(|piece| heads.note(piece));
            assert_eq!(heads.is_within(), expected, "{bytes:?} by {pieces}");
        }
    }
}
