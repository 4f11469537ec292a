//! `DeleteObjects` deletes nothing without a digest of its body, and nothing with a wrong one.

use crate::{
    harness::{BUCKET, Lake},
    raw::{Answer, send},
};

const BODY: &[u8] = b"<Delete><Object><Key>k</Key></Object></Delete>";
const MD5: &str = "5DKh5iefM5MSKvRILIuFwQ==";
const CRC32: &str = "A8uZRQ==";
const SHA1: &str = "wdAhh98vprXx5hu8LYyK1l6AqJY=";
const SHA256: &str = "N3LHxLM6RcANrxrdozvL0QrfTWiSV7BCaLd/CXMfyF0=";
const PAYLOAD: &str = "3772c7c4b33a45c00daf1adda33bcbd10adf4d689257b04268b77f09731fc85d";
const SIGNED: (&str, &str) = ("authorization", "AWS4-HMAC-SHA256 Credential=any");

async fn put(lake: &Lake) {
    assert_eq!(send("PUT", &format!("{}/{BUCKET}/k", lake.address), &[], b"x").await.status, 200);
}

async fn delete(lake: &Lake, query: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    send("POST", &format!("{}/{BUCKET}?{query}", lake.address), headers, body).await
}

#[tokio::test]
async fn any_digest_that_is_right_will_do() {
    let lake = Lake::start().await;
    for digest in [
        ("content-md5", MD5),
        ("x-amz-checksum-crc32", CRC32),
        ("x-amz-checksum-sha1", SHA1),
        ("x-amz-checksum-sha256", SHA256),
    ] {
        put(&lake).await;
        // It says by itself that no web page sent it.
        let answer = delete(&lake, "delete", &[digest], BODY).await;
        assert_eq!(answer.status, 200, "{digest:?}: {}", answer.body);
        assert!(lake.keys("").await.is_empty(), "{digest:?}");
    }
    put(&lake).await;
    let trailing = [
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
        ("x-amz-decoded-content-length", "46"),
    ];
    let chunks = [b"2e\r\n", BODY, b"\r\n0\r\nx-amz-checksum-crc32:A8uZRQ==\r\n\r\n"].concat();
    let answer = delete(&lake, "delete=", &trailing, &chunks).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(lake.keys("").await.is_empty());
}

#[tokio::test]
async fn without_a_digest_or_with_a_wrong_one_nothing_is_deleted() {
    let lake = Lake::start().await;
    put(&lake).await;
    for (headers, status, code) in [
        (&[][..], 403, "AccessDenied"),
        (&[("content-type", "text/plain")], 403, "AccessDenied"),
        (&[("content-type", "application/x-www-form-urlencoded")], 403, "AccessDenied"),
        (&[SIGNED], 400, "Missing required header for this request: Content-MD5"),
        (&[("content-type", "application/xml")], 400, "Missing required header"),
        // To name an algorithm, or to hash the payload for its signature, is no digest.
        (&[("x-amz-sdk-checksum-algorithm", "CRC32")], 400, "Missing required header"),
        (&[("x-amz-content-sha256", PAYLOAD)], 400, "Missing required header"),
        (&[("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")], 400, "BadDigest"),
        (&[("content-md5", "nonsense")], 400, "InvalidDigest"),
        (&[("content-md5", "AAAA")], 400, "InvalidDigest"),
        (&[("content-md5", "")], 400, "InvalidDigest"),
        (&[("x-amz-checksum-crc32", "AAAAAA==")], 400, "BadDigest"),
        (&[("x-amz-checksum-crc32", "")], 400, "BadDigest"),
        (&[("content-md5", MD5), ("x-amz-checksum-sha256", "AAAA")], 400, "BadDigest"),
        (
            &[("content-md5", MD5), ("x-amz-content-sha256", &PAYLOAD.replace('3', "4"))],
            400,
            "XAmzContentSHA256Mismatch",
        ),
    ] {
        for query in ["delete", "delete=", "%64elete", "x=1&delete"] {
            let answer = delete(&lake, query, headers, BODY).await;
            assert_eq!(answer.status, status, "{query} {headers:?}: {}", answer.body);
            assert!(answer.body.contains(code), "{query} {headers:?}: {}", answer.body);
        }
    }
    assert_eq!(lake.keys("").await, ["k"]);
}

#[tokio::test]
async fn a_trailer_brings_what_was_announced() {
    let lake = Lake::start().await;
    put(&lake).await;
    for (announced, trailer, code) in [
        ("x-amz-checksum-crc32", "", "Missing required header"),
        ("x-amz-checksum-crc32", "x-amz-checksum-crc32:AAAAAA==\r\n", "BadDigest"),
        ("x-amz-checksum-crc32", "x-amz-checksum-sha1:AAAA\r\n", "does not announce"),
        ("x-something", "x-amz-checksum-crc32:A8uZRQ==\r\n", "does not announce"),
    ] {
        let headers = [
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            ("x-amz-trailer", announced),
            ("x-amz-decoded-content-length", "46"),
        ];
        let end = format!("\r\n0\r\n{trailer}\r\n");
        let answer = delete(&lake, "delete", &headers, &[b"2e\r\n", BODY, end.as_bytes()].concat()).await;
        assert_eq!(answer.status, 400, "{announced} {trailer}: {}", answer.body);
        assert!(answer.body.contains(code), "{announced} {trailer}: {}", answer.body);
    }
    let cut = [("content-md5", MD5), ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")];
    let headers = [cut[0], cut[1], ("x-amz-decoded-content-length", "46")];
    assert_eq!(delete(&lake, "delete", &headers, b"2e\r\n<Delete>").await.status, 400);
    assert_eq!(lake.keys("").await, ["k"]);
}
