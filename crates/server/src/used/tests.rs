use std::sync::Arc;

use tokio::task::JoinHandle;

use super::*;

/// A place that is wanted, or is not.
struct Room {
    all: watch::Sender<Waiting>,
}

impl Room {
    fn new() -> Self {
        Self { all: watch::Sender::new(Waiting::default()) }
    }

    /// A connection that is used so, and the task that ends when it makes room.
    fn connection(&self, used: Use) -> (Arc<Used>, JoinHandle<()>) {
        let used = Arc::new(Used(watch::Sender::new(used)));
        let (asked, all) = (Arc::clone(&used), self.all.subscribe());
        let task = async move {
            let sending = Sending::default();
            tokio::select! {
                () = asked.silence_is_in_the_way(&sending, all) => {}
                () = asked.grows_silent() => {}
            }
        };
        (used, tokio::spawn(task))
    }
}

/// Lets all tasks run that can.
async fn settle() {
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
}

/// Also those that grow silent while the client waits, and those that had a whole request before.
#[tokio::test(start_paused = true)]
async fn all_connections_whose_head_does_not_end_make_room_for_one_client() {
    let room = Room::new();
    let (_first, one) = room.connection(Use::Silent);
    let (_new, new) = room.connection(Use::New(Instant::now()));
    let (trickling, second_head) = room.connection(Use::Kept);
    let (pipelined, hidden_head) = room.connection(Use::Asked);
    let (quick, whole_heads) = room.connection(Use::Kept);
    let ((_fourth, kept), (_fifth, asked)) = (room.connection(Use::Kept), room.connection(Use::Asked));
    settle().await;
    assert!(!one.is_finished(), "nobody waits");
    trickling.has_read();
    pipelined.answered(true);
    quick.has_read();
    // The client has its place before anybody looks.
    room.all.send_if_modified(Waiting::begin);
    room.all.send_if_modified(Waiting::end);
    one.await.unwrap();
    room.all.send_if_modified(Waiting::begin);
    settle().await;
    assert!(!new.is_finished() && !second_head.is_finished(), "heads may be on the way");

    // More bytes give a head no more time; its end does.
    tokio::time::advance(HEAD_ENDS / 2).await;
    trickling.has_read();
    quick.asked();
    quick.answered(true);
    settle().await;
    tokio::time::advance(HEAD_ENDS * 3 / 5).await;
    for task in [new, second_head, hidden_head] {
        task.await.unwrap();
    }
    settle().await;
    assert!(!whole_heads.is_finished(), "its last head has only begun");
    assert!(!kept.is_finished() && !asked.is_finished());
}

/// All of them at once, and those that become slow while the client waits; a body that comes keeps its place.
#[tokio::test(start_paused = true)]
async fn requests_whose_body_is_slow_make_room_for_one_client() {
    let room = Room::new();
    let request = || {
        let used = Arc::new(Used(watch::Sender::new(Use::Asked)));
        let (asked, all) = (Arc::clone(&used), room.all.subscribe());
        (used, tokio::spawn(async move { asked.body_is_in_the_way(all).await }))
    };
    let ((slow, one), (quick, two), (late, three)) = (request(), request(), request());
    slow.body_is_slow();
    quick.body_is_slow();
    quick.body_goes_on();
    settle().await;
    assert!(!one.is_finished(), "nobody waits");
    room.all.send_if_modified(Waiting::begin);
    one.await.unwrap();
    settle().await;
    assert!(!two.is_finished() && !three.is_finished());
    late.body_is_slow();
    three.await.unwrap();
    // It is a request all the same, until it has its answer.
    assert!(slow.has_slow_body());
    slow.answered(false);
    slow.body_goes_on();
    assert!(!slow.has_slow_body());
    room.all.send_if_modified(Waiting::end);
    quick.body_is_slow();
    settle().await;
    assert!(!two.is_finished(), "the client has its place");
}

/// What of a request goes on is not cut off by a stop.
#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_requests_and_not_for_the_rest_of_a_head() {
    for (use_, ends) in [
        (Use::New(Instant::now()), true),
        (Use::Silent, true),
        (Use::Asked, false),
        (Use::Slow, false),
        (Use::Kept, false),
        (Use::Begun(Instant::now()), false),
    ] {
        let used = Used(watch::Sender::new(use_));
        let ended = tokio::time::timeout(10 * LEAVING, used.no_request_comes()).await;
        assert_eq!(ended.is_ok(), ends, "{use_:?}");
    }
}
