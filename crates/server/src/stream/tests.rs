//! Slow readers on the loopback, with small buffers: what the kernel takes for a client is little beside the answer.

use std::net::Ipv4Addr;

use aws::SystemClock;
use axum::{Router, routing::get};
use domain::port::Clock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket},
    sync::watch,
    task::JoinHandle,
};

use super::*;
use crate::{
    connection::{self, Answering, Phase},
    places::Places,
    unsent::{UNSENT, Unsent},
};

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Far more than the buffers of both sides hold.
const ANSWER: usize = 8 << 20;

const BUFFER: u32 = 16 << 10;

/// A client that has asked for the answer, and the task that serves it at this pace.
async fn asked(pace: Pace) -> (TcpStream, JoinHandle<()>, watch::Sender<Phase>) {
    let socket = TcpSocket::new_v4().unwrap();
    // What is accepted has it too.
    socket.set_send_buffer_size(BUFFER).unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener: TcpListener = socket.listen(1).unwrap();
    let client = TcpSocket::new_v4().unwrap();
    client.set_recv_buffer_size(BUFFER).unwrap();
    let address = listener.local_addr().unwrap();
    let (client, accepted) = tokio::join!(client.connect(address), listener.accept());
    let (mut client, (stream, _)) = (client.unwrap(), accepted.unwrap());

    let router = Router::new().route("/", get(|| async { vec![b'x'; ANSWER] }));
    let (phase, phases) = watch::channel(Phase::Serving);
    let answering = Answering {
        router,
        longest: PATIENCE,
        phase: phases,
        waiting: watch::channel(crate::used::Waiting::default()).1,
        pace,
        unsent: Unsent::new(UNSENT),
    };
    let place = Places::new(1).admit().await.unwrap();
    let serving = tokio::spawn(connection::serve(stream, answering, place));
    client.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    (client, serving, phase)
}

/// Takes the answer piece by piece, with a pause before each; answers how many bytes came until the end.
async fn take(client: &mut TcpStream, piece: usize, pause: Duration) -> usize {
    let (mut taken, mut buffer) = (0, vec![0; piece]);
    loop {
        SystemClock.sleep(pause).await;
        // A reset is an end as well.
        match client.read(&mut buffer).await {
            Ok(0) | Err(_) => return taken,
            Ok(bytes) => taken += bytes,
        }
    }
}

async fn ends(serving: JoinHandle<()>) {
    tokio::time::timeout(PATIENCE, serving).await.expect("the connection is kept").unwrap();
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_left() {
    let (mut client, serving, _phase) = asked(Pace { longest: Duration::from_millis(300), rate: 1 }).await;
    // Neither the answer nor the connection is kept, though the client is still there.
    ends(serving).await;
    assert!(take(&mut client, BUFFER as usize, Duration::ZERO).await < ANSWER);
}

/// Each piece comes long before the longest wait is over.
#[tokio::test]
async fn a_client_that_takes_a_little_now_and_then_is_left() {
    let pace = Pace { longest: Duration::from_millis(500), rate: 1 << 30 };
    let (mut client, serving, _phase) = asked(pace).await;
    let drip = tokio::spawn(async move { take(&mut client, 1_024, Duration::from_millis(20)).await });
    ends(serving).await;
    drip.abort();
}

/// All in all it takes longer than the longest wait.
#[tokio::test]
async fn a_client_that_keeps_the_pace_gets_all_of_it() {
    let pace = Pace { longest: Duration::from_secs(2), rate: 1 };
    let (mut client, serving, _phase) = asked(pace).await;
    let begun = Instant::now();
    let mut taken = 0;
    for _ in 0..10 {
        SystemClock.sleep(pace.longest / 8).await;
        let mut piece = Vec::new();
        (&mut client).take(ANSWER as u64 / 10).read_to_end(&mut piece).await.unwrap();
        taken += piece.len();
    }
    taken += take(&mut client, 1 << 20, Duration::ZERO).await;
    assert!(begun.elapsed() > pace.longest);
    assert!(taken > ANSWER, "head and body are {taken} bytes");
    ends(serving).await;
}
