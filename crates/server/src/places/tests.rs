use super::*;
use crate::seats::Leave;

/// A reserved place: all others are taken.
async fn reserved(places: &Places) -> Place {
    let place = places.admit().await.unwrap();
    assert!(place.is_reserved());
    place
}

/// Whether what is asked for comes within this time.
async fn within<T>(time: Duration, what: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time, what).await.ok()
}

/// Timers go by milliseconds.
#[track_caller]
fn assert_about(elapsed: Duration, expected: Duration) {
    assert!(
        elapsed >= expected && elapsed < expected + Duration::from_millis(10),
        "{elapsed:?}: {expected:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn beyond_the_bound_there_are_so_many_reserved_places_and_no_more() {
    for bound in [1, 2, 40] {
        let places = Places::new(bound);
        let mut regular = Vec::new();
        for _ in 0..bound {
            let place = places.admit().await.unwrap();
            assert!(!place.is_reserved());
            regular.push(place);
        }
        let mut more = Vec::new();
        for _ in 0..RESERVED {
            more.push(reserved(&places).await);
        }
        assert!(!places.waiting().borrow().is_crowd(), "all have a place");
        assert!(within(10 * AGAIN, places.admit()).await.is_none(), "{bound}");
        assert!(places.waiting().borrow().is_crowd());
        more.pop();
        drop(reserved(&places).await);
        assert!(!places.waiting().borrow().is_crowd());
        regular.pop();
        assert!(!places.admit().await.unwrap().is_reserved());
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_moves_to_a_regular_place_and_leaves_the_reserved_one() {
    let places = Places::new(1);
    let first = places.admit().await.unwrap();
    assert!(first.becomes_regular().await, "it is one");
    let used = Arc::new(Used::default());
    used.asked();
    used.answered(false);
    let seated = first.seat(None, &used, &Arc::default());
    let mut more = Vec::new();
    for _ in 0..RESERVED {
        more.push(reserved(&places).await);
    }
    let moving = more.pop().unwrap();
    {
        let mut asks = pin!(moving.becomes_regular());
        assert!(within(SOON / 2, asks.as_mut()).await.is_none(), "it waits");
        assert!(places.waiting().borrow().has_waited(1), "those who make room are told");
        assert_eq!(within(SOON, seated.told(Leave::AfterAnswer)).await, Some(Leave::AfterAnswer));
        drop(first);
        assert!(asks.await);
    }
    assert!(!moving.is_reserved());
    let next = reserved(&places).await;
    drop((moving, next));
    assert!(!places.admit().await.unwrap().is_reserved(), "it has left the regular one");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_gets_no_place_soon_is_told_and_at_once_if_another_has_none() {
    let places = Places::new(1);
    let _working = places.admit().await.unwrap();
    let asking = reserved(&places).await;
    let began = tokio::time::Instant::now();
    assert!(!asking.becomes_regular().await);
    assert_about(began.elapsed(), SOON);
    let before = *places.waiting().borrow();
    assert!(!before.has_waited(1), "it waits no longer");

    let mut more = Vec::new();
    for _ in 1..RESERVED {
        more.push(reserved(&places).await);
    }
    let began = tokio::time::Instant::now();
    let outside = async {
        // Answered, it leaves its place.
        assert!(!asking.becomes_regular().await);
        drop(asking);
    };
    let (place, ()) = tokio::join!(places.admit(), outside);
    assert!(place.unwrap().is_reserved());
    assert_about(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_reserved_place_is_held_for_a_bounded_time() {
    let places = Places::new(1);
    let regular = places.admit().await.unwrap();
    assert!(within(100 * LONGEST, regular.is_overdue(&Used::default())).await.is_none());
    let silent = reserved(&places).await;
    let late = |place: Place, used: Used| async move {
        let began = tokio::time::Instant::now();
        place.is_overdue(&used).await;
        began.elapsed()
    };
    assert_about(late(silent, Used::default()).await, query::RESERVED_HEAD);

    let asked = Used::default();
    asked.asked();
    let slow = reserved(&places).await;
    assert_about(late(slow, asked).await, query::RESERVED_HEAD + LONGEST);

    // While a connection has no place at all.
    let mut more = Vec::new();
    for _ in 1..RESERVED {
        more.push(reserved(&places).await);
    }
    let silent = reserved(&places).await;
    let (waited, place) = tokio::join!(late(silent, Used::default()), places.admit());
    assert_about(waited, CROWDED);
    assert!(place.unwrap().is_reserved());
}

/// `/readyz` takes long where the store does: whoever asks it often would keep `/healthz` waiting.
#[tokio::test(start_paused = true)]
async fn a_health_check_has_less_time_while_a_connection_has_no_place() {
    let places = Places::new(1);
    let _working = places.admit().await.unwrap();
    let slow = reserved(&places).await;
    let began = tokio::time::Instant::now();
    slow.health_is_late().await;
    assert_about(began.elapsed(), HEALTH);
    let mut more = Vec::new();
    for _ in 1..RESERVED {
        more.push(reserved(&places).await);
    }
    for later in [Duration::ZERO, Duration::from_secs(3)] {
        let began = tokio::time::Instant::now();
        let outside = async {
            aws::SystemClock.sleep(later).await;
            assert!(within(Duration::from_millis(1_500), places.admit()).await.is_none());
        };
        let late = async {
            slow.health_is_late().await;
            began.elapsed()
        };
        let ((), waited) = tokio::join!(outside, late);
        assert_about(waited, later.max(CROWDED_HEALTH));
        // It gets a place.
        more.pop();
        more.push(reserved(&places).await);
    }
}
