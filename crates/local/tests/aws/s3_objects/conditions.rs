//! Conditions of reads and writes, also in a race.

use aws_sdk_s3::error::ProvideErrorMetadata;

use super::{body, get, put};
use crate::harness::{BUCKET, Lake};

#[tokio::test]
async fn of_32_writers_that_create_one_wins() {
    let lake = Lake::start().await;
    let client = lake.s3();
    let writers = (0..32).map(|n| {
        let put = client.put_object().bucket(BUCKET).key("commits/a/1.json").if_none_match("*");
        tokio::spawn(put.body(body(&format!("writer {n}"))).send())
    });
    let mut winners = Vec::new();
    for (n, writer) in writers.collect::<Vec<_>>().into_iter().enumerate() {
        match writer.await.unwrap() {
            Ok(_) => winners.push(n),
            Err(error) => {
                assert_eq!(error.raw_response().unwrap().status().as_u16(), 412);
                assert_eq!(error.into_service_error().code(), Some("PreconditionFailed"));
            }
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(get(&lake, "commits/a/1.json").await, format!("writer {}", winners[0]).as_bytes());
    assert_eq!(lake.created.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn compare_and_swap_by_etag() {
    let lake = Lake::start().await;
    let client = lake.s3();
    let swap = |etag: &str, text: &str| {
        client.put_object().bucket(BUCKET).key("k").if_match(etag).body(body(text)).send()
    };
    let missing = swap("\"x\"", "0").await.unwrap_err();
    assert_eq!(missing.raw_response().unwrap().status().as_u16(), 404);
    let first = client.put_object().bucket(BUCKET).key("k").body(body("1")).send().await.unwrap();
    let etag = first.e_tag().unwrap();
    // Of sixteen that swap the same version, one succeeds.
    let swaps = futures::future::join_all((0..16).map(|n| swap(etag, &format!("swap {n}")))).await;
    assert_eq!(swaps.iter().filter(|swap| swap.is_ok()).count(), 1);
    let deleted = client.delete_object().bucket(BUCKET).key("k").if_match(etag).send().await;
    assert_eq!(deleted.unwrap_err().raw_response().unwrap().status().as_u16(), 412);
    assert!(get(&lake, "k").await.starts_with(b"swap "));
}

#[tokio::test]
async fn writers_and_deleters_of_one_directory_do_not_disturb_each_other() {
    let lake = Lake::start().await;
    let client = lake.s3();
    let work = (0..200).map(|n| {
        let key = format!("landing/a/dt=1/{}", n % 8);
        let client = client.clone();
        async move {
            if n % 2 == 0 {
                client.put_object().bucket(BUCKET).key(key).body(body("x")).send().await.unwrap();
            } else {
                client.delete_object().bucket(BUCKET).key(key).send().await.unwrap();
            }
        }
    });
    futures::future::join_all(work).await;
}

#[tokio::test]
async fn conditional_reads() {
    let lake = Lake::start().await;
    put(&lake, "k", "x").await;
    let client = lake.s3();
    let etag = "\"9dd4e461268c8034f5c8564e155c67a6\"";
    let get = || client.get_object().bucket(BUCKET).key("k");
    assert!(get().if_match(etag).send().await.is_ok());
    let unchanged = get().if_none_match(etag).send().await.unwrap_err();
    assert_eq!(unchanged.raw_response().unwrap().status().as_u16(), 304);
    let changed = get().if_match("\"other\"").send().await.unwrap_err();
    assert_eq!(changed.raw_response().unwrap().status().as_u16(), 412);
}
