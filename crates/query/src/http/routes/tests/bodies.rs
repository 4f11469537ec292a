//! Bodies that come slowly, on a clock that the test sets.

use std::convert::Infallible;

use axum::body::Body;
use domain::port::ResultColumn;
use futures::stream;

use super::{world::reply, *};

const SQL: &str = r#"{"sql": "SELECT name FROM passengers"}"#;
const SENT: &str = "SELECT name FROM \"tributary\".\"passengers\" LIMIT 101";

async fn served() -> Served {
    let world = World::new().await;
    let columns = vec![ResultColumn { name: "name".into(), data_type: "varchar".into() }];
    let csv = b"\"name\"\n\"Ana\"\n".as_slice().into();
    world.engine.script(SENT, &[], Outcome::Rows(Rows { columns, csv }));
    world.serve()
}

/// So many bytes at a time, each after so many milliseconds: spaces, and the statement behind the last of them. With no
/// statement, nothing comes after the spaces, and no end.
fn slow(bytes: usize, millis: u64, pieces: usize, ends: bool) -> Body {
    let pieces = stream::unfold(0, move |number| async move {
        let piece = match number {
            number if number < pieces => Bytes::from(vec![b' '; bytes]),
            number if number == pieces && ends => Bytes::from_static(SQL.as_bytes()),
            _ if ends => return None,
            _ => std::future::pending().await,
        };
        RuntimeClock::new().sleep(Duration::from_millis(millis)).await;
        Some((Ok::<_, Infallible>(piece), number + 1))
    });
    Body::from_stream(pieces)
}

/// The answer, and after how many seconds it came.
async fn post(served: &Served, body: Body) -> (Reply, u64) {
    let request = Request::builder().method("POST").uri("/v1/queries");
    let request = request.header("content-type", "application/json").body(body).unwrap();
    let began = RuntimeClock::new();
    let answer = reply(served.router.clone().oneshot(request).await.unwrap()).await;
    let seconds = began.now().timestamp();
    (answer, u64::try_from(seconds).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_body_may_pause_and_has_to_come_at_a_pace() {
    for (bytes, millis, pieces, seconds) in
        [(0, 0, 0, 0), (1, 9_000, 0, 9), (64 << 10, 8_400, 3, 33), (8_192, 1_000, 31, 32), (1, 1, 1_000, 1)]
    {
        let served = served().await;
        let (answer, took) = post(&served, slow(bytes, millis, pieces, true)).await;
        let context = format!("{pieces} times {bytes} bytes");
        assert_eq!(answer.status, 200, "{context}: {:?}", answer.body);
        assert!((seconds..seconds + 5).contains(&took), "{context}: {took} s");
        assert!(served.api.bodies.is_empty(), "{context}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_408_and_gives_its_memory_back() {
    for (bytes, millis, pieces, ends, seconds) in [
        (0, 0, 0, false, 10..11),
        (1, 11_000, 0, true, 10..11),
        (1, 1_000, 60, true, 10..11),
        (1, 100, 10_000, true, 10..11),
        (100_000, 0, 1, false, 10..11),
        (4_096, 1_000, 62, true, 18..21),
    ] {
        let served = served().await;
        let (answer, took) = post(&served, slow(bytes, millis, pieces, ends)).await;
        let problem = answer.is_problem(408, "the body came too slowly");
        assert_eq!(problem["type"], "urn:tributary:problem:slow-body");
        assert_eq!(answer.header("connection"), "close");
        assert!(seconds.contains(&took), "{pieces} times {bytes} bytes: {took} s");
        assert!(served.api.bodies.is_empty(), "what it took of the key's share is free again");
        assert_eq!(served.started(), 0);
    }
}
