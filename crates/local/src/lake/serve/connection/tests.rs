use super::*;

const LIMITS: ConnectionLimits = ConnectionLimits {
    connections: 1,
    head: Duration::from_secs(15),
    idle: Duration::from_secs(120),
    body: Duration::from_secs(30),
    body_rate: 1_024,
    answer: Duration::from_secs(300),
    answer_rate: 1_024,
    patience: Duration::from_millis(100),
};

/// Passes so many seconds; answers whether the connection is overdue then.
async fn after(connection: &Connection, seconds: u64) -> bool {
    tokio::time::advance(Duration::from_secs(seconds)).await;
    connection.is_overdue(Instant::now())
}

#[tokio::test(start_paused = true)]
async fn a_head_has_its_time_however_it_trickles() {
    let silent = Connection::new(LIMITS);
    assert!(!after(&silent, 14).await);
    assert!(after(&silent, 1).await);

    let trickling = Connection::new(LIMITS);
    trickling.has_read();
    for _ in 0..14 {
        assert!(!after(&trickling, 1).await);
        trickling.has_read();
    }
    assert!(after(&trickling, 1).await, "bytes that come one by one gain no time");
}

#[tokio::test(start_paused = true)]
async fn work_has_no_end_and_a_next_request_has_its_time_anew() {
    let connection = Connection::new(LIMITS);
    connection.request_began();
    assert!(!after(&connection, 100_000).await);
    assert_eq!(connection.may_go(Instant::now()), None, "who is at work keeps its place");
    connection.answered();
    assert!(!after(&connection, 119).await);
    connection.has_read();
    assert!(!after(&connection, 14).await);
    assert!(after(&connection, 1).await);
    connection.request_began();
    connection.answered();
    assert!(after(&connection, 120).await, "who sends nothing more is idle");
}

#[tokio::test(start_paused = true)]
async fn an_answer_has_its_time_as_long_as_it_is_taken() {
    let connection = Connection::new(LIMITS);
    connection.request_began();
    connection.sends();
    for _ in 0..10 {
        assert!(!after(&connection, 299).await);
        connection.has_written(299 * 1_024);
    }
    // All of it is handed over, and the client still takes it: that is no idle connection.
    connection.answered();
    connection.is_blocked();
    assert!(!after(&connection, 299).await);
    connection.has_written(299 * 1_024);
    assert!(!after(&connection, 299).await);
    connection.has_flushed();
    assert!(!after(&connection, 119).await);
    assert!(after(&connection, 1).await);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_taken_byte_by_byte_has_an_end() {
    // While it is handed over, and when all of it is.
    for is_answered in [false, true] {
        let connection = Connection::new(LIMITS);
        connection.request_began();
        connection.sends();
        if is_answered {
            connection.answered();
            connection.is_blocked();
        }
        for _ in 0..5 {
            assert!(!after(&connection, 50).await);
            connection.has_written(1);
        }
        assert!(after(&connection, 51).await);
        // The next one has its time anew.
        connection.request_began();
        connection.sends();
        assert!(!after(&connection, 299).await);
    }
}

/// The next request is on its way before the last answer is taken, so the lake seems to be at work.
#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_is_waited_for_whatever_it_has_asked_for() {
    let connection = Connection::new(LIMITS);
    connection.request_began();
    connection.sends();
    connection.answered();
    connection.is_blocked();
    for _ in 0..4 {
        tokio::time::advance(Duration::from_secs(1)).await;
        connection.request_began();
        connection.is_blocked();
        connection.has_written(1);
        connection.is_blocked();
    }
    assert_eq!(connection.may_go(Instant::now()), None, "it has its five seconds");
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(connection.may_go(Instant::now()).map(|(loss, _)| loss), Some(1));
    assert!(!after(&connection, 290).await);
    assert!(after(&connection, 10).await);
    // Who has taken all has the time anew.
    connection.has_flushed();
    assert!(!after(&connection, 100_000).await);
    assert_eq!(connection.may_go(Instant::now()), None);
    connection.is_blocked();
    assert!(!after(&connection, 299).await);
    assert!(after(&connection, 1).await);
}

#[tokio::test(start_paused = true)]
async fn who_loses_least_goes_first_and_nobody_goes_at_once() {
    let connection = Connection::new(LIMITS);
    assert_eq!(connection.may_go(Instant::now()), None);
    tokio::time::advance(Duration::from_millis(100)).await;
    assert_eq!(connection.may_go(Instant::now()).map(|(loss, _)| loss), Some(0));
    connection.request_began();
    connection.waits_for_body(Duration::from_secs(30));
    tokio::time::advance(Duration::from_millis(999)).await;
    assert_eq!(connection.may_go(Instant::now()), None, "a body that comes in pieces is no stuck one");
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(connection.may_go(Instant::now()).map(|(loss, _)| loss), Some(1));
    assert!(!after(&connection, 28).await);
    assert!(after(&connection, 1).await);
}

/// Whoever sends, or takes, a byte now and then is as slow as who does nothing.
#[tokio::test(start_paused = true)]
async fn a_byte_now_and_then_keeps_no_place_that_another_wants() {
    let pause = Duration::from_millis(400);
    for (bytes, may_go) in [(1, true), (410, false)] {
        let connection = Connection::new(LIMITS);
        connection.request_began();
        let mut patience = Patience::new(LIMITS.of_body());
        for _ in 0..10 {
            connection.waits_for_body(patience.left());
            tokio::time::advance(pause).await;
            patience.went_on(pause, bytes);
            connection.works();
        }
        connection.waits_for_body(patience.left());
        assert_eq!(
            connection.may_go(Instant::now()).is_some(),
            may_go,
            "a body with {bytes} bytes each time"
        );

        let connection = Connection::new(LIMITS);
        connection.request_began();
        connection.sends();
        for _ in 0..20 {
            tokio::time::advance(pause).await;
            connection.has_written(bytes);
        }
        assert_eq!(
            connection.may_go(Instant::now()).is_some(),
            may_go,
            "an answer with {bytes} bytes each time"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_nobody_wants_any_more_is_not_waited_for() {
    let connection = Connection::new(LIMITS);
    connection.request_began();
    connection.waits_for_body(Duration::from_secs(30));
    connection.stops_receiving();
    assert!(!after(&connection, 100_000).await, "the lake is at work");
    connection.sends();
    connection.stops_receiving();
    assert!(after(&connection, 300).await, "an answer that is on its way keeps its time");
}
