//! Bodies on their way are as short as the client can take them.

use crate::{contracts::slow_table, harness::TestLake};

#[tokio::test(flavor = "multi_thread")]
async fn a_long_body_is_compressed_for_who_reads_that() {
    let lake = TestLake::passengers().await;
    slow_table(&lake).await;
    let path = "/v1/datasets/passengers/rows?limit=1000";
    let plain = lake.fetch(path).await;
    assert_eq!((plain.status, plain.header("content-encoding")), (200, ""));
    for (accepted, encoding) in [("zstd", "zstd"), ("gzip, zstd;q=0.5", "gzip"), ("br", "")] {
        let reply = lake.send("GET", path, &[("accept-encoding", accepted)], None).await;
        assert_eq!(reply.header("content-encoding"), encoding, "{accepted}");
        match encoding {
            "" => assert_eq!(reply.body, plain.body),
            _ => assert!(reply.body.len() < plain.body.len() / 5, "{}", reply.body.len()),
        }
        if encoding == "zstd" {
            assert_eq!(zstd::decode_all(&reply.body[..]).unwrap(), plain.body);
        }
    }
    let parquet =
        lake.send("GET", &format!("{path}&format=parquet"), &[("accept-encoding", "zstd")], None).await;
    assert_eq!((parquet.header("content-encoding"), &parquet.body[..4]), ("", &b"PAR1"[..]));
    lake.stop().await;
}
