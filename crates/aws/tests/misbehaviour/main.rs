//! The ports against a server that misbehaves (`aws::testing`): a call of each kind outlives whatever says nothing about
//! it, is made once where it is refused, and is reported as passing when all its attempts met nothing but misbehaviour.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is tests; clippy sees that only in #[test] functions"
)]

mod calls;
mod halves;
mod recorded;

use aws::testing::{Misbehaviour, PORT_ATTEMPTS, Server};
use calls::{CALLS, Call, Outcome, answers};
use domain::memory::SeededIds;
use domain::port::Ids;

/// The calls, each with a server of its own and at the same time, in whatever order the seed gives them.
async fn each<F>(what: impl Fn(Call, Server) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut running = tokio::task::JoinSet::new();
    for call in CALLS {
        running.spawn(what(call, Server::start(answers).await));
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}

/// Another one each time, unless somebody asks for one.
fn seed() -> u64 {
    let seed = std::env::var("MISBEHAVIOUR_SEED");
    let seed = seed.map_or_else(|_| aws::RandomIds.random(), |seed| seed.parse().unwrap());
    println!("MISBEHAVIOUR_SEED={seed} replays the order");
    seed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_repeated_after_whatever_says_nothing_about_it() {
    each(|call, server| async move {
        let aws = aws::testing::impatient(&server);
        for way in Misbehaviour::PASSING.into_iter().filter(|way| call.minds(*way)) {
            server.plan([Some(way)]);
            assert_eq!(call.make(&aws).await, Ok(()), "{call:?} after {way:?}");
            assert_eq!(server.connections(), 2, "{call:?} after {way:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_outlives_several_of_them_in_a_row() {
    let seed = seed();
    each(move |call, server| async move {
        let (aws, ids) = (aws::testing::impatient(&server), SeededIds::new(seed));
        for _ in 0..6 {
            let mut ways = Misbehaviour::some(&ids, PORT_ATTEMPTS - 1);
            ways.retain(|way| call.minds(*way));
            server.plan(ways.iter().copied().map(Some));
            assert_eq!(call.make(&aws).await, Ok(()), "{call:?} after {ways:?}");
            assert_eq!(server.connections(), ways.len() + 1, "{call:?} after {ways:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_ends_is_reported_as_passing() {
    let seed = seed();
    each(move |call, server| async move {
        let (aws, ids) = (aws::testing::impatient(&server), SeededIds::new(seed));
        for way in Misbehaviour::some(&ids, 4).into_iter().filter(|way| call.minds(*way)) {
            server.plan([Some(way); 100]);
            let outcome = call.make(&aws).await;
            assert!(matches!(outcome, Err(Outcome::Passing(_))), "{call:?} after {way:?}: {outcome:?}");
            assert_eq!(server.connections(), PORT_ATTEMPTS, "{call:?} after {way:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_final_at_the_first_attempt() {
    each(|call, server| async move {
        let aws = aws::testing::impatient(&server);
        for way in Misbehaviour::FINAL.into_iter().filter(|way| call.minds(*way)) {
            server.plan([Some(way); 100]);
            let outcome = call.make(&aws).await;
            assert!(matches!(outcome, Err(Outcome::Final(_))), "{call:?} after {way:?}: {outcome:?}");
            assert_eq!(server.connections(), 1, "{call:?} after {way:?}");
        }
    })
    .await;
}

/// The SDK measures the clock by the answer, and signs the second attempt with AWS's time.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_late_is_put_right_for_the_next_attempt() {
    let signed = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&signed);
    let server = Server::start(move |request| {
        let hour = |date: &str| date[9..11].parse::<u32>().unwrap();
        seen.lock().unwrap().push(request.header("x-amz-date").map(hour).unwrap());
        answers(request)
    })
    .await;
    let aws = aws::testing::impatient(&server);
    for ways in [vec![], vec![Some(Misbehaviour::Skewed)]] {
        server.plan(ways);
        assert_eq!(Call::List.make(&aws).await, Ok(()));
    }
    let hours = std::mem::take(&mut *signed.lock().unwrap());
    // Within two hours, where the clock's own hour ends between the calls.
    assert!((1..=2).contains(&((hours[1] + 24 - hours[0]) % 24)), "{hours:?}");
}
