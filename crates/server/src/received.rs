//! The body of a request, as its handler takes it. A client whose body comes too slowly keeps its place only as long as nobody
//! else wants it.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use domain::pace::{Pace, Patience};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::used::Used;

/// How slowly a body may come while another client waits for a place. Where there are places, the API's own bound holds.
pub(crate) const PACE: Pace = Pace { longest: Duration::from_secs(1), rate: 8_192 };

/// A body that tells what its connection is used for whether it comes too slowly.
#[derive(Debug)]
pub(crate) struct Received<B = Incoming> {
    body: B,
    used: Arc<Used>,
    patience: Patience,
    /// Since when the handler waits for more.
    waiting: Option<Instant>,
    /// When it has waited for too long; nothing if it has.
    late: Option<Pin<Box<Sleep>>>,
}

impl<B> Received<B> {
    pub(crate) fn new(body: B, used: Arc<Used>) -> Self {
        Self { body, used, patience: Patience::new(PACE), waiting: None, late: None }
    }

    fn waits(&mut self, context: &mut Context<'_>) {
        if self.waiting.is_none() {
            let now = Instant::now();
            self.waiting = Some(now);
            self.late = Some(Box::pin(sleep_until(now + self.patience.left())));
        }
        if self.late.as_mut().is_some_and(|late| late.as_mut().poll(context).is_ready()) {
            self.late = None;
            self.used.body_is_slow();
        }
    }

    fn goes_on(&mut self, bytes: usize) {
        self.late = None;
        let waited = self.waiting.take().map(|since| since.elapsed());
        self.patience.went_on(waited.unwrap_or_default(), bytes as u64);
        self.used.body_goes_on();
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Received<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.body).poll_frame(context);
        match &polled {
            Poll::Pending => this.waits(context),
            Poll::Ready(Some(Ok(frame))) => this.goes_on(frame.data_ref().map_or(0, Bytes::len)),
            Poll::Ready(_) => this.goes_on(0),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Nobody waits for the rest any more.
impl<B> Drop for Received<B> {
    fn drop(&mut self) {
        self.used.body_goes_on();
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, future::poll_fn};

    use axum::body::Body as AnyBody;
    use domain::port::Clock;
    use tokio::sync::mpsc;

    use super::*;

    /// A body of the pieces that are sent.
    #[derive(Debug)]
    struct Pieces(mpsc::UnboundedReceiver<usize>);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let piece = |length: usize| Ok(Frame::data(Bytes::from(vec![b'x'; length])));
            self.0.poll_recv(context).map(|length| length.map(piece))
        }
    }

    /// Sends such pieces, each after such a pause in milliseconds; answers how often the body was too slow.
    async fn slow(pieces: &[(u64, usize)]) -> usize {
        let used = Arc::new(Used::default());
        used.asked();
        let (send, receive) = mpsc::unbounded_channel();
        let mut body = AnyBody::new(Received::new(Pieces(receive), Arc::clone(&used)));
        let take = tokio::spawn(async move {
            while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
                piece.unwrap();
            }
        });
        let mut times = 0;
        for (pause, bytes) in pieces {
            aws::SystemClock.sleep(Duration::from_millis(*pause)).await;
            tokio::task::yield_now().await;
            times += usize::from(used.has_slow_body());
            send.send(*bytes).unwrap();
            tokio::task::yield_now().await;
        }
        drop(send);
        take.await.unwrap();
        assert!(!used.has_slow_body(), "all of it has come");
        times
    }

    #[tokio::test(start_paused = true)]
    async fn who_pauses_or_sends_little_is_slow_and_who_keeps_the_pace_is_not() {
        assert_eq!(slow(&[(10, 100), (900, 100_000), (900, 1)]).await, 0);
        assert_eq!(slow(&[(10, 100), (1_100, 100)]).await, 1);
        assert_eq!(slow(&[(500, 4_096); 20]).await, 0);
        // The first second is free, and little more.
        assert_eq!(slow(&[(150, 1); 20]).await, 14);
    }
}
