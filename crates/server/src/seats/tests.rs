use super::*;

/// What a connection does.
#[derive(Debug, Clone, Copy)]
enum Does {
    /// It has sent nothing yet.
    Begins,
    /// It waits for its next request.
    Rests,
    /// It has a request under way.
    Works,
    /// It has a request under way, and its client takes no answer.
    Blocks,
}

struct Room {
    seats: Seats,
    _regular: watch::Sender<bool>,
    regular: watch::Receiver<bool>,
}

/// A connection, and how it is known.
struct Client {
    used: Arc<Used>,
    sending: Arc<Sending>,
    seated: Seated,
}

impl Room {
    fn new() -> Self {
        let (sender, regular) = watch::channel(false);
        Self { seats: Seats::default(), _regular: sender, regular }
    }

    fn client(&self, last: u8, does: Does) -> Client {
        let (used, sending) = (Arc::new(Used::default()), Arc::new(Sending::default()));
        let peer = Some(IpAddr::from([10, 0, 0, last]));
        let seated = self.seats.take(peer, self.regular.clone(), &used, &sending);
        match does {
            Does::Begins => {}
            Does::Rests => {
                used.asked();
                used.answered(false);
            }
            Does::Works => used.asked(),
            Does::Blocks => {
                used.asked();
                sending.waits(Instant::now());
            }
        }
        Client { used, sending, seated }
    }

    fn clients(&self, last: u8, does: Does, number: usize) -> Vec<Client> {
        (0..number).map(|_| self.client(last, does)).collect()
    }
}

impl Client {
    fn told(&self) -> Leave {
        *self.seated.leave.borrow()
    }
}

/// How many of them are to leave.
fn leaving(clients: &[Client]) -> usize {
    clients.iter().filter(|client| client.told() != Leave::Stay).count()
}

async fn second() {
    tokio::time::advance(Duration::from_secs(1)).await;
}

/// Its use says nothing: hyper does not go on while it writes.
#[tokio::test(start_paused = true)]
async fn whose_client_takes_nothing_leaves_at_once_whatever_its_request_does() {
    let room = Room::new();
    let (working, blocked) = (room.client(1, Does::Works), room.client(1, Does::Blocks));
    room.seats.make_room(0);
    assert_eq!((working.told(), blocked.told()), (Leave::Stay, Leave::Stay), "both have only just come");
    second().await;
    room.seats.make_room(0);
    assert_eq!((working.told(), blocked.told()), (Leave::Stay, Leave::Now));
    // Also if it was asked before.
    room.seats.make_room(0);
    assert_eq!(working.told(), Leave::AfterAnswer);
    working.sending.waits(Instant::now());
    second().await;
    room.seats.make_room(0);
    assert_eq!(working.told(), Leave::Now);
    assert_eq!(working.seated.told(Leave::AfterAnswer).await, Leave::Now);
}

#[tokio::test(start_paused = true)]
async fn who_rests_leaves_before_who_works_and_one_for_one_client() {
    let room = Room::new();
    let (begins, works) = (room.client(1, Does::Begins), room.client(1, Does::Works));
    let rests = room.clients(1, Does::Rests, 3);
    second().await;
    for expected in 1..=3 {
        room.seats.make_room(0);
        assert_eq!(leaving(&rests), expected);
        assert_eq!(works.told(), Leave::Stay);
    }
    assert_eq!(rests[0].told(), Leave::AfterAnswer);
    room.seats.make_room(0);
    assert_eq!((works.told(), begins.told()), (Leave::AfterAnswer, Leave::Stay));
    assert!(!works.used.is_kept(), "it has its request");
}

/// A client that goes on asking and taking would else keep its place for ever.
#[tokio::test(start_paused = true)]
async fn who_is_busy_leaves_after_a_turn_who_has_taken_most_first_and_more_each_time() {
    let room = Room::new();
    let busy = room.clients(1, Does::Works, 20);
    room.seats.make_room(5);
    assert_eq!(leaving(&busy), 0, "all have only just come");
    busy[7].sending.went_on(1 << 20);
    second().await;
    room.seats.make_room(0);
    assert_eq!((leaving(&busy), busy[7].told()), (1, Leave::AfterAnswer));
    for (attempt, expected) in [(1, 3), (2, 7), (3, 15), (4, 20)] {
        room.seats.make_room(attempt);
        assert_eq!(leaving(&busy), expected, "{attempt}");
    }
}

/// It must not matter what the many do, nor what the others do.
#[tokio::test(start_paused = true)]
async fn an_address_with_many_connections_loses_them_first() {
    let all = [Does::Rests, Does::Works, Does::Blocks];
    for greedy in all {
        for modest in all {
            let room = Room::new();
            let others = [2, 3, 4].map(|last| room.client(last, modest));
            let many = room.clients(1, greedy, 10);
            second().await;
            for attempt in 0..SPARING {
                room.seats.make_room(attempt);
            }
            assert_eq!((leaving(&many), leaving(&others)), (7, 0), "{greedy:?} {modest:?}");
        }
    }
    // Whoever has waited for long gets a place of others, too.
    let room = Room::new();
    let (many, other) = (room.clients(1, Does::Begins, 10), room.client(2, Does::Rests));
    second().await;
    room.seats.make_room(SPARING - 1);
    assert_eq!(other.told(), Leave::Stay);
    room.seats.make_room(SPARING);
    assert_eq!((leaving(&many), other.told()), (0, Leave::AfterAnswer));
}

/// Those have bounds of their own, and no client would get such a place.
#[tokio::test(start_paused = true)]
async fn reserved_places_and_those_that_are_gone_do_not_count() {
    let (room, reserved) = (Room::new(), watch::channel(true));
    let (used, sending) = (Arc::new(Used::default()), Arc::new(Sending::default()));
    used.asked();
    let seated = room.seats.take(None, reserved.1, &used, &sending);
    second().await;
    room.seats.make_room(5);
    assert_eq!(*seated.leave.borrow(), Leave::Stay);
    reserved.0.send_replace(false);
    room.seats.make_room(5);
    assert_eq!(*seated.leave.borrow(), Leave::AfterAnswer);
    drop(seated);
    assert!(room.seats.taken().seats.is_empty());
}

#[test]
fn one_client_is_one_peer_with_all_its_addresses() {
    let peer = |text: &str| peer(text.parse().unwrap()).to_string();
    assert_eq!(peer("192.0.2.7"), "192.0.2.7");
    assert_eq!(peer("::ffff:192.0.2.7"), "192.0.2.7");
    assert_eq!(peer("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    assert_eq!(peer("2001:db8:1:2:ffff::1"), "2001:db8:1:2::");
    assert_eq!(peer("2001:db8:1:3::1"), "2001:db8:1:3::");
}
